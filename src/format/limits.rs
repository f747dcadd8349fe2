//! Every bound of the format, by name. Each is checked before memory is taken for what it bounds.

use crate::error::{Error, Kind, Result};

/// The largest file, in bytes: what a 32-bit wasm memory holds beside its working copy.
pub const MAX_FILE_BYTES: u64 = 1 << 30;
/// The largest postcard body, in bytes.
pub const MAX_BODY_BYTES: usize = 64 << 20;
/// The most inputs of a model.
pub const MAX_INPUTS: usize = 1 << 16;
/// The most targets of a model, classes of a target, or categories of one feature.
pub const MAX_LABELS: usize = 1 << 16;
/// The most nodes of a graph.
pub const MAX_NODES: usize = 1 << 16;
/// The most values one node works on.
pub const MAX_NODE_INPUTS: usize = 1 << 16;
/// The longest text, in bytes.
pub const MAX_TEXT_BYTES: usize = 1 << 16;
/// The most metrics in the provenance.
pub const MAX_METRICS: usize = 1 << 10;
/// The most examples that a network takes along.
#[cfg(feature = "tensors")]
pub const MAX_EXAMPLES: usize = 1 << 8;

/// Refuses a count above its limit.
pub(super) fn check(what: &'static str, count: usize, limit: usize) -> Result<()> {
    if count <= limit {
        return Ok(());
    }
    Err(Error::new(Kind::LimitExceeded, what, format!("at most {limit}"), count.to_string()))
}
