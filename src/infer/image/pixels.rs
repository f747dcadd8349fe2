//! Pixels become the tensor that a network was trained on: colours, size, crop and range, in the same bits as Pillow makes them.
//!
//! Sizes change as `Resample.c` of Pillow does it for bytes: first along the rows, then along the columns, each weight rounded
//! to 22 bits after the point and each sum to a byte. `Image.resize` with NEAREST takes the pixel below the centre.

use crate::error::{Error, Kind, Result};
use crate::infer::cast::cast;
use crate::network::{Colors, Crop, Data, Dtype, Filter, Image, Port, Sides, Tensor};
use std::f64::consts::PI;

/// How many bits of a weight are after the point.
const PRECISION: u32 = 22;
/// The most pixels of an image that is given, or made on the way.
const MAX_PIXELS: usize = 1 << 27;

/// An image as it is given: rows of pixels, each of one byte of gray, three of red, green and blue, or those and one that is
/// passed over (alpha).
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    /// Row after row.
    pub bytes: &'a [u8],
    /// How many rows.
    pub height: usize,
    /// How many pixels a row has.
    pub width: usize,
}

/// Bytes of an image on its way: rows of `width` pixels of `channels` bytes.
struct Plane {
    bytes: Vec<u8>,
    height: usize,
    width: usize,
    channels: usize,
}

/// The tensor that goes into an input for one image.
///
/// # Errors
/// [`Kind::WrongShape`] for bytes that are no such image, or a size that the input does not take; [`Kind::LimitExceeded`] for more
/// pixels than there is room for.
pub fn tensor(image: &Image, pixels: Pixels<'_>, port: &Port) -> Result<Tensor> {
    let mut plane = coloured(image.colors, pixels)?;
    if let Some((sides, filter)) = image.resize {
        let (height, width) = size(sides, plane.height, plane.width);
        for (height, width) in [(plane.height, width), (height, width)] {
            if height.saturating_mul(width) > MAX_PIXELS {
                return Err(too_large(height, width));
            }
        }
        plane = match filter {
            Filter::Nearest => nearest(&plane, height, width),
            filter => across(&along(&plane, width, filter), height, filter),
        };
    }
    if let Some((how, height, width)) = image.crop {
        plane = cropped(&plane, how, height as usize, width as usize)?;
    }
    let Plane { bytes, height, width, channels } = plane;
    let levels = image.levels();
    let level = |pixel: usize, channel: usize| levels[channel][usize::from(bytes[pixel * channels + channel])];
    let count = height * width;
    let mut numbers = Vec::with_capacity(count * channels);
    if image.channels_last {
        numbers.extend((0..count * channels).map(|i| level(i / channels, i % channels)));
    } else {
        (0..channels).for_each(|channel| numbers.extend((0..count).map(|pixel| level(pixel, channel))));
    }
    let rank = port.shape.as_ref().map_or(4, Vec::len);
    let shape = image.dimensions([Some(height as u32), Some(width as u32)], rank);
    let shape = shape.into_iter().map(|length| length.unwrap_or_default() as usize).collect();
    let tensor = cast(&Tensor::new(Dtype::F32, shape, Data::F32(numbers))?, port.dtype)?;
    port.check(&tensor)?;
    Ok(tensor)
}

/// The colours that a network takes, in its order.
fn coloured(colors: Colors, Pixels { bytes, height, width }: Pixels<'_>) -> Result<Plane> {
    let count = height.saturating_mul(width);
    if count > MAX_PIXELS {
        return Err(too_large(height, width));
    }
    let given = if count == 0 { 0 } else { bytes.len() / count };
    if !matches!(given, 1 | 3 | 4) || bytes.len() != given * count {
        let expected = format!("1, 3 or 4 bytes for each of {width} × {height} pixels, and a pixel at least");
        return Err(Error::new(Kind::WrongShape, "pixels", expected, format!("{} bytes", bytes.len())));
    }
    let pixels = bytes.chunks_exact(given);
    let rgb = |pixel: &[u8]| if given == 1 { [pixel[0]; 3] } else { [pixel[0], pixel[1], pixel[2]] };
    // Pillow's weights of 16 bits, and half of one so that it rounds.
    let luma = |[r, g, b]: [u8; 3]| {
        ((u32::from(r) * 19_595 + u32::from(g) * 38_470 + u32::from(b) * 7_471 + 0x8000) >> 16) as u8
    };
    let (channels, bytes) = match colors {
        Colors::Rgb => (3, pixels.flat_map(rgb).collect()),
        Colors::Bgr => (3, pixels.flat_map(|pixel| rgb(pixel).into_iter().rev()).collect()),
        Colors::Gray if given == 1 => (1, bytes.to_vec()),
        Colors::Gray => (1, pixels.map(|pixel| luma(rgb(pixel))).collect()),
    };
    Ok(Plane { bytes, height, width, channels })
}

/// The height and the width that an image is resized to.
fn size(sides: Sides, height: usize, width: usize) -> (usize, usize) {
    let longer = |side: u32, long: usize, short: usize| ((side as usize).saturating_mul(long) / short).max(1);
    match sides {
        Sides::Both(height, width) => (height as usize, width as usize),
        Sides::Shorter(side) if width <= height => (longer(side, height, width), side as usize),
        Sides::Shorter(side) => (side as usize, longer(side, width, height)),
    }
}

