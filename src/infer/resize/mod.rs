//! Resizing: every dimension is sampled anew, one after the other.

mod along;

pub use along::cubic;

use super::arguments::{Arguments, axes, floats, integers, length, wrong_shape, wrong_type};
use super::strides::{around, strides};
use crate::error::Result;
use crate::network::tensor::count;
use crate::network::{Aspect, Coordinates, Data, Dtype, Nearest, Resize, ResizeMode, Tensor, shown};
use along::Along;

/// For how many places of a dimension weights are held at once.
const BLOCK: usize = 256;

/// data, region?, scales?, sizes?: the data at `floor(length · scale)` places of each dimension, or at as many as the sizes say.
/// The region is all starts and then all ends of a crop. An empty tensor counts as left out.
pub fn resize(how: &Resize, given: &Arguments<'_>) -> Result<Tensor> {
    let data = given.get(0)?;
    let mut dimensions = dimensions(how, data, given)?;
    let mut shape = data.shape().to_vec();
    for along in &dimensions {
        shape[along.axis] = along.output;
    }
    if count(&shape)? == 0 {
        return Ok(Tensor::exact(data.dtype(), shape, Data::zeros(data.dtype(), 0)));
    }
    if data.is_empty() {
        return Err(wrong_shape("an element to resize", shown(data.shape())));
    }
    dimensions.retain(|along| !along.is_whole(how.coordinates));
    match how.mode {
        ResizeMode::Nearest(nearest) => Ok(chosen(how, nearest, data, &dimensions, shape)),
        ResizeMode::Linear => mixed(how, data, dimensions, 1.0, &|x| (1.0 - x).max(0.0)),
        ResizeMode::Cubic => mixed(how, data, dimensions, 2.0, &|x| cubic(f64::from(how.cubic), x)),
    }
}

/// What the scales or the sizes say of each dimension.
fn dimensions(how: &Resize, data: &Tensor, given: &Arguments<'_>) -> Result<Vec<Along>> {
    let find = |i| given.find(i).filter(|tensor| !tensor.is_empty());
    let axes = match how.axes.is_empty() {
        true => (0..data.rank()).collect(),
        false => axes(&how.axes, data.rank())?,
    };
    let check = |found: usize, each: usize| match found == axes.len() * each {
        true => Ok(()),
        false => {
            Err(wrong_shape(format!("{} numbers for {} dimensions", axes.len() * each, axes.len()), found.to_string()))
        }
    };
    let region = match (how.coordinates, find(1)) {
        (Coordinates::TfCropAndResize, None) => return Err(wrong_shape("a region to crop", "none")),
        (Coordinates::TfCropAndResize, Some(region)) => numbers(region)?.into_iter().map(|x| x as f32).collect(),
        _ => [vec![0.0; axes.len()], vec![1.0; axes.len()]].concat(),
    };
    check(region.len(), 2)?;
    let inputs: Vec<f32> = axes.iter().map(|&axis| data.shape()[axis] as f32).collect();
    let lengths: Vec<(usize, f32, f32)> = match (find(2), find(3)) {
        (Some(scales), None) => {
            let scales = floats(scales)?;
            check(scales.len(), 1)?;
            if let Some(scale) = scales.iter().find(|scale| !(scale.is_finite() && **scale > 0.0)) {
                return Err(wrong_shape("a scale above 0", scale.to_string()));
            }
            scales.iter().zip(&inputs).map(|(scale, input)| ((scale * input) as usize, *scale, scale * input)).collect()
        }
        (None, Some(sizes)) => {
            let sizes = integers(sizes)?.iter().map(|&size| length(size)).collect::<Result<Vec<_>>>()?;
            check(sizes.len(), 1)?;
            let scales = sizes.iter().zip(&inputs).map(|(&size, input)| size as f32 / input.max(1.0));
            let scale = match how.aspect {
                Aspect::Stretch => None,
                Aspect::NotLarger => scales.clone().reduce(f32::min),
                Aspect::NotSmaller => scales.clone().reduce(f32::max),
            };
            match scale {
                None => scales.zip(&sizes).map(|(scale, &size)| (size, scale, size as f32)).collect(),
                Some(scale) => {
                    inputs.iter().map(|input| ((scale * input).round() as usize, scale, scale * input)).collect()
                }
            }
        }
        (scales, _) => return Err(wrong_shape("scales or sizes", if scales.is_some() { "both" } else { "neither" })),
    };
    let made = lengths.into_iter().enumerate().map(|(i, (output, scale, resized))| Along {
        axis: axes[i],
        input: data.shape()[axes[i]],
        output,
        scale,
        resized,
        region: (region[i], region[axes.len() + i]),
    });
    Ok(made.collect())
}

