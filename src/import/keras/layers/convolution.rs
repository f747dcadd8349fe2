//! Convolutions. Keras' weights have the places of the window first and channels last, ONNX's the other way round.

use super::{Flow, Step};
use crate::error::Result;
use crate::import::keras::flow::Shape;
use crate::import::keras::settings::unsupported;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::value::wrong;
use crate::infer::turned;
use crate::network::tensor::MAX_ELEMENTS;
use crate::network::{AutoPad, Operator, Tensor, Window};

/// What all convolutions have.
struct Moves {
    kernel: Vec<i64>,
    strides: Vec<i64>,
    dilations: Vec<i64>,
    padding: Padding,
}

#[derive(Clone, Copy, PartialEq)]
enum Padding {
    Valid,
    Same,
    Causal,
}

impl Moves {
    fn read(step: &Step<'_, '_>) -> Result<Self> {
        let count = step.spatial();
        let paddings = [("valid", Padding::Valid), ("same", Padding::Same), ("causal", Padding::Causal)];
        let moves = Self {
            kernel: step.settings.integers("kernel_size", count, 1)?,
            strides: step.settings.integers("strides", count, 1)?,
            dilations: step.settings.integers("dilation_rate", count, 1)?,
            padding: step.settings.choice("padding", "valid", &paddings)?,
        };
        let all = [&moves.kernel, &moves.strides, &moves.dilations];
        let odd = all.into_iter().flatten().copied().find(|x| !(1..=1 << 20).contains(x));
        match odd {
            Some(x) => Err(wrong("kernel_size", "numbers from 1 on", x)),
            None if moves.padding == Padding::Causal && count != 1 => Err(unsupported("padding = \"causal\"")),
            None => Ok(moves),
        }
    }

    fn window(&self, groups: i64) -> Window {
        let causal = match self.padding {
            Padding::Causal => vec![self.dilations[0] * (self.kernel[0] - 1), 0],
            _ => Vec::new(),
        };
        Window {
            kernel: self.kernel.clone(),
            strides: self.strides.clone(),
            dilations: self.dilations.clone(),
            pads: causal,
            auto: if self.padding == Padding::Same { AutoPad::SameUpper } else { AutoPad::Given },
            groups,
        }
    }

    /// How large the image becomes, channels last.
    fn shape(&self, input: &Flow, channels: usize) -> Result<Shape> {
        let along = |i: usize| {
            let Some(length) = input.shape[i + 1] else { return Ok(None) };
            let reach = (self.dilations[i] * (self.kernel[i] - 1) + 1) as usize;
            let stride = self.strides[i] as usize;
            match self.padding {
                Padding::Valid if length < reach => Err(wrong("kernel_size", format!("at most {length}"), reach)),
                Padding::Valid => Ok(Some((length - reach) / stride + 1)),
                Padding::Same | Padding::Causal => Ok(Some(length.div_ceil(stride))),
            }
        };
        let mut shape = vec![input.shape[0]];
        for i in 0..self.kernel.len() {
            shape.push(along(i)?);
        }
        shape.push(Some(channels));
        Ok(shape)
    }

    /// The window's lengths as those of weights, with two more.
    fn with(&self, first: Option<usize>, second: Option<usize>) -> Shape {
        let mut shape: Shape = self.kernel.iter().map(|&length| Some(length as usize)).collect();
        shape.extend([first, second]);
        shape
    }
}

/// Conv1D, Conv2D, Conv3D.
pub fn plain(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let moves = Moves::read(step)?;
    let (filters, groups) = (step.settings.length("filters")?, step.settings.number("groups", 1.0)? as i64);
    let channels = channels(&input)?;
    if groups < 1 || channels % groups as usize != 0 || filters % groups as usize != 0 {
        return Err(wrong("groups", format!("what divides {channels} and {filters}"), groups));
    }
    let shape = moves.with(Some(channels / groups as usize), Some(filters));
    let kernel = step.weight(&["kernel"], &shape, |kernel| Ok(channels_first(&kernel)))?;
    let made = convolved(step, &moves, &input, kernel, (filters, groups))?;
    Ok(vec![step.activated(&made, "activation")?])
}

/// DepthwiseConv1D, DepthwiseConv2D: each channel on its own.
pub fn depthwise(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let moves = Moves::read(step)?;
    // Some settings of a convolution's are written too, and have no meaning here.
    step.settings.ignore(&["filters", "groups"]);
    let (kernel, filters, groups) = by_channel(step, &moves, &input, &["kernel", "depthwise_kernel"])?;
    let made = convolved(step, &moves, &input, kernel, (filters, groups))?;
    Ok(vec![step.activated(&made, "activation")?])
}

