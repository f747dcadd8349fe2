//! Pooling: what a window holds becomes one number.

use crate::error::{Error, Kind, Result};
use crate::import::layout::Layout;
use crate::import::tflite::step::{Step, unsupported};
use crate::network::{AutoPad, Binary, Dtype, Operator, Pool, PoolKind, Unary, Window};

/// AVERAGE_POOL_2D, MAX_POOL_2D. Pads of an average do not count.
pub fn moving(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_rank(0, 4)?;
    step.check_moved(&[0])?;
    let options = step.options(5, 6)?;
    let [strides, kernel] = [[2, 1], [4, 3]].map(|[height, width]| -> Result<Vec<i64>> {
        let numbers = vec![options.integer(height, 0)?, options.integer(width, 0)?];
        match numbers.iter().all(|&x| x > 0) {
            true => Ok(numbers),
            false => {
                Err(Error::new(Kind::InvalidModel, "builtin_options", "numbers from 1 on", format!("{numbers:?}")))
            }
        }
    });
    let auto = if options.byte(0)? == 0 { AutoPad::SameUpper } else { AutoPad::Valid };
    let window = Window { kernel: kernel?, strides: strides?, auto, groups: 1, ..Window::default() };
    let (activation, layout) = (options.byte(5)?, Layout::ChannelsSecond);
    if activation != 0 && step.is_quantized(step.input(0)?)? {
        return Err(unsupported(format!("{} of whole numbers with an activation", step.kind)));
    }
    let x = step.laid(0, layout)?;
    if step.kind == "MAX_POOL_2D" {
        let by = PoolKind::Max { by_columns: false };
        let made = step.node(Operator::Pool(Pool { by, window, ceil: false }), &[x]);
        let made = step.activated(made, activation)?;
        return step.give(made, layout);
    }
    let average = Operator::Pool(Pool { by: PoolKind::Average { with_pads: false }, window, ceil: false });
    if !step.is_quantized(step.input(0)?)? {
        let made = step.node(average, &[x]);
        let made = step.activated(made, activation)?;
        return step.give(made, layout);
    }
    // Whole numbers are averaged as they are, with their zero point, and rounded, halves away from zero.
    step.graph.kinds.whole = true;
    let dtype = step.dtype(0)?;
    let x = step.node(Operator::Cast(Dtype::F32), &[x]);
    let mean = step.node(average, &[x]);
    let (size, half) = (step.unary(Unary::Abs, mean), step.scalar(0.5));
    let more = step.binary(Binary::Add, size, half);
    let (floor, sign) = (step.unary(Unary::Floor, more), step.unary(Unary::Sign, mean));
    let made = step.binary(Binary::Mul, floor, sign);
    let made = step.node(Operator::Cast(dtype), &[made]);
    step.give(made, layout)
}