/// Sums of elements with weights, along one dimension after the other.
fn mixed(
    how: &Resize,
    data: &Tensor,
    mut dimensions: Vec<Along>,
    reach: f64,
    filter: &dyn Fn(f64) -> f64,
) -> Result<Tensor> {
    let mut all = numbers(data)?;
    let mut shape = data.shape().to_vec();
    // Those that shrink come first: then nothing on the way is larger than the input and the output.
    dimensions.sort_by(|a, b| (a.output as u64 * b.input as u64).cmp(&(b.output as u64 * a.input as u64)));
    for along in &dimensions {
        let (outer, input, inner) = around(&shape, along.axis);
        let mut made = vec![0.0; outer * along.output * inner];
        for first in (0..along.output).step_by(BLOCK) {
            let places = first..(first + BLOCK).min(along.output);
            let taps: Vec<_> = places.map(|i| along.taps(how, i, reach, filter)).collect();
            for (from, made) in all.chunks_exact(input * inner).zip(made.chunks_exact_mut(along.output * inner)) {
                for (taps, made) in taps.iter().zip(made[first * inner..].chunks_exact_mut(inner)) {
                    match taps {
                        None => made.fill(f64::from(how.extrapolation)),
                        Some(taps) => taps.iter().for_each(|&(place, weight)| {
                            let from = &from[place * inner..][..inner];
                            made.iter_mut().zip(from).for_each(|(made, from)| *made += weight * from);
                        }),
                    }
                }
            }
        }
        all = made;
        shape[along.axis] = along.output;
    }
    Ok(of_numbers(data.dtype(), shape, all))
}

/// Elements as they are, each the nearest to its place.
fn chosen(how: &Resize, nearest: Nearest, data: &Tensor, dimensions: &[Along], shape: Vec<usize>) -> Tensor {
    let steps = strides(data.shape());
    let offsets: Vec<Vec<Option<usize>>> = (shape.iter().enumerate())
        .map(|(axis, &length)| {
            let along = dimensions.iter().find(|along| along.axis == axis);
            let near = |i| along.map_or(Some(i), |along| along.nearest(how.coordinates, nearest, i));
            (0..length).map(|i| near(i).map(|near| near * steps[axis])).collect()
        })
        .collect();
    let beyond = how.extrapolation;
    let made = match data.data() {
        Data::F32(x) => Data::F32(taken(x, &offsets, &beyond)),
        Data::F64(x) => Data::F64(taken(x, &offsets, &f64::from(beyond))),
        Data::I64(x) => Data::I64(taken(x, &offsets, &whole(data.dtype(), f64::from(beyond)))),
        Data::Text(x) => Data::Text(taken(x, &offsets, &String::new())),
    };
    Tensor::rounded(data.dtype(), shape, made)
}

/// The elements at all sums of one offset of each dimension.
fn taken<T: Clone>(from: &[T], offsets: &[Vec<Option<usize>>], beyond: &T) -> Vec<T> {
    let Some((last, outer)) = offsets.split_last() else { return from.to_vec() };
    let starts = outer.iter().fold(vec![Some(0)], |starts, offsets| {
        let sums = starts.iter().flat_map(|start| offsets.iter().map(move |offset| Some((*start)? + (*offset)?)));
        sums.collect()
    });
    let mut to = Vec::with_capacity(starts.len() * last.len());
    for start in starts {
        let place = |offset: &Option<usize>| Some(start? + (*offset)?);
        to.extend(last.iter().map(|offset| place(offset).map_or(beyond, |place| &from[place]).clone()));
    }
    to
}

