//! Several tensors that become one.

use super::{Argument, Flow, Step};
use crate::error::Result;
use crate::import::keras::flow::Shape;
use crate::import::keras::settings::unsupported;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::value::wrong;
use crate::network::{Binary, Operator};

/// Add, Average, Maximum, Minimum, Multiply, Subtract: element by element.
pub fn elements(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let count = step.used.inputs.len();
    let function = match step.class() {
        "Maximum" => Binary::Max,
        "Minimum" => Binary::Min,
        "Multiply" => Binary::Mul,
        "Subtract" => Binary::Sub,
        _ => Binary::Add,
    };
    if step.used.call.arguments.iter().any(|argument| matches!(argument, Argument::Value(_))) {
        return Err(unsupported("arithmetic with numbers, which .h5 files do not tell from layers: save it as .keras"));
    }
    if count < 2 || count > 2 && function == Binary::Sub {
        return Err(wrong("inbound_nodes", "2 tensors", count));
    }
    let mut values = (0..count).map(|i| step.floats(i)).collect::<Result<Vec<_>>>()?;
    let rank = values.iter().map(Flow::rank).max().unwrap_or(0);
    for value in values.iter_mut().filter(|value| value.rank() < rank) {
        *value = widened(step, value, rank)?;
    }
    let has_masks = !step.used.graph.is_older && matches!(step.class(), "Maximum" | "Minimum" | "Multiply");
    // Of a tensor with further dimensions Keras 3 has no mask.
    let mask = |step: &Step<'_, '_>, i: usize| match has_masks && step.used.inputs[i].rank() == rank {
        true => step.mask_of(i),
        false => Ok(None),
    };
    let mut all = values[0].clone();
    let mut counts = mask(step, 0)?;
    let is_product = function == Binary::Mul;
    let number = |step: &mut Step<'_, '_>, x: f64| Flow::new(step.used.graph.scalar(x), vec![Some(1); rank]);
    // What does not count is as if it were not there: 1 in a product, the other tensor's number in a choice of two.
    if let Some(counts) = counts.filter(|_| is_product) {
        let one = number(step, 1.0);
        all = step.chosen(counts, &all, &one)?;
    }
    for (i, mut value) in values.into_iter().enumerate().skip(1) {
        let own = mask(step, i)?;
        if let Some(own) = own {
            let other = if is_product { number(step, 1.0) } else { all.clone() };
            value = step.chosen(own, &value, &other)?;
        }
        if let Some(counts) = counts.filter(|_| !is_product) {
            all = step.chosen(counts, &all, &value)?;
        }
        counts = match (counts, own) {
            (Some(a), Some(b)) => Some(step.node(Operator::Binary(Binary::Or), &[a, b])),
            _ => None,
        };
        all = step.both(function, &all, &value)?;
    }
    if let Some(counts) = counts.filter(|_| is_product) {
        let zero = number(step, 0.0);
        all = step.chosen(counts, &all, &zero)?;
    }
    if step.class() == "Average" {
        all = step.used.graph.with_number(&step.used.at.clone(), Binary::Div, &all, count as f64);
    }
    Ok(vec![all])
}

/// Keras puts dimensions of 1 behind the batch until all have as many.
fn widened(step: &mut Step<'_, '_>, value: &Flow, rank: usize) -> Result<Flow> {
    let more = rank - value.rank();
    let [batch, rest @ ..] = &value.shape[..] else { return Err(wrong("inputs", "at least 1 dimension", 0)) };
    let x = step.used.graph.last(&step.used.at, value);
    let axes = step.used.graph.integers((1..=more as i64).collect());
    let place = step.node(Operator::Unsqueeze, &[x, axes]);
    let shape: Shape = std::iter::once(*batch).chain(vec![Some(1); more]).chain(rest.iter().copied()).collect();
    Ok(Flow { layout: Layout::ChannelsLast, shape, ..value.at(place) })
}

impl Step<'_, '_> {
    /// A function of two tensors of as many dimensions, which lie alike or as Keras has them.
    pub fn both(&mut self, function: Binary, a: &Flow, b: &Flow) -> Result<Flow> {
        let layout = if a.layout == b.layout { a.layout } else { Layout::ChannelsLast };
        let x = self.used.graph.laid(&self.used.at, a, layout);
        let y = self.used.graph.laid(&self.used.at, b, layout);
        let shape = broadcast(a, b)?;
        let place = self.node(Operator::Binary(function), &[x, y]);
        Ok(Flow { layout, shape, ..a.at(place) })
    }

