//! Operations on truth values. Keras 3 writes the masks of functional models as these, and gives them to the layers by name.

use super::{Add, Argument, Flow, Step, merge};
use crate::error::Result;
use crate::import::keras::settings::unsupported;
use crate::import::layout::Layout;
use crate::import::value::{Value, wrong};
use crate::network::{Binary, Data, Dtype, Element, Operator, Reduce, Reduction, Tensor, Unary};

/// What an operation is, if it is one of these.
pub fn known(class: &str) -> Option<Add> {
    Some(match class {
        "NotEqual" => not_equal,
        "LogicalOr" => either,
        "Any" => any,
        "ExpandDims" => expand,
        "OnesLike" | "ZerosLike" => alike,
        "Concatenate" => merge::concatenate,
        "ConvertToTensor" => itself,
        _ => return None,
    })
}

/// A tensor and a number.
fn not_equal(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let [Argument::Tensor(_), Argument::Value(Value::Number(number))] = step.used.call.arguments[..] else {
        return Err(unsupported("NotEqual of other values than a tensor and a number"));
    };
    let input = step.input()?;
    let number = match input.dtype {
        Dtype::F32 => Tensor::scalar(*number as f32),
        dtype if dtype.is_integer() && number.trunc() == *number => {
            Tensor::new(dtype, vec![], Data::I64(vec![*number as i64]))?
        }
        dtype => return Err(unsupported(format!("NotEqual of {} and {number}", dtype.name()))),
    };
    let number = step.used.graph.constant(number);
    let is_it = step.node(Operator::Binary(Binary::Equal), &[input.place, number]);
    let place = step.node(Operator::Unary(Unary::Not), &[is_it]);
    Ok(vec![Flow { dtype: Dtype::Bool, ..input.at(place) }])
}

fn either(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    match &step.used.inputs[..] {
        [a, b] if a.rank() == b.rank() && [a, b].iter().all(|value| value.dtype == Dtype::Bool) => {
            let (a, b) = (a.clone(), b.clone());
            Ok(vec![step.both(Binary::Or, &a, &b)?])
        }
        _ => Err(unsupported("LogicalOr of other values than two tensors of truth values with as many dimensions")),
    }
}

/// Whether any along a dimension is true.
fn any(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let keep = step.settings.flag("keepdims", false)?;
    let axis = step.settings.find_number("axis")?.and_then(|axis| input.dimension(axis as i64));
    let Some(axis) = axis.filter(|_| input.dtype == Dtype::Bool) else {
        return Err(unsupported("Any of other values than truth values along one dimension"));
    };
    let x = step.used.graph.last(&step.used.at, &input);
    let axes = step.used.graph.integers(vec![axis as i64]);
    let place = step.node(Operator::Reduce(Reduce { by: Reduction::Max, keep, none: false }), &[x, axes]);
    let mut shape = input.shape;
    match keep {
        true => shape[axis] = Some(1),
        false => _ = shape.remove(axis),
    }
    Ok(vec![Flow { dtype: Dtype::Bool, ..Flow::new(place, shape) }])
}

fn expand(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let axis = step.settings.number("axis", 0.0)? as i64;
    let from_start = if axis < 0 { axis + input.rank() as i64 + 1 } else { axis };
    let place = usize::try_from(from_start).ok().filter(|&axis| axis <= input.rank());
    let at = place.ok_or_else(|| wrong("axis", "a dimension", axis))?;
    let x = step.used.graph.last(&step.used.at, &input);
    let axes = step.used.graph.integers(vec![at as i64]);
    let place = step.node(Operator::Unsqueeze, &[x, axes]);
    let mut shape = input.shape.clone();
    shape.insert(at, Some(1));
    Ok(vec![Flow { layout: Layout::ChannelsLast, shape, ..input.at(place) }])
}

/// As many truth values as another tensor has elements, all the same.
fn alike(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    if step.settings.text("dtype", "")? != "bool" {
        return Err(unsupported("another type than bool"));
    }
    let x = step.used.graph.last(&step.used.at, &input);
    let shape = step.node(Operator::Shape { start: 0, end: None }, &[x]);
    let truth = i64::from(step.class() == "OnesLike");
    let place = step.node(Operator::ConstantOfShape(Element::I64(truth, Dtype::Bool)), &[shape]);
    Ok(vec![Flow { dtype: Dtype::Bool, ..Flow::new(place, input.shape) }])
}

fn itself(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    Ok(vec![step.input()?])
}
