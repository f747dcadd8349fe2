//! UBJSON (draft 12), which XGBoost writes: markers, big-endian numbers, arrays with a type and a count.

use super::value::{Builder, Value, wrong};
use crate::error::{Error, Result};

/// Whether bytes begin as an object of UBJSON does and one of JSON cannot.
pub fn is_ubjson(bytes: &[u8]) -> bool {
    matches!(bytes, [b'{', b'i' | b'U' | b'I' | b'l' | b'L' | b'$' | b'#', ..])
}

/// Reads bytes of one value.
///
/// # Errors
/// `InvalidModel` at the byte that is not UBJSON, `LimitExceeded` for too many values or too deep ones.
pub fn read(bytes: &[u8]) -> Result<Value> {
    let mut reader = Reader { bytes, at: 0, builder: Builder::default() };
    let marker = reader.marker()?;
    let value = reader.value(marker, 0)?;
    if reader.at == bytes.len() {
        return Ok(value);
    }
    Err(wrong(format!("byte {}", reader.at), "the end", format!("{} more bytes", bytes.len() - reader.at)))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    builder: Builder,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let taken = self.at.checked_add(count).and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or_else(|| {
            wrong(
                format!("byte {}", self.at),
                format!("{count} bytes"),
                format!("{} bytes", self.bytes.len() - self.at),
            )
        })?;
        self.at += count;
        Ok(taken)
    }

    fn array_of<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    /// The next byte that is not a no-op.
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at) == Some(&b'N') {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn marker(&mut self) -> Result<u8> {
        self.peek();
        Ok(self.array_of::<1>()?[0])
    }

    /// Steps over the next byte if it is `wanted`.
    fn takes(&mut self, wanted: u8) -> bool {
        let is_it = self.peek() == Some(wanted);
        self.at += usize::from(is_it);
        is_it
    }

    /// The error of the byte before, which is no marker of `expected`.
    fn unexpected(&self, expected: &str) -> Error {
        let at = self.at.saturating_sub(1);
        let found = self.bytes.get(at).map_or("the end".into(), |&byte| format!("{:?}", char::from(byte)));
        wrong(format!("byte {at}"), expected, found)
    }

    fn value(&mut self, marker: u8, depth: usize) -> Result<Value> {
        self.builder.check_depth(self.at, depth)?;
        match marker {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'S' | b'H' => self.text().map(Value::Text),
            b'C' => Ok(Value::Text(char::from(self.array_of::<1>()?[0]).into())),
            b'Z' => Ok(Value::Null),
            b'T' => Ok(Value::Boolean(true)),
            b'F' => Ok(Value::Boolean(false)),
            _ => self.number(marker).map(Value::Number),
        }
    }

    fn number(&mut self, marker: u8) -> Result<f64> {
        Ok(match marker {
            b'i' => f64::from(i8::from_be_bytes(self.array_of()?)),
            b'U' => f64::from(u8::from_be_bytes(self.array_of()?)),
            b'I' => f64::from(i16::from_be_bytes(self.array_of()?)),
            b'l' => f64::from(i32::from_be_bytes(self.array_of()?)),
            b'L' => i64::from_be_bytes(self.array_of()?) as f64,
            b'd' => f64::from(f32::from_be_bytes(self.array_of()?)),
            b'D' => f64::from_be_bytes(self.array_of()?),
            _ => return Err(self.unexpected("the marker of a value")),
        })
    }

    /// A length or a count: the marker of an integer and the integer.
    fn length(&mut self) -> Result<usize> {
        let marker = self.marker()?;
        let at = self.at;
        let length = match marker {
            b'i' => i64::from(i8::from_be_bytes(self.array_of()?)),
            b'U' => i64::from(u8::from_be_bytes(self.array_of()?)),
            b'I' => i64::from(i16::from_be_bytes(self.array_of()?)),
            b'l' => i64::from(i32::from_be_bytes(self.array_of()?)),
            b'L' => i64::from_be_bytes(self.array_of()?),
            _ => return Err(self.unexpected("the marker of an integer")),
        };
        usize::try_from(length).map_err(|_| wrong(format!("byte {at}"), "a length", length))
    }

    fn text(&mut self) -> Result<String> {
        let length = self.length()?;
        let at = self.at;
        let bytes = self.take(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| wrong(format!("byte {at}"), "UTF-8", "other bytes"))
    }

    /// The type and the count that may follow a bracket.
    fn layout(&mut self) -> Result<(Option<u8>, Option<usize>)> {
        let marker = if self.takes(b'$') { Some(self.marker()?) } else { None };
        if self.takes(b'#') {
            return Ok((marker, Some(self.length()?)));
        }
        if marker.is_some() {
            self.at += 1;
            return Err(self.unexpected("a count after a type"));
        }
        Ok((None, None))
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        let (marker, count) = self.layout()?;
        if let (Some(marker), Some(count)) = (marker, count) {
            return self.typed(marker, count);
        }
        let mut array = Value::Array(Vec::new());
        for _ in 0..count.unwrap_or(usize::MAX) {
            if count.is_none() && self.takes(b']') {
                break;
            }
            let marker = self.marker()?;
            let value = self.value(marker, depth + 1)?;
            self.builder.push(&mut array, value, self.at)?;
        }
        Ok(array)
    }

    /// An array of `count` numbers of one type. Other types are not written so, and some of those take no bytes.
    fn typed(&mut self, marker: u8, count: usize) -> Result<Value> {
        let at = self.at;
        let size = match marker {
            b'i' | b'U' => 1,
            b'I' => 2,
            b'l' | b'd' => 4,
            b'L' | b'D' => 8,
            _ => return Err(wrong(format!("byte {at}"), "an array of numbers", format!("{:?}", char::from(marker)))),
        };
        if count.saturating_mul(size) > self.bytes.len() - at {
            return Err(wrong(format!("byte {at}"), format!("{count} numbers"), "the end"));
        }
        if count == 0 {
            return Ok(Value::Array(Vec::new()));
        }
        (0..count).map(|_| self.number(marker)).collect::<Result<_>>().map(Value::Numbers)
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        let (marker, count) = self.layout()?;
        if marker.is_some() {
            return Err(wrong(format!("byte {}", self.at), "an object of any values", "one of a single type"));
        }
        let mut parts = Vec::new();
        for _ in 0..count.unwrap_or(usize::MAX) {
            if count.is_none() && self.takes(b'}') {
                break;
            }
            self.peek();
            let name = self.text()?;
            self.builder.count(self.at)?;
            let marker = self.marker()?;
            parts.push((name, self.value(marker, depth + 1)?));
        }
        self.builder.object(parts, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn values_are_read_as_xgboost_writes_them() {
        let bytes = b"{L\0\0\0\0\0\0\0\x01a[$d#L\0\0\0\0\0\0\0\x02\x3f\x80\0\0\xc0\0\0\0i\x01b[#i\x02Si\x02hii\xff}";
        assert!(is_ubjson(bytes));
        let value = read(bytes).expect("UBJSON");
        assert_eq!(value.numbers("a").expect("numbers"), [1.0, -2.0]);
        assert_eq!(value.list("b").expect("a list"), [Value::Text("hi".into()), Value::Number(-1.0)]);
        assert_eq!(read(b"[TFZN]"), Ok(Value::Array(vec![Value::Boolean(true), Value::Boolean(false), Value::Null])));
        assert_eq!(read(b"[$L#i\0"), Ok(Value::Array(vec![])));
    }

    #[test]
    fn hostile_counts_take_no_memory() {
        let cases: [&[u8]; 9] = [
            b"",
            b"{",
            b"[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"[$Z#L\0\0\0\x7f\xff\xff\xff\xff",
            b"[#L\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"SL\x80\0\0\0\0\0\0\0",
            b"SL\x7f\xff\xff\xff\xff\xff\xff\xff",
            b"[$d",
            b"{$d#i\x01i\x01a",
        ];
        for bytes in cases {
            assert_eq!(read(bytes).expect_err("no UBJSON").kind(), Kind::InvalidModel, "{bytes:?}");
        }
        assert_eq!(read(&vec![b'['; 1 << 20]).expect_err("too deep").kind(), Kind::LimitExceeded);
    }
}
