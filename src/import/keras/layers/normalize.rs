//! Normalization: by what was learned, by what is there, or by given numbers.

use super::{Flow, Step};
use crate::error::Result;
use crate::import::keras::flow::Shape;
use crate::import::keras::graph::floats;
use crate::import::keras::settings::{numbers, unsupported};
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::value::wrong;
use crate::network::{Binary, Data, Operator, Tensor};

/// The least deviation that Normalization divides by: `keras.config.epsilon()`.
const LEAST: f32 = 1e-7;

/// BatchNormalization, with what it has learned.
pub fn batch(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(2)?;
    step.settings.ignore(&["momentum", "virtual_batch_size", "fused", "renorm_momentum"]);
    if step.settings.flag("renorm", false)? {
        return Err(unsupported("renorm"));
    }
    let axis = last_axis(step, &input)?;
    let epsilon = step.settings.number("epsilon", 1e-3)? as f32;
    let channels = known(&input, axis)?;
    let scale = learned(step, "scale", "gamma", channels, 1.0)?;
    let bias = learned(step, "center", "beta", channels, 0.0)?;
    let mean = step.weight(&["moving_mean"], &[Some(channels)], Ok)?;
    let variance = step.weight(&["moving_variance"], &[Some(channels)], Ok)?;
    let x = step.used.graph.second(&step.used.at, &input);
    let layout = if input.rank() > 2 { Layout::ChannelsSecond } else { input.layout };
    let place = step.node(Operator::BatchNormalization { epsilon }, &[x, scale, bias, mean, variance]);
    Ok(vec![Flow { layout, ..input.at(place) }])
}

/// GroupNormalization: groups of channels of each sample.
pub fn group(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(2)?;
    let axis = last_axis(step, &input)?;
    let channels = known(&input, axis)?;
    let groups = match step.settings.number("groups", 32.0)? as i64 {
        -1 => channels as i64,
        groups => groups,
    };
    if groups < 1 || channels as i64 % groups != 0 {
        return Err(wrong("groups", format!("what divides {channels}"), groups));
    }
    let epsilon = step.settings.number("epsilon", 1e-3)? as f32;
    let scale = learned(step, "scale", "gamma", channels, 1.0)?;
    let bias = learned(step, "center", "beta", channels, 0.0)?;
    let x = step.used.graph.second(&step.used.at, &input);
    let layout = if input.rank() > 2 { Layout::ChannelsSecond } else { input.layout };
    let place = step.node(Operator::GroupNormalization { groups, epsilon }, &[x, scale, bias]);
    Ok(vec![Flow { layout, ..input.at(place) }])
}

/// LayerNormalization and RMSNormalization: the last dimensions of each sample.
pub fn layer(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(2)?;
    let centred = step.class() == "LayerNormalization";
    if centred && step.settings.flag("rms_scaling", false)? {
        return Err(unsupported("rms_scaling: RMSNormalization is read"));
    }
    let axes = step.settings.find_integers("axis")?.unwrap_or_else(|| vec![-1]);
    let mut axes = axes.iter().map(|&axis| input.dimension(axis)).collect::<Option<Vec<_>>>().unwrap_or_default();
    axes.sort_unstable();
    let first = axes.first().copied().filter(|&first| first > 0 && axes.iter().copied().eq(first..input.rank()));
    let first = first.ok_or_else(|| unsupported("an axis other than the last ones"))?;
    let shape: Shape = input.shape[first..].to_vec();
    let lengths = shape.iter().copied().collect::<Option<Vec<usize>>>();
    let lengths = lengths.ok_or_else(|| wrong("axis", "dimensions of known lengths", "one that is free"))?;
    let epsilon = step.settings.number("epsilon", if centred { 1e-3 } else { 1e-6 })? as f32;
    let (scaled, shifted) = match centred {
        true => (step.settings.flag("scale", true)?, step.settings.flag("center", true)?),
        false => (true, false),
    };
    let scale = match scaled {
        true => step.weight(&[if centred { "gamma" } else { "scale" }], &shape, Ok)?,
        false => {
            let ones = floats(lengths.clone(), vec![1.0; crate::network::tensor::count(&lengths)?])?;
            step.used.graph.constant(ones)
        }
    };
    let mut inputs = vec![step.used.graph.last(&step.used.at, &input), scale];
    if shifted {
        inputs.push(step.weight(&["beta"], &shape, Ok)?);
    }
    let place = step.node(Operator::LayerNormalization { axis: first as i64, epsilon, centred }, &inputs);
    Ok(vec![Flow { layout: Layout::ChannelsLast, ..input.at(place) }])
}

