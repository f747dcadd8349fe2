//! A folder of objects in a bucket or on a disk, where writers take turns: what is there is replaced only by who has seen
//! it, and a name is given only once.

use super::as_stored;
use super::cloud::{Access, Bucket};
use super::destination::Headers;
use super::location::Location;
use super::object::{self, Failure};
use super::patience::Patience;
use super::problem::{Attempt, explain};
use super::variables::Variables;
use super::ways::Ways;
use super::{file, runtime};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion,
};
use std::fs::{self, File};
use std::path::PathBuf;
use tokio::runtime::Runtime;

/// The file on a disk that who replaces something holds locked.
const LOCK: &str = ".lock";

/// A folder of objects.
pub struct Folder {
    place: String,
    runtime: Runtime,
    ways: Ways,
    /// What is in front of every name.
    prefix: Key,
    home: Home,
    globals: Globals,
}

/// Where the folder is.
enum Home {
    Disk(PathBuf),
    Bucket { bucket: Bucket, variables: Variables },
}

/// An object that was read, as it was then.
pub struct Seen {
    /// Its bytes.
    pub bytes: Vec<u8>,
    version: UpdateVersion,
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name below the folder: `releases/7`.
    pub name: String,
    /// How many bytes are stored.
    pub size: u64,
    /// When it was written, in seconds since 1970.
    pub modified: u64,
}

impl Folder {
    /// Opens a folder to read it.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for an address that cannot be listed; [`Kind::Io`] for a folder that is not there;
    /// [`Kind::Store`] for settings that make no sense.
    pub fn to_read(address: &str, globals: Globals) -> Result<Self> {
        Self::open(address, Attempt::Read, globals)
    }

    /// Opens a folder to write to it. On a disk it is made if it is not there.
    ///
    /// # Errors
    /// Those of [`to_read`](Self::to_read).
    pub fn to_write(address: &str, globals: Globals) -> Result<Self> {
        Self::open(address, Attempt::Write, globals)
    }

    fn open(address: &str, attempt: Attempt, globals: Globals) -> Result<Self> {
        let variables = Variables::from_environment();
        let patience = Patience::from_variables(&variables)?;
        let location = Location::parse_folder(address)?;
        let place = location.to_string().trim_end_matches('/').to_owned();
        let (ways, prefix, home) = match location {
            Location::File(path) => {
                let failed = |error: std::io::Error| file::io_error(&path, "a folder", &error);
                if attempt == Attempt::Write {
                    fs::create_dir_all(&path).map_err(failed)?;
                }
                let path = path.canonicalize().map_err(failed)?;
                let store = LocalFileSystem::new_with_prefix(&path)
                    .map_err(|error| Error::new(Kind::Io, place.clone(), "a folder", error.to_string()))?;
                (Ways::only(Box::new(store)), Key::default(), Home::Disk(path))
            }
            Location::Bucket(bucket) => {
                let opened = match attempt {
                    Attempt::Read => Ways::to_read(&bucket, &variables, patience),
                    Attempt::Write | Attempt::Sign => bucket.open(&variables, patience, Access::Signed).map(Ways::only),
                };
                let ways = opened.map_err(|error| explain(&error, &bucket, &variables, attempt))?;
                (ways, bucket.key.clone(), Home::Bucket { bucket, variables })
            }
            Location::Http(_) => {
                let expected = "a place that can be listed: a path, file://, s3://, gs:// or az://";
                return Err(Error::new(Kind::BadOption, place, expected, "an http address")
                    .hint("Name the bucket behind the address."));
            }
        };
        Ok(Self { place, runtime: runtime()?, ways, prefix, home, globals })
    }

    /// What messages call an object.
    pub fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    /// What messages call the folder.
    pub fn address(&self) -> &str {
        &self.place
    }

    /// The address a browser fetches the folder from, if it can be told.
    pub fn web_address(&self) -> Option<String> {
        match &self.home {
            Home::Disk(_) => None,
            Home::Bucket { bucket, variables } => bucket.web_address(variables).map(String::from),
        }
    }

    /// Whether headers are kept with what is written.
    pub fn keeps_headers(&self) -> bool {
        matches!(self.home, Home::Bucket { .. })
    }

    /// An object of at most `limit` bytes; `None` if there is none.
    ///
    /// # Errors
    /// Those of [`read_within`](super::read_within).
    pub fn read(&self, name: &str, limit: u64) -> Result<Option<Seen>> {
        let (key, place) = (self.key(name), self.place(name));
        let fetch = async |store: &dyn ObjectStore| object::fetch(store, &key, &place, limit, self.globals).await;
        let fetched = self.asked(self.runtime.block_on(self.ways.first_open(fetch)), name, Attempt::Read)?;
        Ok(fetched.map(|fetched| Seen { bytes: fetched.bytes, version: fetched.version }))
    }

