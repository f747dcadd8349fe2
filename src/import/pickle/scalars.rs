//! The opcodes that stand for a value by itself: numbers, texts and bytes.

use super::cursor::{Bytes, Cursor, place};
use super::opcode;
use super::tree::{Id, Node, Tree};
use crate::error::{Error, Kind, Result};

/// The value that an opcode stands for; `None` if it stands for none.
pub(super) fn read(code: u8, cursor: &mut Cursor, tree: &mut Tree) -> Result<Option<Id>> {
    let at = cursor.position() - 1;
    let node = match code {
        opcode::NONE => return Ok(Some(Tree::NONE)),
        opcode::NEWTRUE => return Ok(Some(Tree::TRUE)),
        opcode::NEWFALSE => return Ok(Some(Tree::FALSE)),
        opcode::BININT => Node::Int(i64::from(i32::from_le_bytes(cursor.array()?))),
        opcode::BININT1 => Node::Int(i64::from(cursor.byte()?)),
        opcode::BININT2 => Node::Int(i64::from(u16::from_le_bytes(cursor.array()?))),
        opcode::LONG1 => long::<1>(cursor)?,
        opcode::LONG4 => long::<4>(cursor)?,
        opcode::BINFLOAT => Node::Float(f64::from_be_bytes(cursor.array()?)),
        opcode::INT => match cursor.line()? {
            "00" => return Ok(Some(Tree::FALSE)),
            "01" => return Ok(Some(Tree::TRUE)),
            line => integer(line, at)?,
        },
        opcode::LONG => {
            let line = cursor.line()?;
            integer(line.strip_suffix('L').unwrap_or(line), at)?
        }
        opcode::FLOAT => Node::Float(cursor.line()?.parse().map_err(|_| wrong(at, "a number"))?),
        opcode::UNICODE => Node::Text(unescaped(cursor.line_bytes()?).ok_or_else(|| no_text(at))?.into()),
        opcode::BINUNICODE => text::<4>(cursor, at)?,
        opcode::SHORT_BINUNICODE => text::<1>(cursor, at)?,
        opcode::BINUNICODE8 => text::<8>(cursor, at)?,
        opcode::BINBYTES => bytes::<4>(cursor)?,
        opcode::SHORT_BINBYTES => bytes::<1>(cursor)?,
        opcode::BINBYTES8 | opcode::BYTEARRAY8 => bytes::<8>(cursor)?,
        _ => return Ok(None),
    };
    tree.add(node).map(Some)
}

/// An integer in as many bytes as it takes, in two's complement.
fn long<const N: usize>(cursor: &mut Cursor) -> Result<Node> {
    let length = cursor.length::<N>()?;
    let bytes = cursor.take(length)?;
    let is_negative = bytes.last().is_some_and(|byte| byte >> 7 == 1);
    let mut wide = [if is_negative { 0xff } else { 0 }; 8];
    let fill = wide[0];
    let low = length.min(8);
    wide[..low].copy_from_slice(&bytes[..low]);
    let value = i64::from_le_bytes(wide);
    let fits = bytes[low..].iter().all(|&byte| byte == fill) && (value < 0) == is_negative;
    Ok(if fits { Node::Int(value) } else { Node::Big })
}

fn integer(line: &str, at: usize) -> Result<Node> {
    let digits = line.strip_prefix('-').unwrap_or(line);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong(at, "an integer"));
    }
    Ok(line.parse().map_or(Node::Big, Node::Int))
}

fn bytes<const N: usize>(cursor: &mut Cursor) -> Result<Node> {
    let length = cursor.length::<N>()?;
    cursor.share(length).map(Node::Bytes)
}

fn text<const N: usize>(cursor: &mut Cursor, at: usize) -> Result<Node> {
    let length = cursor.length::<N>()?;
    let text = std::str::from_utf8(cursor.take(length)?).map_err(|_| no_text(at))?;
    Ok(Node::Text(text.into()))
}

/// A text of protocol 0: bytes are characters, `\u` and `\U` stand before a character's number in hexadecimal.
fn unescaped(mut line: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(line.len());
    while let [first, rest @ ..] = line {
        let digits = match line {
            [b'\\', b'u', ..] => line.get(2..6),
            [b'\\', b'U', ..] => line.get(2..10),
            _ => {
                text.push(char::from(*first));
                line = rest;
                continue;
            }
        }?;
        text.push(char::from_u32(u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?)?);
        line = &line[2 + digits.len()..];
    }
    Some(text)
}

/// A text's characters below 256 as bytes: how protocol 2 writes bytes.
pub(super) fn latin1(text: &str) -> Option<Bytes> {
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    bytes.map(Bytes::from)
}

fn no_text(at: usize) -> Error {
    Error::new(Kind::Unsupported, place(at), "a text of whole characters", "half of a surrogate pair, or other bytes")
}

fn wrong(at: usize, expected: &'static str) -> Error {
    Error::new(Kind::InvalidModel, place(at), expected, "another line").hint("The file is damaged, or is no pickle.")
}
