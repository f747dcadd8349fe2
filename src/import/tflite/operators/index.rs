//! Elements by their places.

use crate::error::{Error, Kind, Result};
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Binary, Dtype, Element, Operator};

/// The most places of ONE_HOT.
const MOST_CLASSES: i64 = 1 << 20;

/// GATHER: data, indices: whole slices along an axis.
pub fn gather(step: &mut Step<'_, '_>) -> Result<()> {
    let options = step.options(23, 2)?;
    step.check_moved(&[0])?;
    let axis = step.axis(options.integer(0, 0)?, step.rank(0)?)?;
    let batch = options.integer(1, 0)?;
    let batch = if batch < 0 { batch + step.rank(1)? as i64 } else { batch };
    let (x, mut indices) = (table(step, 0)?, step.place(1)?);
    if batch == 0 {
        let made = step.node(Operator::Gather { axis: axis as i64 }, &[x, indices]);
        return step.give(made, Layout::ChannelsLast);
    }
    if batch != axis as i64 {
        return Err(unsupported("GATHER along another axis than the one after its batches"));
    }
    let last = step.whole(vec![-1]);
    indices = step.node(Operator::Unsqueeze, &[indices, last]);
    let made = step.node(Operator::GatherNd { batch }, &[x, indices]);
    step.give(made, Layout::ChannelsLast)
}

/// EMBEDDING_LOOKUP: indices, table.
pub fn rows(step: &mut Step<'_, '_>) -> Result<()> {
    let (indices, table) = (step.place(0)?, table(step, 1)?);
    let made = step.node(Operator::Gather { axis: 0 }, &[table, indices]);
    step.give(made, Layout::ChannelsLast)
}

/// What elements are taken of: as floats, if the output has those.
fn table(step: &mut Step<'_, '_>, i: usize) -> Result<Place> {
    match step.output_dtype(0)?.is_float() && step.is_quantized(step.input(i)?)? {
        true => step.floats(i),
        false => step.place(i),
    }
}

/// GATHER_ND: data, indices: by several dimensions at once.
pub fn gather_nd(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let (x, indices) = (step.place(0)?, step.place(1)?);
    let made = step.node(Operator::GatherNd { batch: 0 }, &[x, indices]);
    step.give(made, Layout::ChannelsLast)
}

/// SCATTER_ND: indices, updates, shape: what several updates put at one place is added.
pub fn scatter(step: &mut Step<'_, '_>) -> Result<()> {
    let zero = Element::zero(step.dtype(1)?);
    let (indices, updates, shape) = (step.place(0)?, step.place(1)?, step.place(2)?);
    let zeros = step.node(Operator::ConstantOfShape(zero), &[shape]);
    let made = step.node(Operator::ScatterNd { reduction: Some(Binary::Add) }, &[zeros, indices, updates]);
    step.give(made, Layout::ChannelsLast)
}

/// WHERE of one tensor: the places of what is true, a row for each.
pub fn places(step: &mut Step<'_, '_>) -> Result<()> {
    let x = step.place(0)?;
    let made = step.node(Operator::NonZero, &[x]);
    let made = step.transposed(made, vec![1, 0]);
    step.give(made, Layout::ChannelsLast)
}

/// TOPK_V2: data, k: the largest of the last dimension, and their places.
pub fn top(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_moved(&[0])?;
    let (x, k) = (step.place(0)?, step.place(1)?);
    let one = step.whole(vec![1]);
    let k = step.node(Operator::Cast(Dtype::I64), &[k]);
    let k = step.node(Operator::Reshape { zero: true }, &[k, one]);
    let made = step.nodes(Operator::TopK { axis: -1, largest: true }, vec![Some(x), Some(k)], 2);
    step.give(made[0], Layout::ChannelsLast)?;
    step.give_as(1, made[1], Dtype::I64, Layout::ChannelsLast)
}

/// ONE_HOT: indices, depth, the value there, the value elsewhere. An index that is out of bounds is nowhere.
pub fn one_hot(step: &mut Step<'_, '_>) -> Result<()> {
    let axis = step.options(61, 1)?.integer(0, 0)?;
    let rank = step.rank(0)? + 1;
    let (axis, depth, dtype) = (step.axis(axis, rank)?, step.integer(1)?, step.dtype(0)?);
    if !(0..=MOST_CLASSES).contains(&depth) {
        return Err(Error::new(Kind::LimitExceeded, "depth", format!("0 to {MOST_CLASSES}"), depth.to_string()));
    }
    let (start, step_by) = (step.number(0, dtype)?, step.number(1, dtype)?);
    let end = step.number(depth, dtype)?;
    let numbers = step.node(Operator::Range, &[start, end, step_by]);
    let mut shape = vec![1; rank];
    shape[axis] = -1;
    let numbers = step.reshaped(numbers, shape);
    let axes = step.whole(vec![axis as i64]);
    let indices = step.place(0)?;
    let indices = step.node(Operator::Unsqueeze, &[indices, axes]);
    let is_there = step.binary(Binary::Equal, indices, numbers);
    let (on, off) = (step.place(2)?, step.place(3)?);
    let made = step.node(Operator::Where, &[is_there, on, off]);
    step.give(made, Layout::ChannelsLast)
}