/// The numbers of a tensor, whatever their type.
pub(super) fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    match tensor.data() {
        Data::F32(x) => Ok(x.iter().map(|&x| f64::from(x)).collect()),
        Data::F64(x) => Ok(x.clone()),
        Data::I64(x) if tensor.dtype() == Dtype::U64 => Ok(x.iter().map(|&x| x as u64 as f64).collect()),
        Data::I64(x) if tensor.dtype() != Dtype::Bool => Ok(x.iter().map(|&x| x as f64).collect()),
        _ => Err(wrong_type("numbers", tensor)),
    }
}

/// A tensor of numbers that were computed: whole ones are rounded, and kept within their type.
pub(super) fn of_numbers(dtype: Dtype, shape: Vec<usize>, numbers: Vec<f64>) -> Tensor {
    let data = match dtype {
        Dtype::F64 => Data::F64(numbers),
        _ if dtype.is_float() => Data::F32(numbers.into_iter().map(|x| x as f32).collect()),
        _ => Data::I64(numbers.into_iter().map(|x| whole(dtype, x)).collect()),
    };
    Tensor::rounded(dtype, shape, data)
}

/// The nearest whole number that a type holds.
fn whole(dtype: Dtype, x: f64) -> i64 {
    let (least, largest) = dtype.bounds();
    match dtype {
        Dtype::U64 => x.round_ties_even() as u64 as i64,
        _ => (x.round_ties_even() as i64).clamp(least, largest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(
        mode: ResizeMode,
        antialias: bool,
        data: &Tensor,
        scales: Option<Vec<f32>>,
        sizes: Option<Vec<i64>>,
    ) -> Result<Tensor> {
        let how = Resize {
            mode,
            coordinates: Coordinates::HalfPixel,
            axes: Vec::new(),
            cubic: -0.75,
            exclude_outside: false,
            extrapolation: 0.0,
            antialias,
            aspect: Aspect::Stretch,
        };
        let scales = scales.map(|x| Tensor::exact(Dtype::F32, vec![x.len()], Data::F32(x)));
        let sizes = sizes.map(Tensor::integers);
        resize(&how, &Arguments::shared(&[Some(data), None, scales.as_ref(), sizes.as_ref()]))
    }

    #[test]
    fn hostile_sizes_are_refused() {
        let data = Tensor::exact(Dtype::F32, vec![2, 3], Data::F32(vec![1.0; 6]));
        let empty = Tensor::exact(Dtype::F32, vec![0, 3], Data::F32(vec![]));
        for mode in [ResizeMode::Nearest(Nearest::Ceil), ResizeMode::Linear, ResizeMode::Cubic] {
            for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e30] {
                assert!(run(mode, true, &data, Some(vec![1.0, scale]), None).is_err(), "{scale}");
            }
            for size in [-1, i64::MIN, i64::MAX, 1 << 40] {
                assert!(run(mode, true, &data, None, Some(vec![1, size])).is_err(), "{size}");
            }
            assert!(run(mode, true, &data, None, None).is_err());
            assert!(run(mode, true, &data, None, Some(vec![1])).is_err());
            assert!(run(mode, true, &empty, None, Some(vec![1, 1])).is_err());
            assert_eq!(run(mode, true, &data, Some(vec![1e-30, 1.0]), None).unwrap().shape(), [0, 3]);
            assert_eq!(run(mode, true, &empty, Some(vec![1.0, 2.0]), None).unwrap().shape(), [0, 6]);
        }
    }

    /// In the order of the dimensions, there would be too many elements on the way.
    #[test]
    fn nothing_on_the_way_is_larger_than_the_ends() {
        let data = Tensor::exact(Dtype::U8, vec![1, 1 << 20], Data::I64(vec![250; 1 << 20]));
        let made = run(ResizeMode::Cubic, true, &data, None, Some(vec![1 << 20, 1])).unwrap();
        assert_eq!(made.data(), &Data::I64(vec![250; 1 << 20]));
    }
}
