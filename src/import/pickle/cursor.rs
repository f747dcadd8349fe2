//! The bytes of a file, shared by whatever lies in them, and a place in them: the only code that touches offsets.

use super::limits::MAX_LINE_BYTES;
use crate::error::{Error, Kind, Result};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that lie in a buffer others share.
#[derive(Clone)]
pub(crate) struct Bytes {
    buffer: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Bytes {
    /// The bytes.
    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.buffer[self.range.clone()]
    }

    /// What is left behind the first bytes.
    pub(crate) fn behind(&self, count: usize) -> Self {
        let start = self.range.end.min(self.range.start.saturating_add(count));
        Self { buffer: Arc::clone(&self.buffer), range: start..self.range.end }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(buffer: Vec<u8>) -> Self {
        Self { range: 0..buffer.len(), buffer: Arc::new(buffer) }
    }
}

/// A place in bytes.
pub(super) struct Cursor {
    bytes: Bytes,
    position: usize,
}

impl Cursor {
    pub(super) fn new(bytes: Bytes, position: usize) -> Self {
        Self { bytes, position }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// All of the bytes that this is a place in.
    pub(super) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    pub(super) fn jump(&mut self, position: usize) {
        self.position = position;
    }

    /// The next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&[u8]> {
        let all = self.bytes.as_slice();
        let left = all.len() - self.position.min(all.len());
        if count > left {
            return Err(Error::new(Kind::InvalidModel, place(self.position), bytes_of(count), bytes_of(left))
                .hint("The file is cut short: copy it again."));
        }
        self.position += count;
        Ok(&all[self.position - count..self.position])
    }

    /// The next `count` bytes, without a copy.
    pub(super) fn share(&mut self, count: usize) -> Result<Bytes> {
        self.take(count)?;
        let end = self.bytes.range.start + self.position;
        Ok(Bytes { buffer: Arc::clone(&self.bytes.buffer), range: end - count..end })
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    /// A length of `N` bytes, little-endian.
    pub(super) fn length<const N: usize>(&mut self) -> Result<usize> {
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(&self.array::<N>()?);
        // What does not fit is longer than any file.
        Ok(usize::try_from(u64::from_le_bytes(wide)).unwrap_or(usize::MAX))
    }

    /// What stands before the next newline, as text.
    pub(super) fn line(&mut self) -> Result<&str> {
        let at = self.position;
        let line = std::str::from_utf8(self.line_bytes()?);
        line.map_err(|_| Error::new(Kind::InvalidModel, place(at), "a line of UTF-8", "other bytes"))
    }

    /// What stands before the next newline.
    pub(super) fn line_bytes(&mut self) -> Result<&[u8]> {
        let at = self.position;
        let rest = self.bytes.as_slice().get(at..).unwrap_or_default();
        let end = rest.iter().take(MAX_LINE_BYTES).position(|&byte| byte == b'\n');
        let Some(end) = end else {
            let expected = format!("a line of at most {MAX_LINE_BYTES} bytes");
            return Err(Error::new(Kind::InvalidModel, place(at), expected, "no end of it"));
        };
        self.position = at + end + 1;
        Ok(&self.bytes.as_slice()[at..at + end])
    }
}

/// How errors name a place.
pub(super) fn place(position: usize) -> String {
    format!("byte {position}")
}

fn bytes_of(count: usize) -> String {
    format!("{count} {}", if count == 1 { "byte" } else { "bytes" })
}
