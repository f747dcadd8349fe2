//! How pictures become an input.

use super::{takes_shape, wrong};
use crate::error::Result;
use crate::network::{Dtype, Port};
use serde::{Deserialize, Serialize};

/// The longest side of an image that goes into a network.
pub const MAX_SIDE: u32 = 1 << 13;

/// How pixels become numbers: colours, then the size, then a crop, then the numbers' range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Which colours the network takes.
    pub colors: Colors,
    /// The size it takes, as Pillow's `resize` makes it.
    pub resize: Option<(Sides, Filter)>,
    /// The height and the width of what is cut out of the middle.
    pub crop: Option<(Crop, u32, u32)>,
    /// What a byte is multiplied by.
    pub scale: f64,
    /// What is then subtracted, of each colour.
    pub mean: Vec<f64>,
    /// What is then divided by, of each colour.
    pub deviation: Vec<f64>,
    /// Colours are the last dimension; else they are before height and width.
    pub channels_last: bool,
}

/// The colours of a pixel, in their order.
#[allow(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colors {
    Rgb,
    Bgr,
    /// Luma of ITU-R BT.601, as Pillow's mode L.
    Gray,
}

/// The size of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sides {
    /// The shorter side; the other keeps the shape, rounded down.
    Shorter(u32),
    /// Height and width.
    Both(u32, u32),
}

/// Where the middle is if there is no pixel there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Crop {
    /// At the nearest even number of pixels before it, as torchvision's `CenterCrop` rounds.
    Even,
    /// With one pixel less before it, as Hugging Face's `center_crop`.
    Floor,
}

/// Pillow's filters.
#[allow(missing_docs, reason = "Pillow's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    Nearest,
    Box,
    Bilinear,
    Hamming,
    Bicubic,
    Lanczos,
}

impl Image {
    /// How many numbers a pixel becomes.
    pub fn channels(&self) -> usize {
        match self.colors {
            Colors::Gray => 1,
            Colors::Rgb | Colors::Bgr => 3,
        }
    }

    /// What each byte of each colour becomes.
    pub fn levels(&self) -> Vec<[f32; 256]> {
        let level = |mean: f64, deviation: f64, byte: usize| ((byte as f64 * self.scale - mean) / deviation) as f32;
        let colors = self.mean.iter().zip(&self.deviation);
        colors.map(|(&mean, &deviation)| std::array::from_fn(|byte| level(mean, deviation, byte))).collect()
    }

    /// Checks what is known before there are pixels.
    pub(super) fn check(&self, port: &Port) -> Result<()> {
        let sides = |sides: &[u32]| sides.iter().copied().find(|side| !(1..=MAX_SIDE).contains(side));
        let resized = match self.resize {
            None => None,
            Some((Sides::Shorter(side), _)) => sides(&[side]),
            Some((Sides::Both(height, width), _)) => sides(&[height, width]),
        };
        if let Some(side) = resized.or(self.crop.and_then(|(_, height, width)| sides(&[height, width]))) {
            return wrong("size", format!("1 to {MAX_SIDE} pixels"), side.to_string());
        }
        let channels = self.channels();
        for (name, numbers) in [("mean", &self.mean), ("std", &self.deviation)] {
            if numbers.len() != channels {
                return wrong(name, format!("{channels} numbers"), numbers.len().to_string());
            }
        }
        let mut numbers = self.mean.iter().chain(&self.deviation).chain([&self.scale]);
        if !numbers.all(|x| x.is_finite()) || self.deviation.contains(&0.0) {
            return wrong("scale, mean, std", "finite numbers, and std not 0".into(), "others".into());
        }
        // An input of bytes takes them as they are, or one of whole numbers less than them: no fractions.
        let is_held = |x: f32| x as i64 as f32 == x && port.dtype.wrap(x as i64) == x as i64;
        let fits = match port.dtype {
            Dtype::Text | Dtype::Bool => false,
            dtype => dtype.is_float() || self.levels().iter().flatten().all(|x| is_held(*x)),
        };
        if !fits {
            let expected = format!("numbers that an input of {} holds", port.dtype.name());
            return wrong("scale, mean, std", expected, "others".into());
        }
        // What comes out of every image is checked once; what depends on the image when there is one.
        let size = match (self.crop, self.resize) {
            (Some((_, height, width)), _) | (None, Some((Sides::Both(height, width), _))) => {
                [Some(height), Some(width)]
            }
            _ => [None, None],
        };
        takes_shape(port, "images", &self.dimensions(size, port.shape.as_ref().map_or(4, Vec::len)))
    }

    /// The shape of what is made of one image, for an input of that rank: 4 dimensions are a batch of one, 3 the image itself or
    /// a batch of one without colours, 2 an image without colours. What is not known yet is nothing.
    pub fn dimensions(&self, [height, width]: [Option<u32>; 2], rank: usize) -> Vec<Option<u32>> {
        let (one, is_gray) = (Some(1), self.colors == Colors::Gray);
        match (rank, self.channels_last) {
            (..=2, _) if is_gray => vec![height, width],
            (3, _) if is_gray => vec![one, height, width],
            (..=3, true) => vec![height, width, Some(self.channels() as u32)],
            (..=3, false) => vec![Some(self.channels() as u32), height, width],
            (_, true) => vec![one, height, width, Some(self.channels() as u32)],
            (_, false) => vec![one, Some(self.channels() as u32), height, width],
        }
    }
}