/// SeparableConv1D, SeparableConv2D: each channel on its own, then all at each place.
pub fn separable(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let moves = Moves::read(step)?;
    step.settings.ignore(&["groups"]);
    let filters = step.settings.length("filters")?;
    let (kernel, between, groups) = by_channel(step, &moves, &input, &["depthwise_kernel"])?;
    let x = step.used.graph.second(&step.used.at, &input);
    let place = step.node(Operator::Conv(moves.window(groups)), &[x, kernel]);
    let middle = Flow { layout: Layout::ChannelsSecond, ..Flow::new(place, moves.shape(&input, between)?) };
    let ones = vec![1; moves.kernel.len()];
    let pointwise = Moves { kernel: ones.clone(), strides: ones.clone(), dilations: ones, padding: Padding::Valid };
    let shape = pointwise.with(Some(between), Some(filters));
    let kernel = step.weight(&["pointwise_kernel"], &shape, |kernel| Ok(channels_first(&kernel)))?;
    let made = convolved(step, &pointwise, &middle, kernel, (filters, 1))?;
    Ok(vec![step.activated(&made, "activation")?])
}

/// Conv1DTranspose, Conv2DTranspose, Conv3DTranspose: the gradient of a convolution.
pub fn transposed(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let moves = Moves::read(step)?;
    step.settings.ignore(&["groups"]);
    let filters = step.settings.length("filters")?;
    if step.settings.find("output_padding").is_some() {
        return Err(unsupported("output_padding, which differs between Keras' backends"));
    }
    let shape = moves.with(Some(filters), Some(channels(&input)?));
    let kernel = step.weight(&["kernel"], &shape, |kernel| Ok(channels_first(&kernel)))?;
    let (mut before, mut after, mut more, mut lengths) = (vec![], vec![], vec![], vec![input.shape[0]]);
    for i in 0..moves.kernel.len() {
        let (reach, stride) = (moves.dilations[i] * (moves.kernel[i] - 1) + 1, moves.strides[i]);
        let pads = if moves.padding == Padding::Same { (reach - stride).max(0) } else { 0 };
        // As TensorFlow's gradient of a convolution: the odd one is behind.
        before.push(pads / 2);
        after.push(pads - pads / 2);
        more.push((stride - reach).max(0));
        let made = |length: usize| match moves.padding {
            Padding::Same => length.checked_mul(stride as usize),
            _ => length.checked_mul(stride as usize)?.checked_add((reach - stride).max(0) as usize),
        };
        lengths.push(match input.shape[i + 1] {
            Some(length) => {
                Some(made(length).filter(|&x| x <= MAX_ELEMENTS).ok_or_else(|| wrong("strides", "fewer", stride))?)
            }
            None => None,
        });
    }
    lengths.push(Some(filters));
    before.extend(after);
    let window = Window { pads: before, auto: AutoPad::Given, ..moves.window(1) };
    let operator = Operator::ConvTranspose { window, output_padding: more, output_shape: Vec::new() };
    let x = step.used.graph.second(&step.used.at, &input);
    let mut inputs = vec![x, kernel];
    inputs.extend(bias(step, filters)?);
    let place = step.node(operator, &inputs);
    let made = Flow { layout: Layout::ChannelsSecond, ..Flow::new(place, lengths) };
    Ok(vec![step.activated(&made, "activation")?])
}

/// The weights that each channel has on its own, how many channels they make, and how many there were.
fn by_channel(step: &mut Step<'_, '_>, moves: &Moves, input: &Flow, names: &[&str]) -> Result<(Place, usize, i64)> {
    let (channels, each) = (channels(input)?, step.settings.find_length("depth_multiplier")?.unwrap_or(1));
    let filters = channels.checked_mul(each).filter(|&filters| filters <= MAX_ELEMENTS);
    let filters = filters.ok_or_else(|| wrong("depth_multiplier", "fewer", each))?;
    let shape = moves.with(Some(channels), Some(each));
    let count = moves.kernel.len();
    let kernel = step.weight(names, &shape, |kernel| {
        let order: Vec<usize> = [count, count + 1].into_iter().chain(0..count).collect();
        let lengths = [filters, 1].into_iter().chain(kernel.shape()[..count].iter().copied()).collect();
        turned(&order, &kernel).reshaped(lengths)
    })?;
    Ok((kernel, filters, channels as i64))
}

fn convolved(
    step: &mut Step<'_, '_>,
    moves: &Moves,
    input: &Flow,
    kernel: Place,
    (filters, groups): (usize, i64),
) -> Result<Flow> {
    let x = step.used.graph.second(&step.used.at, input);
    let mut inputs = vec![x, kernel];
    inputs.extend(bias(step, filters)?);
    let place = step.node(Operator::Conv(moves.window(groups)), &inputs);
    Ok(Flow { layout: Layout::ChannelsSecond, ..Flow::new(place, moves.shape(input, filters)?) })
}

fn bias(step: &mut Step<'_, '_>, filters: usize) -> Result<Option<Place>> {
    match step.settings.flag("use_bias", true)? {
        true => step.weight(&["bias"], &[Some(filters)], Ok).map(Some),
        false => Ok(None),
    }
}

fn channels(input: &Flow) -> Result<usize> {
    input.channels().filter(|&channels| channels > 0).ok_or_else(|| wrong("inputs", "channels", "none"))
}

/// Weights `[window…, in, out]` as `[out, in, window…]`.
fn channels_first(kernel: &Tensor) -> Tensor {
    let count = kernel.rank();
    let order: Vec<usize> = [count - 1, count - 2].into_iter().chain(0..count - 2).collect();
    turned(&order, kernel)
}
