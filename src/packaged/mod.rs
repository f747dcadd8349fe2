//! The cores inside packages of one model: plain functions of numbers, for scripts without wasm-bindgen's glue. One of them is
//! built.

#[cfg(not(feature = "tensors"))]
mod model;
#[cfg(feature = "tensors")]
mod network;
