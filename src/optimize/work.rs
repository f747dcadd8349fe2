//! How much a network is, and how much work: what each node multiplies and adds, and the bytes of its weights.

use crate::error::Result;
use crate::infer::Inference;
use crate::network::{Network, Node, Operator, PoolKind, Tensor};
use std::collections::{BTreeMap, HashSet};

/// One node's part.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// The shape of the first tensor that it makes.
    pub shape: Vec<usize>,
    /// Floating-point operations; a product that is added counts as two. What only moves or compares numbers counts as none.
    pub flops: u64,
    /// The bytes of the weights that no node before it takes.
    pub bytes: usize,
}

/// The work of each node on inputs.
///
/// # Errors
/// Those of [`Inference::run`].
pub fn work(network: &Network, given: Vec<Tensor>) -> Result<Vec<Work>> {
    let first = given.len();
    let mut shapes: Vec<Vec<usize>> = given.iter().map(|tensor| tensor.shape().to_vec()).collect();
    shapes.extend(network.weights().iter().map(|weight| weight.shape().to_vec()));
    let mut seen = HashSet::new();
    let mut nodes = network.nodes().iter();
    let mut all = Vec::with_capacity(network.nodes().len());
    Inference::new(network.clone()).run_seen(given, |made| {
        let Some(node) = nodes.next() else { return };
        let taken = |place: usize| match node.inputs.get(place) {
            Some(Some(id)) => &shapes[*id as usize][..],
            _ => &[],
        };
        // What only opened a weight made nothing when it ran, and is as large as that.
        let made = match made {
            [] => vec![taken(0).to_vec()],
            made => made.iter().map(|tensor| tensor.shape().to_vec()).collect(),
        };
        let shape = made.first().cloned().unwrap_or_default();
        let flops = flops(node, taken, &shape);
        let weight = |id: &u32| (*id as usize).checked_sub(first).and_then(|i| network.weights().get(i));
        let new = node.inputs.iter().flatten().filter(|id| weight(id).is_some() && seen.insert(**id));
        let bytes = new.filter_map(weight).map(|weight| weight.bytes()).sum();
        shapes.extend(made);
        all.push(Work { shape, flops, bytes });
    })?;
    Ok(all)
}

/// How often each operator is there.
pub fn operators(network: &Network) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for node in network.nodes() {
        *counts.entry(node.operator.name()).or_default() += 1;
    }
    counts
}

/// What a node multiplies and adds, of the shapes that it takes and makes.
fn flops<'a>(node: &Node, taken: impl Fn(usize) -> &'a [usize], made: &[usize]) -> u64 {
    use Operator::*;
    let count = |shape: &[usize]| shape.iter().map(|&length| length as u64).product::<u64>();
    let last = |shape: &[usize]| shape.last().map_or(1, |&length| length as u64);
    let filter = |weights: &[usize]| count(weights.get(1..).unwrap_or_default());
    match &node.operator {
        MatMul | Linear | MatMulInteger | QLinearMatMul => 2 * count(made) * last(taken(0)),
        Gemm { transposed: (is_turned, _), .. } => {
            2 * count(made)
                * if *is_turned { taken(0).first().map_or(1, |&length| length as u64) } else { last(taken(0)) }
        }
        Conv(_) | ConvInteger(_) => 2 * count(made) * filter(taken(1)),
        QLinearConv(_) => 2 * count(made) * filter(taken(3)),
        ConvTranspose { .. } => 2 * count(taken(0)) * filter(taken(1)),
        // Each hidden number of each step is a product with what comes in and with what was before.
        Recurrent(_) => {
            let steps = taken(0).iter().take(2).map(|&length| length as u64).product::<u64>();
            2 * steps * (count(taken(1)) + count(taken(2)))
        }
        // Of each query with all keys, and of those products with all values.
        Attention(_) => {
            let keys = taken(1).iter().rev().nth(1).map_or(1, |&length| length as u64);
            2 * keys * (count(taken(0)) + count(made))
        }
        Einsum(equation) => 2 * letters(equation, taken).unwrap_or_else(|| count(made)),
        Pool(how) => match how.by {
            PoolKind::Max { .. } => 0,
            _ if how.window.kernel.is_empty() => count(taken(0)),
            _ => count(made) * how.window.kernel.iter().map(|&length| length.unsigned_abs()).product::<u64>(),
        },
        Unary(_) | Binary(_) | BatchNormalization { .. } | Softmax(_) | Lrn { .. } => count(made),
        InstanceNormalization { .. }
        | LayerNormalization { .. }
        | GroupNormalization { .. }
        | LpNormalization { .. } => count(made),
        Reduce(_) | Cumulate { .. } | Det => count(taken(0)),
        Resize(_) | GridSample { .. } | RoiAlign { .. } | RotaryEmbedding { .. } => count(made),
        QuantizeLinear(_) | DequantizeLinear(_) | DynamicQuantizeLinear => count(made),
        _ => 0,
    }
}

/// How many products an equation is: one for each place of all of its letters.
fn letters<'a>(equation: &str, taken: impl Fn(usize) -> &'a [usize]) -> Option<u64> {
    let given = equation.split("->").next()?;
    let mut lengths: Vec<(char, u64)> = Vec::new();
    for (i, term) in given.split(',').enumerate() {
        let term: Vec<char> = term.chars().filter(|letter| !letter.is_whitespace()).collect();
        if term.len() != taken(i).len() {
            return None;
        }
        for (&letter, &length) in term.iter().zip(taken(i)) {
            if !lengths.iter().any(|(known, _)| *known == letter) {
                lengths.push((letter, length as u64));
            }
        }
    }
    Some(lengths.iter().map(|(_, length)| length).product())
}
