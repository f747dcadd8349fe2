//! The core of networks: it is built with the feature `tensors`. JavaScript gives tensors as the bytes of their elements and
//! takes them so.

use super::error::thrown;
use super::labels::Values;
use super::{File, fetch};
use crate::error::{Error, Kind};
use crate::format;
use crate::infer::{Inference, Pixels, Sound, Text};
use crate::network::{Data, Dim, Dtype, Network, Port, Preprocessing, Tensor, is_close};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A network ready to run.
#[wasm_bindgen]
pub struct Core {
    schema: JsValue,
    network: Inference,
    given: Vec<Option<Tensor>>,
    made: Vec<Tensor>,
}

#[derive(Serialize)]
struct Schema<'a> {
    inputs: Vec<SchemaPort<'a>>,
    outputs: Vec<SchemaPort<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Values<'a>>,
    provenance: SchemaProvenance<'a>,
}

#[derive(Serialize)]
struct SchemaPort<'a> {
    name: &'a str,
    dtype: &'static str,
    shape: Option<Vec<SchemaDim<'a>>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    images: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    texts: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<SchemaAudio>,
    /// The input whose texts it is made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    with: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaAudio {
    sample_rate: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    samples: Option<u32>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SchemaDim<'a> {
    Fixed(u32),
    Any(&'a str),
}

#[derive(Serialize)]
struct SchemaProvenance<'a> {
    framework: &'a str,
    version: &'a str,
    estimator: &'a str,
}

#[wasm_bindgen]
impl File {
    /// The network in it. Not a part of [`read`](super::read): a trap in a future would leave its promise waiting for ever.
    pub fn decode(self) -> Result<Core, JsValue> {
        let size = self.bytes.len() as f64;
        let network = format::decode_network(self.bytes).map_err(thrown)?;
        fetch::check_room(0)?;
        let schema = schema(&network)?;
        self.options.report("ready", size, Some(size));
        let given = vec![None; network.inputs().len()];
        Ok(Core { schema, network: Inference::new(network), given, made: Vec::new() })
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
        let dtype = self.dtype(input);
        let crossing = crossing(dtype);
        let data = Data::from_bytes(crossing, bytes);
        let tensor = Tensor::new(crossing, lengths(shape), data).map_err(thrown)?;
        let tensor = Tensor::rounded(dtype, tensor.shape().to_vec(), tensor.into_data());
        self.given[input] = Some(tensor);
        Ok(())
    }

    /// Takes a tensor of texts.
    pub fn give_texts(&mut self, input: usize, shape: &[u32], texts: Vec<String>) -> Result<(), JsValue> {
        self.given[input] = Some(Tensor::new(Dtype::Text, lengths(shape), Data::Text(texts)).map_err(thrown)?);
        Ok(())
    }

    /// Takes an image of an input as rows of pixels of 1, 3 or 4 bytes; more than one are a batch.
    pub fn give_image(&mut self, input: usize, height: usize, width: usize, bytes: &[u8]) -> Result<(), JsValue> {
        self.add(input, self.network.image(input, Pixels { bytes, height, width }))
    }

    /// Takes a sound of an input; more than one are a batch.
    pub fn give_audio(&mut self, input: usize, rate: u32, samples: &[f32]) -> Result<(), JsValue> {
        self.add(input, self.network.audio(input, Sound { samples, rate }))
    }

    /// Takes texts of an input, each with its second one if there are any; what is made with them goes into its own inputs.
    pub fn give_sentences(&mut self, input: usize, texts: Vec<String>, seconds: Vec<String>) -> Result<(), JsValue> {
        let second = |i: usize| seconds.get(i).map(String::as_str);
        let texts: Vec<Text<'_>> = texts.iter().enumerate().map(|(i, text)| (text.as_str(), second(i))).collect();
        for (input, tensor) in self.network.texts(input, &texts).map_err(thrown)? {
            self.given[input] = Some(tensor);
        }
        Ok(())
    }

    /// Runs the network on what was given.
    pub fn run(&mut self) -> Result<(), JsValue> {
        let given: Option<Vec<Tensor>> = self.given.iter_mut().map(Option::take).collect();
        let given = given.ok_or_else(|| thrown(Error::new(Kind::MissingFeature, "inputs", "all of them", "fewer")))?;
        self.made = self.network.run(given).map_err(thrown)?;
        Ok(())
    }

