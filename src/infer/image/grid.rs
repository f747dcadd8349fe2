//! Images at the places of a grid, and grids of an affine map.

use super::super::arguments::{Arguments, length, wrong_shape, wrong_type};
use super::super::resize::{cubic, numbers, of_numbers};
use super::super::strides::strides;
use crate::error::Result;
use crate::network::tensor::count;
use crate::network::{Data, GridBeyond, GridMode, Tensor, shown};

/// How coordinates become places along a dimension.
struct Along {
    length: usize,
    step: usize,
    mode: GridMode,
    beyond: GridBeyond,
    align_corners: bool,
}

/// data `[N, C, D1, …, Dr]`, grid `[N, E1, …, Er, r]`: `[N, C, E1, …, Er]`, r up to 3. The grid has a place for each output, its
/// coordinates from the last dimension to the first, -1 and 1 at the edges.
pub fn grid_sample(mode: GridMode, beyond: GridBeyond, align_corners: bool, given: &Arguments<'_>) -> Result<Tensor> {
    let (data, grid) = (given.get(0)?, given.get(1)?);
    let dimensions = data.rank().saturating_sub(2);
    let fits = (1..=3).contains(&dimensions)
        && grid.rank() == data.rank()
        && grid.shape()[0] == data.shape()[0]
        && grid.shape()[dimensions + 1] == dimensions;
    if !fits {
        let found = format!("{} and {}", shown(data.shape()), shown(grid.shape()));
        return Err(wrong_shape("an image of up to 3 dimensions and its grid", found));
    }
    let (batches, channels, lengths) = (data.shape()[0], data.shape()[1], &data.shape()[2..]);
    let mut shape = vec![batches, channels];
    shape.extend(&grid.shape()[1..=dimensions]);
    let mut made = vec![0.0; count(&shape)?];
    if made.is_empty() {
        return Ok(of_numbers(data.dtype(), shape, made));
    }
    if data.is_empty() {
        return Err(wrong_shape("an image with elements", shown(data.shape())));
    }
    let (image, coordinates) = (numbers(data)?, numbers(grid)?);
    let along: Vec<Along> = (lengths.iter().zip(strides(lengths)))
        .map(|(&length, step)| Along { length, step, mode, beyond, align_corners })
        .collect();
    let (size, places) = (lengths.iter().product::<usize>(), shape[2..].iter().product::<usize>());
    let (mut taps, mut next) = (Vec::new(), Vec::new());
    for (i, coordinates) in coordinates.chunks_exact(dimensions).enumerate() {
        taps.clear();
        taps.push((0, 1.0));
        for (along, &x) in along.iter().zip(coordinates.iter().rev()) {
            next.clear();
            along.taps(x as f32, |offset, weight| {
                next.extend(taps.iter().map(|&(start, all): &(usize, f64)| (start + offset, all * weight)));
            });
            std::mem::swap(&mut taps, &mut next);
        }
        let (batch, place) = (i / places, i % places);
        for channel in batch * channels..(batch + 1) * channels {
            let image = &image[channel * size..][..size];
            made[channel * places + place] = taps.iter().map(|&(offset, weight)| weight * image[offset]).sum();
        }
    }
    Ok(of_numbers(data.dtype(), shape, made))
}

impl Along {
    /// Visits the elements that a coordinate is made of, with their weights. Places are in f32, as ONNX's reference and
    /// onnxruntime have them.
    fn taps(&self, x: f32, mut visit: impl FnMut(usize, f64)) {
        let length = self.length as f32;
        let mut x = match self.align_corners {
            true => (x + 1.0) / 2.0 * (length - 1.0),
            false => ((x + 1.0) * length - 1.0) / 2.0,
        };
        if self.mode == GridMode::Nearest {
            x = x.round_ties_even();
        }
        let (least, largest) = self.edges();
        if !(least..=largest).contains(&x) {
            match self.beyond {
                GridBeyond::Zeros => {}
                // A cubic goes on beyond the edge, through its element again and again, as PyTorch and onnxruntime have it.
                GridBeyond::Border if self.mode == GridMode::Cubic => {}
                GridBeyond::Border => x = x.max(0.0).min(length - 1.0),
                GridBeyond::Reflection => x = self.reflected(x),
            }
        }
        let left = x.floor();
        let part = f64::from(x - left);
        let mut tap = |after: i64, weight: f64| {
            if let Some(place) = self.place((left as i64).saturating_add(after)) {
                visit(place * self.step, weight);
            }
        };
        match self.mode {
            GridMode::Nearest => tap(0, 1.0),
            GridMode::Linear => (0..2).for_each(|k| tap(k, 1.0 - (k as f64 - part).abs())),
            GridMode::Cubic => (-1..3).for_each(|k| tap(k, cubic(-0.75, (k as f64 - part).abs()))),
        }
    }

    /// Where the image begins and ends.
    fn edges(&self) -> (f32, f32) {
        match self.align_corners {
            true => (0.0, self.length as f32 - 1.0),
            false => (-0.5, self.length as f32 - 0.5),
        }
    }

