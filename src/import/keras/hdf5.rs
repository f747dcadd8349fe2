//! HDF5, as far as Keras writes it: groups, attributes that are texts, arrays of numbers. Nothing outside of the file is opened.
//!
//! The bytes are read by `hdf5-reader`. What it may take is bounded by the size of the file, however large an array says it is.

use crate::error::{Error, Kind, Result};
use crate::import::pickle::limits::MAX_BYTES;
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Tensor};
use hdf5_reader::error::Error as Hdf5Error;
use hdf5_reader::group::Group;
use hdf5_reader::{Attribute, Datatype, Hdf5File, OpenOptions};
use std::cell::Cell;

/// What a byte of the file may become: no array that DEFLATE packed is larger.
const MOST_PACKED: u64 = 1032;
/// The most texts of one attribute in parts.
const MAX_PARTS: usize = 1 << 12;

/// A file in memory.
pub struct File {
    file: Hdf5File,
    /// How many more bytes its arrays may have.
    left: Cell<u64>,
}

/// Whether a file begins as those of HDF5 do: at byte 0, or behind a user's block of a power of two from 512 on.
pub fn is_hdf5(bytes: &[u8]) -> bool {
    let begins = |at: usize| bytes.get(at..).is_some_and(|rest| rest.starts_with(b"\x89HDF\r\n\x1a\n"));
    begins(0) || (9..24).any(|power| begins(1 << power))
}

impl File {
    /// The file in these bytes.
    pub fn open(bytes: &[u8]) -> Result<Self> {
        let left = (bytes.len() as u64).saturating_mul(MOST_PACKED).min(MAX_BYTES);
        let options = OpenOptions::default()
            .with_chunk_cache_bytes(0)
            .with_max_chunk_bytes(left as usize)
            .with_max_read_bytes(left as usize)
            .with_max_object_header_bytes(bytes.len());
        let file = Hdf5File::from_bytes_with_options(bytes, options).map_err(|error| damaged("HDF5", error))?;
        Ok(Self { file, left: Cell::new(left) })
    }

    /// The group at a path; nothing if there is none.
    fn group(&self, path: &str) -> Result<Option<Group>> {
        found(path, self.file.group(path))
    }

    fn attribute(&self, path: &str, name: &str) -> Result<Option<Attribute>> {
        match self.group(path)? {
            Some(group) => found(path, group.attribute(name)),
            None => Ok(None),
        }
    }

    /// The text that an attribute of a group is.
    pub fn text(&self, path: &str, name: &str) -> Result<Option<String>> {
        let Some(attribute) = self.attribute(path, name)? else { return Ok(None) };
        attribute.read_string().map(Some).map_err(|error| damaged(&format!("{path}@{name}"), error))
    }

    /// The texts of an attribute of a group, which Keras writes in parts called `name0`, `name1`, … if they are many.
    pub fn texts(&self, path: &str, name: &str) -> Result<Option<Vec<String>>> {
        let read = |attribute: &Attribute| match attribute.num_elements() {
            // NumPy makes floats of no texts.
            Ok(0) => Ok(Vec::new()),
            _ => attribute.read_strings().map_err(|error| damaged(&format!("{path}@{name}"), error)),
        };
        if let Some(attribute) = self.attribute(path, name)? {
            return read(&attribute).map(Some);
        }
        let mut texts = None;
        for part in 0..MAX_PARTS {
            let Some(attribute) = self.attribute(path, &format!("{name}{part}"))? else { break };
            texts.get_or_insert_with(Vec::new).extend(read(&attribute)?);
        }
        Ok(texts)
    }

    /// The array at a path; nothing if there is none.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] for elements that are no numbers, [`Kind::LimitExceeded`] for more of them than the file could
    /// hold.
    pub fn tensor(&self, path: &str) -> Result<Option<Tensor>> {
        let Some(dataset) = found(path, self.file.dataset(path))? else { return Ok(None) };
        let dtype = dtype(dataset.dtype()).ok_or_else(|| {
            Error::new(Kind::Unsupported, path.to_owned(), "numbers of 8 to 64 bits", format!("{:?}", dataset.dtype()))
        })?;
        let shape: Option<Vec<usize>> = dataset.shape().iter().map(|&length| usize::try_from(length).ok()).collect();
        let shape = shape.unwrap_or_else(|| vec![usize::MAX]);
        let place = |error: Error| error.within(path);
        let size = (count(&shape).map_err(place)? * dtype.bytes()) as u64;
        if size > self.left.get() {
            let expected = format!("at most {} more bytes of weights", self.left.get());
            return Err(Error::new(Kind::LimitExceeded, path.to_owned(), expected, size.to_string()));
        }
        self.left.set(self.left.get() - size);
        let bytes = dataset.read_native_bytes().map_err(|error| damaged(path, error))?;
        Tensor::new(dtype, shape, Data::from_bytes(dtype, &bytes)).map(Some).map_err(place)
    }
}

/// The type of an array's elements, if tensors of it are run.
fn dtype(datatype: &Datatype) -> Option<Dtype> {
    Some(match datatype {
        Datatype::FloatingPoint { size: 2, .. } => Dtype::F16,
        Datatype::FloatingPoint { size: 4, .. } => Dtype::F32,
        Datatype::FloatingPoint { size: 8, .. } => Dtype::F64,
        Datatype::FixedPoint { size: 1, signed: true, .. } => Dtype::I8,
        Datatype::FixedPoint { size: 2, signed: true, .. } => Dtype::I16,
        Datatype::FixedPoint { size: 4, signed: true, .. } => Dtype::I32,
        Datatype::FixedPoint { size: 8, signed: true, .. } => Dtype::I64,
        Datatype::FixedPoint { size: 1, .. } => Dtype::U8,
        Datatype::FixedPoint { size: 2, .. } => Dtype::U16,
        Datatype::FixedPoint { size: 4, .. } => Dtype::U32,
        Datatype::FixedPoint { size: 8, .. } => Dtype::U64,
        _ => return None,
    })
}

/// What was found, or nothing if it is not there.
fn found<T>(path: &str, result: Result<T, Hdf5Error>) -> Result<Option<T>> {
    fn is_absent(error: &Hdf5Error) -> bool {
        match error {
            Hdf5Error::Context { source, .. } => is_absent(source),
            error => matches!(
                error,
                Hdf5Error::GroupNotFound(_) | Hdf5Error::DatasetNotFound(_) | Hdf5Error::AttributeNotFound(_)
            ),
        }
    }
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(damaged(path, error)),
    }
}

fn damaged(at: &str, error: Hdf5Error) -> Error {
    Error::new(Kind::InvalidModel, at.to_owned(), "an HDF5 file that can be read", error.to_string())
        .hint("Copy the file again, or save the model again with model.save.")
}
