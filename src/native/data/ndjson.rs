//! One JSON object a line. The columns are the names of all lines, in the order in which they appear first.

use super::cell::{Cell, column};
use super::{Table, check_size, not_read};
use crate::error::{Error, Kind, Result};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io::{BufRead, Read};

/// How many cells a file may have whose lines name different columns; a larger file may have one for each byte.
const MAX_SPARSE_CELLS: usize = 1 << 24;

/// The longest line that is read.
const MAX_LINE_BYTES: u64 = 1 << 30;

/// Lines, and how far they are read.
pub(super) struct Reader<R> {
    lines: R,
    line: usize,
    text: Vec<u8>,
    /// How many rows were read before.
    first: usize,
    /// The names of the lines read before.
    names: Vec<String>,
}

impl<R: BufRead> Reader<R> {
    pub fn open(lines: R) -> Self {
        Self { lines, line: 0, text: Vec::new(), first: 0, names: Vec::new() }
    }

    /// The next rows: so many, or fewer that take so many bytes; a column for each name that stands in them or in a line
    /// before. After the last, a table without rows.
    pub fn next(&mut self, most: usize, bytes: usize) -> Result<Table> {
        let mut places: HashMap<String, usize> = self.names.iter().cloned().zip(0..).collect();
        let mut columns: Vec<(String, Vec<Cell>)> = self.names.iter().map(|name| (name.clone(), Vec::new())).collect();
        let (mut rows, mut read) = (0, 0);
        while rows < most && read < bytes && self.next_line()? {
            read += self.text.len();
            if self.text.trim_ascii().is_empty() {
                continue;
            }
            let wrong = |found: String| {
                Error::new(Kind::BadRows, format!("line {}", self.line), "a JSON object of plain values", found)
            };
            let text = self.text.strip_suffix(b"\n").unwrap_or(&self.text);
            let object: Map<String, Value> = serde_json::from_slice(text).map_err(|error| wrong(reason(&error)))?;
            for (name, value) in object {
                let place = *places.entry(name.clone()).or_insert_with(|| {
                    columns.push((name.clone(), Vec::new()));
                    columns.len() - 1
                });
                check_cells(rows + 1, columns.len(), read)?;
                let cells = &mut columns[place].1;
                cells.resize(rows, Cell::Missing);
                cells.push(cell(value).map_err(|found| wrong(format!("{found} of {name:?}")))?);
            }
            rows += 1;
        }
        self.names = columns.iter().map(|(name, _)| name.clone()).collect();
        let first = self.first;
        self.first += rows;
        let columns = columns.into_iter().map(|(name, mut cells)| {
            cells.resize(rows, Cell::Missing);
            column(name, cells, first)
        });
        Ok(Table { columns: columns.collect::<Result<_>>()?, rows })
    }

    /// Reads a line; false after the last.
    fn next_line(&mut self) -> Result<bool> {
        self.text.clear();
        self.line += 1;
        let mut bounded = self.lines.by_ref().take(MAX_LINE_BYTES);
        let count = bounded.read_until(b'\n', &mut self.text).map_err(not_read)?;
        if count as u64 == MAX_LINE_BYTES {
            let expected = format!("at most {MAX_LINE_BYTES} bytes");
            return Err(Error::new(Kind::LimitExceeded, format!("line {}", self.line), expected, "a longer line"));
        }
        Ok(count > 0)
    }
}

/// Refuses a table that is too large, or that so few bytes can only fill with missing values.
fn check_cells(rows: usize, columns: usize, bytes: usize) -> Result<()> {
    check_size(rows, columns)?;
    let (cells, most) = (rows.saturating_mul(columns), bytes.max(MAX_SPARSE_CELLS));
    if cells <= most {
        return Ok(());
    }
    let found = format!("{rows} rows × {columns} columns");
    Err(Error::new(Kind::LimitExceeded, "rows", format!("at most {most} cells in a file of this size"), found)
        .hint("Give all lines the same names."))
}

/// What is wrong with a line, without serde_json's own line number, which counts within the line.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    format!("{reason} at column {}", error.column())
}

fn cell(value: Value) -> std::result::Result<Cell, &'static str> {
    match value {
        Value::Null => Ok(Cell::Missing),
        Value::Bool(value) => Ok(Cell::Boolean(value)),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => Ok(Cell::Integer(integer)),
            None => Ok(Cell::Number(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Ok(Cell::Text(text)),
        Value::Array(_) => Err("an array as the value"),
        Value::Object(_) => Err("an object as the value"),
    }
}
