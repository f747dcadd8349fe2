//! JSON, with the NaN, Infinity and -Infinity that frameworks write into it.

use super::value::{Builder, Value, wrong};
use crate::error::{Error, Result};

/// Reads a text of one value.
///
/// # Errors
/// `InvalidModel` at the byte that is not JSON, `LimitExceeded` for too many values or too deep ones.
pub fn read(bytes: &[u8]) -> Result<Value> {
    let mut reader = Reader { bytes, at: 0, builder: Builder::default() };
    let value = reader.value(0)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.unexpected("the end")),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    builder: Builder,
}

impl Reader<'_> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Steps over the next byte if it is `wanted`.
    fn takes(&mut self, wanted: u8) -> bool {
        let is_it = self.peek() == Some(wanted);
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, wanted: u8) -> Result<()> {
        if self.takes(wanted) { Ok(()) } else { Err(self.unexpected(&format!("{:?}", char::from(wanted)))) }
    }

    fn unexpected(&self, expected: &str) -> Error {
        let found = self.bytes.get(self.at).map_or("the end".into(), |&byte| format!("{:?}", char::from(byte)));
        wrong(format!("byte {}", self.at), expected, found)
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        self.builder.check_depth(self.at, depth)?;
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.text().map(Value::Text),
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        self.at += 1;
        let mut parts = Vec::new();
        if self.takes(b'}') {
            return self.builder.object(parts, self.at);
        }
        loop {
            self.peek();
            let name = self.text()?;
            self.expect(b':')?;
            self.builder.count(self.at)?;
            parts.push((name, self.value(depth + 1)?));
            if self.takes(b'}') {
                return self.builder.object(parts, self.at);
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        self.at += 1;
        let mut array = Value::Array(Vec::new());
        if self.takes(b']') {
            return Ok(array);
        }
        loop {
            let value = self.value(depth + 1)?;
            self.builder.push(&mut array, value, self.at)?;
            if self.takes(b']') {
                return Ok(array);
            }
            self.expect(b',')?;
        }
    }

    /// A number or one of the words.
    fn word(&mut self) -> Result<Value> {
        let rest = &self.bytes[self.at..];
        let is_in_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = rest.iter().position(|byte| !is_in_word(byte)).unwrap_or(rest.len());
        let value = match &rest[..length] {
            b"null" => Value::Null,
            b"true" => Value::Boolean(true),
            b"false" => Value::Boolean(false),
            b"NaN" => Value::Number(f64::NAN),
            b"Infinity" => Value::Number(f64::INFINITY),
            b"-Infinity" => Value::Number(f64::NEG_INFINITY),
            // What else `parse` takes begins with a letter or a plus.
            word @ [b'-', b'0'..=b'9', ..] | word @ [b'0'..=b'9', ..] => {
                let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
                Value::Number(number.ok_or_else(|| self.unexpected("a number"))?)
            }
            _ => return Err(self.unexpected("a value")),
        };
        self.at += length;
        Ok(value)
    }

    /// A text, whose quotation mark is next.
    fn text(&mut self) -> Result<String> {
        self.expect(b'"')?;
        let mut text = Vec::new();
        loop {
            let from = self.at;
            let length = self.bytes[from..].iter().position(|byte| matches!(byte, b'"' | b'\\'));
            self.at = length.map_or(self.bytes.len(), |length| from + length);
            text.extend_from_slice(&self.bytes[from..self.at]);
            if self.bytes.get(self.at) == Some(&b'"') {
                self.at += 1;
                return String::from_utf8(text).map_err(|_| wrong(format!("byte {from}"), "UTF-8", "other bytes"));
            }
            let character = self.escaped()?;
            text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }

    /// The character of an escape, whose backslash is next.
    fn escaped(&mut self) -> Result<char> {
        let letter = self.bytes.get(self.at + 1).copied();
        if letter == Some(b'u') {
            let first = self.code()?;
            let second = if (0xD800..0xDC00).contains(&first) { Some(self.code()?) } else { None };
            let units = [first, second.unwrap_or(0)];
            let mut characters = char::decode_utf16(units.into_iter().take(1 + usize::from(second.is_some())));
            return characters.next().and_then(|c| c.ok()).ok_or_else(|| self.unexpected("a character"));
        }
        let character = match letter {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.unexpected("an escape or the end of the text")),
        };
        self.at += 2;
        Ok(character)
    }

    /// The number of a `\u` escape: four hexadecimal digits.
    fn code(&mut self) -> Result<u16> {
        let digits =
            self.bytes.get(self.at..).and_then(|rest| rest.strip_prefix(b"\\u")).and_then(|rest| rest.get(..4));
        let is_code = |digits: &&[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        let digits = digits.filter(is_code).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.unexpected("\\u and four digits"))?;
        self.at += 6;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn values_are_read_as_json_has_them() {
        let text = "{\"b\": [1, -2.5e3, 1E-45], \"a\": [\"\\u00e4\\ud83d\\ude00\\n\", null, 3, true], \"\": {}} ";
        let value = read(text.as_bytes()).expect("JSON");
        assert_eq!(value.numbers("b").expect("numbers"), [1.0, -2500.0, 1e-45]);
        let mixed = [Value::Text("ä😀\n".into()), Value::Null, Value::Number(3.0), Value::Boolean(true)];
        assert_eq!(value.list("a").expect("a list"), mixed);
        let numbers = read(b"[NaN,Infinity,-Infinity]").expect("numbers");
        assert!(matches!(numbers, Value::Numbers(x) if x[0].is_nan() && x[1..] == [f64::INFINITY, f64::NEG_INFINITY]));
        assert_eq!(read(b"[1,\"a\"]"), Ok(Value::Array(vec![Value::Number(1.0), Value::Text("a".into())])));
    }

    #[test]
    fn what_is_no_json_is_an_error_at_its_byte() {
        let cases = [
            ("", 0),
            ("{", 1),
            ("[1,]", 3),
            ("[1 2]", 3),
            ("{\"a\" 1}", 5),
            ("inf", 0),
            ("-inf", 0),
            ("1e", 0),
            ("\"a", 2),
            ("\"\\x\"", 1),
            ("\"\\ud800\"", 7),
            ("\"\\u00g0\"", 1),
            ("1 1", 2),
            ("{\"a\":1,\"a\":2}", 13),
        ];
        for (text, at) in cases {
            let error = read(text.as_bytes()).expect_err(text);
            assert_eq!((error.kind(), error.at()), (Kind::InvalidModel, format!("byte {at}").as_str()), "{text}");
        }
        assert_eq!(read(&[b'[', b'"', 0xff, b'"', b']']).expect_err("no UTF-8").at(), "byte 2");
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| read(&[vec![b'['; depth], vec![b']'; depth]].concat());
        assert!(nested(513).is_ok());
        assert_eq!(nested(514).expect_err("too deep").kind(), Kind::LimitExceeded);
        assert_eq!(nested(1 << 20).expect_err("too deep").kind(), Kind::LimitExceeded);
    }
}
