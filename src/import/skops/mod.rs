//! skops' files: a zip archive with a tree of nodes in schema.json and arrays beside it. They become the same
//! [`Document`] that a pickle of the same object becomes, but for the few objects that skops itself takes apart in
//! another way (the losses of `sklearn._loss` are their class with arguments, without Cython's call between).

pub(super) mod archive;
mod arrays;
mod json;
mod nodes;
mod npy;

use super::pickle::Document;
use super::pickle::limits::{MAX_BYTES, MAX_SCHEMA_BYTES};
use crate::error::{Error, Kind, Result};
use archive::Archive;
use json::Json;
use nodes::Reader;

/// The newest protocol of skops that is known.
const NEWEST_PROTOCOL: i64 = 2;

/// Reads a file of skops.
///
/// # Errors
/// [`Kind::InvalidModel`] if the file is damaged, [`Kind::Unsupported`] for nodes that are not known,
/// [`Kind::LimitExceeded`] above a bound of [`limits`](super::pickle::limits).
pub fn read(bytes: &[u8]) -> Result<Document> {
    let mut archive = Archive::new(bytes, MAX_BYTES)?;
    let schema = archive.member("schema.json", MAX_SCHEMA_BYTES)?;
    let schema: Json<'_> = serde_json::from_slice(schema.as_slice()).map_err(|error| {
        Error::new(Kind::InvalidModel, "schema.json", "JSON", error.to_string()).hint("Copy the file again.")
    })?;
    match schema.get("protocol") {
        Some(Json::Int(0..=NEWEST_PROTOCOL)) => {}
        found => {
            let found = match found {
                Some(Json::Int(protocol)) => format!("protocol {protocol}"),
                _ => "none".to_owned(),
            };
            let expected = format!("a protocol of 0 to {NEWEST_PROTOCOL}");
            return Err(Error::new(Kind::Unsupported, "schema.json: protocol", expected, found));
        }
    }
    Reader::new(archive).document(&schema)
}
