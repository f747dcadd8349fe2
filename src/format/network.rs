//! Networks: the body names tensors by type and shape, and their elements lie in the blobs, in the order the body names them,
//! each in the bytes of its own type and aligned to 16 bytes. Texts are in the body.

use super::blobs::{BlobReader, BlobWriter};
use super::header::{self, Header, VERSION_OF_NETWORKS};
use super::limits::{self, MAX_EXAMPLES, MAX_INPUTS, MAX_NODE_INPUTS, MAX_NODES};
use super::what_postcard_found;
use super::wire::{WireLabels, WireProvenance, check_text};
use crate::error::{Error, Kind, Result};
use crate::model::Model;
use crate::network::tensor::{MAX_RANK, count};
use crate::network::{
    Compact, Data, Dim, Dtype, Examples, Network, Node, Numbers, Operator, Parts, Port, Preprocessing, Tensor,
    TensorId, Weight,
};
use half::f16;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Body {
    inputs: Vec<Port>,
    outputs: Vec<(Port, TensorId)>,
    weights: Vec<WireWeight>,
    nodes: Vec<WireNode>,
    provenance: WireProvenance,
    examples: Vec<(Vec<WireTensor>, Vec<WireTensor>)>,
    tolerance: f64,
    classes: Option<WireLabels>,
    preprocessing: Vec<Preprocessing>,
}

#[derive(Serialize, Deserialize)]
struct WireNode {
    name: String,
    operator: Operator,
    inputs: Vec<Option<TensorId>>,
    outputs: u32,
    within: Option<(f32, f32)>,
}

#[derive(Serialize, Deserialize)]
enum WireWeight {
    Tensor(WireTensor),
    /// float32 as float16.
    Half {
        shape: Vec<u32>,
    },
    /// float32 as whole numbers of 8 bits; then the scales of each place along a dimension.
    Byte {
        shape: Vec<u32>,
        axis: u8,
    },
}

#[derive(Serialize, Deserialize)]
struct WireTensor {
    dtype: Dtype,
    shape: Vec<u32>,
    texts: Vec<String>,
}

/// The network as an `.edgelet` file.
///
/// # Errors
/// [`Kind::LimitExceeded`] if it exceeds a limit of the format.
pub fn encode_network(network: &Network) -> Result<Vec<u8>> {
    let mut blobs = BlobWriter::default();
    let parts = network.clone().into_parts();
    let node = |Node { name, operator, inputs, outputs, within }| WireNode { name, operator, inputs, outputs, within };
    let weights = parts.weights.iter().map(|weight| put_weight(weight, &mut blobs)).collect();
    let mut tensors = |tensors: &[Tensor]| tensors.iter().map(|tensor| put(tensor, &mut blobs)).collect::<Vec<_>>();
    let body = Body {
        inputs: parts.inputs,
        outputs: parts.outputs,
        weights,
        nodes: parts.nodes.into_iter().map(node).collect(),
        provenance: WireProvenance::from_provenance(&parts.provenance),
        examples: (parts.examples.tensors.iter()).map(|(given, made)| (tensors(given), tensors(made))).collect(),
        tolerance: parts.examples.tolerance,
        classes: parts.classes.as_ref().map(WireLabels::from_labels),
        preprocessing: parts.preprocessing,
    };
    body.check_limits()?;
    let body = postcard::to_allocvec(&body).map_err(|error| {
        Error::new(Kind::InvalidModel, "body", "a network that postcard can write", error.to_string())
    })?;
    limits::check("body", body.len(), limits::MAX_BODY_BYTES)?;
    header::assemble_version(VERSION_OF_NETWORKS, &body, &blobs.into_bytes(), &[])
}

/// The network in an `.edgelet` file. Untrusted bytes are safe: they give a network or an error, never a panic, and memory is
/// taken in proportion to the bytes that are there. Bytes that are given away go as the weights are made of them: there are never
/// two of each.
///
/// # Errors
/// The kind of what is wrong, with the byte offset or the path of the part.
pub fn decode_network(bytes: impl Into<Vec<u8>>) -> Result<Network> {
    decode_owned(bytes.into())
}

