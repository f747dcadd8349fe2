//! Products of matrices.

use super::quantize::Products;
use crate::error::Result;
use crate::import::layout::Layout;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Binary, Operator};

/// FULLY_CONNECTED: data, weights `[out, in]`, bias?: products of the last dimension with a matrix.
pub fn fully_connected(step: &mut Step<'_, '_>) -> Result<()> {
    let options = step.options(8, 5)?;
    let (activation, keep) = (options.byte(0)?, options.flag(2)?);
    if options.byte(1)? != 0 {
        return Err(unsupported("FULLY_CONNECTED with shuffled weights"));
    }
    if !step.graph.is_constant(step.input(1)?)? {
        return computed(step, keep, activation);
    }
    let &[_, Some(depth)] = step.shape(1)? else { return Err(unsupported("weights of other than 2 dimensions")) };
    let is_flat = !keep && step.rank(0)? != 2;
    let products = Products { data: 0, filters: 1, bias: 2, activation };
    let operator = if step.find_input(2).is_some() { Operator::Linear } else { Operator::MatMul };
    let layout = Layout::ChannelsLast;
    let made = products.made(
        step,
        layout,
        |weights| weights.turned(&[1, 0]),
        operator,
        |step, x| match is_flat {
            true => Ok(step.reshaped(x, vec![-1, depth as i64])),
            false => Ok(x),
        },
    )?;
    step.give(made, layout)
}

/// The same with weights that are computed.
fn computed(step: &mut Step<'_, '_>, keep: bool, activation: u8) -> Result<()> {
    let depth = step.shape(1)?.last().copied().flatten();
    let (mut x, weights) = (step.floats(0)?, step.floats(1)?);
    if !keep && step.rank(0)? != 2 {
        let depth = depth.ok_or_else(|| unsupported("FULLY_CONNECTED with weights of a free size"))?;
        x = step.reshaped(x, vec![-1, depth as i64]);
    }
    let weights = step.transposed(weights, vec![1, 0]);
    let mut made = step.node(Operator::MatMul, &[x, weights]);
    if step.find_input(2).is_some() {
        let bias = step.floats(2)?;
        made = step.binary(Binary::Add, made, bias);
    }
    let made = step.activated(made, activation)?;
    step.give_floats(made, Layout::ChannelsLast)
}

/// BATCH_MATMUL: products of the last two dimensions, each of which may be turned.
pub fn matrices(step: &mut Step<'_, '_>) -> Result<()> {
    let options = step.options(101, 3)?;
    let mut both = Vec::new();
    for i in 0..2 {
        step.graph.kinds.mixed |= step.is_quantized(step.input(i)?)? && !step.is_quantized(step.output(0)?)?;
        let x = step.floats(i)?;
        let rank = step.rank(i)? as i64;
        let is_turned = options.flag(i)?;
        both.push(match is_turned && rank > 1 {
            true => step.transposed(x, (0..rank - 2).chain([rank - 1, rank - 2]).collect()),
            false => x,
        });
    }
    let made = step.node(Operator::MatMul, &both);
    step.give_floats(made, Layout::ChannelsLast)
}
