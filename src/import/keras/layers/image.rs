//! Images that become larger or smaller, or whose numbers get another range.

use super::{Flow, Step};
use crate::error::Result;
use crate::import::keras::graph::floats;
use crate::import::keras::settings::{numbers, unsupported};
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::import::value::wrong;
use crate::network::tensor::MAX_ELEMENTS;
use crate::network::{Aspect, Binary, Coordinates, Dtype, Nearest, Operator, Resize, ResizeMode};

/// Rescaling: every number times one and plus one, or those of its channel.
pub fn rescale(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let mut made = step.float_input(1)?;
    for (name, function, nothing) in [("scale", Binary::Mul, 1.0), ("offset", Binary::Add, 0.0)] {
        let all = match step.settings.find(name) {
            None => vec![nothing],
            // NumPy's arrays are objects with their numbers.
            Some(value) => match value.find("config").and_then(|config| config.find("value")) {
                Some(value) => numbers(name, value)?,
                None => numbers(name, value)?,
            },
        };
        let all: Vec<f32> = all.into_iter().map(|x| x as f32).collect();
        if all.len() == 1 {
            made = step.used.graph.with_number(&step.used.at.clone(), function, &made, f64::from(all[0]));
        } else if made.channels() == Some(all.len()) {
            let x = step.used.graph.last(&step.used.at, &made);
            let all = floats(vec![all.len()], all)?;
            let all = step.used.graph.constant(all);
            let place = step.node(Operator::Binary(function), &[x, all]);
            made = Flow { layout: Layout::ChannelsLast, ..made.at(place) };
        } else {
            return Err(unsupported(format!("{name} of another shape than the channels")));
        }
    }
    Ok(vec![made])
}

/// UpSampling1D, UpSampling2D, UpSampling3D.
pub fn enlarge(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.image()?;
    let factors = step.settings.integers("size", step.spatial(), 2)?;
    if let Some(x) = factors.iter().find(|x| !(1..=1 << 16).contains(*x)) {
        return Err(wrong("size", "numbers from 1 on", x));
    }
    let mode = step.settings.choice("interpolation", "nearest", &[("nearest", NEAREST), ("bilinear", LINEAR)])?;
    let mut shape = input.shape.clone();
    for (length, &factor) in shape[1..].iter_mut().zip(&factors) {
        *length = length.and_then(|length| length.checked_mul(factor as usize).filter(|&x| x <= MAX_ELEMENTS));
    }
    let axes = (1..input.rank() - 1).map(|axis| input.axis(axis) as i64).collect();
    let scales = floats(vec![factors.len()], factors.iter().map(|&x| x as f32).collect())?;
    let scales = step.used.graph.constant(scales);
    let place = resized(step, mode, axes, vec![Some(input.place), None, Some(scales)]);
    Ok(vec![Flow { shape, ..input.at(place) }])
}

/// Resizing, without another aspect and without antialiasing.
pub fn resize(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    step.check_format()?;
    let input = step.input()?;
    if input.dtype != Dtype::F32 || input.rank() != 4 {
        return Err(unsupported("images other than float32 in batches"));
    }
    step.settings.ignore(&["fill_mode", "fill_value", "bounding_box_format"]);
    for name in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"] {
        if step.settings.flag(name, false)? {
            return Err(unsupported(name));
        }
    }
    let sizes = [step.settings.length("height")?, step.settings.length("width")?];
    if sizes.iter().any(|size| !(1..=1 << 16).contains(size)) {
        return Err(wrong("height", "lengths from 1 on", format!("{sizes:?}")));
    }
    let mode = step.settings.choice("interpolation", "bilinear", &[("nearest", NEAREST), ("bilinear", LINEAR)])?;
    let axes = [input.axis(1), input.axis(2)];
    let mut made =
        Flow { shape: vec![input.shape[0], Some(sizes[0]), Some(sizes[1]), input.shape[3]], ..input.clone() };
    if mode == NEAREST {
        for (i, (axis, size)) in axes.into_iter().zip(sizes).enumerate() {
            let length = input.shape[i + 1].ok_or_else(|| unsupported("nearest places of images of a free size"))?;
            let places = step.used.graph.integers(nearest(length, size)?);
            let place = step.node(Operator::Gather { axis: axis as i64 }, &[made.place, places]);
            made = made.at(place);
        }
        return Ok(vec![made]);
    }
    let sizes = step.used.graph.integers(sizes.map(|size| size as i64).to_vec());
    let axes = axes.map(|axis| axis as i64).to_vec();
    let place = resized(step, mode, axes, vec![Some(input.place), None, None, Some(sizes)]);
    Ok(vec![made.at(place)])
}

const NEAREST: ResizeMode = ResizeMode::Nearest(Nearest::Floor);
const LINEAR: ResizeMode = ResizeMode::Linear;

fn resized(step: &mut Step<'_, '_>, mode: ResizeMode, axes: Vec<i64>, inputs: Vec<Option<Place>>) -> Place {
    let how = Resize {
        mode,
        coordinates: if mode == NEAREST { Coordinates::Asymmetric } else { Coordinates::HalfPixel },
        axes,
        cubic: 0.0,
        exclude_outside: false,
        extrapolation: 0.0,
        antialias: false,
        aspect: Aspect::Stretch,
    };
    let at = step.used.at.clone();
    Place::Made(step.used.graph.nodes(&at, Operator::Resize(how), inputs, 1))
}

/// The nearest place of each, where TensorFlow and JAX, which round otherwise, agree.
fn nearest(length: usize, size: usize) -> Result<Vec<i64>> {
    let last = length.saturating_sub(1) as i64;
    let scale = length as f32 / size as f32;
    let places = (0..size).map(|i| {
        let centre = i as f32 + 0.5;
        let tensorflow = ((centre * scale).floor() as i64).min(last);
        let jax = ((centre * length as f32 / size as f32).floor() as i64).min(last);
        (tensorflow == jax).then_some(tensorflow)
    });
    let places = places.collect::<Option<Vec<_>>>();
    places.ok_or_else(|| unsupported("nearest places that differ between Keras' backends"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_places_are_those_of_the_centres() {
        assert_eq!(nearest(4, 8), Ok(vec![0, 0, 1, 1, 2, 2, 3, 3]));
        assert_eq!(nearest(5, 3), Ok(vec![0, 2, 4]));
        assert_eq!(nearest(1, 2), Ok(vec![0, 0]));
    }
}