fn decode_owned(mut bytes: Vec<u8>) -> Result<Network> {
    let versions = VERSION_OF_NETWORKS..=VERSION_OF_NETWORKS;
    let header = Header::read_versions(&bytes, versions, "a network: format version 3")?;
    let (body, blobs) = header.split(&bytes)?;
    let (body, rest) = postcard::take_from_bytes::<Body>(body)
        .map_err(|error| Error::new(Kind::Corrupt, "body", "a postcard-encoded network", what_postcard_found(error)))?;
    if !rest.is_empty() {
        return Err(Error::new(Kind::Corrupt, "body", "nothing after the network", format!("{} bytes", rest.len())));
    }
    body.check_limits()?;
    let mut blobs = BlobReader::new(blobs);
    let mut starts = Vec::with_capacity(body.weights.len());
    for weight in &body.weights {
        starts.push(bytes.len() - blobs.left());
        weight.bytes(&mut blobs)?;
    }
    let mut tensors = |tensors: Vec<WireTensor>| {
        let take = |tensor: WireTensor| tensor.bytes(&mut blobs).and_then(|bytes| tensor.of(bytes));
        tensors.into_iter().map(take).collect::<Result<Vec<Tensor>>>()
    };
    let mut examples = Vec::with_capacity(body.examples.len());
    for (given, made) in body.examples {
        examples.push((tensors(given)?, tensors(made)?));
    }
    blobs.finish()?;
    // The last first: what lies behind it is not needed any more.
    let mut weights = Vec::with_capacity(starts.len());
    for (weight, start) in body.weights.into_iter().zip(starts).rev() {
        let numbers = weight.bytes(&mut BlobReader::new(&bytes[start..]))?;
        weights.push(weight.of(numbers)?);
        bytes.truncate(start);
        bytes.shrink_to_fit();
    }
    weights.reverse();
    let node = |WireNode { name, operator, inputs, outputs, within }| Node { name, operator, inputs, outputs, within };
    Network::new(Parts {
        inputs: body.inputs,
        outputs: body.outputs,
        weights,
        nodes: body.nodes.into_iter().map(node).collect(),
        provenance: body.provenance.into_provenance(),
        examples: Examples { tensors: examples, tolerance: body.tolerance },
        classes: body.classes.map(WireLabels::into_labels),
        preprocessing: body.preprocessing,
    })
}

/// What a file holds.
pub enum Content {
    /// A model of rows.
    Model(Model),
    /// A network of tensors.
    Network(Network),
}

/// What is in an `.edgelet` file of either kind.
///
/// # Errors
/// Those of [`decode`](super::decode) and [`decode_network`].
pub fn decode_any(bytes: &[u8]) -> Result<Content> {
    match header::is_network(bytes) {
        true => decode_network(bytes).map(Content::Network),
        false => super::decode(bytes).map(Content::Model),
    }
}

/// Names a tensor, and puts its elements into the blobs.
fn put(tensor: &Tensor, blobs: &mut BlobWriter) -> WireTensor {
    let texts = match tensor.data() {
        Data::Text(texts) => texts.clone(),
        data => {
            let mut bytes = Vec::with_capacity(tensor.len() * tensor.dtype().bytes());
            data.write_bytes(tensor.dtype(), &mut bytes);
            blobs.push_bytes(&bytes);
            Vec::new()
        }
    };
    WireTensor { dtype: tensor.dtype(), shape: wire_shape(tensor.shape()), texts }
}

/// Lengths are below 2²⁸.
fn wire_shape(shape: &[usize]) -> Vec<u32> {
    shape.iter().map(|&length| length as u32).collect()
}

fn lengths(shape: &[u32]) -> Vec<usize> {
    shape.iter().map(|&length| length as usize).collect()
}

