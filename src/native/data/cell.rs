//! Typed cells, as NDJSON and Parquet have them, to a column of one type.

use super::{Column, Values};
use crate::error::{Error, Kind, Result};

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Missing,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

impl Cell {
    fn type_name(&self) -> &'static str {
        match self {
            Cell::Missing => "nothing",
            Cell::Boolean(_) => "a truth value",
            Cell::Integer(_) | Cell::Number(_) => "a number",
            Cell::Text(_) => "a text",
        }
    }
}

/// The column of these cells, of which errors call the first row `start`: whole numbers and numbers together are numbers; other mixtures are refused.
pub(super) fn column(name: String, cells: Vec<Cell>, start: usize) -> Result<Column> {
    let first = cells.iter().find(|cell| **cell != Cell::Missing).map_or("a number", Cell::type_name);
    let other = |cell: &Cell| *cell != Cell::Missing && cell.type_name() != first;
    if let Some(row) = cells.iter().position(other) {
        let at = format!("row {}: {name}", start + row);
        return Err(Error::new(Kind::BadRows, at, format!("{first}, as in the rows before"), cells[row].type_name()));
    }
    let values = match first {
        "a truth value" => Values::Booleans(
            cells.into_iter().map(|cell| if let Cell::Boolean(value) = cell { Some(value) } else { None }).collect(),
        ),
        "a text" => Values::Texts(
            cells.into_iter().map(|cell| if let Cell::Text(value) = cell { Some(value) } else { None }).collect(),
        ),
        _ if cells.iter().all(|cell| matches!(cell, Cell::Integer(_) | Cell::Missing))
            && cells.iter().any(|cell| *cell != Cell::Missing) =>
        {
            Values::Integers(
                cells
                    .into_iter()
                    .map(|cell| if let Cell::Integer(value) = cell { Some(value) } else { None })
                    .collect(),
            )
        }
        _ => Values::Numbers(cells.into_iter().map(number).collect()),
    };
    Ok(Column { name, values })
}

fn number(cell: Cell) -> f64 {
    match cell {
        Cell::Integer(value) => value as f64,
        Cell::Number(value) => value,
        Cell::Missing | Cell::Boolean(_) | Cell::Text(_) => f64::NAN,
    }
}
