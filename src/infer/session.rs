//! A network at work for scripts: its inputs are given one after another, as they cross from JavaScript; then it runs.

use super::{Inference, Pixels, Sound, Text};
use crate::error::{Error, Kind, Result};
use crate::network::{Data, Dtype, Tensor};

/// A network, what was given to it, and what it made of that.
pub struct Session {
    network: Inference,
    given: Vec<Option<Tensor>>,
    made: Vec<Tensor>,
}

impl Session {
    /// Of a network, to which nothing is given.
    pub fn new(network: Inference) -> Self {
        Self { given: vec![None; network.inputs().len()], network, made: Vec::new() }
    }

    /// The network.
    pub fn network(&self) -> &Inference {
        &self.network
    }

    /// Takes the tensor of an input as the bytes of its elements. 16-bit floats come as float32.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] if the bytes are not as many as its shape says.
    pub fn give(&mut self, input: usize, shape: &[u32], bytes: &[u8]) -> Result<()> {
        let dtype = self.network.inputs()[input].dtype;
        let crossing = crossing(dtype);
        let data = Data::from_bytes(crossing, bytes);
        let tensor = Tensor::new(crossing, lengths(shape), data)?;
        let tensor = Tensor::rounded(dtype, tensor.shape().to_vec(), tensor.into_data());
        self.given[input] = Some(tensor);
        Ok(())
    }

    /// Takes a tensor of texts.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] if they are not as many as its shape says.
    pub fn give_texts(&mut self, input: usize, shape: &[u32], texts: Vec<String>) -> Result<()> {
        self.given[input] = Some(Tensor::new(Dtype::Text, lengths(shape), Data::Text(texts))?);
        Ok(())
    }

    /// Takes an image of an input as rows of pixels of 1, 3 or 4 bytes; more than one are a batch.
    ///
    /// # Errors
    /// Those of [`Inference::image`]; [`Kind::WrongShape`] for one that does not go with those before.
    pub fn give_image(&mut self, input: usize, pixels: Pixels<'_>) -> Result<()> {
        let next = self.network.image(input, pixels)?;
        self.add(input, next)
    }

    /// Takes a sound of an input; more than one are a batch.
    ///
    /// # Errors
    /// Those of [`Inference::audio`]; [`Kind::WrongShape`] for one that does not go with those before.
    pub fn give_audio(&mut self, input: usize, sound: Sound<'_>) -> Result<()> {
        let next = self.network.audio(input, sound)?;
        self.add(input, next)
    }

    /// Takes texts of an input, each with its second one if there are any; what is made with them goes into its own inputs.
    ///
    /// # Errors
    /// Those of [`Inference::texts`].
    pub fn give_sentences(&mut self, input: usize, texts: &[String], seconds: &[String]) -> Result<()> {
        let second = |i: usize| seconds.get(i).map(String::as_str);
        let texts: Vec<Text<'_>> = texts.iter().enumerate().map(|(i, text)| (text.as_str(), second(i))).collect();
        for (input, tensor) in self.network.texts(input, &texts)? {
            self.given[input] = Some(tensor);
        }
        Ok(())
    }

    /// Runs the network on what was given.
    ///
    /// # Errors
    /// [`Kind::MissingFeature`] if an input was not given, and those of [`Inference::run`].
    pub fn run(&mut self) -> Result<()> {
        let given: Option<Vec<Tensor>> = self.given.iter_mut().map(Option::take).collect();
        let given = given.ok_or_else(|| Error::new(Kind::MissingFeature, "inputs", "all of them", "fewer"))?;
        self.made = self.network.run(given)?;
        Ok(())
    }

    /// Lets each node choose what it calls, with nothing to work on.
    #[cfg(feature = "packaged")]
    pub fn visit(&self) {
        self.network.visit();
    }

    /// What it made, in the outputs' order.
    pub fn made(&self) -> &[Tensor] {
        &self.made
    }

    /// The bytes of the elements of an output that was made. 16-bit floats are float32.
    pub fn made_bytes(&self, output: usize) -> Vec<u8> {
        let tensor = &self.made[output];
        let crossing = crossing(tensor.dtype());
        let mut bytes = Vec::with_capacity(tensor.len() * crossing.bytes());
        tensor.data().write_bytes(crossing, &mut bytes);
        bytes
    }

    /// Lets go of what was made, and of what was given and never used.
    pub fn forget(&mut self) {
        self.made = Vec::new();
        self.given.fill(None);
    }

    /// Adds an example to the batch of an input.
    fn add(&mut self, input: usize, next: Tensor) -> Result<()> {
        let tensor = match self.given[input].take() {
            None => next,
            Some(batch) => batch.followed_by(next)?,
        };
        self.given[input] = Some(tensor);
        Ok(())
    }
}

/// The type that elements of a type cross as: JavaScript has no 16-bit floats everywhere.
pub fn crossing(dtype: Dtype) -> Dtype {
    match dtype {
        Dtype::F16 | Dtype::BF16 => Dtype::F32,
        dtype => dtype,
    }
}

fn lengths(shape: &[u32]) -> Vec<usize> {
    shape.iter().map(|&length| length as usize).collect()
}
