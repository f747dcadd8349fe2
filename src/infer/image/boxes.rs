//! Boxes in images: which to keep, and what the image is inside of them.

use super::super::arguments::{Arguments, floats, integers, length, wrong_shape};
use super::super::resize::{numbers, of_numbers};
use crate::error::Result;
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Tensor, shown};

/// boxes `[N, B, 4]`, scores `[N, C, B]`, how many at most?, largest overlap?, least score?: rows of batch, class and box, of each
/// class from the highest score down. A box is left out if it shares more than the overlap with one that is there already.
pub fn non_max_suppression(centre: bool, given: &Arguments<'_>) -> Result<Tensor> {
    let (boxes, scores) = (given.get(0)?, given.get(1)?);
    let fits = match (boxes.shape(), scores.shape()) {
        (&[batches, count, 4], &[same, _, each]) => batches == same && count == each,
        _ => false,
    };
    if !fits {
        let found = format!("{} and {}", shown(boxes.shape()), shown(scores.shape()));
        return Err(wrong_shape("boxes [N, B, 4] and scores [N, C, B]", found));
    }
    let number = |i| match given.find(i) {
        Some(tensor) if !tensor.is_empty() => given.number(i),
        _ => Ok(None),
    };
    let most = number(2)?.unwrap_or(0.0) as usize;
    let overlap = number(3)?.unwrap_or(0.0) as f32;
    let least = number(4)?.map(|least| least as f32);
    let corners: Vec<Corners> = floats(boxes)?.as_chunks().0.iter().map(|found| Corners::of(found, centre)).collect();
    let (classes, each) = (scores.shape()[1], boxes.shape()[1]);
    let scores = floats(scores)?;
    let mut rows = Vec::new();
    for (class, scores) in scores.chunks_exact(each.max(1)).enumerate() {
        let corners = &corners[class / classes * each..][..each];
        let mut order: Vec<usize> = (0..each).filter(|&i| least.is_none_or(|least| scores[i] > least)).collect();
        // With 0 added the two zeros are equal; equal ones stay in their order.
        order.sort_by(|&a, &b| (scores[b] + 0.0).total_cmp(&(scores[a] + 0.0)));
        let mut kept: Vec<usize> = Vec::new();
        for i in order {
            if kept.len() >= most {
                break;
            }
            if !kept.iter().any(|&other| corners[i].overlap(&corners[other]) > overlap) {
                kept.push(i);
            }
        }
        rows.extend(kept.into_iter().flat_map(|i| [class / classes, class % classes, i].map(|x| x as i64)));
    }
    Tensor::new(Dtype::I64, vec![rows.len() / 3, 3], Data::I64(rows))
}

/// A box by its least and largest coordinates.
struct Corners {
    least: [f32; 2],
    largest: [f32; 2],
}

impl Corners {
    /// Of a centre and a size, or of two corners of which any may be the upper one.
    fn of(&[a, b, c, d]: &[f32; 4], centre: bool) -> Self {
        match centre {
            true => Self { least: [a - c / 2.0, b - d / 2.0], largest: [a + c / 2.0, b + d / 2.0] },
            false => Self { least: [a.min(c), b.min(d)], largest: [a.max(c), b.max(d)] },
        }
    }

    fn area(&self) -> f32 {
        (self.largest[0] - self.least[0]) * (self.largest[1] - self.least[1])
    }

    /// How much of what two boxes cover both cover; less than any limit if that is nothing.
    fn overlap(&self, other: &Self) -> f32 {
        let side = |i: usize| self.largest[i].min(other.largest[i]) - self.least[i].max(other.least[i]);
        let (height, width) = (side(0), side(1));
        let both = height * width;
        let all = self.area() + other.area() - both;
        let real = height > 0.0 && width > 0.0 && both > 0.0 && self.area() > 0.0 && other.area() > 0.0 && all > 0.0;
        if real { both / all } else { f32::NEG_INFINITY }
    }
}

/// data `[N, C, H, W]`, regions `[R, 4]` of x1, y1, x2, y2, the image of each `[R]`: `[R, C, height, width]`. Each output is the mean
/// of samples on a grid, each on a line between its neighbours; or the largest of what the neighbours add to a sample.
pub fn roi_align(
    largest: bool,
    size: (i64, i64),
    sampling: i64,
    scale: f32,
    half_pixel: bool,
    given: &Arguments<'_>,
) -> Result<Tensor> {
    let (data, regions, images) = (given.get(0)?, given.get(1)?, given.get(2)?);
    let (&[batches, channels, height, width], &[rows, 4]) = (data.shape(), regions.shape()) else {
        let found = format!("{} and {}", shown(data.shape()), shown(regions.shape()));
        return Err(wrong_shape("images [N, C, H, W] and regions [R, 4]", found));
    };
    let images = integers(images)?;
    if images.len() != rows {
        return Err(wrong_shape(format!("an image for each of {rows} regions"), images.len().to_string()));
    }
    let (high, wide) = (length(size.0)?, length(size.1)?);
    let shape = vec![rows, channels, high, wide];
    let mut made = Vec::with_capacity(count(&shape)?);
    if shape.contains(&0) {
        return Ok(of_numbers(data.dtype(), shape, made));
    }
    let (all, regions) = (numbers(data)?, numbers(regions)?);
    for (region, &image) in regions.as_chunks::<4>().0.iter().zip(images) {
        let image = usize::try_from(image).ok().filter(|image| *image < batches && height > 0 && width > 0);
        let image = image.ok_or_else(|| wrong_shape(format!("an image of {batches}"), "a region of another"))?;
        let offset = if half_pixel { 0.5 } else { 0.0 };
        let [x1, y1, x2, y2] = region.map(|x| x as f32 * scale - offset);
        let along = |start: f32, end: f32, bins: usize, length: usize| {
            // Older networks give every region a length of 1 at least.
            let range = if half_pixel { end - start } else { (end - start).max(1.0) };
            samples(start, range, bins, sampling, length)
        };
        let ((columns, across), (lines, down)) = (along(x1, x2, wide, width)?, along(y1, y2, high, height)?);
        count(&[lines.iter().map(Vec::len).sum(), columns.iter().map(Vec::len).sum()])?;
        let samples = (across as f64 * down as f64).max(1.0);
        for channel in 0..channels {
            let plane = &all[(image * channels + channel) * height * width..][..height * width];
            for line in &lines {
                for column in &columns {
                    let each = line.iter().flat_map(|y| column.iter().map(move |x| neighbours(plane, width, y, x)));
                    made.push(match largest {
                        false => each.map(|each| each.iter().sum::<f64>()).sum::<f64>() / samples,
                        true => {
                            // A sample outside is 0.
                            let outside = ((line.len() * column.len()) as f64) < samples;
                            let most = each.flatten().fold(f64::NEG_INFINITY, f64::max);
                            if outside { most.max(0.0) } else { most }
                        }
                    });
                }
            }
        }
    }
    Ok(of_numbers(data.dtype(), shape, made))
}

