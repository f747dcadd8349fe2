//! A source as the Parquet library reads it: any bytes, at any place.

use crate::error::{Error, Result};
use crate::native::store::Source;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{ChunkReader, Length};
use bytes::Bytes;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes are read at once where it is not told how many are needed: most headers of pages are shorter.
const BLOCK: u64 = 1 << 10;

/// The source, and of a remote one the pieces that are held in memory.
#[derive(Clone)]
pub(super) struct Pieces {
    source: Arc<Source>,
    held: Arc<Mutex<Vec<(u64, Bytes)>>>,
}

impl Pieces {
    pub fn of(source: Source) -> Self {
        Self { source: Arc::new(source), held: Arc::default() }
    }

    /// Fetches these ranges (start and length) in place of those that were held. What is near is not held, but read.
    pub fn hold(&self, ranges: &[(u64, u64)]) -> Result<()> {
        self.held().clear();
        if self.source.is_remote() {
            for &(start, length) in ranges {
                let bytes = self.source.range(start, length)?;
                self.held().push((start, bytes));
            }
        }
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Vec<(u64, Bytes)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many bytes from `start` on, or those that there are.
    fn get(&self, start: u64, length: u64) -> Result<Bytes> {
        let within = |(at, bytes): &(u64, Bytes)| {
            let from = usize::try_from(start.checked_sub(*at)?).ok()?;
            let to = from.checked_add(usize::try_from(length).ok()?)?;
            (to <= bytes.len()).then(|| bytes.slice(from..to))
        };
        match self.held().iter().find_map(within) {
            Some(bytes) => Ok(bytes),
            None => self.source.range(start, length),
        }
    }
}

impl Length for Pieces {
    fn len(&self) -> u64 {
        self.source.length()
    }
}

impl ChunkReader for Pieces {
    type T = Onward;

    fn get_read(&self, start: u64) -> Result<Onward, ParquetError> {
        Ok(Onward::new(self.clone(), start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.get(start, length as u64).map_err(external)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} where the file ends")));
        }
        Ok(bytes)
    }
}

fn external(error: Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

/// Pieces from a place onward.
pub(super) struct Onward {
    pieces: Pieces,
    at: u64,
    block: Bytes,
}

impl Onward {
    fn new(pieces: Pieces, at: u64) -> Self {
        Self { pieces, at, block: Bytes::new() }
    }
}

impl Read for Onward {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() {
            self.block = self.pieces.get(self.at, BLOCK.max(into.len() as u64)).map_err(io::Error::other)?;
            self.at += self.block.len() as u64;
        }
        let count = into.len().min(self.block.len());
        into[..count].copy_from_slice(&self.block.split_to(count));
        Ok(count)
    }
}
