//! The wire format of Protocol Buffers: fields by number. Knows no message.
//!
//! Source: protobuf.dev/programming-guides/encoding. Groups, which proto3 does not have, are refused.

use crate::error::{Error, Kind, Result};

/// One field's value as it lies in the bytes.
#[derive(Clone, Copy, Debug)]
pub enum Field<'a> {
    /// A number of seven bits a byte.
    Varint(u64),
    /// Eight bytes.
    Fixed64([u8; 8]),
    /// A text, bytes, a message, or packed numbers.
    Bytes(Reader<'a>),
    /// Four bytes.
    Fixed32([u8; 4]),
}

/// Bytes with their place in the file, read from the front.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Of a whole file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    /// The bytes that are left.
    pub fn bytes(self) -> &'a [u8] {
        self.rest
    }

    /// The text that the bytes are.
    pub fn text(self) -> Result<&'a str> {
        std::str::from_utf8(self.rest).map_err(|_| self.damaged("a text in UTF-8", "other bytes"))
    }

    /// The next field with its number; nothing at the end.
    pub fn field(&mut self) -> Result<Option<(u64, Field<'a>)>> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let start = *self;
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Varint(self.varint()?),
            1 => Field::Fixed64(self.fixed()?),
            2 => {
                let length = self.varint()?;
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let at = self.at;
                Field::Bytes(Reader { rest: self.take(length)?, at })
            }
            5 => Field::Fixed32(self.fixed()?),
            kind => return Err(start.damaged("a field of wire type 0, 1, 2 or 5", kind.to_string())),
        };
        Ok(Some((key >> 3, field)))
    }

    /// A number of seven bits a byte, the least first.
    pub fn varint(&mut self) -> Result<u64> {
        let mut number = 0;
        for (i, &byte) in self.rest.iter().take(10).enumerate() {
            number |= u64::from(byte & 0x7f) << (7 * i);
            if byte < 0x80 {
                self.take(i + 1)?;
                return Ok(number);
            }
        }
        Err(self.damaged("a number of at most 10 bytes", "one that does not end"))
    }

    /// The next bytes, that many.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.take(N)?;
        Ok(*bytes.first_chunk().expect("N bytes were taken"))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let Some((taken, rest)) = self.rest.split_at_checked(length) else {
            return Err(self.damaged(format!("{length} more bytes"), format!("{}", self.rest.len())));
        };
        (self.rest, self.at) = (rest, self.at + length);
        Ok(taken)
    }

    /// The error of what stands here.
    pub fn damaged(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(Kind::InvalidModel, format!("byte {}", self.at), expected.into(), found.into())
            .hint("The ONNX file is damaged: check it with onnx.checker, or export it again.")
    }
}

impl<'a> Field<'a> {
    /// A message, a text or bytes.
    pub fn message(self) -> Result<Reader<'a>> {
        match self {
            Field::Bytes(reader) => Ok(reader),
            _ => Err(Error::new(Kind::InvalidModel, "field", "a message", "a number")
                .hint("The ONNX file is damaged: check it with onnx.checker, or export it again.")),
        }
    }

    /// A text.
    pub fn text(self) -> Result<&'a str> {
        self.message()?.text()
    }

    /// A whole number.
    pub fn integer(self) -> Result<i64> {
        match self {
            Field::Varint(number) => Ok(number as i64),
            _ => Err(Error::new(Kind::InvalidModel, "field", "a whole number", "another type")),
        }
    }

    /// A float32.
    pub fn float(self) -> Result<f32> {
        match self {
            Field::Fixed32(bytes) => Ok(f32::from_le_bytes(bytes)),
            _ => Err(Error::new(Kind::InvalidModel, "field", "a float", "another type")),
        }
    }

    /// Appends one whole number, or many that are packed.
    pub fn integers(self, to: &mut Vec<i64>) -> Result<()> {
        match self {
            Field::Bytes(mut packed) => {
                while !packed.rest.is_empty() {
                    to.push(packed.varint()? as i64);
                }
            }
            field => to.push(field.integer()?),
        }
        Ok(())
    }

    /// Appends one float32, or many that are packed.
    pub fn floats(self, to: &mut Vec<f32>) -> Result<()> {
        match self {
            Field::Bytes(mut packed) => {
                while !packed.rest.is_empty() {
                    to.push(f32::from_le_bytes(packed.fixed()?));
                }
            }
            field => to.push(field.float()?),
        }
        Ok(())
    }

    /// Appends one float64, or many that are packed.
    pub fn doubles(self, to: &mut Vec<f64>) -> Result<()> {
        match self {
            Field::Bytes(mut packed) => {
                while !packed.rest.is_empty() {
                    to.push(f64::from_le_bytes(packed.fixed()?));
                }
            }
            Field::Fixed64(bytes) => to.push(f64::from_le_bytes(bytes)),
            _ => return Err(Error::new(Kind::InvalidModel, "field", "a double", "another type")),
        }
        Ok(())
    }
}
