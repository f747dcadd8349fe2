//! What must hold on every platform: run on the host and, compiled to wasm, under Node's WASI.

mod bits;
mod forests;
mod hostile_files;
#[path = "../fixtures/line.rs"]
mod line;
mod models;
mod operators;
mod unsound_models;