    /// A place thrown back by the edges until it is between them.
    fn reflected(&self, x: f32) -> f32 {
        let (least, largest) = self.edges();
        let range = largest - least;
        if range <= 0.0 {
            return least;
        }
        let far = (x - least).abs() % (2.0 * range);
        least + if far > range { 2.0 * range - far } else { far }
    }

    /// The element at a place, or what there is beyond the edge.
    fn place(&self, i: i64) -> Option<usize> {
        let last = self.length as i64 - 1;
        match self.beyond {
            _ if (0..=last).contains(&i) => Some(i as usize),
            GridBeyond::Zeros => None,
            GridBeyond::Border => Some(i.clamp(0, last) as usize),
            GridBeyond::Reflection => Some((self.reflected(i as f32) as usize).min(self.length - 1)),
        }
    }
}

/// theta `[N, r, r + 1]`, size `[N, C, D1, …, Dr]`: `[N, D1, …, Dr, r]`, r 2 or 3. Each place is the map's product with the
/// output's place and 1, the coordinates from the last dimension to the first.
pub fn affine_grid(align_corners: bool, given: &Arguments<'_>) -> Result<Tensor> {
    let (theta, size) = (given.get(0)?, given.integers(1)?);
    if !matches!(theta.data(), Data::F32(_) | Data::F64(_)) {
        return Err(wrong_type("floats", theta));
    }
    let dimensions = size.len().saturating_sub(2);
    let size = size.iter().map(|&size| length(size)).collect::<Result<Vec<_>>>()?;
    if !(2..=3).contains(&dimensions) || theta.shape() != [size[0], dimensions, dimensions + 1] {
        let found = format!("{} for {}", shown(theta.shape()), shown(&size));
        return Err(wrong_shape("an affine map for each image of 2 or 3 dimensions", found));
    }
    let lengths = &size[2..];
    let mut shape = vec![size[0]];
    shape.extend(lengths);
    shape.push(dimensions);
    let mut made = Vec::with_capacity(count(&shape)?);
    let steps = strides(lengths);
    let places = lengths.iter().product();
    for theta in numbers(theta)?.chunks_exact(dimensions * (dimensions + 1)) {
        for i in 0..places {
            for row in theta.chunks_exact(dimensions + 1) {
                let (&moved, turned) = row.split_last().unwrap_or((&0.0, row));
                let axes = (0..dimensions).rev().zip(turned);
                let sum: f64 =
                    axes.map(|(axis, by)| by * at(i / steps[axis] % lengths[axis], lengths[axis], align_corners)).sum();
                made.push(sum + moved);
            }
        }
    }
    Ok(of_numbers(theta.dtype(), shape, made))
}

/// The coordinate of an element: from -1 to 1.
fn at(i: usize, length: usize, align_corners: bool) -> f64 {
    match align_corners {
        true => 2.0 * i as f64 / (length as f64 - 1.0).max(1.0) - 1.0,
        false => (2.0 * i as f64 + 1.0) / length as f64 - 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Dtype;

    fn of(shape: &[usize], x: f32) -> Tensor {
        Tensor::exact(Dtype::F32, shape.to_vec(), Data::F32(vec![x; shape.iter().product()]))
    }

    #[test]
    fn any_coordinate_is_a_place() {
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30, f32::MIN_POSITIVE] {
            for mode in [GridMode::Linear, GridMode::Nearest, GridMode::Cubic] {
                for beyond in [GridBeyond::Zeros, GridBeyond::Border, GridBeyond::Reflection] {
                    for (align_corners, length) in [(true, 1), (true, 3), (false, 1), (false, 3)] {
                        let (data, grid) = (of(&[1, 1, length, 2], 1.0), of(&[1, 1, 1, 2], x));
                        let given = [Some(&data), Some(&grid)];
                        assert!(grid_sample(mode, beyond, align_corners, &Arguments::shared(&given)).is_ok());
                    }
                }
            }
        }
    }

    #[test]
    fn images_that_do_not_fit_are_refused() {
        for (data, grid) in [
            (of(&[], 1.0), of(&[], 1.0)),
            (of(&[1, 1, 0, 2], 1.0), of(&[1, 1, 1, 2], 0.0)),
            (of(&[1, 1, 2, 2], 1.0), of(&[2, 1, 1, 2], 0.0)),
            (of(&[1, 1, 2, 2], 1.0), of(&[1, 1, 1, 3], 0.0)),
            (of(&[1, 1, 1, 1, 1, 1], 1.0), of(&[1, 1, 1, 1, 1, 4], 0.0)),
        ] {
            let given = [Some(&data), Some(&grid)];
            assert!(grid_sample(GridMode::Cubic, GridBeyond::Border, false, &Arguments::shared(&given)).is_err());
        }
        let theta = of(&[1, 2, 3], 1.0);
        for size in [vec![], vec![1, 1, -1, 2], vec![1, 1, i64::MAX, 2], vec![2, 1, 2, 2], vec![1, 1, 1 << 27, 2]] {
            let size = Tensor::integers(size);
            assert!(affine_grid(true, &Arguments::shared(&[Some(&theta), Some(&size)])).is_err());
        }
    }
}
