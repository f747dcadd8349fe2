//! Softmax, quantization, recurrent cells and attention.

use super::Unary;
use crate::network::Dtype;
use serde::{Deserialize, Serialize};

/// Exponentials divided by their sum, and what is like them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Softmax {
    /// Along which.
    pub axis: i64,
    /// From the axis to the end at once, as before ONNX 13.
    pub flat: bool,
    /// Which.
    pub kind: SoftmaxKind,
}

/// Softmax and its kin.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SoftmaxKind {
    Softmax,
    LogSoftmax,
    Hardmax,
}

/// Whole numbers for floating-point ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantization {
    /// Along which several scales are.
    pub axis: i64,
    /// How many elements share a scale; 0 if all along the other axes do.
    pub block: i64,
    /// The result's type; nothing: the zero point's, or that of the scale.
    pub dtype: Option<Dtype>,
}

/// A recurrent layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recurrent {
    /// Which cell.
    pub cell: Cell,
    /// How many hidden numbers.
    pub hidden: i64,
    /// Which way through time.
    pub direction: Direction,
    /// The functions of each direction.
    pub activations: Vec<Unary>,
    /// Numbers are kept between −clip and clip; 0 for any.
    pub clip: f32,
    /// The batch comes first; else time does.
    pub batch_first: bool,
}

impl Recurrent {
    /// The place of the input that says which steps count, truth values in the order of the data's first two dimensions: over the
    /// others the layer passes, and its state stays what it is.
    pub const COUNTS: usize = 8;
}

/// A recurrent cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// One gate.
    Rnn,
    /// Three gates; the reset comes after the product or before it.
    Gru {
        /// After.
        reset_after: bool,
    },
    /// Four gates; the input gate is what the forget gate is not.
    Lstm {
        /// Coupled.
        coupled: bool,
    },
}

/// Which way through time.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    Forward,
    Reverse,
    Bidirectional,
}

/// Scaled dot-product attention.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// Looks back only.
    pub causal: bool,
    /// How many heads the queries have; 0 if the shape tells.
    pub query_heads: i64,
    /// How many the keys have; 0 if the shape tells.
    pub key_heads: i64,
    /// A factor of the products; nothing is 1 / √size.
    pub scale: Option<f32>,
    /// Scores are kept between −cap and cap; 0 for any.
    pub cap: f32,
    /// Which step the fourth output shows.
    pub shows: i64,
    /// How many places before its own a query looks at; negative for all.
    pub left: i64,
    /// How many after it.
    pub right: i64,
}

impl Attention {
    /// The place of the input that is added to the scores as a sum does: it is broadcast, and hides nothing.
    pub const ADDED: usize = 7;
}
