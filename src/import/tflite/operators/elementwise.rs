//! Functions of one element, and of several at a time.

use crate::error::Result;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Binary, Operator, Unary};

/// ADD, SUB, MUL, DIV, with an activation.
pub fn arithmetic(step: &mut Step<'_, '_>) -> Result<()> {
    let (function, kind, fields) = match step.kind {
        "ADD" => (Binary::Add, 11, 2),
        "SUB" => (Binary::Sub, 28, 2),
        "MUL" => (Binary::Mul, 21, 1),
        _ => (Binary::Div, 29, 1),
    };
    let activation = step.options(kind, fields)?.byte(0)?;
    let (both, layout) = step.together(&[0, 1], true)?;
    let made = step.binary(function, both[0], both[1]);
    finished(step, made, activation, layout)
}

/// What an operator makes, with its activation.
fn finished(step: &mut Step<'_, '_>, made: Place, activation: u8, layout: Layout) -> Result<()> {
    let output = step.output(0)?;
    if activation != 0 && !step.is_quantized(output)? && !step.output_dtype(0)?.is_float() {
        return Err(unsupported(format!("{} of whole numbers with an activation", step.kind)));
    }
    let made = step.activated(made, activation)?;
    step.give_floats(made, layout)
}

/// ADD_N: the sum of all inputs.
pub fn sum(step: &mut Step<'_, '_>) -> Result<()> {
    let (all, layout) = step.together(&(0..step.inputs()).collect::<Vec<_>>(), true)?;
    let made = all.into_iter().reduce(|sum, x| step.binary(Binary::Add, sum, x));
    let made = made.ok_or_else(|| unsupported("ADD_N of nothing"))?;
    step.give_floats(made, layout)
}

/// Functions of two elements.
pub fn binary(step: &mut Step<'_, '_>) -> Result<()> {
    let (both, layout) = step.together(&[0, 1], true)?;
    let [x, y] = [both[0], both[1]];
    let is_float = step.output_dtype(0)?.is_float() || step.is_quantized(step.output(0)?)?;
    let made = match step.kind {
        "MAXIMUM" => step.binary(Binary::Max, x, y),
        "MINIMUM" => step.binary(Binary::Min, x, y),
        "POW" => step.binary(Binary::Pow, x, y),
        "PRELU" => step.binary(Binary::PRelu, x, y),
        "FLOOR_MOD" => step.binary(Binary::Mod, x, y),
        "SQUARED_DIFFERENCE" => {
            let difference = step.binary(Binary::Sub, x, y);
            step.binary(Binary::Mul, difference, difference)
        }
        _ if is_float => {
            let quotient = step.binary(Binary::Div, x, y);
            step.unary(Unary::Floor, quotient)
        }
        // What is left over has the divisor's sign, so that the rest is a multiple of it.
        _ => {
            let over = step.binary(Binary::Mod, x, y);
            let rest = step.binary(Binary::Sub, x, over);
            step.binary(Binary::Div, rest, y)
        }
    };
    step.give_floats(made, layout)
}

/// EQUAL and its kin.
pub fn compare(step: &mut Step<'_, '_>) -> Result<()> {
    let (both, layout) = step.together(&[0, 1], true)?;
    let function = match step.kind {
        "LESS" => Binary::Less,
        "LESS_EQUAL" => Binary::LessOrEqual,
        "GREATER" => Binary::Greater,
        "GREATER_EQUAL" => Binary::GreaterOrEqual,
        _ => Binary::Equal,
    };
    let mut made = step.binary(function, both[0], both[1]);
    if step.kind == "NOT_EQUAL" {
        made = step.unary(Unary::Not, made);
    }
    step.give(made, layout)
}

/// LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT.
pub fn logical(step: &mut Step<'_, '_>) -> Result<()> {
    if step.kind == "LOGICAL_NOT" {
        let layout = step.layout(0)?;
        let x = step.laid(0, layout)?;
        let made = step.unary(Unary::Not, x);
        return step.give(made, layout);
    }
    let (both, layout) = step.together(&[0, 1], false)?;
    let function = if step.kind == "LOGICAL_AND" { Binary::And } else { Binary::Or };
    let made = step.binary(function, both[0], both[1]);
    step.give(made, layout)
}

/// Functions of one element.
pub fn unary(step: &mut Step<'_, '_>) -> Result<()> {
    let layout = step.layout(0)?;
    let x = step.laid_floats(0, layout)?;
    let made = match step.kind {
        "ABS" => step.unary(Unary::Abs, x),
        "CEIL" => step.unary(Unary::Ceil, x),
        "COS" => step.unary(Unary::Cos, x),
        "ELU" => step.unary(Unary::Elu(1.0), x),
        "EXP" => step.unary(Unary::Exp, x),
        "FLOOR" => step.unary(Unary::Floor, x),
        "GELU" => {
            let by_tanh = step.options(116, 1)?.flag(0)?;
            step.unary(Unary::Gelu(by_tanh), x)
        }
        "HARD_SWISH" => step.unary(Unary::HardSwish, x),
        "LEAKY_RELU" => {
            let slope = step.options(75, 1)?.float(0)?;
            step.unary(Unary::LeakyRelu(slope), x)
        }
        "LOG" => step.unary(Unary::Log, x),
        "LOGISTIC" => step.unary(Unary::Sigmoid, x),
        "NEG" => step.unary(Unary::Neg, x),
        "RELU" => step.activated(x, 1)?,
        "RELU_N1_TO_1" => step.activated(x, 2)?,
        "RELU6" => step.activated(x, 3)?,
        "RELU_0_TO_1" => step.bounded(x, 0.0, 1.0),
        "ROUND" => step.unary(Unary::Round, x),
        "RSQRT" => {
            let root = step.unary(Unary::Sqrt, x);
            step.unary(Unary::Reciprocal, root)
        }
        "SIGN" => step.unary(Unary::Sign, x),
        "SIN" => step.unary(Unary::Sin, x),
        "SQRT" => step.unary(Unary::Sqrt, x),
        "SQUARE" => step.binary(Binary::Mul, x, x),
        _ => step.unary(Unary::Tanh, x),
    };
    step.give_floats(made, layout)
}

/// SELECT, SELECT_V2: condition, then, else.
pub fn choose(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[1, 2])?;
    let (condition, rank) = (step.rank(0)?, step.rank(1)?);
    if step.kind == "SELECT" && condition == 1 && rank > 1 {
        // A truth value for each element of the first dimension.
        let (mut place, x, y) = (step.place(0)?, step.place(1)?, step.place(2)?);
        place = step.reshaped(place, [vec![-1], vec![1; rank - 1]].concat());
        let made = step.node(Operator::Where, &[place, x, y]);
        return step.give(made, Layout::ChannelsLast);
    }
    let (all, layout) = step.together(&[0, 1, 2], false)?;
    let made = step.node(Operator::Where, &all);
    step.give(made, layout)
}

/// CAST: elements of another type.
pub fn cast(step: &mut Step<'_, '_>) -> Result<()> {
    step.options(37, 2)?;
    let (layout, dtype) = (step.layout(0)?, step.output_dtype(0)?);
    let x = step.laid(0, layout)?;
    let made = step.node(Operator::Cast(dtype), &[x]);
    step.give(made, layout)
}
