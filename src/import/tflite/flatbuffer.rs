//! The bytes of FlatBuffers: tables by field number, vectors, texts. Knows no schema.
//!
//! Source: flatbuffers.dev/internals. Offsets may lead anywhere, to the same table again and again too, so what is read of
//! vectors is counted: all of it together is bounded by the size of the file.

use crate::error::{Error, Kind, Result};
use std::cell::Cell;

/// How often the bytes of a file may be read over, when vectors share them.
const TIMES: usize = 8;
/// What any file may read, in bytes: small ones share more.
const LEAST: usize = 1 << 20;

/// A file.
pub struct File<'a> {
    bytes: &'a [u8],
    /// How many bytes may still be read.
    left: Cell<usize>,
}

/// A table: fields, each of which may be left out.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    file: &'a File<'a>,
    at: usize,
    /// Where the places of the fields are, and how many there are.
    fields: (usize, usize),
}

impl<'a> File<'a> {
    /// Of a file's bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, left: Cell::new(bytes.len().saturating_mul(TIMES).saturating_add(LEAST)) }
    }

    /// The table that the file is.
    pub fn root(&'a self) -> Result<Table<'a>> {
        self.table(self.follow(0)?)
    }

    /// Some of its bytes, from a place on.
    pub fn part(&self, at: usize, length: usize) -> Result<&'a [u8]> {
        let end = at.checked_add(length);
        end.and_then(|end| self.bytes.get(at..end)).ok_or_else(|| damaged(at, format!("{length} bytes"), "fewer"))
    }

    /// Counts bytes that are read.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] for more than a file of that size could have a reason for.
    pub fn count(&self, bytes: usize) -> Result<()> {
        let left = self.left.get().checked_sub(bytes).ok_or_else(|| {
            Error::new(Kind::LimitExceeded, "file", format!("parts that share at most {TIMES} times its size"), "more")
        })?;
        self.left.set(left);
        Ok(())
    }

    fn fixed<const N: usize>(&self, at: usize) -> Result<[u8; N]> {
        let bytes = self.part(at, N)?;
        bytes.first_chunk().copied().ok_or_else(|| damaged(at, format!("{N} bytes"), "fewer"))
    }

    /// Where an offset leads to.
    fn follow(&self, at: usize) -> Result<usize> {
        let offset = u32::from_le_bytes(self.fixed(at)?) as usize;
        at.checked_add(offset)
            .filter(|to| *to < self.bytes.len() && offset > 0)
            .ok_or_else(|| damaged(at, "an offset within the file", offset.to_string()))
    }

    fn table(&'a self, at: usize) -> Result<Table<'a>> {
        let back = i64::from(i32::from_le_bytes(self.fixed(at)?));
        let fields =
            usize::try_from(at as i64 - back).map_err(|_| damaged(at, "an offset within the file", "another"))?;
        let bytes = usize::from(u16::from_le_bytes(self.fixed(fields)?));
        if bytes < 4 || bytes % 2 == 1 {
            return Err(damaged(fields, "the places of a table's fields", format!("{bytes} bytes")));
        }
        self.part(fields, bytes)?;
        self.count(bytes)?;
        Ok(Table { file: self, at, fields: (fields + 4, (bytes - 4) / 2) })
    }

    /// The elements of a vector, of so many bytes each.
    fn vector(&self, at: usize, each: usize) -> Result<(usize, usize)> {
        let length = u32::from_le_bytes(self.fixed(at)?) as usize;
        self.part(at + 4, length.saturating_mul(each))?;
        Ok((at + 4, length))
    }
}

