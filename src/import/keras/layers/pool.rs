//! Pooling: what a window holds, or all of an image, becomes one number.

use super::{Flow, Step};
use crate::error::Result;
use crate::import::keras::flow::Shape;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::value::wrong;
use crate::network::{AutoPad, Binary, Dtype, Operator, Pool, PoolKind, Reduce, Reduction, Window};

/// AveragePooling1D, MaxPooling2D and their kin. Pads of an average do not count.
pub fn moving(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let count = step.spatial();
    let kernel = step.settings.integers("pool_size", count, 2)?;
    let strides = match step.settings.find("strides") {
        Some(_) => step.settings.integers("strides", count, 2)?,
        None => kernel.clone(),
    };
    if let Some(x) = kernel.iter().chain(&strides).find(|x| !(1..=1 << 20).contains(*x)) {
        return Err(wrong("pool_size", "numbers from 1 on", x));
    }
    let auto = step.settings.choice("padding", "valid", &[("valid", AutoPad::Valid), ("same", AutoPad::SameUpper)])?;
    let by = match step.class().starts_with("Max") {
        true => PoolKind::Max { by_columns: false },
        false => PoolKind::Average { with_pads: false },
    };
    let mut shape: Shape = vec![input.shape[0]];
    for (i, (&kernel, &stride)) in kernel.iter().zip(&strides).enumerate() {
        shape.push(match (input.shape[i + 1], auto) {
            (None, _) => None,
            (Some(length), AutoPad::SameUpper) => Some(length.div_ceil(stride as usize)),
            (Some(length), _) if length < kernel as usize => {
                return Err(wrong("pool_size", format!("at most {length}"), kernel));
            }
            (Some(length), _) => Some((length - kernel as usize) / stride as usize + 1),
        });
    }
    shape.push(input.channels());
    let window = Window { kernel, strides, auto, groups: 1, ..Window::default() };
    let x = step.used.graph.second(&step.used.at, &input);
    let place = step.node(Operator::Pool(Pool { by, window, ceil: false }), &[x]);
    Ok(vec![Flow { layout: Layout::ChannelsSecond, ..Flow::new(place, shape) }])
}

/// GlobalAveragePooling2D and its kin.
pub fn whole(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let keep = step.settings.flag("keepdims", false)?;
    let by = if step.class().starts_with("GlobalMax") { Reduction::Max } else { Reduction::Mean };
    let mask = if step.class() == "GlobalAveragePooling1D" { step.mask()? } else { None };
    let (input, place) = match mask {
        Some(mask) => {
            let input = Flow::new(step.used.graph.last(&step.used.at, &input), input.shape);
            let place = counted_mean(step, &input, mask, keep);
            (input, place)
        }
        None => {
            let axes = (1..input.rank() - 1).map(|axis| input.axis(axis) as i64).collect();
            let axes = step.used.graph.integers(axes);
            let place = step.node(Operator::Reduce(Reduce { by, keep, none: false }), &[input.place, axes]);
            (input, place)
        }
    };
    let (batch, channels) = (input.shape[0], input.channels());
    Ok(vec![match keep {
        true => {
            let ones = vec![Some(1); input.rank() - 2];
            Flow { shape: [vec![batch], ones, vec![channels]].concat(), ..input.at(place) }
        }
        false => Flow::new(place, vec![batch, channels]),
    }])
}

/// The mean of the steps that count; NaN, as in Keras, where none does.
fn counted_mean(step: &mut Step<'_, '_>, input: &Flow, mask: Place, keep: bool) -> Place {
    let zeroed = step.zeroed(input.place, mask);
    let counts = step.widened_mask(mask, 2);
    let counts = step.node(Operator::Cast(Dtype::F32), &[counts]);
    let time = step.used.graph.integers(vec![1]);
    let sums = [zeroed, counts]
        .map(|place| step.node(Operator::Reduce(Reduce { by: Reduction::Sum, keep, none: false }), &[place, time]));
    step.node(Operator::Binary(Binary::Div), &sums)
}
