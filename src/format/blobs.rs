//! The numbers of a model: little-endian f64, each array aligned to 16 bytes, stored in the order the body names them.

use super::header::ALIGNMENT;
use crate::error::{Error, Kind, Result};
use crate::kernel::interleave::sixteen;
use serde::{Deserialize, Serialize};

/// Names an array of f64 in the blobs: how many numbers it has. The arrays follow one another in the body's order, so
/// no offset can point anywhere wrong.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Numbers {
    count: u64,
}

/// Names an array of whole numbers in the blobs: how many there are, and in how many bytes each. All first (least) bytes
/// come before all second ones.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Planes {
    count: u64,
    bytes: u8,
}

/// Names several arrays of f64 that lie in the blobs as one: how long each is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ragged {
    lengths: Vec<u32>,
}

impl Planes {
    /// How many bytes each number has.
    pub fn bytes(self) -> u8 {
        self.bytes
    }
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

    /// Stores several arrays as one.
    pub fn push_ragged<'a>(&mut self, arrays: impl Iterator<Item = &'a [f64]>) -> Ragged {
        let mut all = Vec::new();
        let lengths = arrays.map(|array| {
            all.extend_from_slice(array);
            array.len() as u32
        });
        let lengths = lengths.collect();
        self.push(&all);
        Ragged { lengths }
    }

    /// Stores whole numbers in as few bytes as the largest needs.
    pub fn push_planes(&mut self, numbers: impl Iterator<Item = u64> + Clone) -> Planes {
        let largest = numbers.clone().max().unwrap_or(0);
        self.push_planes_of((u64::BITS - largest.leading_zeros()).div_ceil(8).max(1) as u8, numbers)
    }

    /// Stores whole numbers in that many bytes.
    pub fn push_planes_of(&mut self, bytes: u8, numbers: impl Iterator<Item = u64> + Clone) -> Planes {
        for plane in 0..bytes {
            self.bytes.extend(numbers.clone().map(|x| (x >> (8 * plane)) as u8));
        }
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
        Planes { count: numbers.count() as u64, bytes }
    }

    /// Stores bytes as they are.
    #[cfg(feature = "tensors")]
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.bytes.resize(self.bytes.len().next_multiple_of(ALIGNMENT), 0);
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

    /// How many bytes are left.
    #[cfg(any(feature = "packaged", feature = "tensors"))]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next array. Its length is checked against the bytes that are there before memory is taken.
    pub fn take(&mut self, numbers: Numbers) -> Result<Vec<f64>> {
        // On a little-endian machine this loop is a copy.
        let array = self.take_bytes(numbers.count, 8)?;
        Ok(array.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    /// The next arrays that lie as one, with the same check.
    pub fn take_ragged(&mut self, ragged: Ragged) -> Result<Vec<Vec<f64>>> {
        let count = ragged.lengths.iter().map(|&length| u64::from(length)).sum();
        let mut all = &self.take(Numbers { count })?[..];
        let mut arrays = Vec::with_capacity(ragged.lengths.len());
        for length in ragged.lengths {
            let (array, rest) = all.split_at(length as usize);
            arrays.push(array.to_vec());
            all = rest;
        }
        Ok(arrays)
    }

    /// The next array of whole numbers, each made a `number`, with the same check.
    #[inline(never)]
    pub fn take_planes<T>(&mut self, planes: Planes, mut number: impl FnMut(u64) -> T) -> Result<Vec<T>> {
        let array = self.take_planes_of(planes)?;
        let count = planes.count as usize;
        let mut numbers = Vec::with_capacity(count);
        if planes.bytes == 1 {
            numbers.extend(array.iter().map(|&byte| number(byte.into())));
            return Ok(numbers);
        }
        for start in (0..count).step_by(16) {
            let sixteen = sixteen(array, count, start);
            numbers.extend(sixteen[..(count - start).min(16)].iter().map(|&x| number(x)));
        }
        Ok(numbers)
    }

    /// The next array of whole numbers as it lies.
    pub fn take_planes_of(&mut self, planes: Planes) -> Result<&'a [u8]> {
        if !(1..=8).contains(&planes.bytes) {
            let found = u32::from(planes.bytes).to_string();
            return Err(Error::new(Kind::Corrupt, "blobs", "numbers of 1 to 8 bytes", found));
        }
        self.take_bytes(planes.count, planes.bytes.into())
    }

    /// The bytes of `count` numbers of `size` bytes.
    pub fn take_bytes(&mut self, count: u64, size: usize) -> Result<&'a [u8]> {
        let length = usize::try_from(count).ok().and_then(|count| count.checked_mul(size));
        let padded = length.and_then(|length| length.checked_next_multiple_of(ALIGNMENT));
        let (Some(length), Some((array, rest))) =
            (length, padded.and_then(|padded| self.rest.split_at_checked(padded)))
        else {
            let found = format!("{} bytes", self.rest.len());
            return Err(Error::new(Kind::Corrupt, "blobs", format!("{count} numbers"), found));
        };
        let (array, padding) = array.split_at(length);
        if padding.iter().any(|&byte| byte != 0) {
            return Err(Error::new(Kind::Corrupt, "blobs", "zeros as padding", "other bytes"));
        }
        self.rest = rest;
        Ok(array)
    }

    /// Checks that every byte was used.
    pub fn finish(self) -> Result<()> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Error::new(Kind::Corrupt, "blobs", "no bytes after the last array", format!("{} bytes", self.rest.len())))
    }
}
