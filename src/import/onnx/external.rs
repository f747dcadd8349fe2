//! Data beside an ONNX file: which part of which file, as the tensor says it.

use crate::error::{Error, Kind, Result};

/// Reads a part of a file that lies beside the ONNX file: its name, the first byte, how many.
pub type Open<'a> = dyn Fn(&str, u64, usize) -> Result<Vec<u8>> + 'a;

/// The files beside an ONNX file.
pub struct External<'a> {
    open: &'a Open<'a>,
}

impl<'a> External<'a> {
    /// Read by `open`, which sees names that lead out of no folder.
    pub fn new(open: &'a Open<'a>) -> Self {
        Self { open }
    }

    /// The bytes that the entries of a tensor point to, that many.
    pub fn read(&self, entries: &[(&str, &str)], length: usize) -> Result<Vec<u8>> {
        let find = |key: &str| entries.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        let number = |key: &'static str, absent: u64| match find(key) {
            None | Some("") => Ok(absent),
            Some(text) => text.parse().map_err(|_| refused(key, "a whole number", text)),
        };
        let location = find("location").unwrap_or_default();
        check_location(location)?;
        let stated = number("length", length as u64)?;
        if stated != length as u64 {
            return Err(refused("length", &format!("{length} bytes for its shape"), &stated.to_string()));
        }
        (self.open)(location, number("offset", 0)?, length)
    }
}

/// Only names below the file's own folder: nothing else is the model's.
fn check_location(location: &str) -> Result<()> {
    let is_plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    if location.split('/').all(is_plain) && !location.contains(['\\', ':', '\0']) {
        return Ok(());
    }
    Err(refused("location", "a file below the model's folder", &format!("{location:?}")))
}

fn refused(at: &'static str, expected: &str, found: &str) -> Error {
    Error::new(Kind::InvalidModel, format!("external data: {at}"), expected.to_owned(), found.to_owned())
        .hint("Save the model with all of its data in one file, or in files beside it.")
}