/// Normalization by a mean and a variance that were given or adapted.
pub fn given(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(1)?;
    let axes = step.settings.find_integers("axis")?.unwrap_or_default();
    let axes = axes.iter().map(|&axis| input.dimension(axis)).collect::<Option<Vec<_>>>();
    let axes = axes.ok_or_else(|| wrong("axis", "dimensions", "others"))?;
    let kept: Shape = (0..input.rank()).filter(|axis| axes.contains(axis)).map(|axis| input.shape[axis]).collect();
    let (mean, variance) = match (step.settings.find("mean"), step.settings.find("variance")) {
        (Some(mean), Some(variance)) => {
            let all = |name: &str, value| -> Result<Vec<f32>> {
                Ok(numbers(name, value)?.iter().map(|&x| x as f32).collect())
            };
            (all("mean", mean)?, all("variance", variance)?)
        }
        _ => (values(step.tensor(&["mean"], &kept)?), values(step.tensor(&["variance"], &kept)?)),
    };
    let lengths = kept.iter().copied().collect::<Option<Vec<usize>>>();
    let elements = lengths.map(|lengths| lengths.iter().product::<usize>());
    let fits = |numbers: &[f32]| numbers.len() == 1 || Some(numbers.len()) == elements;
    if mean.len() != variance.len() || !fits(&mean) {
        return Err(unsupported("a mean of another shape than the kept dimensions"));
    }
    let deviation = variance.iter().map(|x| x.sqrt().max(LEAST)).collect();
    // The kept dimensions have their lengths, others 1.
    let is_one = mean.len() == 1;
    let shape: Vec<usize> = (0..input.rank())
        .map(|axis| if is_one || !axes.contains(&axis) { 1 } else { input.shape[axis].unwrap_or(1) })
        .collect();
    let x = step.used.graph.last(&step.used.at, &input);
    let mean = floats(shape.clone(), mean).map(|mean| step.used.graph.constant(mean))?;
    let deviation = floats(shape, deviation).map(|deviation| step.used.graph.constant(deviation))?;
    let (first, second) = match step.settings.flag("invert", false)? {
        true => ((Binary::Mul, deviation), (Binary::Add, mean)),
        false => ((Binary::Sub, mean), (Binary::Div, deviation)),
    };
    let place = step.node(Operator::Binary(first.0), &[x, first.1]);
    let place = step.node(Operator::Binary(second.0), &[place, second.1]);
    Ok(vec![Flow { layout: Layout::ChannelsLast, ..input.at(place) }])
}

fn values(tensor: Tensor) -> Vec<f32> {
    match tensor.into_data() {
        Data::F32(x) => x,
        _ => Vec::new(),
    }
}

/// The channels' dimension, which is the last one.
fn last_axis(step: &Step<'_, '_>, input: &Flow) -> Result<usize> {
    let axes = step.settings.find_integers("axis")?.unwrap_or_else(|| vec![-1]);
    match axes[..] {
        [axis] if input.dimension(axis) == Some(input.rank() - 1) => Ok(input.rank() - 1),
        _ => Err(unsupported("an axis other than the last")),
    }
}

fn known(input: &Flow, axis: usize) -> Result<usize> {
    input.shape[axis]
        .filter(|&length| length > 0)
        .ok_or_else(|| wrong("axis", "a dimension of a known length", "a free one"))
}

/// A number for each channel that was learned, if a setting says so, else the same for all.
fn learned(step: &mut Step<'_, '_>, setting: &str, name: &str, channels: usize, absent: f32) -> Result<Place> {
    match step.settings.flag(setting, true)? {
        true => step.weight(&[name], &[Some(channels)], Ok),
        false => floats(vec![channels], vec![absent; channels]).map(|tensor| step.used.graph.constant(tensor)),
    }
}
