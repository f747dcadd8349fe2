//! Every bound of the object readers, by name. Each is checked before memory is taken for what it bounds.

use crate::error::{Error, Kind, Result};

/// The largest file, and the most bytes that a compressed file may become.
pub const MAX_BYTES: u64 = 1 << 31;
/// The most memory that a decompressor may take for its dictionary, in bytes. The highest preset of xz takes 64 MiB.
pub const MAX_DICTIONARY_BYTES: u64 = 128 << 20;
/// The most objects of a file, counting the elements of arrays of objects and the fields of dtypes.
pub const MAX_NODES: usize = 1 << 23;
/// The most objects that wait on the machine's stack, and the most marks on it.
pub const MAX_STACK: usize = 1 << 23;
/// The most elements of one array.
pub const MAX_ELEMENTS: usize = 1 << 31;
/// The most dimensions of an array: NumPy's own bound.
pub const MAX_DIMENSIONS: usize = 64;
/// The most levels of records in records of a dtype.
pub const MAX_DTYPE_DEPTH: usize = 8;
/// The most columns of a record, and the longest name of one, in bytes.
pub const MAX_FIELDS: usize = 1 << 6;
/// The largest schema.json of a file of skops, in bytes.
pub const MAX_SCHEMA_BYTES: u64 = 1 << 27;
/// The longest header of an array in a file of skops, in bytes: NumPy's own bound.
pub const MAX_HEADER_BYTES: usize = 10_000;
/// The longest text or number that a line of protocol 0 may hold, in bytes.
pub const MAX_LINE_BYTES: usize = 1 << 20;

/// Refuses a count above its limit.
pub(super) fn check(at: impl FnOnce() -> String, what: &str, count: usize, limit: usize) -> Result<()> {
    if count <= limit {
        return Ok(());
    }
    Err(Error::new(Kind::LimitExceeded, at(), format!("at most {limit} {what}"), count.to_string()))
}
