//! How a window moves over a tensor, and what lies beyond its edge.

use serde::{Deserialize, Serialize};

/// How a window moves over the dimensions after the first two. What is empty is 1 in each, or 0 for pads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// How large; empty if the weights' shape tells.
    pub kernel: Vec<i64>,
    /// How far it moves.
    pub strides: Vec<i64>,
    /// How far apart its elements are.
    pub dilations: Vec<i64>,
    /// What is added before each dimension, then after each.
    pub pads: Vec<i64>,
    /// Where pads come from.
    pub auto: AutoPad,
    /// How many groups of channels.
    pub groups: i64,
}

/// Where pads come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AutoPad {
    /// They are given.
    #[default]
    Given,
    /// As many as the output needs to be as long as the input over the stride, the odd one after.
    SameUpper,
    /// The odd one before.
    SameLower,
    /// None.
    Valid,
}

/// What a window holds becomes one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// How.
    pub by: PoolKind,
    /// Where; with an empty kernel it is all of the image.
    pub window: Window,
    /// A last window may begin inside and end outside.
    pub ceil: bool,
}

/// How a window becomes one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PoolKind {
    /// The largest, and where it is; by columns if so.
    Max {
        /// Places count by columns.
        by_columns: bool,
    },
    /// The mean; with what was added around or without.
    Average {
        /// Pads count.
        with_pads: bool,
    },
    /// The p-norm.
    Lp(i64),
}

/// What lies beyond the edge of a tensor.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PadMode {
    Constant,
    Reflect,
    Edge,
    Wrap,
}