/// A sample along one dimension: two elements and their weights.
struct Sample {
    places: [usize; 2],
    weights: [f64; 2],
}

/// The samples in each of the bins of a range that are not outside of the image, and how many there are with those. In f32, as
/// ONNX's reference and onnxruntime have them.
fn samples(start: f32, range: f32, bins: usize, sampling: i64, length: usize) -> Result<(Vec<Vec<Sample>>, usize)> {
    let bin = range / bins as f32;
    let grid = if sampling > 0 { usize::try_from(sampling).unwrap_or(usize::MAX) } else { bin.ceil() as usize };
    // In bytes: an attribute alone must not take more memory than a tensor may.
    count(&[bins, grid, size_of::<Sample>()])?;
    let sample = |x: f32| {
        if !(-1.0..=length as f32).contains(&x) {
            return None;
        }
        let x = x.max(0.0).min((length - 1) as f32);
        let low = x as usize;
        let part = f64::from(x - low as f32);
        Some(Sample { places: [low, (low + 1).min(length - 1)], weights: [1.0 - part, part] })
    };
    let bins = (0..bins).map(|i| {
        let first = start + i as f32 * bin;
        (0..grid).filter_map(|k| sample(first + (k as f32 + 0.5) * bin / grid as f32)).collect()
    });
    Ok((bins.collect(), grid))
}

/// What the four elements around a sample add to it.
fn neighbours(plane: &[f64], width: usize, y: &Sample, x: &Sample) -> [f64; 4] {
    [(0, 0), (0, 1), (1, 0), (1, 1)]
        .map(|(i, k)| y.weights[i] * x.weights[k] * plane[y.places[i] * width + x.places[k]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(shape: &[usize], x: f32) -> Tensor {
        Tensor::exact(Dtype::F32, shape.to_vec(), Data::F32(vec![x; shape.iter().product()]))
    }

    #[test]
    fn scores_that_are_no_numbers_have_an_order() {
        let (boxes, most) = (of(&[1, 40, 4], 0.0), Tensor::integers(vec![i64::MAX]));
        let scores = (0..40).map(|i| [f32::NAN, 0.0, -0.0, f32::INFINITY][i % 4]).collect();
        let scores = Tensor::exact(Dtype::F32, vec![1, 1, 40], Data::F32(scores));
        let made = non_max_suppression(false, &Arguments::shared(&[Some(&boxes), Some(&scores), Some(&most)])).unwrap();
        assert_eq!(made.shape(), [40, 3]);
        let none = of(&[1, 0, 4], 0.0);
        assert!(non_max_suppression(true, &Arguments::shared(&[Some(&none), Some(&scores), Some(&most)])).is_err());
    }

    #[test]
    fn hostile_regions_are_refused_or_empty() {
        let align = |shape: &[usize], x: f32, width: f32, image: i64, sampling: i64, size: i64| {
            let region = Tensor::exact(Dtype::F32, vec![1, 4], Data::F32(vec![x, x, x + width, x + width]));
            let (data, images) = (of(shape, 1.0), Tensor::integers(vec![image]));
            let given = [Some(&data), Some(&region), Some(&images)];
            let made = roi_align(true, (size, size), sampling, 1.0, true, &Arguments::shared(&given))?;
            Ok::<_, crate::error::Error>(made.into_data())
        };
        let image = [1, 1, 4, 4];
        for (shape, width, at, sampling, size) in [
            (&image, 1e30, 0, 0, 2),
            (&image, 1.0, 1, 0, 2),
            (&image, 1.0, -1, 0, 2),
            (&image, 1.0, 0, i64::MAX, 2),
            (&image, 1.0, 0, 1, -1),
            (&image, 1.0, 0, 1, i64::MAX),
            (&image, 1.0, 0, i64::MAX, 1),
            (&image, 1.0, 0, 1 << 24, 1),
            (&[1, 1, 0, 4], 1.0, 0, 1, 1),
        ] {
            assert!(align(shape, 0.0, width, at, sampling, size).is_err(), "{width} {at} {sampling} {size}");
        }
        for (x, width, sampling) in [(f32::NAN, 1.0, 2), (1e30, 1.0, 2), (1.0, -1.0, 0), (f32::INFINITY, 1.0, i64::MIN)]
        {
            assert_eq!(align(&image, x, width, 0, sampling, 1).unwrap(), Data::F32(vec![0.0]), "{x} {width}");
        }
    }
}
