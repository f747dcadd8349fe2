//! Operations of `keras.ops` between layers: arithmetic of tensors and numbers, and functions of one element.

use super::{Add, Argument, Flow, Step, truth};
use crate::error::Result;
use crate::import::keras::settings::unsupported;
use crate::import::layout::Layout;
use crate::import::value::{Value, wrong};
use crate::network::{Binary, Dtype, Operator, Unary};

/// What an operation is, if it is known.
pub fn known(class: &str) -> Option<Add> {
    match (binary(class), unary(class)) {
        (Some(_), _) => Some(two),
        (_, Some(_)) => Some(one),
        _ => truth::known(class),
    }
}

fn binary(class: &str) -> Option<Binary> {
    Some(match class {
        "Add" => Binary::Add,
        "Divide" | "TrueDivide" => Binary::Div,
        "Maximum" => Binary::Max,
        "Minimum" => Binary::Min,
        "Multiply" => Binary::Mul,
        "Power" => Binary::Pow,
        "Subtract" => Binary::Sub,
        _ => return None,
    })
}

fn unary(class: &str) -> Option<Unary> {
    Some(match class {
        "Abs" | "Absolute" => Unary::Abs,
        "Ceil" => Unary::Ceil,
        "Cos" => Unary::Cos,
        "Exp" => Unary::Exp,
        "Floor" => Unary::Floor,
        "Log" => Unary::Log,
        "Negative" => Unary::Neg,
        "Relu" => Unary::Relu,
        "Sigmoid" => Unary::Sigmoid,
        "Silu" => Unary::Swish(1.0),
        "Sin" => Unary::Sin,
        "Softplus" => Unary::Softplus,
        "Sqrt" => Unary::Sqrt,
        "Tanh" => Unary::Tanh,
        _ => return None,
    })
}

fn one(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(0)?;
    let function = unary(step.class()).ok_or_else(|| unsupported("the operation"))?;
    Ok(vec![step.used.graph.unary(&step.used.at.clone(), function, &input)])
}

fn two(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let function = binary(step.class()).ok_or_else(|| unsupported("the operation"))?;
    let call = step.used.call;
    let named = ["x1", "x2"].iter().flat_map(|name| call.named.iter().find(|(own, _)| own == name));
    let all: Vec<&Argument<'_>> = call.arguments.iter().chain(named.map(|(_, argument)| argument)).collect();
    let [a, b] = all[..] else { return Err(wrong("args", "2 values", all.len())) };
    let tensors = step.used.inputs.len() + step.used.named.iter().map(|(_, _, values)| values.len()).sum::<usize>();
    let values: Vec<Flow> =
        step.used.inputs.iter().chain(step.used.named.iter().flat_map(|(_, _, values)| values)).cloned().collect();
    if values.iter().any(|value| value.dtype != Dtype::F32) {
        return Err(unsupported("arithmetic of other types than float32"));
    }
    match (a, b) {
        (Argument::Tensor(_), Argument::Tensor(_)) if tensors == 2 && values[0].rank() == values[1].rank() => {
            step.both(function, &values[0], &values[1]).map(|made| vec![made])
        }
        (Argument::Tensor(_), Argument::Value(Value::Number(x))) => {
            Ok(vec![step.used.graph.with_number(&step.used.at.clone(), function, &values[0], *x)])
        }
        (Argument::Value(Value::Number(x)), Argument::Tensor(_)) => {
            let x = step.used.graph.scalar(*x);
            let y = step.used.graph.last(&step.used.at, &values[0]);
            let place = step.node(Operator::Binary(function), &[x, y]);
            Ok(vec![Flow { layout: Layout::ChannelsLast, ..values[0].at(place) }])
        }
        _ => Err(unsupported("an operation of other values than tensors of as many dimensions, and numbers")),
    }
}
