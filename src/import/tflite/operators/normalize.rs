//! Numbers that are divided by what they are together.

use crate::error::Result;
use crate::import::layout::Layout;
use crate::import::tflite::step::Step;
use crate::network::{Binary, Operator, Reduce, Reduction, Softmax, SoftmaxKind};

/// SOFTMAX, LOG_SOFTMAX: along the last dimension.
pub fn softmax(step: &mut Step<'_, '_>) -> Result<()> {
    let mut x = step.floats(0)?;
    let kind = match step.kind {
        "SOFTMAX" => {
            let beta = step.options(9, 1)?.float(0)?;
            if beta != 1.0 {
                let beta = step.scalar(beta);
                x = step.binary(Binary::Mul, x, beta);
            }
            SoftmaxKind::Softmax
        }
        _ => {
            step.options(36, 0)?;
            SoftmaxKind::LogSoftmax
        }
    };
    let made = step.node(Operator::Softmax(Softmax { axis: -1, flat: false, kind }), &[x]);
    step.give_floats(made, Layout::ChannelsLast)
}

/// L2_NORMALIZATION: divided by the root of the sum of squares along the last dimension, which is at least 1e-6.
pub fn length(step: &mut Step<'_, '_>) -> Result<()> {
    let activation = step.options(12, 1)?.byte(0)?;
    let x = step.floats(0)?;
    let axes = step.whole(vec![-1]);
    let by = Reduce { by: Reduction::L2, keep: true, none: false };
    let length = step.node(Operator::Reduce(by), &[x, axes]);
    let least = step.scalar(1e-6);
    let length = step.binary(Binary::Max, length, least);
    let made = step.binary(Binary::Div, x, length);
    let made = step.activated(made, activation)?;
    step.give_floats(made, Layout::ChannelsLast)
}
