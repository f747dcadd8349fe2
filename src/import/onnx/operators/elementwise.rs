//! Operators of one element, or of two at a time.

use super::super::step::{Step, unsupported};
use super::super::tensor::{dtype, type_name};
use crate::error::Result;
use crate::network::{Binary, Data, Dtype, Operator, Tensor, Unary};

/// A function of every element.
pub fn unary(step: Step<'_, '_>) -> Result<()> {
    let function = match step.node.op_type {
        "Abs" => Unary::Abs,
        "Acos" => Unary::Acos,
        "Acosh" => Unary::Acosh,
        "Asin" => Unary::Asin,
        "Asinh" => Unary::Asinh,
        "Atan" => Unary::Atan,
        "Atanh" => Unary::Atanh,
        "BitwiseNot" => Unary::BitwiseNot,
        "Ceil" => Unary::Ceil,
        "Celu" => Unary::Celu(step.float("alpha", 1.0)),
        "Cos" => Unary::Cos,
        "Cosh" => Unary::Cosh,
        "Elu" => Unary::Elu(step.float("alpha", 1.0)),
        "Erf" => Unary::Erf,
        "Exp" => Unary::Exp,
        "Floor" => Unary::Floor,
        "Gelu" => Unary::Gelu(step.choice("approximate", "none", &[("none", false), ("tanh", true)])?),
        "HardSigmoid" => Unary::HardSigmoid(step.float("alpha", 0.2), step.float("beta", 0.5)),
        "HardSwish" => Unary::HardSwish,
        "IsInf" => Unary::IsInf(step.flag("detect_negative", true), step.flag("detect_positive", true)),
        "IsNaN" => Unary::IsNan,
        "LeakyRelu" => Unary::LeakyRelu(step.float("alpha", 0.01)),
        "Log" => Unary::Log,
        "Mish" => Unary::Mish,
        "Neg" => Unary::Neg,
        "Not" => Unary::Not,
        "Reciprocal" => Unary::Reciprocal,
        "Relu" => Unary::Relu,
        "Round" => Unary::Round,
        "Selu" => Unary::Selu(step.float("alpha", 1.673_263_2), step.float("gamma", 1.050_701)),
        "Shrink" => Unary::Shrink(step.float("bias", 0.0), step.float("lambd", 0.5)),
        "Sigmoid" => Unary::Sigmoid,
        "Sign" => Unary::Sign,
        "Sin" => Unary::Sin,
        "Sinh" => Unary::Sinh,
        "Softplus" => Unary::Softplus,
        "Softsign" => Unary::Softsign,
        "Sqrt" => Unary::Sqrt,
        "Swish" => Unary::Swish(step.float("alpha", 1.0)),
        "Tan" => Unary::Tan,
        "Tanh" => Unary::Tanh,
        "ThresholdedRelu" => Unary::ThresholdedRelu(step.float("alpha", 1.0)),
        operator => return Err(unsupported(format!("the operator {operator}"))),
    };
    step.becomes(Operator::Unary(function))
}

/// A function of two elements.
pub fn binary(step: Step<'_, '_>) -> Result<()> {
    let function = match step.node.op_type {
        "Add" => Binary::Add,
        "And" => Binary::And,
        "BitShift" => step.choice("direction", "", &[("LEFT", Binary::ShiftLeft), ("RIGHT", Binary::ShiftRight)])?,
        "BitwiseAnd" => Binary::BitwiseAnd,
        "BitwiseOr" => Binary::BitwiseOr,
        "BitwiseXor" => Binary::BitwiseXor,
        "Div" => Binary::Div,
        "Equal" => Binary::Equal,
        "Greater" => Binary::Greater,
        "GreaterOrEqual" => Binary::GreaterOrEqual,
        "Less" => Binary::Less,
        "LessOrEqual" => Binary::LessOrEqual,
        "Mod" if step.flag("fmod", false) => Binary::Fmod,
        "Mod" => Binary::Mod,
        "Mul" => Binary::Mul,
        "Or" => Binary::Or,
        "Pow" => Binary::Pow,
        "PRelu" => Binary::PRelu,
        "Sub" => Binary::Sub,
        "Xor" => Binary::Xor,
        operator => return Err(unsupported(format!("the operator {operator}"))),
    };
    step.becomes(Operator::Binary(function))
}

/// A function of any number of tensors: the first with the second, that with the third, and so on.
pub fn several(mut step: Step<'_, '_>) -> Result<()> {
    let function = match step.node.op_type {
        "Max" => Binary::Max,
        "Min" => Binary::Min,
        _ => Binary::Add,
    };
    let count = step.inputs.len();
    let mut all = step.input(0)?;
    for i in 1..count {
        let next = step.input(i)?;
        all = step.make(Operator::Binary(function), &[all, next]);
    }
    if step.node.op_type == "Mean" && count > 1 {
        // Whatever the elements' type is: the divisor becomes one of it.
        let divisor = Some(step.builder.weight(Tensor::scalar(count as f32)));
        let divisor = step.make(Operator::CastLike, &[divisor, all]);
        all = step.make(Operator::Binary(Binary::Div), &[all, divisor]);
    }
    step.is(all)
}

/// Between two bounds, each of which may be left out.
pub fn clip(mut step: Step<'_, '_>) -> Result<()> {
    if step.version < 11 {
        for (at, name) in [(1, "min"), (2, "max")] {
            let bound = step.has(name).then(|| Tensor::scalar(step.float(name, 0.0)));
            step.push_constant(at, bound);
        }
    }
    let mut all = step.input(0)?;
    for (at, function) in [(1, Binary::Max), (2, Binary::Min)] {
        let bound = step.inputs.get(at).copied().flatten();
        if bound.is_some() {
            all = step.make(Operator::Binary(function), &[all, bound]);
        }
    }
    step.is(all)
}

/// Operators of types.
pub fn typed(step: Step<'_, '_>) -> Result<()> {
    // Only 8-bit floats saturate, and those are refused.
    step.ignore(&["saturate", "round_mode"]);
    let operator = match step.node.op_type {
        "CastLike" => Operator::CastLike,
        "Where" => Operator::Where,
        operator => {
            let to = step.integer("to", 0);
            let to = dtype(to).ok_or_else(|| unsupported(format!("{operator} to {}", type_name(to))))?;
            step.builder.may_have(to);
            if operator == "Cast" { Operator::Cast(to) } else { Operator::BitCast(to) }
        }
    };
    step.becomes(operator)
}

/// The truth value that a constant is, if it is one.
pub fn constant_truth(tensor: &Tensor) -> Option<bool> {
    match (tensor.dtype(), tensor.data()) {
        (Dtype::Bool, Data::I64(x)) if x.len() == 1 => Some(x[0] != 0),
        _ => None,
    }
}
