//! What is done with what people have, before it goes into a network: pixels and sounds become the numbers that it was trained on,
//! texts the ids of tokens.
//!
//! It lies beside the graph and not in it: an input with preprocessing takes tensors as well, and a network's examples are
//! tensors.

mod audio;
mod image;

pub use audio::{Around, Audio, Bands, Level, MAX_RATE, MAX_SAMPLES, MelScale, Spectrum, Taper};
pub use image::{Colors, Crop, Filter, Image, MAX_SIDE, Sides};

use super::{Dim, Dtype, Port, Tokenizer};
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

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
    /// A sound becomes one example of an input.
    Audio {
        /// Which input.
        input: u32,
        /// How.
        audio: Audio,
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

impl Preprocessing {
    /// Which input it is for: the one that takes pictures, texts or sounds.
    pub fn input(&self) -> usize {
        let (Self::Image { input, .. } | Self::Text { input, .. } | Self::Audio { input, .. }) = self;
        *input as usize
    }

    /// Every input that it makes, its own first.
    pub fn made(&self) -> Vec<usize> {
        let Beside { mask, types, positions } = match self {
            Self::Text { beside, .. } => *beside,
            _ => Beside::default(),
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
        let checked = match self {
            Self::Image { image, .. } => image.check(port),
            Self::Text { tokenizer, .. } => {
                self.made().into_iter().try_for_each(|input| takes_tokens(&inputs[input]))?;
                tokenizer.check()
            }
            Self::Audio { audio, .. } => audio.check(port),
        };
        checked.map_err(|error| error.within(&port.name))
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

/// Refuses an input that has no place for what is made of one picture or sound; lengths that are not known yet are nothing.
fn takes_shape(port: &Port, what: &str, made: &[Option<u32>]) -> Result<()> {
    let fits = |(dim, made): (&Dim, &Option<u32>)| match (dim, made) {
        (Dim::Fixed(length), Some(made)) => length == made,
        _ => true,
    };
    let takes = |shape: &Vec<Dim>| shape.len() == made.len() && shape.iter().zip(made).all(fits);
    if port.shape.as_ref().is_none_or(takes) {
        return Ok(());
    }
    let side = |side: &Option<u32>| side.map_or("?".into(), |side| side.to_string());
    let found = format!("[{}]", made.iter().map(side).collect::<Vec<_>>().join(", "));
    wrong("shape", format!("{what} of the shape {}", port.shown_shape()), found)
}

/// A setting that is not sound.
fn wrong(at: &'static str, expected: String, found: String) -> Result<()> {
    Err(Error::new(Kind::InvalidModel, at, expected, found))
}
