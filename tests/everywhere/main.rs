//! What must hold on every platform: run on the host and, compiled to wasm, under Node's WASI.

mod bits;
mod explain;
mod forests;
mod hostile_files;
#[path = "../fixtures/line.rs"]
mod line;
mod models;
mod operators;
#[path = "../fixtures/pets.rs"]
mod pets;
mod unsound_models;
