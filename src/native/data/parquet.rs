//! Parquet with flat columns of numbers, truth values and texts.

use super::cell::{Cell, column};
use super::contained::contain;
use super::{Table, check_names, check_size};
use crate::error::{Error, Kind, Result};
use ::parquet::basic::{LogicalType, Repetition};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use ::parquet::schema::types::Type;
use std::fmt::Debug;

pub(super) fn read(bytes: Vec<u8>) -> Result<Table> {
    // The library asserts what it reads here and there; a damaged file must not end the program.
    contain(|| read_file(bytes)).unwrap_or_else(|| Err(damaged("bytes that contradict each other")))
}

fn read_file(bytes: Vec<u8>) -> Result<Table> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).map_err(|error| wrong(&error))?;
    let fields = reader.metadata().file_metadata().schema().get_fields();
    let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
    if names.is_empty() {
        return Err(Error::new(Kind::BadRows, "columns", "at least 1 column", "none"));
    }
    check_names(&names)?;
    fields.iter().try_for_each(|field| check_type(field))?;
    let rows = count_rows(reader.metadata())?;
    check_size(rows, names.len())?;
    let mut columns: Vec<Vec<Cell>> = vec![Vec::new(); names.len()];
    for (i, row) in reader.get_row_iter(None).map_err(|error| wrong(&error))?.enumerate() {
        let row = row.map_err(|error| wrong(&error).within(&format!("row {i}")))?;
        for ((name, field), cells) in row.get_column_iter().zip(&mut columns) {
            cells.push(cell(name, field)?);
        }
    }
    if columns.iter().any(|cells| cells.len() != rows) {
        return Err(damaged("columns that end before the last row"));
    }
    let columns = names.into_iter().zip(columns).map(|(name, cells)| column(name, cells));
    Ok(Table { columns: columns.collect::<Result<_>>()?, rows })
}

/// How many rows there are, if the file and its row groups say the same.
fn count_rows(metadata: &ParquetMetaData) -> Result<usize> {
    let groups = metadata.row_groups().iter().try_fold(0_i64, |sum, group| sum.checked_add(group.num_rows()));
    match (groups, usize::try_from(metadata.file_metadata().num_rows())) {
        (Some(groups), Ok(rows)) if usize::try_from(groups) == Ok(rows) => Ok(rows),
        _ => Err(damaged("two different numbers of rows")),
    }
}

fn cell(name: &str, field: &Field) -> Result<Cell> {
    Ok(match field {
        Field::Null => Cell::Missing,
        Field::Bool(value) => Cell::Boolean(*value),
        Field::Byte(value) => Cell::Integer((*value).into()),
        Field::Short(value) => Cell::Integer((*value).into()),
        Field::Int(value) => Cell::Integer((*value).into()),
        Field::Long(value) => Cell::Integer(*value),
        Field::UByte(value) => Cell::Integer((*value).into()),
        Field::UShort(value) => Cell::Integer((*value).into()),
        Field::UInt(value) => Cell::Integer((*value).into()),
        Field::ULong(value) => i64::try_from(*value).map_or(Cell::Number(*value as f64), Cell::Integer),
        Field::Float16(value) => Cell::Number((*value).into()),
        Field::Float(value) => Cell::Number((*value).into()),
        Field::Double(value) => Cell::Number(*value),
        Field::Str(value) => Cell::Text(value.clone()),
        other => return Err(unsupported(name, &type_name(other))),
    })
}

/// Refuses a column by its type, before the library gives what it does not know (nanoseconds) as plain numbers.
fn check_type(field: &Type) -> Result<()> {
    let info = field.get_basic_info();
    if field.is_group() || info.repetition() == Repetition::REPEATED {
        return Err(unsupported(field.name(), "nested values"));
    }
    match info.logical_type_ref() {
        None
        | Some(
            LogicalType::String
            | LogicalType::Enum
            | LogicalType::Json
            | LogicalType::Integer { .. }
            | LogicalType::Float16
            | LogicalType::Unknown,
        ) => Ok(()),
        Some(other) => Err(unsupported(field.name(), &type_name(other))),
    }
}

/// The name of a library's variant.
fn type_name(value: &impl Debug) -> String {
    format!("{value:?}").chars().take_while(|c| c.is_alphanumeric()).collect()
}

fn unsupported(name: &str, found: &str) -> Error {
    let at = format!("column {name:?}");
    Error::new(Kind::BadRows, at, "numbers, truth values or texts", found.to_owned())
        .hint("Convert or drop the column before writing the file.")
}

fn wrong(error: &ParquetError) -> Error {
    damaged(error.to_string())
}

fn damaged(found: impl Into<String>) -> Error {
    Error::new(Kind::BadRows, "file", "Parquet", found.into())
}