/// How far a filter reaches, and its weight at a distance from the centre.
fn kernel(filter: Filter) -> (f64, fn(f64) -> f64) {
    fn sinc(x: f64) -> f64 {
        if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) }
    }
    match filter {
        Filter::Nearest | Filter::Box => (0.5, |x| if x > -0.5 && x <= 0.5 { 1.0 } else { 0.0 }),
        Filter::Bilinear => (1.0, |x| (1.0 - x.abs()).max(0.0)),
        Filter::Hamming => (1.0, |x| match x.abs() {
            x if x < 1.0 => sinc(x) * (0.54 + 0.46 * libm::cos(PI * x)),
            _ => 0.0,
        }),
        Filter::Bicubic => (2.0, |x| match x.abs() {
            x if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            x if x < 2.0 => -0.5 * (((x - 5.0) * x + 8.0) * x - 4.0),
            _ => 0.0,
        }),
        Filter::Lanczos => (3.0, |x| if (-3.0..3.0).contains(&x) { sinc(x) * sinc(x / 3.0) } else { 0.0 }),
    }
}

/// What each place of a shorter or longer line is made of: the first place that it takes, and the weights from there.
fn taps(input: usize, output: usize, filter: Filter) -> Vec<(usize, Vec<i32>)> {
    let (reach, weight) = kernel(filter);
    let scale = input as f64 / output as f64;
    let stretch = scale.max(1.0);
    let reach = reach * stretch;
    let tap = |place: usize| {
        let centre = (place as f64 + 0.5) * scale;
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let end = ((centre + reach + 0.5) as usize).min(input);
        let weights: Vec<f64> = (first..end).map(|x| weight((x as f64 - centre + 0.5) * (1.0 / stretch))).collect();
        let sum: f64 = weights.iter().sum();
        let unit = f64::from(1 << PRECISION);
        let rounded = |x: f64| (x * unit + 0.5_f64.copysign(x)) as i32;
        (first, weights.iter().map(|x| rounded(if sum == 0.0 { *x } else { x / sum })).collect())
    };
    (0..output).map(tap).collect()
}

/// A sum of bytes by weights as a byte.
fn byte(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// Rows of another width.
fn along(plane: &Plane, width: usize, filter: Filter) -> Plane {
    let (channels, taps) = (plane.channels, taps(plane.width, width, filter));
    let mut bytes = Vec::with_capacity(plane.height * width * channels);
    for row in plane.bytes.chunks_exact(plane.width * channels) {
        for (first, weights) in &taps {
            let taken = &row[first * channels..(first + weights.len()) * channels];
            for channel in 0..channels {
                let places = taken[channel..].iter().step_by(channels).zip(weights);
                bytes.push(byte(places.fold(1 << (PRECISION - 1), |sum, (x, w)| sum + i32::from(*x) * w)));
            }
        }
    }
    Plane { bytes, width, ..*plane }
}

/// Columns of another height.
fn across(plane: &Plane, height: usize, filter: Filter) -> Plane {
    let length = plane.width * plane.channels;
    let mut bytes = Vec::with_capacity(height * length);
    let mut sums = vec![0; length];
    for (first, weights) in taps(plane.height, height, filter) {
        sums.fill(1 << (PRECISION - 1));
        for (row, weight) in plane.bytes[first * length..].chunks_exact(length).zip(weights) {
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += i32::from(*x) * weight);
        }
        bytes.extend(sums.iter().map(|sum| byte(*sum)));
    }
    Plane { bytes, height, ..*plane }
}

/// The pixels below the centres of those that are made. Steps are added up, as in Pillow: where a centre is on an edge, their last
/// bit decides.
fn nearest(plane: &Plane, height: usize, width: usize) -> Plane {
    let places = |input: usize, output: usize| -> Vec<usize> {
        let step = input as f64 / output as f64;
        let steps = std::iter::successors(Some(step * 0.5), |place| Some(place + step));
        steps.map(|place| (place as usize).min(input - 1)).take(output).collect()
    };
    let (rows, columns, channels) = (places(plane.height, height), places(plane.width, width), plane.channels);
    let pixel = |row: usize, column: usize| {
        let at = (row * plane.width + column) * channels;
        &plane.bytes[at..at + channels]
    };
    let bytes =
        rows.iter().flat_map(|&row| columns.iter().flat_map(move |&column| pixel(row, column))).copied().collect();
    Plane { bytes, height, width, channels }
}

/// The middle of an image.
fn cropped(plane: &Plane, how: Crop, height: usize, width: usize) -> Result<Plane> {
    if plane.height < height || plane.width < width {
        let (expected, found) = (format!("{width} × {height} pixels"), format!("{} × {}", plane.width, plane.height));
        return Err(Error::new(Kind::WrongShape, "pixels", format!("at least {expected} to cut out"), found));
    }
    let before = |input: usize, output: usize| {
        let half = (input - output) / 2;
        let is_odd = (input - output) % 2 == 1;
        if how == Crop::Even && is_odd { half + half % 2 } else { half }
    };
    let (top, left) = (before(plane.height, height), before(plane.width, width));
    let rows = plane.bytes.chunks_exact(plane.width * plane.channels).skip(top).take(height);
    let bytes = rows.flat_map(|row| &row[left * plane.channels..(left + width) * plane.channels]).copied().collect();
    Ok(Plane { bytes, height, width, ..*plane })
}

fn too_large(height: usize, width: usize) -> Error {
    let found = format!("{width} × {height}");
    Error::new(Kind::LimitExceeded, "pixels", format!("at most {MAX_PIXELS} pixels"), found)
}
