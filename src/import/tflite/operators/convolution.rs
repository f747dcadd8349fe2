//! Convolutions. TFLite's filters have the channels that they take last, and of a depthwise one those that they make.

use super::quantize;
use crate::error::{Error, Kind, Result};
use crate::import::layout::Layout;
use crate::import::tflite::step::{Options, Step, unsupported};
use crate::network::{AutoPad, Operator, Window};

/// The filters' dimensions in the order that a convolution takes: those that they make, those that they take, the window.
const BY_OUTPUT: [usize; 4] = [0, 3, 1, 2];

/// CONV_2D: data, filters `[out, height, width, in]`, bias?.
pub fn plain(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_rank(0, 4)?;
    let options = step.options(1, 7)?;
    let mut window = moves(&options, [2, 1])?;
    window.dilations = numbers(&options, [5, 4])?;
    window.groups = groups(step, step.shape(1)?.get(3).copied().flatten())?;
    convolved(step, Operator::Conv(window), &BY_OUTPUT, options.byte(3)?)
}

/// DEPTHWISE_CONV_2D: data, filters `[1, height, width, out]`, bias?: each channel on its own.
pub fn depthwise(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_rank(0, 4)?;
    let options = step.options(2, 7)?;
    let mut window = moves(&options, [2, 1])?;
    window.dilations = numbers(&options, [6, 5])?;
    window.groups = groups(step, Some(1))?;
    convolved(step, Operator::Conv(window), &[3, 0, 1, 2], options.byte(4)?)
}

/// CONV_3D: data, filters `[depth, height, width, in, out]`, bias?.
pub fn spatial(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_rank(0, 5)?;
    let options = step.options(106, 8)?;
    let mut window = moves(&options, [1, 3, 2])?;
    window.dilations = numbers(&options, [5, 7, 6])?;
    window.groups = groups(step, step.shape(1)?.get(3).copied().flatten())?;
    convolved(step, Operator::Conv(window), &[4, 3, 0, 1, 2], options.byte(4)?)
}

/// TRANSPOSE_CONV: the output's shape, filters `[out, height, width, in]`, data, bias?: the gradient of a convolution.
pub fn transposed(step: &mut Step<'_, '_>) -> Result<()> {
    step.check_rank(2, 4)?;
    let options = step.options(49, 5)?;
    let filters = step.constant(1)?;
    let [_, height, width, _] = filters.tensor.shape()[..] else {
        return Err(unsupported("filters of other than 4 dimensions"));
    };
    let wanted = match step.find_constant(0)? {
        Some(shape) => shape.integers()?.into_iter().map(|x| usize::try_from(x).ok()).collect(),
        // Where it is computed, the output's own shape tells.
        None => step.graph.told(step.output(0)?)?.shape.clone(),
    };
    let mut window = moves(&options, [2, 1])?;
    let is_same = window.auto == AutoPad::SameUpper;
    let (mut before, mut after, mut more) = (Vec::new(), Vec::new(), Vec::new());
    for (i, reach) in [height as i64, width as i64].into_iter().enumerate() {
        let stride = window.strides[i];
        // A length that is free becomes a multiple of itself, as Keras' layers make it.
        let rest = match (step.shape(2)?[i + 1], wanted.get(i + 1).copied().flatten()) {
            (Some(own), Some(wanted)) => {
                let whole = (own as i64 - 1).saturating_mul(stride).saturating_add(reach);
                whole - wanted as i64
            }
            _ if is_same => reach - stride,
            _ => (reach - stride).min(0),
        };
        if rest > 0 && !is_same {
            return Err(unsupported("TRANSPOSE_CONV whose output is smaller than its windows"));
        }
        let pads = rest.max(0);
        before.push(pads / 2);
        after.push(pads - pads / 2);
        more.push((-rest).max(0));
    }
    before.extend(after);
    (window.pads, window.auto, window.groups) = (before, AutoPad::Given, 1);
    let operator = Operator::ConvTranspose { window, output_padding: more, output_shape: Vec::new() };
    let products = quantize::Products { data: 2, filters: 1, bias: 3, activation: options.byte(3)? };
    let layout = Layout::ChannelsSecond;
    products.add(step, layout, |filters| filters.turned(&[3, 0, 1, 2]), operator)
}

/// Strides and padding, whose numbers are among the options; padding is the first.
fn moves<const N: usize>(options: &Options<'_>, strides: [usize; N]) -> Result<Window> {
    let auto = if options.byte(0)? == 0 { AutoPad::SameUpper } else { AutoPad::Valid };
    Ok(Window { strides: numbers(options, strides)?, auto, ..Window::default() })
}

/// Numbers from 1 on among the options.
fn numbers<const N: usize>(options: &Options<'_>, places: [usize; N]) -> Result<Vec<i64>> {
    let number = |&place: &usize| match options.integer(place, 1)? {
        x if x > 0 => Ok(x),
        x => Err(Error::new(Kind::InvalidModel, "builtin_options", "numbers from 1 on", x.to_string())),
    };
    places.iter().map(number).collect()
}

/// How many groups of channels there are, of which a filter takes so many.
fn groups(step: &Step<'_, '_>, taken: Option<usize>) -> Result<i64> {
    let (channels, taken) = (step.shape(0)?.last().copied().flatten(), taken.filter(|&taken| taken > 0));
    match (channels, taken) {
        (Some(channels), Some(taken)) if channels > 0 && channels % taken == 0 => Ok((channels / taken) as i64),
        _ => {
            Err(unsupported(format!("{} of a number of channels that is free or does not fit its filters", step.kind)))
        }
    }
}

fn convolved(step: &mut Step<'_, '_>, operator: Operator, order: &[usize], activation: u8) -> Result<()> {
    let products = quantize::Products { data: 0, filters: 1, bias: 2, activation };
    products.add(step, Layout::ChannelsSecond, |filters| filters.turned(order), operator)
}
