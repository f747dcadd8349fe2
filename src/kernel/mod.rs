//! Arithmetic on slices, and nothing else: no kernel knows what a model is.
//!
//! Every function works on `rows` rows that lie one after another (row-major f64). The order of every sum is fixed and
//! written down where it is chosen, and Rust never reorders floating-point arithmetic, so each target vectorizes the
//! loops its own way and the bits are the same on all of them. Lengths are the caller's promise, checked in debug builds.

pub mod column;
#[cfg(feature = "tensors")]
pub mod convolve;
pub mod date;
pub mod decide;
pub mod dense;
pub mod encode;
pub mod exp;
pub mod forest;
#[cfg(feature = "tensors")]
pub mod functions;
#[cfg(feature = "tensors")]
pub mod gemm;
pub mod impute;
pub mod interleave;
mod lanes;
pub mod map;
pub mod pairwise;
#[cfg(feature = "tensors")]
pub mod quantized;
pub mod shap;
pub mod spline;
pub mod text;
pub mod transform;
pub mod vote;
#[cfg(feature = "tensors")]
pub mod winograd;
