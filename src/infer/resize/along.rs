//! How one dimension is sampled: where the places of the output are in the input, and what each is made of.

use crate::network::{Coordinates, Nearest, Resize};

/// How a dimension is sampled.
pub struct Along {
    /// Its number.
    pub axis: usize,
    /// How long it is.
    pub input: usize,
    /// How long it becomes.
    pub output: usize,
    /// The factor between them.
    pub scale: f32,
    /// How long the output would be if lengths were not whole.
    pub resized: f32,
    /// Where a crop starts and ends, as parts of the input.
    pub region: (f32, f32),
}

impl Along {
    /// Whether the output is the input.
    pub fn is_whole(&self, coordinates: Coordinates) -> bool {
        let cropped = coordinates == Coordinates::TfCropAndResize && self.region != (0.0, 1.0);
        self.output == self.input && self.scale == 1.0 && !cropped
    }

    /// Where in the input a place of the output is; nothing if that is outside of what a crop can take. In f32, as onnxruntime
    /// computes it: where two places are equally near, the last bit decides. Aligned corners are those of a length that need not
    /// be whole: that is what ONNX's suite expects.
    fn place(&self, coordinates: Coordinates, i: usize) -> Option<f32> {
        let (x, input, output) = (i as f32, self.input as f32, self.output as f32);
        let centre = (x + 0.5) / self.scale - 0.5;
        Some(match coordinates {
            Coordinates::HalfPixel => centre,
            Coordinates::HalfPixelSymmetric => {
                input / 2.0 * (1.0 - output / self.resized) + (x + 0.5) / self.scale - 0.5
            }
            Coordinates::PytorchHalfPixel if self.output > 1 => centre,
            Coordinates::PytorchHalfPixel => 0.0,
            Coordinates::AlignCorners if self.output > 1 => x * (input - 1.0) / (self.resized - 1.0),
            Coordinates::AlignCorners => 0.0,
            Coordinates::Asymmetric => x / self.scale,
            Coordinates::TfCropAndResize => {
                let ((start, end), last) = (self.region, input - 1.0);
                let place = match self.output {
                    1 => 0.5 * (start + end) * last,
                    _ => start * last + x * (end - start) * last / (output - 1.0),
                };
                return Some(place).filter(|place| (0.0..=last).contains(place));
            }
        })
    }

    /// The elements that a place of the output is made of, with their weights. The filter reaches `reach` elements to each
    /// side, farther if it is stretched. What is outside of the input is the element at its edge.
    pub fn taps(&self, how: &Resize, i: usize, reach: f64, filter: &dyn Fn(f64) -> f64) -> Option<Vec<(usize, f64)>> {
        let x = f64::from(self.place(how.coordinates, i)?);
        let stretch = if how.antialias { f64::from(self.scale).min(1.0) } else { 1.0 };
        let left = x.ceil() - 1.0;
        let first = (-reach / stretch).floor() as i64 + 1;
        let last = self.input as i64 - 1;
        let mut taps: Vec<(usize, f64)> = Vec::new();
        for k in first..2 - first {
            let place = (left as i64).saturating_add(k);
            if how.exclude_outside && !(0..=last).contains(&place) {
                continue;
            }
            let (place, weight) = (place.clamp(0, last) as usize, filter(((k as f64 - (x - left)) * stretch).abs()));
            match taps.last_mut() {
                Some(tap) if tap.0 == place => tap.1 += weight,
                _ => taps.push((place, weight)),
            }
        }
        let sum: f64 = taps.iter().map(|tap| tap.1).sum();
        if (how.antialias || how.exclude_outside) && sum != 0.0 {
            taps.iter_mut().for_each(|tap| tap.1 /= sum);
        }
        taps.retain(|tap| tap.1 != 0.0);
        Some(taps)
    }

    /// The nearest element to a place of the output.
    pub fn nearest(&self, coordinates: Coordinates, nearest: Nearest, i: usize) -> Option<usize> {
        let x = self.place(coordinates, i)?;
        let near = match nearest {
            Nearest::Floor => x.floor(),
            Nearest::Ceil => x.ceil(),
            Nearest::RoundPreferFloor => (x - 0.5).ceil(),
            Nearest::RoundPreferCeil => (x + 0.5).floor(),
        };
        Some((near as usize).min(self.input - 1))
    }
}

/// The cubic of Keys, Cubic convolution interpolation for digital image processing (1981), equation 4.
pub fn cubic(a: f64, x: f64) -> f64 {
    match x {
        x if x <= 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
        x if x < 2.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
        _ => 0.0,
    }
}
