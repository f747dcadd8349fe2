//! Other frameworks' files → [`Model`]: pure functions of bytes.
//!
//! A file whose numbers edgelet cannot reproduce is refused, with everything that stands in the way at once.

mod blockers;
mod lightgbm;
pub mod pickle;
mod sklearn;
pub mod skops;
mod trees;

use crate::error::{Error, Kind, Result};
use crate::model::Model;

/// The model in another framework's file, without test rows.
///
/// # Errors
/// [`Kind::Unsupported`] if the file is of no framework that is read here, or holds something that edgelet cannot
/// reproduce; [`Kind::InvalidModel`] at the place in the file that is damaged.
pub fn import(bytes: &[u8]) -> Result<Model> {
    let expected = "a model that LightGBM's save_model wrote";
    if bytes.starts_with(b"tree\n") || bytes.starts_with(b"tree\r\n") {
        let text = std::str::from_utf8(bytes);
        let text = text.map_err(|error| {
            let at = format!("byte {}", error.valid_up_to());
            Error::new(Kind::InvalidModel, at, "UTF-8", "other bytes").hint("Write the file again with save_model.")
        })?;
        return lightgbm::read(text);
    }
    if is_pickle(bytes) {
        return sklearn::read(&pickle::read(bytes)?);
    }
    let found = match bytes {
        [b'P', b'K', 3, 4, ..] => "a zip archive",
        [b'{', ..] => "JSON",
        [] => "no bytes",
        _ => "other bytes",
    };
    Err(Error::new(Kind::Unsupported, "byte 0", expected, found).hint(
        "Save LightGBM's booster with booster.save_model(\"model.txt\"); other frameworks' files are not read yet.",
    ))
}

/// Whether the file begins as a pickle does, or as the compressions that joblib writes.
fn is_pickle(bytes: &[u8]) -> bool {
    let compressions: [&[u8]; 6] =
        [&[0x78], &[0x1f, 0x8b], b"BZh", &[0xfd, b'7', b'z', b'X', b'Z'], &[0x5d, 0, 0], &[4, 0x22, 0x4d, 0x18]];
    matches!(bytes, [0x80, 2..=5, ..]) || compressions.iter().any(|magic| bytes.starts_with(magic))
}
