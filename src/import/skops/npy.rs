//! Arrays in NumPy's [npy format](https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).

use crate::import::pickle::Array;
use crate::import::pickle::array::Order;
use crate::import::pickle::cursor::Bytes;
use crate::import::pickle::dtype::{DType, Field};
use crate::import::pickle::limits::{MAX_DIMENSIONS, MAX_DTYPE_DEPTH, MAX_FIELDS, MAX_HEADER_BYTES};
use std::sync::Arc;

/// The array in a file, unless it is damaged or holds objects.
pub(super) fn read(bytes: &Bytes) -> Option<Array> {
    let (length, start) = match bytes.as_slice() {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => (u32::from_le_bytes([*a, *b, 0, 0]), 10),
        [0x93, b'N', b'U', b'M', b'P', b'Y', 2 | 3, _, a, b, c, d, ..] => (u32::from_le_bytes([*a, *b, *c, *d]), 12),
        _ => return None,
    };
    let length = usize::try_from(length).ok().filter(|&length| length <= MAX_HEADER_BYTES)?;
    let header = std::str::from_utf8(bytes.as_slice().get(start..start + length)?).ok()?;
    let mut parser = Parser { rest: header };
    let header = parser.literal(0)?;
    let dtype = dtype(header.entry("descr")?, 0)?;
    let Literal::Truth(is_fortran) = header.entry("fortran_order")? else { return None };
    let shape = header.entry("shape")?.counts()?;
    let order = if *is_fortran { Order::Fortran } else { Order::C };
    Array::new(Arc::new(dtype), &shape, order, bytes.behind(start + length))
}

/// A dtype: its short notation, or a list of a record's columns.
fn dtype(literal: &Literal<'_>, depth: usize) -> Option<DType> {
    let columns = match literal {
        Literal::Text(text) => return DType::parse(text),
        Literal::Items(columns) if columns.len() <= MAX_FIELDS && depth < MAX_DTYPE_DEPTH => columns,
        _ => return None,
    };
    let mut fields = Vec::new();
    let mut offset: usize = 0;
    for column in columns {
        let Literal::Items(column) = column else { return None };
        let [name, of, shape @ ..] = &column[..] else { return None };
        let mut of = Arc::new(dtype(of, depth + 1)?);
        if let [shape] = shape {
            of = Arc::new(DType::array(of, shape.counts()?)?);
        }
        // A name may have a title before it; what has no name fills a gap.
        let name = match name {
            Literal::Text(name) => name,
            Literal::Items(both) => match both[..] {
                [_, Literal::Text(name)] => name,
                _ => return None,
            },
            _ => return None,
        };
        let size = of.size;
        if !name.is_empty() {
            fields.push(Field { name: (*name).into(), offset, dtype: of });
        }
        offset = offset.checked_add(size)?;
    }
    DType::record(offset, fields)
}

/// A literal of Python, as far as headers have them.
enum Literal<'a> {
    Text(&'a str),
    Count(usize),
    Truth(bool),
    /// A tuple or a list.
    Items(Vec<Literal<'a>>),
    Entries(Vec<(Literal<'a>, Literal<'a>)>),
}

impl<'a> Literal<'a> {
    fn entry(&self, key: &str) -> Option<&Literal<'a>> {
        let Literal::Entries(entries) = self else { return None };
        entries.iter().find(|(name, _)| matches!(name, Literal::Text(name) if *name == key)).map(|entry| &entry.1)
    }

    fn counts(&self) -> Option<Vec<usize>> {
        let Literal::Items(items) = self else { return None };
        let count = |item: &Literal<'_>| match item {
            Literal::Count(count) => Some(*count),
            _ => None,
        };
        (items.len() <= MAX_DIMENSIONS).then(|| items.iter().map(count).collect())?
    }
}

/// What is left of a header.
struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn literal(&mut self, depth: usize) -> Option<Literal<'a>> {
        if depth > 2 * MAX_DTYPE_DEPTH + 2 {
            return None;
        }
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        match first {
            '\'' | '"' => {
                let (text, rest) = self.rest[1..].split_once(first)?;
                self.rest = rest;
                (!text.contains('\\')).then_some(Literal::Text(text))
            }
            '(' | '[' => {
                self.rest = &self.rest[1..];
                let mut items = Vec::new();
                while !self.ends(if first == '(' { ')' } else { ']' }) {
                    items.push(self.literal(depth + 1)?);
                    self.separator(&[')', ']'])?;
                }
                Some(Literal::Items(items))
            }
            '{' => {
                self.rest = &self.rest[1..];
                let mut entries = Vec::new();
                while !self.ends('}') {
                    let key = self.literal(depth + 1)?;
                    if !self.ends(':') {
                        return None;
                    }
                    entries.push((key, self.literal(depth + 1)?));
                    self.separator(&['}'])?;
                }
                Some(Literal::Entries(entries))
            }
            _ => {
                let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                self.rest = rest;
                match word {
                    "True" => Some(Literal::Truth(true)),
                    "False" => Some(Literal::Truth(false)),
                    // Python 2 wrote `3L`.
                    word => word.strip_suffix('L').unwrap_or(word).parse().ok().map(Literal::Count),
                }
            }
        }
    }

    /// Whether this character is next; it is passed if so.
    fn ends(&mut self, end: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(end);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Passes a comma, or stands before one of these.
    fn separator(&mut self, ends: &[char]) -> Option<()> {
        (self.ends(',') || self.rest.starts_with(ends)).then_some(())
    }
}
