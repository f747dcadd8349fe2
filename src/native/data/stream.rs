//! A source from its start to its end, in blocks.

use crate::native::store::Source;
use bytes::Bytes;
use std::io::{self, BufRead, Read};

/// How many bytes are read at once: of an object, with one request.
const BLOCK: u64 = 4 << 20;

/// Reads a source once.
pub(super) struct Stream {
    source: Source,
    at: u64,
    block: Bytes,
}

impl Stream {
    /// From that place on.
    pub fn from(source: Source, at: u64) -> Self {
        Self { source, at, block: Bytes::new() }
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.block.is_empty() {
            self.block = self.source.range(self.at, BLOCK).map_err(io::Error::other)?;
            self.at += self.block.len() as u64;
        }
        Ok(&self.block)
    }

    fn consume(&mut self, count: usize) {
        let _ = self.block.split_to(count);
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let block = self.fill_buf()?;
        let count = into.len().min(block.len());
        into[..count].copy_from_slice(&block[..count]);
        self.consume(count);
        Ok(count)
    }
}
