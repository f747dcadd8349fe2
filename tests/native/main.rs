//! What only a host does: rows, training, buckets, the command line. One binary, so that it links once.

mod cli;
mod import;
mod keras;
#[path = "../fixtures/line.rs"]
mod line;
mod onnx;
mod parity;
#[path = "../fixtures/pets.rs"]
mod pets;
mod pickle;
mod readme;
mod rows;
mod store;
mod tflite;
mod train;
