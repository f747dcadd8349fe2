//! Parquet with flat columns of numbers, truth values, texts and dates, read by columns and some rows at a time.

use super::contained::contain;
use super::pieces::Pieces;
use super::{Column, Span, Table, Values, check_names};
use crate::error::{Error, Kind, Result};
use crate::native::store::Source;
use ::parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::ParquetMetaData;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::schema::types::Type;
use std::fmt::Debug;

/// The most bytes of one row group that are fetched at once from a server.
const MAX_GROUP_BYTES: u64 = 2 << 30;
/// Columns with no more between them are fetched together.
const NEAR: u64 = 1 << 20;

/// A file, and how far it is read.
pub(super) struct Reader {
    file: SerializedFileReader<Pieces>,
    pieces: Pieces,
    /// The names of all columns.
    pub names: Vec<String>,
    /// How many rows there are.
    pub rows: usize,
    kept: Vec<Kept>,
    next_group: usize,
    /// The columns of a row group that has rows left, and how many.
    group: Option<(Vec<ColumnReader>, usize)>,
}

/// A column that is read.
struct Kept {
    name: String,
    /// Which it is of the columns as they are stored.
    leaf: usize,
    content: Content,
}

/// For each row 1 if it has a value and 0 if it is missing; none, where no value may be missing.
type Levels = Option<Vec<i16>>;

/// What a column holds.
#[derive(Clone, Copy)]
enum Content {
    Nothing,
    Booleans,
    Integers,
    /// Whole numbers without a sign, of so many bits.
    Unsigned(u8),
    Numbers,
    Halves,
    Texts,
    /// Times since 1970, counted in these.
    Dates(Span),
}

impl Reader {
    /// Opens a file to read the columns that `is_kept` names.
    pub fn open(source: Source, is_kept: &dyn Fn(&[String], &str) -> bool) -> Result<Self> {
        let pieces = Pieces::of(source);
        // The library asserts what it reads here and there; a damaged file must not end the program.
        contain(|| Self::start(pieces, is_kept)).unwrap_or_else(|| Err(contradiction()))
    }

    fn start(pieces: Pieces, is_kept: &dyn Fn(&[String], &str) -> bool) -> Result<Self> {
        let file = SerializedFileReader::new(pieces.clone()).map_err(wrong)?;
        let metadata = file.metadata().file_metadata();
        let fields = metadata.schema().get_fields();
        let names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        if names.is_empty() {
            return Err(Error::new(Kind::BadRows, "columns", "at least 1 column", "none"));
        }
        check_names(&names)?;
        let kept = fields.iter().filter(|field| is_kept(&names, field.name())).map(|field| {
            let content = content(field)?;
            let leaves = metadata.schema_descr().columns();
            let leaf = leaves.iter().position(|leaf| *leaf.path().parts() == [field.name()]);
            let leaf = leaf.ok_or_else(|| unsupported(field.name(), "nested values"))?;
            Ok(Kept { name: field.name().to_owned(), leaf, content })
        });
        let kept = kept.collect::<Result<_>>()?;
        let rows = count_rows(file.metadata())?;
        Ok(Self { file, pieces, names, rows, kept, next_group: 0, group: None })
    }

    /// The names of the columns that are not read.
    pub fn unread(&self) -> Vec<String> {
        let is_kept = |name: &&String| self.kept.iter().any(|kept| kept.name == **name);
        self.names.iter().filter(|name| !is_kept(name)).cloned().collect()
    }

    /// The next rows, at most so many; `None` after the last.
    pub fn next(&mut self, most: usize) -> Result<Option<Table>> {
        contain(|| self.read(most)).unwrap_or_else(|| Err(contradiction()))
    }

    fn read(&mut self, most: usize) -> Result<Option<Table>> {
        while self.group.is_none() {
            if self.next_group == self.file.num_row_groups() {
                return Ok(None);
            }
            self.open_group()?;
        }
        let Some((readers, left)) = &mut self.group else { return Ok(None) };
        let rows = most.min(*left);
        let columns = self.kept.iter().zip(readers).map(|(kept, reader)| {
            let values = values(reader, kept.content, rows);
            let values = values.map_err(|error| error.within(&format!("column {:?}", kept.name)))?;
            Ok(Column { name: kept.name.clone(), values })
        });
        let columns = columns.collect::<Result<_>>()?;
        *left -= rows;
        if *left == 0 {
            self.group = None;
        }
        Ok(Some(Table { columns, rows }))
    }

    fn open_group(&mut self) -> Result<()> {
        let index = self.next_group;
        self.next_group += 1;
        let metadata = self.file.metadata().row_group(index);
        let rows = usize::try_from(metadata.num_rows()).map_err(|_| contradiction())?;
        if rows == 0 {
            return Ok(());
        }
        self.pieces.hold(&near(self.kept.iter().map(|kept| metadata.column(kept.leaf).byte_range()))?)?;
        let group = self.file.get_row_group(index).map_err(wrong)?;
        let readers = self.kept.iter().map(|kept| group.get_column_reader(kept.leaf).map_err(wrong));
        self.group = Some((readers.collect::<Result<_>>()?, rows));
        Ok(())
    }
}

