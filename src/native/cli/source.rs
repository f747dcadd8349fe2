//! Networks in other frameworks' files, whose data may lie beside them.

use super::Globals;
use crate::error::{Error, Kind, Result};
use crate::import::{keras, onnx, tflite};
use crate::native::store::{self, file};
use crate::network::Network;

/// The network in a file, as the file has it; nothing if its first bytes are not those of one. What is otherwise is noted.
///
/// # Errors
/// Those of [`onnx()`], [`keras::import`] and [`tflite::import`].
pub fn network(location: &str, bytes: &[u8], globals: Globals) -> Result<Option<Network>> {
    match bytes {
        bytes if keras::is_keras(bytes) => keras::import(bytes).map(Some),
        bytes if tflite::is_tflite(bytes) => tflite::import(bytes).map(Some),
        bytes if onnx::is_onnx(bytes) => onnx(location, bytes, globals).map(Some),
        _ => Ok(None),
    }
}

/// The network in a file of ONNX.
///
/// # Errors
/// Those of [`onnx::import`], and [`Kind::Unsupported`] for data beside an address.
pub fn onnx(location: &str, bytes: &[u8], globals: Globals) -> Result<Network> {
    let folder = store::existing_file(location).map(|file| file.with_file_name(""));
    let beside = |name: &str, start: u64, length: usize| match &folder {
        Some(folder) => file::read_part(folder, name, start, length),
        None => Err(Error::new(Kind::Unsupported, name.to_owned(), "a file beside a file", "one beside an address")
            .hint("Copy the model and its data into a folder.")),
    };
    onnx::import(bytes, &beside, &mut |text| globals.note(text))
}