    /// The type of an output that was made.
    pub fn made_type(&self, output: usize) -> String {
        self.made[output].dtype().name().into()
    }

    /// How many dimensions an output has that was made.
    pub fn made_rank(&self, output: usize) -> usize {
        self.made[output].rank()
    }

    /// How long one of them is. By itself: an array of a few numbers would take longer than some networks.
    pub fn made_length(&self, output: usize, dimension: usize) -> usize {
        self.made[output].shape()[dimension]
    }

    /// The bytes of the elements of an output that was made. 16-bit floats are float32.
    pub fn made_bytes(&self, output: usize) -> Vec<u8> {
        let tensor = &self.made[output];
        let crossing = crossing(tensor.dtype());
        let mut bytes = Vec::with_capacity(tensor.len() * crossing.bytes());
        tensor.data().write_bytes(crossing, &mut bytes);
        bytes
    }

    /// The texts of an output that was made.
    pub fn made_texts(&self, output: usize) -> Vec<String> {
        match self.made[output].data() {
            Data::Text(texts) => texts.clone(),
            _ => Vec::new(),
        }
    }

    /// Lets go of what was made, and of what was given and never used.
    pub fn forget(&mut self) {
        self.made = Vec::new();
        self.given.fill(None);
    }

    /// Runs the network's own examples; returns how many there are.
    pub fn verify(&mut self) -> Result<usize, JsValue> {
        let examples = self.network.examples();
        for (i, (given, expected)) in examples.tensors.iter().enumerate() {
            let made = self.network.run(given.clone()).map_err(thrown)?;
            for ((made, expected), (port, _)) in made.iter().zip(expected).zip(self.network.outputs()) {
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

impl Core {
    /// Adds an example to the batch of an input.
    fn add(&mut self, input: usize, next: Result<Tensor, Error>) -> Result<(), JsValue> {
        let next = next.map_err(thrown)?;
        let tensor = match self.given[input].take() {
            None => next,
            Some(batch) => batch.followed_by(next).map_err(thrown)?,
        };
        self.given[input] = Some(tensor);
        Ok(())
    }

    fn dtype(&self, input: usize) -> Dtype {
        self.network.inputs()[input].dtype
    }
}

/// How elements cross: JavaScript has no 16-bit floats everywhere.
fn crossing(dtype: Dtype) -> Dtype {
    match dtype {
        Dtype::F16 | Dtype::BF16 => Dtype::F32,
        dtype => dtype,
    }
}

fn lengths(shape: &[u32]) -> Vec<usize> {
    shape.iter().map(|&length| length as usize).collect()
}

fn schema(network: &Network) -> Result<JsValue, JsValue> {
    let provenance = network.provenance();
    let schema = Schema {
        inputs: (network.inputs().iter().enumerate())
            .map(|(i, port)| {
                let made_by = network.preprocessing().iter().find(|found| found.made().contains(&i));
                let own = made_by.filter(|found| found.input() == i);
                SchemaPort {
                    images: matches!(own, Some(Preprocessing::Image { .. })),
                    texts: matches!(own, Some(Preprocessing::Text { .. })),
                    audio: match own {
                        Some(Preprocessing::Audio { audio, .. }) => {
                            Some(SchemaAudio { sample_rate: audio.rate, samples: audio.samples })
                        }
                        _ => None,
                    },
                    with: made_by.filter(|_| own.is_none()).map(|found| &network.inputs()[found.input()].name[..]),
                    ..described(port)
                }
            })
            .collect(),
        outputs: network.outputs().iter().map(|(port, _)| described(port)).collect(),
        classes: network.classes().map(Values),
        provenance: SchemaProvenance {
            framework: &provenance.framework,
            version: &provenance.version,
            estimator: &provenance.estimator,
        },
    };
    Ok(serde_wasm_bindgen::to_value(&schema)?)
}

fn described(port: &Port) -> SchemaPort<'_> {
    fn dim(dim: &Dim) -> SchemaDim<'_> {
        match dim {
            Dim::Fixed(length) => SchemaDim::Fixed(*length),
            Dim::Any(name) => SchemaDim::Any(name),
        }
    }
    let shape = port.shape.as_ref().map(|shape| shape.iter().map(dim).collect());
    SchemaPort {
        name: &port.name,
        dtype: port.dtype.name(),
        shape,
        images: false,
        texts: false,
        audio: None,
        with: None,
    }
}