impl<'a> Table<'a> {
    /// Whether there is a field from that number on.
    pub fn has_from(&self, number: usize) -> Result<bool> {
        for number in number..self.fields.1 {
            if self.place(number)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where a field is, if it is not left out.
    fn place(&self, number: usize) -> Result<Option<usize>> {
        if number >= self.fields.1 {
            return Ok(None);
        }
        let offset = usize::from(u16::from_le_bytes(self.file.fixed(self.fields.0 + 2 * number)?));
        Ok((offset > 0).then_some(self.at + offset))
    }

    fn scalar<const N: usize, T>(&self, number: usize, absent: T, of: fn([u8; N]) -> T) -> Result<T> {
        match self.place(number)? {
            None => Ok(absent),
            Some(at) => self.file.fixed(at).map(of),
        }
    }

    /// A whole number of 8 bits without a sign: an enumeration, a truth value.
    pub fn byte(&self, number: usize) -> Result<u8> {
        self.scalar(number, 0, u8::from_le_bytes)
    }

    /// A truth value.
    pub fn flag(&self, number: usize) -> Result<bool> {
        self.byte(number).map(|byte| byte != 0)
    }

    /// A whole number of 32 bits.
    pub fn integer(&self, number: usize, absent: i32) -> Result<i32> {
        self.scalar(number, absent, i32::from_le_bytes)
    }

    /// A whole number of 32 bits without a sign.
    pub fn unsigned(&self, number: usize) -> Result<u32> {
        self.scalar(number, 0, u32::from_le_bytes)
    }

    /// A whole number of 64 bits without a sign.
    pub fn long(&self, number: usize) -> Result<u64> {
        self.scalar(number, 0, u64::from_le_bytes)
    }

    /// A float32.
    pub fn float(&self, number: usize) -> Result<f32> {
        self.scalar(number, 0.0, f32::from_le_bytes)
    }

    /// A table.
    pub fn table(&self, number: usize) -> Result<Option<Table<'a>>> {
        let Some(at) = self.place(number)? else { return Ok(None) };
        self.file.table(self.file.follow(at)?).map(Some)
    }

    /// The elements of a vector, of a fixed number of bytes each; none if it is left out.
    fn elements<const N: usize, T>(&self, number: usize, of: fn([u8; N]) -> T) -> Result<Vec<T>> {
        let Some(at) = self.place(number)? else { return Ok(Vec::new()) };
        let (from, length) = self.file.vector(self.file.follow(at)?, N)?;
        self.file.count(length * N)?;
        Ok(self.file.part(from, length * N)?.as_chunks::<N>().0.iter().map(|bytes| of(*bytes)).collect())
    }

    /// Whole numbers of 32 bits.
    pub fn integers(&self, number: usize) -> Result<Vec<i32>> {
        self.elements(number, i32::from_le_bytes)
    }

    /// Whole numbers of 64 bits.
    pub fn longs(&self, number: usize) -> Result<Vec<i64>> {
        self.elements(number, i64::from_le_bytes)
    }

    /// Floats.
    pub fn floats(&self, number: usize) -> Result<Vec<f32>> {
        self.elements(number, f32::from_le_bytes)
    }

    /// Tables.
    pub fn tables(&self, number: usize) -> Result<Vec<Table<'a>>> {
        let Some(at) = self.place(number)? else { return Ok(Vec::new()) };
        let (from, length) = self.file.vector(self.file.follow(at)?, 4)?;
        self.file.count(length * size_of::<Table<'_>>())?;
        (0..length).map(|i| self.file.table(self.file.follow(from + 4 * i)?)).collect()
    }

    /// Bytes, if they are there.
    pub fn bytes(&self, number: usize) -> Result<Option<&'a [u8]>> {
        let Some(at) = self.place(number)? else { return Ok(None) };
        let (from, length) = self.file.vector(self.file.follow(at)?, 1)?;
        self.file.part(from, length).map(Some)
    }

    /// A text; an empty one if it is left out.
    pub fn text(&self, number: usize) -> Result<&'a str> {
        let Some(bytes) = self.bytes(number)? else { return Ok("") };
        self.file.count(bytes.len())?;
        std::str::from_utf8(bytes).map_err(|_| damaged(self.at, "a text in UTF-8", "other bytes"))
    }
}

fn damaged(at: usize, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::InvalidModel, format!("byte {at}"), expected.into(), found.into())
        .hint("The TFLite file is damaged: convert the model again.")
}