/// Ranges of bytes, where what is near each other is one.
fn near(ranges: impl Iterator<Item = (u64, u64)>) -> Result<Vec<(u64, u64)>> {
    let mut sorted: Vec<_> = ranges.collect();
    sorted.sort_unstable();
    let total = sorted.iter().fold(0_u64, |sum, (_, length)| sum.saturating_add(*length));
    if total > MAX_GROUP_BYTES {
        let expected = format!("row groups of at most {MAX_GROUP_BYTES} bytes");
        return Err(Error::new(Kind::LimitExceeded, "file", expected, format!("{total} bytes"))
            .hint("Write the file with smaller row groups."));
    }
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (start, length) in sorted {
        match joined.last_mut() {
            Some((before, so_far)) if start <= before.saturating_add(*so_far).saturating_add(NEAR) => {
                *so_far = (*so_far).max(start.saturating_add(length) - *before);
            }
            _ => joined.push((start, length)),
        }
    }
    Ok(joined)
}

/// How many rows there are, if the file and its row groups say the same.
fn count_rows(metadata: &ParquetMetaData) -> Result<usize> {
    let groups = metadata.row_groups().iter().try_fold(0_i64, |sum, group| sum.checked_add(group.num_rows()));
    match (groups, usize::try_from(metadata.file_metadata().num_rows())) {
        (Some(groups), Ok(rows)) if usize::try_from(groups) == Ok(rows) => Ok(rows),
        _ => Err(damaged("two different numbers of rows")),
    }
}

/// The next values of a column.
fn values(reader: &mut ColumnReader, content: Content, rows: usize) -> Result<Values> {
    Ok(match (content, reader) {
        (Content::Nothing, _) => Values::Numbers(vec![f64::NAN; rows]),
        (Content::Booleans, ColumnReader::BoolColumnReader(reader)) => Values::Booleans(optional(reader, rows, Ok)?),
        (Content::Integers, ColumnReader::Int32ColumnReader(reader)) => {
            Values::Integers(optional(reader, rows, |x| Ok(x.into()))?)
        }
        (Content::Integers, ColumnReader::Int64ColumnReader(reader)) => Values::Integers(optional(reader, rows, Ok)?),
        (Content::Unsigned(bits), ColumnReader::Int32ColumnReader(reader)) => {
            let mask = u32::MAX >> (32 - u32::from(bits.min(32)));
            Values::Integers(optional(reader, rows, |x| Ok((x as u32 & mask).into()))?)
        }
        (Content::Unsigned(_), ColumnReader::Int64ColumnReader(reader)) => unsigned(optional(reader, rows, Ok)?),
        (Content::Numbers, ColumnReader::FloatColumnReader(reader)) => numbers(reader, rows, |x| Ok(x.into()))?,
        (Content::Numbers, ColumnReader::DoubleColumnReader(reader)) => {
            let (values, levels) = records(reader, rows)?;
            match levels {
                None => Values::Numbers(values),
                levels => Values::Numbers(spread(values, levels, rows, Ok)?.into_iter().map(or_missing).collect()),
            }
        }
        (Content::Halves, ColumnReader::FixedLenByteArrayColumnReader(reader)) => numbers(reader, rows, |x| {
            let bytes = <[u8; 2]>::try_from(x.data()).map_err(|_| damaged("halves of another length"))?;
            Ok(half(u16::from_le_bytes(bytes)))
        })?,
        (Content::Dates(span), ColumnReader::Int32ColumnReader(reader)) => {
            Values::Dates(optional(reader, rows, |x| span.date(x.into()))?.into_iter().map(or_missing).collect())
        }
        (Content::Dates(span), ColumnReader::Int64ColumnReader(reader)) => {
            Values::Dates(optional(reader, rows, |x| span.date(x))?.into_iter().map(or_missing).collect())
        }
        (Content::Texts, ColumnReader::ByteArrayColumnReader(reader)) => Values::Texts(optional(reader, rows, text)?),
        _ => return Err(contradiction()),
    })
}

fn text(bytes: ByteArray) -> Result<String> {
    bytes.as_utf8().map(str::to_owned).map_err(|_| damaged("texts that are not UTF-8"))
}

/// Whole numbers without a sign; numbers, if one of them is too large for [`Values::Integers`].
fn unsigned(values: Vec<Option<i64>>) -> Values {
    if values.iter().flatten().all(|x| *x >= 0) {
        return Values::Integers(values);
    }
    Values::Numbers(values.into_iter().map(|x| x.map_or(f64::NAN, |x| x as u64 as f64)).collect())
}

/// The number that 16 bits of IEEE 754 are.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        0x1f if fraction == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn numbers<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    of: impl Fn(T::T) -> Result<f64>,
) -> Result<Values> {
    Ok(Values::Numbers(optional(reader, rows, of)?.into_iter().map(or_missing).collect()))
}

fn or_missing(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// The next values, `None` where they are missing.
fn optional<T: DataType, U>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    of: impl Fn(T::T) -> Result<U>,
) -> Result<Vec<Option<U>>> {
    let (values, levels) = records(reader, rows)?;
    spread(values, levels, rows, of)
}

