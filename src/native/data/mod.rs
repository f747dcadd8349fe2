//! Rows: CSV, NDJSON, NPY and Parquet in, tables and predictions out; and pictures and sounds for networks.

mod audio;
mod batches;
mod cell;
mod contained;
mod csv;
mod encode;
mod folder;
mod image;
mod ndjson;
mod npy;
mod parquet;
mod parquet_out;
mod pieces;
mod profile;
mod span;
mod stream;
mod table;
mod tensors;
mod texts;
mod together;
mod write;

pub use audio::{Recording, is_wav, read_wav};
pub use batches::{Batch, Batches};
pub use encode::{Encoded, encode, encode_from, takes_texts};
pub use folder::{Labelled, PICTURES, RECORDINGS, labelled};
pub use image::{Picture, is_picture, read_picture};
pub use profile::profile;
use span::Span;
pub use table::{Column, Table, Values};
pub use tensors::{is_numpy, npy, npz, read_tensors};
pub use texts::read_texts;
pub use together::check_same;
pub use write::{Answers, Style, Writer, Written, answer, csv, json};

use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use crate::native::store::{self, Matched, Source};
use crate::network::Tensor;
use std::io::{self, Read};
use std::path::Path;

/// The most bytes of rows that are read into memory.
pub const MAX_BYTES: u64 = 8 << 30;
/// The most cells of a table: with 16 bytes a cell or more, memory ends not much later.
pub const MAX_CELLS: usize = 1 << 29;

/// The name of stdin.
const STDIN: &str = "-";
/// How many bytes tell a format.
const HEAD_BYTES: u64 = 8;
/// What some programs put before UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// A NumPy array.
    Npy,
    /// A Parquet file.
    Parquet,
}

/// Reads rows from a path or URL, or from stdin if `source` is `-`. A path or URL with `*` in it may name several files,
/// which are read as one table. Without a format, the first bytes tell NPY and Parquet, and the extension NDJSON; else it is
/// CSV.
///
/// # Errors
/// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`] if the source cannot be read, [`Kind::BadRows`] with the line or the
/// column if the rows cannot.
pub fn read(source: &str, format: Option<Format>) -> Result<Table> {
    read_with_texts(source, format, &|_| false)
}

/// [`read`], where the columns that `is_text` names are texts even if a CSV's cells look like something else: `01` is
/// not 1, and `True` not true.
///
/// # Errors
/// As for [`read`].
pub fn read_with_texts(source: &str, format: Option<Format>, is_text: &dyn Fn(&str) -> bool) -> Result<Table> {
    let globals = Globals { quiet: true };
    let files = match source {
        STDIN => vec![Matched { name: STDIN.into(), location: STDIN.into() }],
        pattern => store::matching(pattern, globals)?,
    };
    let mut whole: Option<Table> = None;
    for file in &files {
        let source = match &*file.location {
            STDIN => Source::of_bytes(STDIN.into(), read_stdin()?),
            location => Source::open(location, MAX_BYTES, globals)?,
        };
        let place = source.place().to_owned();
        let table = read_source(source, format, is_text).and_then(|table| match &mut whole {
            None => {
                whole = Some(table);
                Ok(())
            }
            Some(whole) => together::append(whole, table),
        });
        table.map_err(|error| within(error, &place))?;
    }
    let whole = whole.unwrap_or_default();
    if whole.rows == 0 {
        return Err(Error::new(Kind::BadRows, store::shown(source), "at least 1 row", "none"));
    }
    Ok(whole)
}

