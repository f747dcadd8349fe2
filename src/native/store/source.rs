//! Rows to read piece by piece, wherever they are: what is asked for is what is held in memory.

use super::cloud::Bucket;
use super::file::io_error;
use super::interruption::{interrupted, unless_interrupted};
use super::location::{Location, shown_url};
use super::object::{self, Failure};
use super::patience::Patience;
use super::problem::{Attempt, explain};
use super::variables::Variables;
use super::ways::Ways;
use super::{as_stored, http, inbox, runtime};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use bytes::Bytes;
use object_store::{Attribute, GetOptions, GetRange, ObjectStore};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Mutex;
use tokio::runtime::Runtime;

/// What is expected of every source.
const EXPECTED: &str = "rows that can be read";

/// A file, an object, or bytes in memory.
pub struct Source {
    place: String,
    length: u64,
    kept: Kept,
}

/// Where the bytes are.
enum Kept {
    Memory(Bytes),
    Disk(Mutex<File>),
    Bucket(Box<Object>),
}

struct Object {
    bucket: Bucket,
    variables: Variables,
    ways: Ways,
    /// Which state of the object is being read.
    tag: Option<String>,
    runtime: Runtime,
}

impl Source {
    /// Opens a path or URL. What can only be read from its start to its end (a pipe, an address of the web, an object that
    /// is stored coded) is read into memory, if it is at most `limit` bytes.
    ///
    /// # Errors
    /// Those of [`read_within`](super::read_within).
    pub fn open(location: &str, limit: u64, globals: Globals) -> Result<Self> {
        let variables = Variables::from_environment();
        let patience = Patience::from_variables(&variables)?;
        let location = Location::parse(location)?;
        let place = location.to_string();
        match location {
            Location::File(path) => Self::of_file(&path, place, limit),
            Location::Bucket(bucket) if bucket.is_https() && !bucket.cloud.has_credentials(&variables) => {
                let bytes = runtime()?.block_on(http::read(&bucket.url, &place, limit, patience, globals))?;
                Ok(Self::of_bytes(place, bytes))
            }
            Location::Bucket(bucket) => Self::of_object(bucket, place, limit, variables, patience, globals),
            Location::Http(url) => {
                let bytes = runtime()?.block_on(http::read(&url, &place, limit, patience, globals))?;
                Ok(Self::of_bytes(place, bytes))
            }
        }
    }

    /// Bytes that are in memory already.
    pub fn of_bytes(place: String, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { place, length: bytes.len() as u64, kept: Kept::Memory(bytes) }
    }

    fn of_file(path: &Path, place: String, limit: u64) -> Result<Self> {
        let failed = |error: io::Error| io_error(path, EXPECTED, &error);
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(Error::new(Kind::Io, place, EXPECTED, "a folder")
                .hint("Name its files by a pattern: folder/*.parquet."));
        }
        if metadata.is_file() {
            return Ok(Self { place, length: metadata.len(), kept: Kept::Disk(Mutex::new(file)) });
        }
        let mut bytes = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
        inbox::check_size(&place, bytes.len() as u64, limit)?;
        Ok(Self::of_bytes(place, bytes))
    }

    fn of_object(
        bucket: Bucket,
        place: String,
        limit: u64,
        variables: Variables,
        patience: Patience,
        globals: Globals,
    ) -> Result<Self> {
        let explained = |error: object_store::Error| explain(&error, &bucket, &variables, Attempt::Read);
        let (runtime, ways) = (runtime()?, Ways::to_read(&bucket, &variables, patience).map_err(explained)?);
        let head = async |store: &dyn ObjectStore| {
            let options = GetOptions { head: true, ..as_stored::options() };
            let answer = store.get_opts(&bucket.key, options).await?;
            let coding = answer.attributes.get(&Attribute::ContentEncoding).map_or("", |value| value);
            Ok((answer.meta, !matches!(coding, "" | "identity")))
        };
        let (meta, is_coded) =
            runtime.block_on(ways.first_open(head)).map_err(|failure| failure.into_error(explained))?;
        if is_coded {
            let bytes = runtime.block_on(object::read(&bucket, &variables, limit, patience, globals))?;
            return Ok(Self::of_bytes(place, bytes));
        }
        let object = Object { tag: meta.e_tag, bucket, variables, ways, runtime };
        Ok(Self { place, length: meta.size, kept: Kept::Bucket(Box::new(object)) })
    }

    /// What messages call it.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether each piece is a request to a server, so that few large ones are better than many small ones.
    pub fn is_remote(&self) -> bool {
        matches!(self.kept, Kept::Bucket(_))
    }

    /// All of it.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] if it is more than `limit`; else those of [`range`](Self::range).
    pub fn all(&self, limit: u64) -> Result<Bytes> {
        inbox::check_size(&self.place, self.length, limit)?;
        self.range(0, self.length)
    }

    /// So many bytes from `start` on, or those that there are.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`]; [`Kind::Conflict`] if the object was replaced meanwhile.
    pub fn range(&self, start: u64, length: u64) -> Result<Bytes> {
        let start = start.min(self.length);
        let end = start.saturating_add(length).min(self.length);
        if start == end {
            return Ok(Bytes::new());
        }
        match &self.kept {
            Kept::Memory(bytes) => Ok(bytes.slice(start as usize..end as usize)),
            Kept::Disk(file) => {
                let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let mut bytes = vec![0; (end - start) as usize];
                file.seek(SeekFrom::Start(start))
                    .and_then(|_| file.read_exact(&mut bytes))
                    .map_err(|error| io_error(Path::new(&self.place), EXPECTED, &error))?;
                Ok(bytes.into())
            }
            Kept::Bucket(object) => object.range(start, end),
        }
    }
}

impl Object {
    fn range(&self, start: u64, end: u64) -> Result<Bytes> {
        let fetch = async |store: &dyn ObjectStore| {
            let options = GetOptions { range: Some(GetRange::Bounded(start..end)), ..as_stored::options() };
            let answer = store.get_opts(&self.bucket.key, options).await?;
            if answer.meta.e_tag != self.tag {
                return Err(Failure::Bytes(self.replaced()));
            }
            Ok(answer.bytes().await?)
        };
        let fetched = self.runtime.block_on(unless_interrupted(self.ways.first_open(fetch)));
        let fetched = fetched.ok_or_else(|| interrupted(&shown_url(&self.bucket.url)))?;
        fetched.map_err(|failure| {
            failure.into_error(|error| explain(&error, &self.bucket, &self.variables, Attempt::Read))
        })
    }

    fn replaced(&self) -> Error {
        let place = shown_url(&self.bucket.url);
        Error::new(Kind::Conflict, place, "an object that stays while it is read", "another one in its place")
            .hint("Read it again when nobody writes it.")
    }
}
