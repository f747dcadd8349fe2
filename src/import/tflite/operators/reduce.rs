//! Many elements become one.

use crate::error::Result;
use crate::import::layout::Layout;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{Dtype, Operator, Reduce, Reduction};

/// MEAN, SUM and their kin.
pub fn reduce(step: &mut Step<'_, '_>) -> Result<()> {
    let keep = step.options(27, 1)?.flag(0)?;
    let rank = step.rank(0)?;
    let axes = step.integers(1)?.into_iter().map(|axis| step.axis(axis, rank)).collect::<Result<Vec<_>>>()?;
    let by = match step.kind {
        "MEAN" => Reduction::Mean,
        "SUM" => Reduction::Sum,
        "REDUCE_PROD" => Reduction::Prod,
        "REDUCE_MAX" | "REDUCE_ANY" => Reduction::Max,
        _ => Reduction::Min,
    };
    let is_whole = step.is_quantized(step.input(0)?)?;
    let only_moves = matches!(by, Reduction::Max | Reduction::Min);
    if is_whole && by == Reduction::Prod {
        return Err(unsupported("REDUCE_PROD of whole numbers that stand for floats"));
    }
    let own = step.layout(0)?;
    let kept: Vec<usize> = (0..rank).filter(|axis| !axes.contains(axis)).map(|axis| own.axis(axis, rank)).collect();
    // What is left must lie as TFLite has it.
    let layout = if keep || kept.is_sorted() { own } else { Layout::ChannelsLast };
    let x = match only_moves || !is_whole {
        true => step.laid(0, layout)?,
        false => step.laid_floats(0, layout)?,
    };
    let axes = axes.into_iter().map(|axis| layout.axis(axis, rank) as i64).collect();
    let axes = step.whole(axes);
    let made = step.node(Operator::Reduce(Reduce { by, keep, none: true }), &[x, axes]);
    let layout = if keep { layout } else { Layout::ChannelsLast };
    if !is_whole || only_moves {
        step.check_moved(&[0])?;
        return step.give(made, layout);
    }
    step.give_floats(made, layout)
}

/// ARG_MAX, ARG_MIN: the first place of the largest or the least.
pub fn place(step: &mut Step<'_, '_>) -> Result<()> {
    let largest = step.kind == "ARG_MAX";
    step.options(if largest { 40 } else { 57 }, 1)?;
    let axis = step.integer(1)?;
    let x = step.place(0)?;
    let made = step.node(Operator::ArgReduce { largest, axis, keep: false, last: false }, &[x]);
    step.give_as(0, made, Dtype::I64, Layout::ChannelsLast)
}

/// CUMSUM: sums up to each element.
pub fn cumulate(step: &mut Step<'_, '_>) -> Result<()> {
    let options = step.options(102, 2)?;
    let (exclusive, reverse) = (options.flag(0)?, options.flag(1)?);
    let (x, axis) = (step.place(0)?, step.integer(1)?);
    let axis = step.whole(vec![axis]);
    let made = step.node(Operator::Cumulate { product: false, exclusive, reverse }, &[x, axis]);
    step.give(made, Layout::ChannelsLast)
}
