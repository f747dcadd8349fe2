//! Where a model is pushed to: checked first, written as a whole.

use super::cloud::{Access, Bucket};
use super::location::Location;
use super::object::{self, PART_BYTES, WHOLE_BYTES};
use super::patience::Patience;
use super::problem::{Attempt, explain};
use super::variables::Variables;
use super::{file, runtime};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use object_store::{Attribute, Attributes, ObjectStore};
use std::path::PathBuf;

/// What a model is served as. No type is registered for it, so it is what it is to the web: bytes.
pub const CONTENT_TYPE: &str = "application/octet-stream";

/// What is kept with an object where headers are kept.
#[derive(Clone, Copy)]
pub struct Headers<'a> {
    /// What it is served as.
    pub content_type: &'static str,
    /// For how long caches may keep it.
    pub cache_control: &'a str,
    /// How the bytes are coded, if they are not the file's own.
    pub content_encoding: Option<&'static str>,
}

/// A place to write a model to.
pub struct Destination {
    place: String,
    target: Target,
}

enum Target {
    File(PathBuf),
    Bucket { bucket: Bucket, store: Box<dyn ObjectStore>, variables: Variables },
}

impl Destination {
    /// Reads a path or a URL and, for a bucket, the credentials for it. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a location that cannot be written; [`Kind::Store`] for settings that make no sense.
    pub fn open(location: &str) -> Result<Self> {
        let variables = Variables::from_environment();
        let patience = Patience::from_variables(&variables)?;
        let location = Location::parse(location)?;
        let place = location.to_string();
        let target = match location {
            Location::File(path) => Target::File(path),
            Location::Http(_) => {
                let expected = "a place that can be written: a path, file://, s3://, gs:// or az://";
                return Err(Error::new(Kind::BadOption, place, expected, "an http address")
                    .hint("Name the bucket behind the address."));
            }
            Location::Bucket(bucket) => {
                let failed = |error: object_store::Error| explain(&error, &bucket, &variables, Attempt::Write);
                let store = bucket.open(&variables, patience, Access::Signed).map_err(failed)?;
                Target::Bucket { bucket, store, variables }
            }
        };
        Ok(Self { place, target })
    }

    /// The address a browser fetches it from, if it can be told.
    pub fn web_address(&self) -> Option<String> {
        match &self.target {
            Target::File(_) => None,
            Target::Bucket { bucket, variables, .. } => bucket.web_address(variables).map(String::from),
        }
    }

    /// Whether headers are kept with what is written.
    pub fn keeps_headers(&self) -> bool {
        matches!(self.target, Target::Bucket { .. })
    }

    /// In how many parts that many bytes are sent.
    pub fn parts(&self, bytes: usize) -> usize {
        match self.target {
            Target::Bucket { .. } if bytes > WHOLE_BYTES => bytes.div_ceil(PART_BYTES),
            _ => 1,
        }
    }

    /// Writes the model there, with its headers where those are kept. Whoever reads meanwhile gets what was there before,
    /// or all of this.
    ///
    /// # Errors
    /// [`Kind::Io`] for a file, [`Kind::Store`] or [`Kind::Network`] for a bucket.
    pub fn write(&self, bytes: Vec<u8>, headers: Headers, globals: Globals) -> Result<()> {
        match &self.target {
            Target::File(path) => file::write(path, &bytes),
            Target::Bucket { bucket, store, variables } => {
                let mut attributes = Attributes::from_iter([
                    (Attribute::ContentType, headers.content_type.to_owned()),
                    (Attribute::CacheControl, headers.cache_control.to_owned()),
                ]);
                if let Some(coding) = headers.content_encoding {
                    attributes.insert(Attribute::ContentEncoding, coding.into());
                }
                runtime()?
                    .block_on(object::write(&**store, &bucket.key, bytes, attributes, globals))
                    .map_err(|error| explain(&error, bucket, variables, Attempt::Write))
            }
        }
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.place)
    }
}
