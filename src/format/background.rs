//! The background at the end of a file: what [`Background`] says, in the way of the file itself, a postcard body and blobs.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | length of the body |
//! | 8 | 8 | zero |
//! | 16 | | the body, padded to 16 |
//! | | | blobs |

use super::blobs::{BlobReader, BlobWriter};
use super::forest::Leaves;
use super::header::ALIGNMENT;
use super::limits::{self, MAX_NODES};
use super::what_postcard_found;
use crate::error::{Error, Kind, Result};
use crate::model::{Background, Known, Model};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct WireBackground {
    nodes: Vec<(u32, Leaves)>,
}

/// A background's bytes; none if nothing is known.
pub(super) fn encode(background: &Background) -> Result<Vec<u8>> {
    if background.nodes().is_empty() {
        return Ok(Vec::new());
    }
    let mut blobs = BlobWriter::default();
    let node = |known: &Known| (known.node, Leaves::push(&known.numbers, 1, &mut blobs));
    let body = WireBackground { nodes: background.nodes().iter().map(node).collect() };
    let body = postcard::to_allocvec(&body).map_err(|error| {
        Error::new(Kind::InvalidModel, "background", "numbers that postcard can write", error.to_string())
    })?;
    let mut bytes = (body.len() as u64).to_le_bytes().to_vec();
    bytes.resize(ALIGNMENT, 0);
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), 0);
    bytes.extend(blobs.into_bytes());
    Ok(bytes)
}

/// What [`background`](super::background) finds in the file of `model`; nothing is known if it finds nothing.
///
/// # Errors
/// As [`decode`](super::decode).
pub fn decode_background(bytes: &[u8], model: &Model) -> Result<Background> {
    if bytes.is_empty() {
        return Ok(Background::default());
    }
    let wrong = |expected: &'static str, found| Error::new(Kind::Corrupt, "background", expected, found);
    let head = bytes.split_first_chunk::<ALIGNMENT>().map(|(head, rest)| (u128::from_le_bytes(*head), rest));
    let parts = head.and_then(|(length, rest)| {
        let length = usize::try_from(length).ok()?;
        let (padded, blobs) = rest.split_at_checked(length.checked_next_multiple_of(ALIGNMENT)?)?;
        let (body, padding) = padded.split_at(length);
        padding.iter().all(|&byte| byte == 0).then_some((body, blobs))
    });
    let (body, blobs) = parts.ok_or_else(|| wrong("a body as long as it says", "another length"))?;
    let (body, rest) = postcard::take_from_bytes::<WireBackground>(body)
        .map_err(|error| wrong("a postcard-encoded background", what_postcard_found(error)))?;
    if !rest.is_empty() {
        return Err(wrong("nothing after the body", "more bytes"));
    }
    limits::check("background.nodes", body.nodes.len(), MAX_NODES)?;
    let mut blobs = BlobReader::new(blobs);
    let mut nodes = Vec::new();
    for (node, numbers) in body.nodes {
        nodes.push(Known { node, numbers: numbers.take(1, &mut blobs)? });
    }
    blobs.finish()?;
    Background::new(model, nodes)
}
