//! Shapes, and elements in other ones.

use crate::error::Result;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Dtype, Element, Operator};

const LAST: Layout = Layout::ChannelsLast;

/// RESHAPE: data, shape; in older files the shape is an option.
pub fn reshape(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let x = step.place(0)?;
    let shape = match step.find_input(1) {
        Some(_) => step.place(1)?,
        None => {
            let shape = step.options(17, 1)?.integers(0)?;
            step.whole(shape)
        }
    };
    let made = step.node(Operator::Reshape { zero: true }, &[x, shape]);
    step.give(made, LAST)
}

/// SQUEEZE: without the dimensions that are named, or without all of length 1.
pub fn squeeze(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let axes = step.options(30, 1)?.integers(0)?;
    let mut inputs = vec![step.place(0)?];
    if !axes.is_empty() {
        inputs.push(step.whole(axes));
    }
    let made = step.node(Operator::Squeeze, &inputs);
    step.give(made, LAST)
}

/// EXPAND_DIMS: data, axis.
pub fn expand_dims(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let (x, axis) = (step.place(0)?, step.integer(1)?);
    let made = unsqueezed(step, x, axis);
    step.give(made, LAST)
}

fn unsqueezed(step: &mut Step<'_, '_>, x: Place, axis: i64) -> Place {
    let axis = step.whole(vec![axis]);
    step.node(Operator::Unsqueeze, &[x, axis])
}

/// TRANSPOSE: data, order.
pub fn transpose(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let (x, order) = (step.place(0)?, step.integers(1)?);
    // Without an order there would be the reverse one.
    let made = if order.is_empty() { x } else { step.transposed(x, order) };
    step.give(made, LAST)
}

/// CONCATENATION: one after another along an axis.
pub fn concatenate(step: &mut Step<'_, '_>) -> Result<()> {
    let options = step.options(10, 2)?;
    let (axis, activation) = (step.axis(options.integer(0, 0)?, step.rank(0)?)?, options.byte(1)?);
    let rank = step.rank(0)?;
    let inputs: Vec<usize> = (0..step.inputs()).collect();
    for &i in &inputs {
        step.check_rank(i, rank)?;
    }
    let is_moved = step.check_moved(&inputs).is_ok();
    if is_moved && activation != 0 && !step.output_dtype(0)?.is_float() {
        return Err(unsupported("CONCATENATION of whole numbers with an activation"));
    }
    let (all, layout) = step.together(&inputs, !is_moved)?;
    let made = step.node(Operator::Concat { axis: layout.axis(axis, rank) as i64 }, &all);
    let made = step.activated(made, activation)?;
    if is_moved { step.give(made, layout) } else { step.give_floats(made, layout) }
}

/// PACK: one after another along a new axis.
pub fn pack(step: &mut Step<'_, '_>) -> Result<()> {
    let inputs: Vec<usize> = (0..step.inputs()).collect();
    step.check_moved(&inputs)?;
    let axis = step.options(59, 2)?.integer(1, 0)?;
    let mut all = Vec::new();
    for i in inputs {
        let x = step.place(i)?;
        all.push(unsqueezed(step, x, axis));
    }
    let made = step.node(Operator::Concat { axis }, &all);
    step.give(made, LAST)
}

/// UNPACK: each along an axis by itself.
pub fn unpack(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let axis = step.options(64, 2)?.integer(1, 0)?;
    let (x, outputs) = (step.place(0)?, step.outputs());
    let axes = step.whole(vec![axis]);
    for (i, place) in step.nodes(Operator::Split { axis }, vec![Some(x)], outputs).into_iter().enumerate() {
        let made = step.node(Operator::Squeeze, &[place, axes]);
        step.give_at(i, made, LAST)?;
    }
    Ok(())
}

/// SPLIT: axis, data: equal parts. SPLIT_V: data, lengths, axis.
pub fn split(step: &mut Step<'_, '_>) -> Result<()> {
    let (data, along) = if step.kind == "SPLIT" { (1, 0) } else { (0, 2) };
    step.check_moved(&[data])?;
    let rank = step.rank(data)?;
    let (axis, layout) = (step.axis(step.integer(along)?, rank)?, step.layout(data)?);
    let mut inputs = vec![Some(step.laid(data, layout)?)];
    if step.kind == "SPLIT_V" {
        let mut lengths = step.integers(1)?;
        let rest: i64 =
            lengths.iter().filter(|length| **length >= 0).fold(0, |sum, &length| sum.saturating_add(length));
        if let Some(open) = lengths.iter_mut().find(|length| **length < 0) {
            let whole = step.shape(data)?[axis].ok_or_else(|| unsupported("SPLIT_V of a free length"))?;
            *open = whole as i64 - rest;
        }
        inputs.push(Some(step.whole(lengths)));
    }
    let operator = Operator::Split { axis: layout.axis(axis, rank) as i64 };
    let made = step.nodes(operator, inputs, step.outputs());
    made.into_iter().enumerate().try_for_each(|(i, place)| step.give_at(i, place, layout))
}

/// TILE: data, how often along each dimension. BROADCAST_TO: data, shape.
pub fn repeat(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let operator = if step.kind == "TILE" { Operator::Tile } else { Operator::Expand };
    let (x, numbers) = (step.place(0)?, step.place(1)?);
    let made = step.node(operator, &[x, numbers]);
    step.give(made, LAST)
}

/// SHAPE: the lengths, as whole numbers.
pub fn lengths(step: &mut Step<'_, '_>) -> Result<()> {
    step.options(55, 1)?;
    let x = step.place(0)?;
    let made = step.node(Operator::Shape { start: 0, end: None }, &[x]);
    step.give_as(0, made, Dtype::I64, LAST)
}

/// RANGE: start, end, step.
pub fn range(step: &mut Step<'_, '_>) -> Result<()> {
    let all = [step.place(0)?, step.place(1)?, step.place(2)?];
    let made = step.node(Operator::Range, &all);
    step.give(made, LAST)
}

/// FILL: shape, one number.
pub fn fill(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[1])?;
    let (shape, x) = (step.place(0)?, step.place(1)?);
    let made = step.node(Operator::Expand, &[x, shape]);
    step.give(made, LAST)
}

/// ZEROS_LIKE: zeros in the input's shape.
pub fn zeros(step: &mut Step<'_, '_>) -> Result<()> {
    let dtype = step.output_dtype(0)?;
    if step.is_quantized(step.output(0)?)? {
        return Err(unsupported("ZEROS_LIKE of whole numbers that stand for floats"));
    }
    let x = step.place(0)?;
    let shape = step.node(Operator::Shape { start: 0, end: None }, &[x]);
    let made = step.node(Operator::ConstantOfShape(Element::zero(dtype)), &[shape]);
    step.give(made, LAST)
}