    /// One tensor where its steps count, the other elsewhere.
    fn chosen(&mut self, counts: Place, a: &Flow, b: &Flow) -> Result<Flow> {
        let counts = self.widened_mask(counts, -1);
        let [x, y] = [a, b].map(|value| self.used.graph.last(&self.used.at, value));
        let place = self.node(Operator::Where, &[counts, x, y]);
        Ok(Flow::new(place, broadcast(a, b)?))
    }
}

/// The lengths of two tensors of as many dimensions together.
fn broadcast(a: &Flow, b: &Flow) -> Result<Shape> {
    let lengths = a.shape.iter().zip(&b.shape).map(|(a, b)| match (a, b) {
        (Some(1), other) | (other, Some(1)) => Ok(*other),
        (Some(a), Some(b)) if a != b => Err(wrong("inputs", a.to_string(), b)),
        (Some(length), _) | (_, Some(length)) => Ok(Some(*length)),
        (None, None) => Ok(None),
    });
    lengths.collect()
}

/// Concatenate: one behind the other along a dimension.
pub fn concatenate(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let values = step.used.inputs.clone();
    let Some(first) = values.first() else { return Err(wrong("inbound_nodes", "tensors", 0)) };
    let axis = step.settings.number("axis", -1.0)? as i64;
    let axis = first.dimension(axis).ok_or_else(|| wrong("axis", "a dimension", axis))?;
    if values.iter().any(|value| value.rank() != first.rank() || value.dtype != first.dtype) {
        return Err(unsupported("tensors of several types or numbers of dimensions"));
    }
    let alike = values.iter().all(|value| value.layout == first.layout);
    let layout = if alike { first.layout } else { Layout::ChannelsLast };
    let places: Vec<_> = values.iter().map(|value| step.used.graph.laid(&step.used.at, value, layout)).collect();
    let mut shape = first.shape.clone();
    shape[axis] = values.iter().try_fold(0_usize, |all, value| all.checked_add(value.shape[axis]?));
    let place = step.node(Operator::Concat { axis: layout.axis(axis, first.rank()) as i64 }, &places);
    Ok(vec![Flow { layout, shape, ..first.at(place) }])
}

/// Dot: sums of products along one dimension of each of two tensors.
pub fn dot(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let (a, b) = (step.floats(0)?, step.floats(1)?);
    if step.used.inputs.len() != 2 || a.rank() < 2 || b.rank() < 2 || a.rank() + b.rank() > 16 {
        return Err(wrong("inbound_nodes", "2 tensors of 2 dimensions or more", step.used.inputs.len()));
    }
    if step.settings.flag("normalize", false)? {
        return Err(unsupported("normalize"));
    }
    let axes = step.settings.integers("axes", 2, -1)?;
    let axis = |value: &Flow, axis: i64| {
        value.dimension(axis).filter(|&axis| axis > 0).ok_or_else(|| wrong("axes", "dimensions behind the batch", axis))
    };
    let (of_a, of_b) = (axis(&a, axes[0])?, axis(&b, axes[1])?);
    // a is the batch, z what is summed along, and each other dimension has a letter of its own.
    let mut letters = ('b'..='y').collect::<Vec<_>>().into_iter();
    let mut name = |rank: usize, along: usize| -> String {
        (0..rank)
            .map(|i| {
                if i == 0 {
                    'a'
                } else if i == along {
                    'z'
                } else {
                    letters.next().unwrap_or('?')
                }
            })
            .collect()
    };
    let (x, y) = (name(a.rank(), of_a), name(b.rank(), of_b));
    let result: String = x.chars().chain(y.chars().skip(1)).filter(|&letter| letter != 'z').collect();
    let mut shape: Shape = Vec::new();
    shape.extend((0..a.rank()).filter(|&i| i != of_a).map(|i| a.shape[i]));
    shape.extend((1..b.rank()).filter(|&i| i != of_b).map(|i| b.shape[i]));
    let places = [step.used.graph.last(&step.used.at, &a), step.used.graph.last(&step.used.at, &b)];
    let mut place = step.node(Operator::Einsum(format!("{x},{y}->{result}")), &places);
    if shape.len() == 1 {
        let axes = step.used.graph.integers(vec![1]);
        place = step.node(Operator::Unsqueeze, &[place, axes]);
        shape.push(Some(1));
    }
    Ok(vec![Flow::new(place, shape)])
}
