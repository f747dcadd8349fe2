//! Rows: CSV, NDJSON, NPY and Parquet in, tables and predictions out.

mod cell;
mod contained;
mod csv;
mod encode;
mod ndjson;
mod npy;
mod parquet;
mod profile;
mod table;
mod write;

pub use encode::{Encoded, encode, takes_texts};
pub use profile::profile;
pub use table::{Column, Table, Values};
pub use write::{Style, answer, csv, json, predictions};

use crate::error::{Error, Kind, Result};
use std::fs;
use std::io::{self, Read};
use std::path::Path;

/// The most bytes of rows that are read into memory.
pub const MAX_BYTES: u64 = 8 << 30;
/// The most cells of a table: with 16 bytes a cell or more, memory ends not much later.
pub const MAX_CELLS: usize = 1 << 29;

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

/// Reads rows from a path, or from stdin if `source` is `-`. Without a format, the first bytes tell NPY and Parquet, and
/// the extension NDJSON; else it is CSV.
///
/// # Errors
/// [`Kind::Io`] if the source cannot be read, [`Kind::BadRows`] with the line or the column if the rows cannot.
pub fn read(source: &str, format: Option<Format>) -> Result<Table> {
    read_with_texts(source, format, &|_| false)
}

/// [`read`], where the columns that `is_text` names are texts even if a CSV's cells look like something else: `01` is
/// not 1, and `True` not true.
///
/// # Errors
/// As for [`read`].
pub fn read_with_texts(source: &str, format: Option<Format>, is_text: &dyn Fn(&str) -> bool) -> Result<Table> {
    let mut bytes = read_bytes(source).map_err(|error| {
        Error::new(Kind::Io, source.to_owned(), "rows that can be read", error.to_string())
            .hint("Check the path; `-` reads from stdin.")
    })?;
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    let format = format.unwrap_or_else(|| guess(source, &bytes));
    let table = match format {
        Format::Csv => csv::read(&bytes, is_text),
        Format::Ndjson => ndjson::read(&bytes),
        Format::Npy => npy::read(&bytes),
        Format::Parquet => parquet::read(bytes),
    };
    let table = table.map_err(|error| error.within(source))?;
    if table.rows == 0 {
        return Err(Error::new(Kind::BadRows, source.to_owned(), "at least 1 row", "none"));
    }
    Ok(table)
}

fn read_bytes(source: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match source {
        "-" => io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?,
        path => fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?,
    };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("more than {MAX_BYTES} bytes: split the rows")));
    }
    Ok(bytes)
}

fn guess(source: &str, bytes: &[u8]) -> Format {
    let extension = Path::new(source).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match (bytes, extension.to_ascii_lowercase().as_str()) {
        ([b'P', b'A', b'R', b'1', ..], _) | (_, "parquet") => Format::Parquet,
        ([0x93, b'N', b'U', b'M', ..], _) | (_, "npy") => Format::Npy,
        (_, "ndjson" | "jsonl") | ([b'{', ..], _) => Format::Ndjson,
        _ => Format::Csv,
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
