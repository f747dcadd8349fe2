//! Bytes ⇄ [`Model`]. `docs/FORMAT.md` is the specification.
//!
//! A file is a 48-byte [`header`], a postcard body ([`wire`]: the model without its numbers), and [`blobs`] of numbers,
//! each aligned to 16 bytes, that are copied as they are. After them may come a [`background`], which whoever only predicts
//! passes over. [`limits`] names every bound.

mod background;
mod blobs;
mod forest;
mod header;
pub mod limits;
#[cfg(feature = "tensors")]
mod network;
mod operators;
#[cfg(feature = "packaged")]
mod stored;
mod texts;
mod wire;

pub use background::decode_background;
pub use header::{HEADER_BYTES, MAGIC, VERSION, VERSION_WITH_BACKGROUND, background};
#[cfg(feature = "tensors")]
pub use header::{VERSION_OF_NETWORKS, is_network};
#[cfg(feature = "tensors")]
pub use network::{Content, decode_any, decode_network, encode_network};
#[cfg(feature = "packaged")]
pub use stored::StoredForest;

use crate::error::{Error, Kind, Result};
use crate::model::{Background, Model};
use blobs::{BlobReader, BlobWriter};
use header::Header;

/// The model as an `.edgelet` file.
///
/// # Errors
/// [`Kind::LimitExceeded`] if the model exceeds a limit of the format.
pub fn encode(model: &Model) -> Result<Vec<u8>> {
    encode_with(model, &Background::default())
}

/// The model as a file that can be explained, if anything is known in its background.
///
/// # Errors
/// As [`encode`].
pub fn encode_with(model: &Model, background: &Background) -> Result<Vec<u8>> {
    let mut blobs = BlobWriter::default();
    let body = wire::Body::from_model(model, &mut blobs)?;
    let body = postcard::to_allocvec(&body).map_err(|error| {
        Error::new(Kind::InvalidModel, "body", "a model that postcard can write", error.to_string())
    })?;
    limits::check("body", body.len(), limits::MAX_BODY_BYTES)?;
    header::assemble(&body, &blobs.into_bytes(), &background::encode(background)?)
}

/// The model in an `.edgelet` file, without its background. Untrusted bytes are safe: they give a model or an error, never a panic, and memory
/// is taken in proportion to the bytes that are there.
///
/// # Errors
/// The kind of what is wrong, with the byte offset or the path of the part.
pub fn decode(bytes: &[u8]) -> Result<Model> {
    #[cfg(feature = "tensors")]
    if is_network(bytes) {
        return Err(Error::new(Kind::Unsupported, "file", "a model of rows", "a network of tensors")
            .hint("Networks are for `edgelet predict`, `verify`, `inspect`, `bench`, `package`, `push` and `pull`."));
    }
    let header = Header::read(bytes)?;
    let (body, blobs) = header.split(bytes)?;
    let (body, rest) = postcard::take_from_bytes::<wire::Body>(body)
        .map_err(|error| Error::new(Kind::Corrupt, "body", "a postcard-encoded model", what_postcard_found(error)))?;
    if !rest.is_empty() {
        return Err(Error::new(Kind::Corrupt, "body", "nothing after the model", format!("{} bytes", rest.len())));
    }
    let mut blobs = BlobReader::new(blobs);
    let parts = body.into_parts(&mut blobs)?;
    blobs.finish()?;
    Model::new(parts)
}

/// Postcard's own texts are for people who write serializers, and 600 bytes of the wasm.
fn what_postcard_found(error: postcard::Error) -> &'static str {
    match error {
        postcard::Error::DeserializeUnexpectedEnd => "too few bytes",
        postcard::Error::DeserializeBadUtf8 => "a text that is not UTF-8",
        postcard::Error::DeserializeBadVarint => "a number that does not end",
        _ => "bytes that mean nothing there",
    }
}
