//! Reading and writing models and rows wherever they are: paths, `file://`, buckets (`s3://`, `gs://`, `az://`), and any
//! `http(s)://` URL to read from.
//!
//! Calls block; the async runtime stays in here. What comes in is bounded by [`MAX_FILE_BYTES`] before memory is taken
//! for it. No message holds a credential or a query string, because those of signed URLs are credentials.
//!
//! Settings come from the variables that each cloud's own tools read ([`s3`], [`gcs`], [`azure`]), and from
//! `EDGELET_TIMEOUT`: for how many seconds a server may stay silent.

mod as_stored;
pub mod azure;
mod cloud;
mod coding;
mod cors;
mod destination;
mod exchange;
pub mod file;
mod folder;
pub mod gcs;
mod http;
mod inbox;
mod interruption;
mod location;
mod object;
mod outgoing;
mod patience;
mod pattern;
mod presign;
mod problem;
pub mod s3;
pub mod secret;
mod source;
mod variables;
mod ways;

pub use coding::{GZIP, gzip};
pub use cors::Cors;
pub use destination::{CONTENT_TYPE, Destination, Headers};
pub use exchange::{Answer, Asker};
pub use folder::{Entry, Folder, Seen};
pub use interruption::{check_interruption, heed_interruption};
pub use outgoing::Outgoing;
pub use pattern::{Matched, matching};
pub use presign::{ended as link_ended, presign};
pub use source::Source;

use crate::error::{Error, Kind, Result};
use crate::format::limits::MAX_FILE_BYTES;
use crate::native::cli::Globals;
use location::Location;
use patience::Patience;
use std::path::PathBuf;
use url::Url;
use variables::Variables;

/// The bytes of the model at a location: a path, or a URL of any scheme that can be read. What a server gives in gzip is
/// decoded.
///
/// # Errors
/// Those of [`read_within`] with the limit of a model, [`MAX_FILE_BYTES`].
pub fn read(location: &str, globals: Globals) -> Result<Vec<u8>> {
    read_within(location, MAX_FILE_BYTES, globals)
}

/// At most `limit` bytes at a location, received and decoded.
///
/// # Errors
/// [`Kind::BadOption`] for a location of no known form; [`Kind::Io`] for a file, [`Kind::HttpStatus`] for a URL and
/// [`Kind::Store`] for a bucket that does not give it; [`Kind::Network`] for a connection that fails, is cut or stalls;
/// [`Kind::LimitExceeded`] for more than the limit; [`Kind::Truncated`], [`Kind::Corrupt`] or [`Kind::Unsupported`]
/// for a body that is not coded as its header says.
pub fn read_within(location: &str, limit: u64, globals: Globals) -> Result<Vec<u8>> {
    let variables = Variables::from_environment();
    let patience = Patience::from_variables(&variables)?;
    let location = Location::parse(location)?;
    let place = location.to_string();
    match location {
        Location::File(path) => file::read(&path, limit),
        Location::Bucket(bucket) if bucket.is_https() && !bucket.cloud.has_credentials(&variables) => {
            // An object at its own https address: the public can only read it as the web does.
            runtime()?.block_on(http::read(&bucket.url, &place, limit, patience, globals))
        }
        Location::Bucket(bucket) => runtime()?.block_on(object::read(&bucket, &variables, limit, patience, globals)),
        Location::Http(url) => runtime()?.block_on(http::read(&url, &place, limit, patience, globals)),
    }
}

/// A location as messages may show it: without credentials.
pub fn shown(location: &str) -> String {
    Location::parse_folder(location).map_or_else(|_| "location".into(), |location| location.to_string())
}

/// The address that browsers fetch a location from, if it can be told.
///
/// # Errors
/// [`Kind::BadOption`] for a location of no known form.
pub fn web_address(location: &str) -> Result<Option<Url>> {
    Ok(match Location::parse(location)? {
        Location::Http(url) => Some(url),
        Location::Bucket(bucket) => bucket.web_address(&Variables::from_environment()),
        Location::File(_) => None,
    })
}

/// How commands call the bucket of a location, such as s3://models, if it is in one.
pub fn bucket_of(location: &str) -> Option<String> {
    match Location::parse(location) {
        Ok(Location::Bucket(bucket)) => bucket.name(),
        _ => None,
    }
}

/// The path of the file that a location is, if it is one of this machine that is there.
pub fn existing_file(location: &str) -> Option<PathBuf> {
    match Location::parse(location) {
        Ok(Location::File(path)) => Some(path).filter(|path| path.is_file()),
        _ => None,
    }
}

/// The last part of a location: the name its file has.
///
/// # Errors
/// [`Kind::BadOption`] for a location of no known form, or one that names no file.
pub fn file_name(location: &str) -> Result<String> {
    let parsed = Location::parse(location)?;
    parsed.file_name().ok_or_else(|| {
        Error::new(Kind::BadOption, parsed.to_string(), "a location that ends with a file's name", "none")
    })
}

/// The runtime that one call waits on.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Io, "program", "an async runtime", error.to_string()))
}
