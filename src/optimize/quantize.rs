//! Weights in fewer bytes.

use crate::error::Result;
use crate::infer::Inference;
use crate::network::{Compact, Data, Dtype, Network, Node, Numbers, Operator, Tensor, TensorId, Weight};
use half::f16;

/// From how many numbers on a weight is worth it.
const LEAST: usize = 1 << 10;
/// What a quantized network's examples may differ by at least: what is rounded to 16 bits as it runs may fall to either side.
const TOLERANCE: f64 = 1e-4;

/// What numbers become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// float16: 11 bits of each.
    Half,
    /// Whole numbers of 8 bits, with a scale for each column of a matrix, filter of a convolution or row of a table.
    Byte,
}

/// The same network with its larger float32 weights in fewer bytes, but for those of nodes that are kept. Its examples become what
/// it then makes itself.
///
/// # Errors
/// Those of running its examples.
pub fn quantize(network: Network, precision: Precision, is_kept: impl Fn(&Node) -> bool) -> Result<Network> {
    let mut parts = network.into_parts();
    let first = parts.inputs.len();
    for (i, weight) in parts.weights.iter_mut().enumerate() {
        let id = (first + i) as TensorId;
        let takers = || {
            let taken = |node: &&Node| node.inputs.contains(&Some(id));
            parts.nodes.iter().filter(taken)
        };
        let is_output = parts.outputs.iter().any(|(_, output)| *output == id);
        let Weight::Tensor(tensor) = &weight else { continue };
        if is_output || tensor.dtype() != Dtype::F32 || tensor.len() < LEAST || takers().any(&is_kept) {
            continue;
        }
        let compact = match precision {
            Precision::Half => half(tensor),
            Precision::Byte => {
                let uses = takers().flat_map(|node| {
                    let places = node.inputs.iter().enumerate().filter(|(_, input)| **input == Some(id));
                    places.map(|(place, _)| scaled(&node.operator, place, tensor.rank()))
                });
                let axes: Vec<Option<usize>> = uses.collect();
                // What is taken in two ways has to be scaled along one dimension.
                let axis = axes.first().copied().flatten().filter(|axis| axes.iter().all(|x| *x == Some(*axis)));
                axis.and_then(|axis| bytes(tensor, axis))
            }
        };
        if let Some(compact) = compact {
            *weight = Weight::Compact(compact);
        }
    }
    let mut examples = std::mem::take(&mut parts.examples);
    let inference = Inference::new(Network::new(parts.clone())?);
    for (given, made) in &mut examples.tensors {
        *made = inference.run(given.clone())?;
    }
    examples.tolerance = examples.tolerance.max(TOLERANCE);
    parts.examples = examples;
    Network::new(parts)
}

/// Along which dimension a weight is scaled: that of what an operator makes of it, so that each sum of products has one scale.
fn scaled(operator: &Operator, place: usize, rank: usize) -> Option<usize> {
    let other = match (operator, place, rank) {
        (Operator::Conv(_), 1, 3..) | (Operator::Gather { axis: 0 }, 0, 1..) => Some(0),
        (Operator::ConvTranspose { .. }, 1, 3..) | (Operator::Recurrent(_), 1 | 2, 3) => Some(1),
        _ => None,
    };
    columns(operator, place).filter(|_| rank == 2).or(other)
}

/// Along which dimension the columns of a matrix lie, whose whole numbers a kernel takes if each has a scale (`infer/prepared.rs`).
pub(super) fn columns(operator: &Operator, place: usize) -> Option<usize> {
    match operator {
        Operator::MatMul | Operator::Linear if place == 1 => Some(1),
        Operator::Gemm { transposed: (_, is_turned), .. } if place == 1 => Some(usize::from(!is_turned)),
        _ => None,
    }
}

/// Of numbers that float16 can hold.
fn half(tensor: &Tensor) -> Option<Compact> {
    let Data::F32(x) = tensor.data() else { return None };
    let numbers: Vec<f16> = x.iter().map(|x| f16::from_f32(*x)).collect();
    if numbers.iter().any(|x| !x.is_finite()) {
        return None;
    }
    Compact::new(tensor.shape().to_vec(), Numbers::Half(numbers)).ok()
}

/// Of numbers that are finite: the largest at each place of an axis becomes 127.
fn bytes(tensor: &Tensor, axis: usize) -> Option<Compact> {
    let Data::F32(x) = tensor.data() else { return None };
    if x.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let inner: usize = tensor.shape()[axis + 1..].iter().product();
    let mut largest = vec![0.0_f32; tensor.shape()[axis]];
    let place = |i: usize| i / inner % tensor.shape()[axis];
    x.iter().enumerate().for_each(|(i, x)| largest[place(i)] = largest[place(i)].max(x.abs()));
    let scales: Vec<f32> = largest.iter().map(|largest| largest / 127.0).collect();
    let whole = |(i, x): (usize, &f32)| match scales[place(i)] {
        0.0 => 0,
        scale => (x / scale).round_ties_even() as i8,
    };
    let numbers = x.iter().enumerate().map(whole).collect();
    Compact::new(tensor.shape().to_vec(), Numbers::Byte { numbers, axis, scales }).ok()
}