fn read_source(source: Source, format: Option<Format>, is_text: &dyn Fn(&str) -> bool) -> Result<Table> {
    if guess(source.place(), &source.range(0, HEAD_BYTES)?, format) == Format::Parquet {
        let mut reader = parquet::Reader::open(source, &|_, _| true)?;
        check_size(reader.rows, reader.names.len())?;
        let mut whole: Option<Table> = None;
        while let Some(table) = reader.next(usize::MAX)? {
            match &mut whole {
                None => whole = Some(table),
                Some(whole) => together::append(whole, table)?,
            }
        }
        return Ok(whole.unwrap_or_default().settled());
    }
    let place = source.place().to_owned();
    let bytes = source.all(MAX_BYTES)?;
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(Error::new(Kind::BadRows, "byte 0", "rows", "an archive, as .npz is")
            .hint("`edgelet train --model cnn` learns from the arrays of an .npz."));
    }
    match guess(&place, bytes, format) {
        Format::Csv => csv::Reader::open(bytes)?.next(usize::MAX, u64::MAX, is_text),
        Format::Ndjson => ndjson::Reader::open(bytes).next(usize::MAX, usize::MAX),
        Format::Npy | Format::Parquet => npy::read(bytes),
    }
}

/// Reads the arrays of an .npz with their names, from a path or URL, or from stdin if `source` is `-`.
///
/// # Errors
/// Those of [`read`] for the source, and of [`read_tensors`] for what is in it.
pub fn read_arrays(source: &str) -> Result<Vec<(String, Tensor)>> {
    let bytes = match source {
        STDIN => read_stdin()?,
        location => store::read_within(location, MAX_BYTES, Globals { quiet: true })?,
    };
    let place = if source == STDIN { STDIN.into() } else { store::shown(source) };
    if !is_numpy(&bytes) {
        let expected = "an .npz, of one array of examples and one of targets";
        return Err(Error::new(Kind::BadRows, place, expected, "other bytes")
            .hint("numpy.savez(\"digits.npz\", images=images, labels=labels) writes one."));
    }
    read_tensors(&bytes).map_err(|error| within(error, &place))
}

/// All of stdin.
fn read_stdin() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(not_read)?;
    if bytes.len() as u64 > MAX_BYTES {
        let found = format!("more than {MAX_BYTES} bytes");
        return Err(Error::new(Kind::Io, STDIN, "rows that can be read", found).hint("Split the rows."));
    }
    Ok(bytes)
}

/// The format, if it is not given: by the first bytes and the extension.
fn guess(place: &str, bytes: &[u8], format: Option<Format>) -> Format {
    if let Some(format) = format {
        return format;
    }
    let extension = Path::new(place).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match (bytes, extension.to_ascii_lowercase().as_str()) {
        ([b'P', b'A', b'R', b'1', ..], _) | (_, "parquet") => Format::Parquet,
        ([0x93, b'N', b'U', b'M', ..], _) | (_, "npy") => Format::Npy,
        (_, "ndjson" | "jsonl") | ([b'{', ..], _) => Format::Ndjson,
        _ => Format::Csv,
    }
}

/// An error of a source that says where, which those of reading it say themselves.
fn within(error: Error, place: &str) -> Error {
    if error.at() == place { error } else { error.within(place) }
}

/// What kept bytes from being written: what their place says, if that says it.
fn not_written(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::new(Kind::Io, "predictions", "a place that can be written", error.to_string()),
    }
}

/// A stream that broke off: what its source says, if that says it.
fn not_read(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::new(Kind::Io, "stream", "rows that can be read", error.to_string()),
    }
}

/// Refuses a table that is too large before memory is taken for it.
fn check_size(rows: usize, columns: usize) -> Result<()> {
    let cells = rows.saturating_mul(columns);
    if cells <= MAX_CELLS {
        return Ok(());
    }
    let found = format!("{rows} rows × {columns} columns");
    Err(Error::new(Kind::LimitExceeded, "rows", format!("at most {MAX_CELLS} cells"), found).hint("Split the rows."))
}

/// Refuses a name that stands twice.
fn check_names(names: &[String]) -> Result<()> {
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(twice) => Err(Error::new(Kind::BadRows, "columns", "distinct names", format!("{:?} twice", twice[0]))
            .hint("Rename one of the columns.")),
    }
}
