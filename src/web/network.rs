//! The core of networks: it is built with the feature `tensors`. JavaScript gives tensors as the bytes of their elements and
//! takes them so.

use super::error::thrown;
use super::labels::Values;
use super::{File, fetch};
use crate::error::{Error, Kind};
use crate::format;
use crate::infer::{Inference, Pixels, Session, Sound};
use crate::network::{Data, Schema, is_close};
use wasm_bindgen::prelude::*;

/// A network ready to run.
#[wasm_bindgen]
pub struct Core {
    schema: JsValue,
    session: Session,
}

#[wasm_bindgen]
impl File {
    /// The network in it. Not a part of [`read`](super::read): a trap in a future would leave its promise waiting for ever.
    pub fn decode(self) -> Result<Core, JsValue> {
        let size = self.bytes.len() as f64;
        let network = format::decode_network(self.bytes).map_err(thrown)?;
        fetch::check_room(0)?;
        let schema = serde_wasm_bindgen::to_value(&Schema::of(&network, Values))?;
        self.options.report("ready", size, Some(size));
        Ok(Core { schema, session: Session::new(Inference::new(network)) })
    }
}

#[wasm_bindgen]
impl Core {
    /// Inputs, outputs and provenance as a plain object.
    pub fn schema(&self) -> JsValue {
        self.schema.clone()
    }

    /// Takes the tensor of an input as the bytes of its elements. 16-bit floats come as float32.
    pub fn give(&mut self, input: usize, shape: &[u32], bytes: &[u8]) -> Result<(), JsValue> {
        self.session.give(input, shape, bytes).map_err(thrown)
    }

    /// Takes a tensor of texts.
    pub fn give_texts(&mut self, input: usize, shape: &[u32], texts: Vec<String>) -> Result<(), JsValue> {
        self.session.give_texts(input, shape, texts).map_err(thrown)
    }

    /// Takes an image of an input as rows of pixels of 1, 3 or 4 bytes; more than one are a batch.
    pub fn give_image(&mut self, input: usize, height: usize, width: usize, bytes: &[u8]) -> Result<(), JsValue> {
        self.session.give_image(input, Pixels { bytes, height, width }).map_err(thrown)
    }

    /// Takes a sound of an input; more than one are a batch.
    pub fn give_audio(&mut self, input: usize, rate: u32, samples: &[f32]) -> Result<(), JsValue> {
        self.session.give_audio(input, Sound { samples, rate }).map_err(thrown)
    }

    /// Takes texts of an input, each with its second one if there are any; what is made with them goes into its own inputs.
    pub fn give_sentences(&mut self, input: usize, texts: Vec<String>, seconds: Vec<String>) -> Result<(), JsValue> {
        self.session.give_sentences(input, &texts, &seconds).map_err(thrown)
    }

    /// Runs the network on what was given.
    pub fn run(&mut self) -> Result<(), JsValue> {
        self.session.run().map_err(thrown)
    }

    /// The type of an output that was made.
    pub fn made_type(&self, output: usize) -> String {
        self.session.made()[output].dtype().name().into()
    }

    /// How many dimensions an output has that was made.
    pub fn made_rank(&self, output: usize) -> usize {
        self.session.made()[output].rank()
    }

    /// How long one of them is. By itself: an array of a few numbers would take longer than some networks.
    pub fn made_length(&self, output: usize, dimension: usize) -> usize {
        self.session.made()[output].shape()[dimension]
    }

    /// The bytes of the elements of an output that was made. 16-bit floats are float32.
    pub fn made_bytes(&self, output: usize) -> Vec<u8> {
        self.session.made_bytes(output)
    }

    /// The texts of an output that was made.
    pub fn made_texts(&self, output: usize) -> Vec<String> {
        match self.session.made()[output].data() {
            Data::Text(texts) => texts.clone(),
            _ => Vec::new(),
        }
    }

    /// Lets go of what was made, and of what was given and never used.
    pub fn forget(&mut self) {
        self.session.forget();
    }

    /// Runs the network's own examples; returns how many there are.
    pub fn verify(&mut self) -> Result<usize, JsValue> {
        let network = self.session.network();
        let examples = network.examples();
        for (i, (given, expected)) in examples.tensors.iter().enumerate() {
            let made = network.run(given.clone()).map_err(thrown)?;
            for ((made, expected), (port, _)) in made.iter().zip(expected).zip(network.outputs()) {
                if !is_close(made, expected, examples.tolerance) {
                    let at = format!("example {i}: {}", port.name);
                    let error = Error::new(Kind::Parity, at, "the source framework's own numbers", "others");
                    return Err(thrown(error.hint(
                        "This runtime does not give the network's own numbers: report it, with the runtime's version.",
                    )));
                }
            }
        }
        Ok(examples.tensors.len())
    }
}
