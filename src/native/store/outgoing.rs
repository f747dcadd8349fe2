//! A file or an object that is written piece by piece, and is there when all of it is: see [`Outgoing`].

use super::cloud::{Access, Bucket};
use super::destination::CONTENT_TYPE;
use super::file::io_error;
use super::location::Location;
use super::object::PART_BYTES;
use super::patience::Patience;
use super::problem::{Attempt, explain};
use super::variables::Variables;
use crate::error::{Error, Kind, Result};
use object_store::{Attribute, Attributes, MultipartUpload, ObjectStore, PutMultipartOptions, PutOptions, PutPayload};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::mem;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

/// How many parts are on their way at once.
const PARTS_AT_ONCE: usize = 3;

/// Takes bytes. Dropped before [`finish`](Self::finish), it leaves what was there before, and nothing else.
pub struct Outgoing(Target);

enum Target {
    Disk { path: PathBuf, file: BufWriter<NamedTempFile<File>> },
    Bucket(Box<Upload>),
}

struct Upload {
    bucket: Bucket,
    variables: Variables,
    store: Box<dyn ObjectStore>,
    /// Has a thread of its own, which sends while the next part is made.
    runtime: Runtime,
    /// What is not sent yet.
    part: Vec<u8>,
    parts: Option<Box<dyn MultipartUpload>>,
    on_their_way: VecDeque<JoinHandle<object_store::Result<()>>>,
}

impl Outgoing {
    /// Opens a path, which needs a folder that is there, or an object.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a location that cannot be written; [`Kind::Io`], [`Kind::Store`].
    pub fn create(location: &str) -> Result<Self> {
        let variables = Variables::from_environment();
        let patience = Patience::from_variables(&variables)?;
        match Location::parse(location)? {
            Location::File(path) => Self::on_disk(path),
            Location::Bucket(bucket) => {
                let failed = |error: object_store::Error| explain(&error, &bucket, &variables, Attempt::Write);
                let store = bucket.open(&variables, patience, Access::Signed).map_err(failed)?;
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(1)
                    .enable_all()
                    .build()
                    .map_err(|error| Error::new(Kind::Io, "program", "an async runtime", error.to_string()))?;
                let (part, on_their_way) = (Vec::new(), VecDeque::new());
                let upload = Upload { bucket, variables, store, runtime, part, parts: None, on_their_way };
                Ok(Self(Target::Bucket(Box::new(upload))))
            }
            location @ Location::Http(_) => {
                let expected = "a place that can be written: a path, file://, s3://, gs:// or az://";
                Err(Error::new(Kind::BadOption, location.to_string(), expected, "an http address")
                    .hint("Name the bucket behind the address."))
            }
        }
    }

    fn on_disk(path: PathBuf) -> Result<Self> {
        if path.is_dir() || path.file_name().is_none() {
            return Err(Error::new(Kind::Io, path.display().to_string(), "the name of a file", "a folder")
                .hint("End it with / for one file in it for each file of rows, or add a name."));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // As in `file::write`: the umask decides who may read it.
        let make = |path: &Path| File::options().write(true).create_new(true).open(path);
        let file = tempfile::Builder::new().prefix(".edgelet-").make_in(folder, make);
        let file = file.map_err(|error| cannot_write(&path, &error))?;
        Ok(Self(Target::Disk { file: BufWriter::with_capacity(1 << 18, file), path }))
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn take(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.0 {
            Target::Disk { path, file } => file.write_all(bytes).map_err(|error| cannot_write(path, &error)),
            Target::Bucket(upload) => upload.take(bytes).map_err(|error| upload.explained(&error)),
        }
    }

    /// Puts what was written in its place.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`], and then nothing was.
    pub fn finish(self) -> Result<()> {
        match self.0 {
            Target::Disk { path, file } => {
                let file = file.into_inner().map_err(|error| cannot_write(&path, error.error()))?;
                file.persist(&path).map_err(|error| cannot_write(&path, &error.error))?;
                Ok(())
            }
            Target::Bucket(mut upload) => upload.finish().map_err(|error| upload.explained(&error)),
        }
    }
}

impl Write for Outgoing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    /// Nobody reads it before it is finished.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Upload {
    fn take(&mut self, mut bytes: &[u8]) -> object_store::Result<()> {
        while !bytes.is_empty() {
            let (fitting, rest) = bytes.split_at(bytes.len().min(PART_BYTES - self.part.len()));
            self.part.extend_from_slice(fitting);
            bytes = rest;
            if self.part.len() == PART_BYTES {
                self.send_part()?;
            }
        }
        Ok(())
    }

    fn send_part(&mut self) -> object_store::Result<()> {
        while self.on_their_way.len() >= PARTS_AT_ONCE {
            self.wait_for_one()?;
        }
        let payload = PutPayload::from(mem::take(&mut self.part));
        let parts = match &mut self.parts {
            Some(parts) => parts,
            None => {
                let options = PutMultipartOptions { attributes: attributes(), ..Default::default() };
                let begun = self.runtime.block_on(self.store.put_multipart_opts(&self.bucket.key, options))?;
                self.parts.insert(begun)
            }
        };
        let sending = parts.put_part(payload);
        self.on_their_way.push_back(self.runtime.spawn(sending));
        Ok(())
    }

    fn wait_for_one(&mut self) -> object_store::Result<()> {
        let Some(part) = self.on_their_way.pop_front() else { return Ok(()) };
        self.runtime.block_on(part).map_err(|source| object_store::Error::JoinError { source })?
    }

    fn finish(&mut self) -> object_store::Result<()> {
        if self.parts.is_none() {
            let options = PutOptions { attributes: attributes(), ..Default::default() };
            let whole = PutPayload::from(mem::take(&mut self.part));
            return self.runtime.block_on(self.store.put_opts(&self.bucket.key, whole, options)).map(|_| ());
        }
        if !self.part.is_empty() {
            self.send_part()?;
        }
        while !self.on_their_way.is_empty() {
            self.wait_for_one()?;
        }
        let Some(parts) = &mut self.parts else { return Ok(()) };
        self.runtime.block_on(parts.complete())?;
        self.parts = None;
        Ok(())
    }

    fn explained(&self, error: &object_store::Error) -> Error {
        explain(error, &self.bucket, &self.variables, Attempt::Write)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.on_their_way.drain(..).for_each(|part| part.abort());
        if let Some(mut parts) = self.parts.take() {
            // What went wrong first is the news; parts that cannot be removed are for the bucket's lifecycle rules.
            let _ = self.runtime.block_on(parts.abort());
        }
    }
}

fn attributes() -> Attributes {
    Attributes::from_iter([(Attribute::ContentType, CONTENT_TYPE)])
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    io_error(path, "a file that can be written", error)
}