/// The next values that are there and, where some may be missing, for each row whether it has one.
fn records<T: DataType>(reader: &mut ColumnReaderImpl<T>, rows: usize) -> Result<(Vec<T::T>, Levels)> {
    let (mut values, mut levels, mut read) = (Vec::new(), Vec::new(), 0);
    while read < rows {
        let (records, _, _) = reader.read_records(rows - read, Some(&mut levels), None, &mut values).map_err(wrong)?;
        if records == 0 {
            return Err(damaged("columns that end before the last row"));
        }
        read += records;
    }
    // A column whose values are all required has no levels.
    Ok((values, Some(levels).filter(|levels| !levels.is_empty())))
}

fn spread<T, U>(values: Vec<T>, levels: Levels, rows: usize, of: impl Fn(T) -> Result<U>) -> Result<Vec<Option<U>>> {
    let mut values = values.into_iter();
    let mut next = || values.next().ok_or_else(|| damaged("fewer values than rows")).and_then(&of).map(Some);
    match levels {
        None => (0..rows).map(|_| next()).collect(),
        Some(levels) if levels.len() == rows => {
            levels.into_iter().map(|level| if level == 0 { Ok(None) } else { next() }).collect()
        }
        Some(_) => Err(contradiction()),
    }
}

/// What a column holds, by its type. What the library would give as plain numbers (times of day, decimals) is refused. A
/// timestamp without a time zone is taken as one in UTC.
fn content(field: &Type) -> Result<Content> {
    let info = field.get_basic_info();
    let refused = |found: &dyn Debug| Err(unsupported(field.name(), &type_name(found)));
    if field.is_group() || info.repetition() == Repetition::REPEATED {
        return Err(unsupported(field.name(), "nested values"));
    }
    let (logical, converted) = (info.logical_type_ref(), info.converted_type());
    match logical {
        Some(LogicalType::Unknown) => return Ok(Content::Nothing),
        Some(LogicalType::Date) => return Ok(Content::Dates(Span::DAY)),
        Some(LogicalType::Timestamp(timestamp)) => {
            return Ok(Content::Dates(match timestamp.unit {
                TimeUnit::MILLIS => Span::MILLISECOND,
                TimeUnit::MICROS => Span::MICROSECOND,
                TimeUnit::NANOS => Span::NANOSECOND,
            }));
        }
        None
        | Some(
            LogicalType::String
            | LogicalType::Enum
            | LogicalType::Json
            | LogicalType::Integer { .. }
            | LogicalType::Float16,
        ) => {}
        Some(other) => return refused(other),
    }
    use ConvertedType::{DATE, ENUM, INT_8, INT_16, INT_32, INT_64, JSON, NONE, UTF8};
    use ConvertedType::{TIMESTAMP_MICROS, TIMESTAMP_MILLIS, UINT_8, UINT_16, UINT_32, UINT_64};
    let bits = match converted {
        UINT_8 => Some(8),
        UINT_16 => Some(16),
        UINT_32 => Some(32),
        UINT_64 => Some(64),
        NONE | INT_8 | INT_16 | INT_32 | INT_64 | UTF8 | ENUM | JSON => None,
        DATE => return Ok(Content::Dates(Span::DAY)),
        TIMESTAMP_MILLIS => return Ok(Content::Dates(Span::MILLISECOND)),
        TIMESTAMP_MICROS => return Ok(Content::Dates(Span::MICROSECOND)),
        other => return refused(&other),
    };
    let is_text = matches!(logical, Some(LogicalType::String | LogicalType::Enum | LogicalType::Json))
        || matches!(converted, UTF8 | ENUM | JSON);
    match (field.get_physical_type(), bits) {
        (Physical::BOOLEAN, _) => Ok(Content::Booleans),
        (Physical::INT32 | Physical::INT64, Some(bits)) => Ok(Content::Unsigned(bits)),
        (Physical::INT32 | Physical::INT64, None) => Ok(Content::Integers),
        (Physical::FLOAT | Physical::DOUBLE, _) => Ok(Content::Numbers),
        (Physical::FIXED_LEN_BYTE_ARRAY, _) if logical == Some(&LogicalType::Float16) => Ok(Content::Halves),
        (Physical::BYTE_ARRAY, _) if is_text => Ok(Content::Texts),
        (other, _) => refused(&other),
    }
}

/// The name of a library's variant.
fn type_name(value: &dyn Debug) -> String {
    format!("{value:?}").chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn unsupported(name: &str, found: &str) -> Error {
    let at = format!("column {name:?}");
    Error::new(Kind::BadRows, at, "numbers, truth values, texts or dates", found.to_owned())
        .hint("Convert or drop the column before writing the file.")
}

/// What the library says, or what kept the file from being read.
fn wrong(error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<Error>() {
            Ok(error) => *error,
            Err(other) => damaged(other.to_string()),
        },
        other => damaged(other.to_string()),
    }
}

fn contradiction() -> Error {
    damaged("bytes that contradict each other")
}

fn damaged(found: impl Into<String>) -> Error {
    Error::new(Kind::BadRows, "file", "Parquet", found.into())
}
