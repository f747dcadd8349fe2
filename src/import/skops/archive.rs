//! The members of a zip archive, each read once, with one bound for all of them.

use crate::error::{Error, Kind, Result};
use crate::import::pickle::cursor::Bytes;
use std::collections::HashMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// A zip archive in memory.
pub(in crate::import) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    members: HashMap<String, Bytes>,
    /// How many more bytes may come out of it.
    left: u64,
}

impl<'a> Archive<'a> {
    /// The archive in these bytes, of whose members at most `left` bytes will be read.
    pub(in crate::import) fn new(bytes: &'a [u8], left: u64) -> Result<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged("zip".to_owned(), error.to_string()))?;
        Ok(Self { zip, members: HashMap::new(), left })
    }

    pub(in crate::import) fn left(&self) -> u64 {
        self.left
    }

    /// Counts bytes that came out of an archive in this one.
    pub(in crate::import) fn leave(&mut self, left: u64) {
        self.left = left;
    }

    /// The names of its members.
    pub(in crate::import) fn names(&self) -> Result<Vec<String>> {
        let names = self.zip.file_names().map(|name| name.map(|name| name.into_owned()));
        names.collect::<Result<_, _>>().map_err(|error| damaged("zip".to_owned(), error.to_string()))
    }

    /// A member by name.
    pub(in crate::import) fn member(&mut self, name: &str, most: u64) -> Result<Bytes> {
        if let Some(bytes) = self.members.get(name) {
            return Ok(bytes.clone());
        }
        let damaged = |found: String| damaged(format!("zip: {name}"), found);
        let mut file = self.zip.by_name(name).map_err(|error| damaged(error.to_string()))?;
        let limit = self.left.min(most);
        let mut bytes = Vec::new();
        file.by_ref().take(limit + 1).read_to_end(&mut bytes).map_err(|error| damaged(error.to_string()))?;
        if bytes.len() as u64 > limit {
            let expected = format!("at most {limit} bytes");
            return Err(Error::new(Kind::LimitExceeded, format!("zip: {name}"), expected, "more"));
        }
        self.left -= bytes.len() as u64;
        let bytes = Bytes::from(bytes);
        self.members.insert(name.to_owned(), bytes.clone());
        Ok(bytes)
    }
}

fn damaged(at: String, found: String) -> Error {
    Error::new(Kind::InvalidModel, at, "an archive that can be read", found).hint("Copy the file again.")
}
