//! What is done with what people have, before it goes into a network: pixels become the numbers that it was trained on, texts the
//! ids of tokens.
//!
//! It lies beside the graph and not in it: an input with preprocessing takes tensors as well, and a network's examples are
//! tensors.

use super::{Dim, Dtype, Port, Tokenizer};
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

/// The longest side of an image that goes into a network.
pub const MAX_SIDE: u32 = 1 << 13;

/// What is done for one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Preprocessing {
    /// Pixels become one example of an input.
    Image {
        /// Which input.
        input: u32,
        /// How.
        image: Image,
    },
    /// Texts become a batch of an input, and of those beside it.
    Text {
        /// Which input takes the ids of tokens.
        input: u32,
        /// Which ones take what else there is to say of them.
        beside: Beside,
        /// How texts become tokens.
        tokenizer: Box<Tokenizer>,
    },
}

/// The inputs that are made with the ids of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// 1 for each token, 0 where there is none.
    pub mask: Option<u32>,
    /// Which text a token is of: 0 or 1.
    pub types: Option<u32>,
    /// The place of each token, from 0.
    pub positions: Option<u32>,
}

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

impl Preprocessing {
    /// Which input it is for: the one that takes pictures, or texts.
    pub fn input(&self) -> usize {
        let (Preprocessing::Image { input, .. } | Preprocessing::Text { input, .. }) = self;
        *input as usize
    }

    /// Every input that it makes, its own first.
    pub fn made(&self) -> Vec<usize> {
        let Beside { mask, types, positions } = match self {
            Preprocessing::Image { .. } => Beside::default(),
            Preprocessing::Text { beside, .. } => *beside,
        };
        let mut made = vec![self.input()];
        [mask, types, positions].into_iter().flatten().for_each(|input| made.push(input as usize));
        made
    }

    /// Checks that it fits the network's inputs.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`], with the name of the setting.
    pub(super) fn check(&self, inputs: &[Port]) -> Result<()> {
        if let Some(input) = self.made().into_iter().find(|&input| input >= inputs.len()) {
            let expected = format!("an input below {}", inputs.len());
            return Err(Error::new(Kind::InvalidModel, "input", expected, input.to_string()));
        }
        let port = &inputs[self.input()];
        match self {
            Preprocessing::Image { image, .. } => image.check(port).map_err(|error| error.within(&port.name)),
            Preprocessing::Text { tokenizer, .. } => {
                self.made().into_iter().try_for_each(|input| takes_tokens(&inputs[input]))?;
                tokenizer.check().map_err(|error| error.within(&port.name))
            }
        }
    }
}

/// Refuses an input that has no place for a batch of tokens.
fn takes_tokens(port: &Port) -> Result<()> {
    let has_rows = port.shape.as_ref().is_none_or(|shape| shape.len() == 2);
    if has_rows && !matches!(port.dtype, Dtype::Text | Dtype::Bool) {
        return Ok(());
    }
    let found = format!("{} {}", port.dtype.name(), port.shown_shape());
    Err(Error::new(Kind::InvalidModel, port.name.clone(), "an input of numbers, a row for each text", found))
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
    fn check(&self, port: &Port) -> Result<()> {
        let wrong = |at: &'static str, expected: String, found: String| {
            Err(Error::new(Kind::InvalidModel, at, expected, found))
        };
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
        let made = self.dimensions(size, port.shape.as_ref().map_or(4, Vec::len));
        let fits = |(dim, made): (&Dim, &Option<u32>)| match (dim, made) {
            (Dim::Fixed(length), Some(made)) => length == made,
            _ => true,
        };
        let takes = |shape: &Vec<Dim>| shape.len() == made.len() && shape.iter().zip(&made).all(fits);
        if !port.shape.as_ref().is_none_or(takes) {
            let side = |side: &Option<u32>| side.map_or("?".into(), |side| side.to_string());
            let found = format!("[{}]", made.iter().map(side).collect::<Vec<_>>().join(", "));
            return wrong("shape", format!("images of the shape {}", port.shown_shape()), found);
        }
        Ok(())
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