/// The same for a weight.
fn put_weight(weight: &Weight, blobs: &mut BlobWriter) -> WireWeight {
    let compact = match weight {
        Weight::Tensor(tensor) => return WireWeight::Tensor(put(tensor, blobs)),
        Weight::Compact(compact) => compact,
    };
    let shape = wire_shape(compact.shape());
    match compact.numbers() {
        Numbers::Half(numbers) => {
            blobs.push_bytes(&numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
            WireWeight::Half { shape }
        }
        Numbers::Byte { numbers, axis, scales } => {
            blobs.push_bytes(&numbers.iter().map(|&x| x as u8).collect::<Vec<u8>>());
            blobs.push_bytes(&scales.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
            WireWeight::Byte { shape, axis: *axis as u8 }
        }
    }
}

impl WireTensor {
    /// The next bytes of the blobs: its elements.
    fn bytes<'a>(&self, blobs: &mut BlobReader<'a>) -> Result<&'a [u8]> {
        match self.dtype {
            Dtype::Text => Ok(&[]),
            dtype => blobs.take_bytes(count(&lengths(&self.shape))? as u64, dtype.bytes()),
        }
    }

    /// The tensor of these elements.
    fn of(self, bytes: &[u8]) -> Result<Tensor> {
        let data = match self.dtype {
            Dtype::Text => Data::Text(self.texts),
            dtype => Data::from_bytes(dtype, bytes),
        };
        Tensor::new(self.dtype, lengths(&self.shape), data)
    }
}

impl WireWeight {
    /// The next bytes of the blobs: its numbers, and their scales.
    fn bytes<'a>(&self, blobs: &mut BlobReader<'a>) -> Result<(&'a [u8], &'a [u8])> {
        let elements = |shape: &[u32]| count(&lengths(shape)).map(|elements| elements as u64);
        match self {
            Self::Tensor(tensor) => Ok((tensor.bytes(blobs)?, &[])),
            Self::Half { shape } => Ok((blobs.take_bytes(elements(shape)?, 2)?, &[])),
            Self::Byte { shape, axis } => {
                let scales = shape.get(usize::from(*axis)).copied().unwrap_or(0);
                Ok((blobs.take_bytes(elements(shape)?, 1)?, blobs.take_bytes(scales.into(), 4)?))
            }
        }
    }

    /// The weight of these numbers.
    fn of(self, (bytes, scales): (&[u8], &[u8])) -> Result<Weight> {
        let (shape, numbers) = match self {
            Self::Tensor(tensor) => return tensor.of(bytes).map(Weight::Tensor),
            Self::Half { shape } => {
                (shape, Numbers::Half(bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes)).collect()))
            }
            Self::Byte { shape, axis } => {
                let scales = scales.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
                let numbers = bytes.iter().map(|&byte| byte as i8).collect();
                (shape, Numbers::Byte { numbers, axis: axis.into(), scales })
            }
        };
        Compact::new(lengths(&shape), numbers).map(Weight::Compact)
    }
}

impl Body {
    /// The same limits on both ways, so that what is written can be read.
    fn check_limits(&self) -> Result<()> {
        limits::check("inputs", self.inputs.len(), MAX_INPUTS)?;
        limits::check("outputs", self.outputs.len(), MAX_INPUTS)?;
        limits::check("weights", self.weights.len(), MAX_NODE_INPUTS)?;
        limits::check("nodes", self.nodes.len(), MAX_NODES)?;
        limits::check("preprocessing", self.preprocessing.len(), MAX_INPUTS)?;
        limits::check("examples", self.examples.len(), MAX_EXAMPLES)?;
        for port in self.inputs.iter().chain(self.outputs.iter().map(|(port, _)| port)) {
            check_text(&port.name)?;
            let shape = port.shape.as_deref().unwrap_or_default();
            limits::check("shape", shape.len(), MAX_RANK)?;
            for dim in shape {
                if let Dim::Any(name) = dim {
                    check_text(name)?;
                }
            }
        }
        for node in &self.nodes {
            check_text(&node.name)?;
            limits::check("node.inputs", node.inputs.len(), MAX_NODE_INPUTS)?;
        }
        self.classes.iter().try_for_each(WireLabels::check_limits)?;
        self.provenance.check_limits()
    }
}