    /// What a listing says of an object; `None` if there is none.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn entry(&self, name: &str) -> Result<Option<Entry>> {
        let key = self.key(name);
        let head = async |store: &dyn ObjectStore| {
            let options = GetOptions { head: true, ..as_stored::options() };
            Ok(store.get_opts(&key, options).await?.meta)
        };
        let meta = self.asked(self.runtime.block_on(self.ways.first_open(head)), name, Attempt::Read)?;
        Ok(meta.and_then(|meta| self.listed(&meta)))
    }

    /// What is in a folder below this one, or, for an empty name, in all of it; sorted by name.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn list(&self, below: &str) -> Result<Vec<Entry>> {
        let key = self.key(below);
        let list = async |store: &dyn ObjectStore| Ok(store.list(Some(&key)).try_collect::<Vec<_>>().await?);
        let metas = self.asked(self.runtime.block_on(self.ways.first_open(list)), below, Attempt::Read)?;
        let mut entries: Vec<_> = metas.unwrap_or_default().iter().filter_map(|meta| self.listed(meta)).collect();
        entries.sort();
        Ok(entries)
    }

    /// Writes an object, whatever is there.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn write(&self, name: &str, bytes: Vec<u8>, headers: Headers) -> Result<()> {
        let (key, attributes) = (self.key(name), self.attributes(headers));
        let write = object::write(self.ways.writer(), &key, bytes, attributes, self.globals);
        self.runtime.block_on(write).map_err(|error| self.explained(&error, name, Attempt::Write))
    }

    /// Writes an object where nothing is, and says whether that was so.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn create(&self, name: &str, bytes: Vec<u8>, headers: Headers) -> Result<bool> {
        self.put(name, bytes, headers, PutMode::Create)
    }

    /// Replaces an object if it still is as it was seen, and says whether that was so.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn replace(&self, name: &str, seen: &Seen, bytes: Vec<u8>, headers: Headers) -> Result<bool> {
        let Home::Disk(path) = &self.home else {
            return self.put(name, bytes, headers, PutMode::Update(seen.version.clone()));
        };
        // The lock ends with the process that holds it, however that ends.
        let lock = path.join(LOCK);
        let failed = |error: std::io::Error| file::io_error(&lock, "a file that can be locked", &error);
        let held = File::options().create(true).append(true).open(&lock).map_err(failed)?;
        held.lock().map_err(failed)?;
        match self.read(name, seen.bytes.len() as u64) {
            Ok(Some(now)) if now.bytes == seen.bytes => self.put(name, bytes, headers, PutMode::Overwrite),
            Err(error) if error.kind() != Kind::LimitExceeded => Err(error),
            _ => Ok(false),
        }
    }

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn remove(&self, name: &str) -> Result<()> {
        let key = self.key(name);
        match self.runtime.block_on(self.ways.writer().delete(&key)) {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(self.explained(&error, name, Attempt::Write)),
        }
    }

    fn put(&self, name: &str, bytes: Vec<u8>, headers: Headers, mode: PutMode) -> Result<bool> {
        let options = PutOptions { mode, attributes: self.attributes(headers), ..Default::default() };
        let key = self.key(name);
        match self.runtime.block_on(self.ways.writer().put_opts(&key, bytes.into(), options)) {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(self.explained(&error, name, Attempt::Write)),
        }
    }

    fn attributes(&self, headers: Headers) -> Attributes {
        if !self.keeps_headers() {
            return Attributes::new();
        }
        let mut attributes = Attributes::from_iter([
            (Attribute::ContentType, headers.content_type.to_owned()),
            (Attribute::CacheControl, headers.cache_control.to_owned()),
        ]);
        if let Some(coding) = headers.content_encoding {
            attributes.insert(Attribute::ContentEncoding, coding.into());
        }
        attributes
    }

    fn key(&self, name: &str) -> Key {
        let below = name.split('/').filter(|part| !part.is_empty()).map(Into::into);
        self.prefix.parts().chain(below).collect()
    }

    fn listed(&self, meta: &ObjectMeta) -> Option<Entry> {
        let name = meta.location.prefix_match(&self.prefix)?.map(|part| part.as_ref().to_owned());
        let modified = meta.last_modified.timestamp().max(0) as u64;
        Some(Entry { name: name.collect::<Vec<_>>().join("/"), size: meta.size, modified })
    }

    /// An answer; nothing, if nothing is there.
    fn asked<T>(&self, answer: Result<T, Failure>, name: &str, attempt: Attempt) -> Result<Option<T>> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(Failure::Store(object_store::Error::NotFound { .. })) => Ok(None),
            Err(failure) => Err(failure.into_error(|error| self.explained(&error, name, attempt))),
        }
    }

    fn explained(&self, error: &object_store::Error, name: &str, attempt: Attempt) -> Error {
        match &self.home {
            Home::Bucket { bucket, variables } => {
                let error = explain(error, bucket, variables, attempt);
                let told =
                    Error::new(error.kind(), self.place(name), error.expected().to_owned(), error.found().to_owned());
                told.hint(error.next_step().to_owned())
            }
            Home::Disk(_) => {
                let causes = std::iter::successors(Some(error as &dyn std::error::Error), |&cause| cause.source());
                let found = causes.last().map(ToString::to_string).unwrap_or_default();
                let expected = match attempt {
                    Attempt::Read => "a file that can be read",
                    Attempt::Write | Attempt::Sign => "a file that can be written",
                };
                Error::new(Kind::Io, self.place(name), expected, found)
            }
        }
    }
}

impl Seen {
    /// A state that the object is not in any more: to replace that has to fail.
    pub fn outdated(&self) -> Self {
        // No store gives this tag; a generation before the first is none.
        let version = UpdateVersion {
            e_tag: Some("\"00000000000000000000000000000000\"".into()),
            version: self.version.version.as_ref().map(|_| "1".into()),
        };
        Self { bytes: Vec::new(), version }
    }
}
