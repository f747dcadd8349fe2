//! ONNX → [`Network`].
//!
//! [`wire`] knows bytes, [`proto`] messages, [`graph`] puts nodes together, and the files in `operators` know what each operator
//! means in each version. Whatever a node says that is not known here is refused, an unknown attribute too.

mod external;
mod graph;
mod ml;
mod operators;
mod outline;
mod proto;
mod step;
pub mod tensor;
mod wire;

pub use external::Open;

use crate::error::{Error, Kind, Result};
use crate::network::Network;
use external::External;
use wire::Reader;

/// The oldest version of ONNX's operators that is read.
pub(super) const FIRST_OPSET: i64 = 7;
/// The newest.
pub(super) const LAST_OPSET: i64 = 28;
/// The newest version of `ai.onnx.ml`; the first is read too.
const LAST_ML: i64 = 5;

/// Whether a file begins as those of ONNX do: with the version of its messages, and a field that may follow it.
pub fn is_onnx(bytes: &[u8]) -> bool {
    matches!(bytes, [0x08, 1..=32, 0x12 | 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42, ..])
}

/// The network in an ONNX file, without examples. `open` reads the files of data beside it, and `note` is told what is otherwise
/// than in the file.
///
/// # Errors
/// [`Kind::Unsupported`] with all that cannot be run, [`Kind::InvalidModel`] for a damaged file, and the errors of `open`.
pub fn import(bytes: &[u8], open: &Open<'_>, note: &mut dyn FnMut(&str)) -> Result<Network> {
    let model = proto::Model::read(Reader::new(bytes))?;
    let graph = model.graph.as_ref().ok_or_else(|| {
        Error::new(Kind::InvalidModel, "model", "a graph", "none")
            .hint("The file is no ONNX model: export it again, or name its framework with --from.")
    })?;
    graph::read(&model, graph, &External::new(open), note)
}
