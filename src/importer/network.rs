//! Networks (`www/network-worker.js`): ONNX, Keras and TFLite files → `.edgelet`, and what a network looks like inside.

use crate::error::{Error, Kind, Result};
use crate::format;
use crate::import::{keras, onnx, tflite};
use crate::network::{Data, Network, Tensor, Weight, sample};
use crate::optimize::graph::{self, Drawn};
use crate::optimize::{Work, optimize, work};
use crate::thrown::thrown;
use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A picture of more nodes is more than a page can hold.
const MOST_DRAWN: usize = 2000;
/// An example of more numbers is not shown.
const MOST_NUMBERS: usize = 1 << 18;
/// Larger whole numbers are not exact where a page has them.
const MOST_WHOLE: u64 = 1 << 53;

/// A network that was read.
#[wasm_bindgen]
pub struct Opened {
    network: Network,
    /// How many nodes it had, if it was imported, and what is otherwise than in its file.
    source: Option<usize>,
    notes: Vec<String>,
}

/// What a network is made of, as one plain object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description<'a> {
    source_nodes: Option<usize>,
    notes: &'a [String],
    parameters: usize,
    weight_bytes: usize,
    nodes: Vec<Described<'a>>,
    /// The graph as an SVG without colours; nothing where it is too large, or where it could not be run.
    picture: Option<String>,
    /// Why it could not be run.
    problem: Option<String>,
    /// The inputs of its first example, if all of them can be shown.
    example: Option<Vec<Example<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    name: &'a str,
    operator: &'static str,
    /// What it makes, computes, and keeps, of the run that was looked at.
    shape: Option<&'a [usize]>,
    flops: Option<f64>,
    weight_bytes: Option<usize>,
}

#[derive(Serialize)]
struct Example<'a> {
    shape: &'a [usize],
    data: Elements<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Elements<'a> {
    Singles(&'a [f32]),
    Doubles(&'a [f64]),
    Wholes(&'a [i64]),
    Texts(&'a [String]),
}

#[wasm_bindgen]
impl Opened {
    /// Reads a file of ONNX, Keras or TFLite, or an `.edgelet`. `name` is the file's, for errors; `names` are those of the `files` that
    /// were given with it.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], name: &str, names: Vec<String>, files: Vec<Uint8Array>) -> Result<Opened, JsValue> {
        let given = Beside { names, files };
        open(bytes, &|name, start, length| given.part(name, start, length)).map_err(|error| thrown(error.within(name)))
    }

    /// The bytes that `edgelet import` writes.
    pub fn file(&self) -> Result<Vec<u8>, JsValue> {
        format::encode_network(&self.network).map_err(thrown)
    }

    /// What it is made of.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        let network = &self.network;
        let worked = sample(network).and_then(|given| work(network, given));
        let work: &[Work] = worked.as_deref().unwrap_or_default();
        let is_drawn = worked.is_ok() && network.nodes().len() <= MOST_DRAWN;
        let nodes = network.nodes().iter().enumerate().map(|(i, node)| {
            let work = work.get(i);
            Described {
                name: &node.name,
                operator: node.operator.name(),
                shape: work.map(|work| &work.shape[..]),
                flops: work.map(|work| work.flops as f64),
                weight_bytes: work.map(|work| work.bytes),
            }
        });
        let description = Description {
            source_nodes: self.source,
            notes: &self.notes,
            parameters: network.weights().iter().map(Weight::len).sum(),
            weight_bytes: network.weights().iter().map(Weight::bytes).sum(),
            nodes: nodes.collect(),
            picture: is_drawn.then(|| graph::part(&[Drawn { title: "", network, work }])),
            problem: worked.as_ref().err().map(Error::to_string),
            example: network.examples().tensors.first().and_then(|(given, _)| given.iter().map(shown).collect()),
        };
        Ok(serde_wasm_bindgen::to_value(&description)?)
    }
}

/// Files beside a network, in which ONNX may have its weights.
struct Beside {
    names: Vec<String>,
    files: Vec<Uint8Array>,
}

impl Beside {
    /// Some bytes of one of them: its name alone counts, as those that are dropped have no folder.
    fn part(&self, name: &str, start: u64, length: usize) -> Result<Vec<u8>> {
        let last = name.rsplit('/').next();
        let found = self.names.iter().zip(&self.files).find(|(known, _)| Some(known.as_str()) == last);
        let Some((_, file)) = found else {
            let found = "the model alone: drop or choose both at once";
            return Err(Error::new(Kind::Unsupported, name.to_owned(), "the file beside the model", found));
        };
        let end = start.checked_add(length as u64).filter(|&end| end <= u64::from(file.length()));
        let (Ok(start), Some(Ok(end))) = (u32::try_from(start), end.map(u32::try_from)) else {
            let expected = format!("{length} bytes from byte {start} on");
            return Err(Error::new(Kind::Truncated, name.to_owned(), expected, format!("{} bytes", file.length())));
        };
        Ok(file.subarray(start, end).to_vec())
    }
}

fn open(bytes: &[u8], beside: &onnx::Open<'_>) -> Result<Opened> {
    if format::is_network(bytes) {
        let network = format::decode_network(bytes.to_vec())?;
        return Ok(Opened { network, source: None, notes: Vec::new() });
    }
    let mut notes = Vec::new();
    let network = match bytes {
        bytes if keras::is_keras(bytes) => keras::import(bytes)?,
        bytes if tflite::is_tflite(bytes) => tflite::import(bytes)?,
        bytes => onnx::import(bytes, beside, &mut |note| notes.push(note.to_owned()))?,
    };
    let source = Some(network.nodes().len());
    Ok(Opened { network: optimize(network)?, source, notes })
}

/// A tensor as a page can have it; nothing where it is large, or where a number would change.
fn shown(tensor: &Tensor) -> Option<Example<'_>> {
    let data = match tensor.data() {
        Data::F32(x) => Elements::Singles(x),
        Data::F64(x) => Elements::Doubles(x),
        Data::I64(x) if x.iter().all(|x| x.unsigned_abs() <= MOST_WHOLE) => Elements::Wholes(x),
        Data::I64(_) => return None,
        Data::Text(x) => Elements::Texts(x),
    };
    (tensor.len() <= MOST_NUMBERS).then_some(Example { shape: tensor.shape(), data })
}
