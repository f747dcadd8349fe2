//! The numbers of a model: little-endian f64, each array aligned to 16 bytes, stored in the order the body names them.

use super::header::ALIGNMENT;
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

/// Names an array of f64 in the blobs: how many numbers it has. The arrays follow one another in the body's order, so
/// no offset can point anywhere wrong.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Numbers {
    count: u64,
}

/// Collects arrays while a body is written.
#[derive(Default)]
pub(super) struct BlobWriter {
    bytes: Vec<u8>,
}

impl BlobWriter {
    /// Stores an array and returns what names it.
    pub fn push(&mut self, numbers: &[f64]) -> Numbers {
        self.bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
        Numbers { count: numbers.len() as u64 }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Hands out arrays in the order they were stored.
pub(super) struct BlobReader<'a> {
    rest: &'a [u8],
}

impl<'a> BlobReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next array. Its length is checked against the bytes that are there before memory is taken.
    pub fn take(&mut self, numbers: Numbers) -> Result<Vec<f64>> {
        let length = usize::try_from(numbers.count).ok().and_then(|count| count.checked_mul(8));
        let padded = length.and_then(|length| length.checked_next_multiple_of(ALIGNMENT));
        let (Some(length), Some((array, rest))) =
            (length, padded.and_then(|padded| self.rest.split_at_checked(padded)))
        else {
            let found = format!("{} bytes", self.rest.len());
            return Err(Error::new(Kind::Corrupt, "blobs", format!("{} numbers", numbers.count), found));
        };
        let (array, padding) = array.split_at(length);
        if padding.iter().any(|&byte| byte != 0) {
            return Err(Error::new(Kind::Corrupt, "blobs", "zeros as padding", "other bytes"));
        }
        self.rest = rest;
        // On a little-endian machine this loop is a copy.
        Ok(array.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    /// Checks that every byte was used.
    pub fn finish(self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Error::new(Kind::Corrupt, "blobs", "no bytes after the last array", format!("{} bytes", self.rest.len())))
    }
}
