//! Reading and writing models wherever they are: paths, `file://`, buckets (`s3://`, `gs://`, `az://`), and any
//! `http(s)://` URL to read from.
//!
//! Calls block; the async runtime stays in here. What comes in is bounded by [`MAX_FILE_BYTES`] before memory is taken
//! for it. No message holds a credential or a query string, because those of signed URLs are credentials.
//!
//! Settings come from the variables that each cloud's own tools read ([`s3`], [`gcs`], [`azure`]), and from
//! `EDGELET_TIMEOUT`: for how many seconds a server may stay silent.
//!
//! [`MAX_FILE_BYTES`]: crate::format::limits::MAX_FILE_BYTES

mod as_stored;
pub mod azure;
mod cloud;
mod coding;
mod destination;
pub mod file;
pub mod gcs;
mod http;
mod inbox;
mod location;
mod object;
mod patience;
mod problem;
pub mod s3;
mod variables;

pub use coding::{GZIP, gzip};
pub use destination::{CONTENT_TYPE, Destination, Headers};

use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use location::Location;
use patience::Patience;
use variables::Variables;

/// The bytes at a location: a path, or a URL of any scheme that can be read. What a server gives in gzip is decoded.
///
/// # Errors
/// [`Kind::BadOption`] for a location of no known form; [`Kind::Io`] for a file, [`Kind::HttpStatus`] for a URL and
/// [`Kind::Store`] for a bucket that does not give it; [`Kind::Network`] for a connection that fails, is cut or stalls;
/// [`Kind::LimitExceeded`] for more than a model may have; [`Kind::Truncated`], [`Kind::Corrupt`] or [`Kind::Unsupported`]
/// for a body that is not coded as its header says.
pub fn read(location: &str, globals: Globals) -> Result<Vec<u8>> {
    let variables = Variables::from_environment();
    let patience = Patience::from_variables(&variables)?;
    let location = Location::parse(location)?;
    let place = location.to_string();
    match location {
        Location::File(path) => file::read(&path),
        Location::Bucket(bucket) if bucket.is_https() && !bucket.cloud.has_credentials(&variables) => {
            // An object at its own https address: the public can only read it as the web does.
            runtime()?.block_on(http::read(&bucket.url, &place, patience, globals))
        }
        Location::Bucket(bucket) => runtime()?.block_on(object::read(&bucket, &variables, patience, globals)),
        Location::Http(url) => runtime()?.block_on(http::read(&url, &place, patience, globals)),
    }
}

/// A location as messages may show it: without credentials.
pub fn shown(location: &str) -> String {
    Location::parse(location).map_or_else(|_| "location".into(), |location| location.to_string())
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
