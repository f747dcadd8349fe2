//! TFLite's files → [`Network`]: float32, weights of 16 and of 8 bits, and whole numbers of 8 bits throughout.
//!
//! [`flatbuffer`] knows bytes, [`schema`] tables, [`walk`] goes from operator to operator, and the files in `operators` know what
//! each operator means. What is not known here is refused, an option too. Whole numbers that stand for floats are those of the
//! kernels that LiteRT's interpreter takes by itself, XNNPACK's.

mod constant;
mod flatbuffer;
mod graph;
mod names;
mod operators;
mod schema;
mod step;
mod walk;

use crate::error::Result;
use crate::network::Network;
use flatbuffer::File;
use schema::Model;

/// Whether a file is one of TFLite: its identifier says so.
pub fn is_tflite(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"TFL3")
}

/// The network in a file of TFLite, without examples.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) with all that cannot be run,
/// [`Kind::InvalidModel`](crate::error::Kind::InvalidModel) for a damaged file and
/// [`Kind::LimitExceeded`](crate::error::Kind::LimitExceeded) for one whose parts are shared more often than a converter does.
pub fn import(bytes: &[u8]) -> Result<Network> {
    let file = File::new(bytes);
    let model = Model::read(&file)?;
    walk::read(&file, &model)
}
