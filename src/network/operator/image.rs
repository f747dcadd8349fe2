//! How images change their size, and how they are sampled.

use serde::{Deserialize, Serialize};

/// How a tensor changes its size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resize {
    /// How between places.
    pub mode: ResizeMode,
    /// Where an output's place is in the input.
    pub coordinates: Coordinates,
    /// The dimensions that scales or sizes are of; empty is all.
    pub axes: Vec<i64>,
    /// The cubic's coefficient.
    pub cubic: f32,
    /// Weights outside are zero and the rest is scaled.
    pub exclude_outside: bool,
    /// What is outside of a crop.
    pub extrapolation: f32,
    /// Stretches the filter where the output is smaller.
    pub antialias: bool,
    /// What sizes mean.
    pub aspect: Aspect,
}

/// How a number between places is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResizeMode {
    /// That of the nearest place.
    Nearest(Nearest),
    /// On a line between two.
    Linear,
    /// On a cubic through four.
    Cubic,
}

/// Which place is the nearest.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nearest {
    RoundPreferFloor,
    RoundPreferCeil,
    Floor,
    Ceil,
}

/// Where an output's place is in the input.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coordinates {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    TfCropAndResize,
}

/// What sizes mean.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aspect {
    Stretch,
    NotLarger,
    NotSmaller,
}

/// How GridSample makes numbers between places.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GridMode {
    Linear,
    Nearest,
    Cubic,
}

/// What GridSample finds beyond the edge.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GridBeyond {
    Zeros,
    Border,
    Reflection,
}
