//! Recurrent layers.

use super::super::step::{Step, unsupported};
use crate::error::Result;
use crate::network::{Cell, Direction, Operator, Recurrent, Unary};

/// RNN, GRU and LSTM.
pub fn add(step: Step<'_, '_>) -> Result<()> {
    let (cell, defaults): (Cell, &[&str]) = match step.node.op_type {
        "RNN" => (Cell::Rnn, &["Tanh"]),
        "GRU" => (Cell::Gru { reset_after: step.flag("linear_before_reset", false) }, &["Sigmoid", "Tanh"]),
        _ => (Cell::Lstm { coupled: step.flag("input_forget", false) }, &["Sigmoid", "Tanh", "Tanh"]),
    };
    let directions =
        [("forward", Direction::Forward), ("reverse", Direction::Reverse), ("bidirectional", Direction::Bidirectional)];
    let direction = step.choice("direction", "forward", &directions)?;
    let layer = Recurrent {
        cell,
        hidden: step.integer("hidden_size", 0),
        direction,
        activations: activations(&step, defaults, direction)?,
        clip: step.float("clip", 0.0),
        batch_first: step.flag("layout", false),
    };
    step.becomes(Operator::Recurrent(layer))
}

/// The functions of each direction, with their own numbers: those are listed for the functions that have some.
fn activations(step: &Step<'_, '_>, defaults: &[&str], direction: Direction) -> Result<Vec<Unary>> {
    let ways = if direction == Direction::Bidirectional { 2 } else { 1 };
    let names = step.texts("activations")?;
    let names = if names.is_empty() { defaults.repeat(ways) } else { names };
    if names.len() != defaults.len() * ways {
        return Err(unsupported(format!("{} activations for {ways} directions", names.len())));
    }
    let mut alphas = step.floats("activation_alpha").unwrap_or_default().into_iter();
    let mut betas = step.floats("activation_beta").unwrap_or_default().into_iter();
    let mut alpha = |absent: f32| alphas.next().unwrap_or(absent);
    let mut beta = |absent: f32| betas.next().unwrap_or(absent);
    let function = |name: &&str| {
        Ok(match *name {
            "Relu" => Unary::Relu,
            "Tanh" => Unary::Tanh,
            "Sigmoid" => Unary::Sigmoid,
            "LeakyRelu" => Unary::LeakyRelu(alpha(0.01)),
            "ThresholdedRelu" => Unary::ThresholdedRelu(alpha(1.0)),
            "HardSigmoid" => Unary::HardSigmoid(alpha(0.2), beta(0.5)),
            "Elu" => Unary::Elu(alpha(1.0)),
            "Softsign" => Unary::Softsign,
            "Softplus" => Unary::Softplus,
            name => return Err(unsupported(format!("the activation {name}"))),
        })
    };
    names.iter().map(function).collect()
}
