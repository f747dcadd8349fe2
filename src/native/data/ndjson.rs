//! One JSON object a line. The columns are the names of all lines, in the order in which they appear first.

use super::cell::{Cell, column};
use super::{Table, check_size};
use crate::error::{Error, Kind, Result};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// How many cells a file may have whose lines name different columns; a larger file may have one for each byte.
const MAX_SPARSE_CELLS: usize = 1 << 24;

pub(super) fn read(bytes: &[u8]) -> Result<Table> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut columns: Vec<(String, Vec<Cell>)> = Vec::new();
    let mut rows = 0;
    for (line, text) in bytes.split(|&byte| byte == b'\n').enumerate().filter(|(_, text)| !text.trim_ascii().is_empty())
    {
        let wrong = |found: String| {
            Error::new(Kind::BadRows, format!("line {}", line + 1), "a JSON object of plain values", found)
        };
        let object: Map<String, Value> = serde_json::from_slice(text).map_err(|error| wrong(reason(&error)))?;
        for (name, value) in object {
            let place = *places.entry(name.clone()).or_insert_with(|| {
                columns.push((name.clone(), Vec::new()));
                columns.len() - 1
            });
            check_cells(rows + 1, columns.len(), bytes.len())?;
            let cells = &mut columns[place].1;
            cells.resize(rows, Cell::Missing);
            cells.push(cell(value).map_err(|found| wrong(format!("{found} of {name:?}")))?);
        }
        rows += 1;
    }
    let columns = columns.into_iter().map(|(name, mut cells)| {
        cells.resize(rows, Cell::Missing);
        column(name, cells)
    });
    Ok(Table { columns: columns.collect::<Result<_>>()?, rows })
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
