//! Predictions as Parquet: labels in their own type, numbers as doubles, one row group after the other.

use super::write::Answers;
use crate::error::{Error, Kind, Result};
use crate::model::{Label, Labels, Method};
use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

/// About how many numbers a row group holds.
const GROUP_CELLS: usize = 1 << 20;

/// A file that is being written.
pub struct Groups<'a, W: Write + Send> {
    answers: Answers<'a>,
    file: SerializedFileWriter<W>,
    /// The rows of the next group.
    rows: Vec<f64>,
}

impl<'a, W: Write + Send> Groups<'a, W> {
    pub(super) fn to(answers: Answers<'a>, place: W) -> Result<Self> {
        let names = answers.columns();
        let fields = names.iter().enumerate().map(|(column, name)| {
            let (physical, logical) = match classes(&answers, column) {
                Some(Labels::Strings(_)) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Some(Labels::Integers(_)) => (Physical::INT64, None),
                Some(Labels::Booleans(_)) => (Physical::BOOLEAN, None),
                Some(Labels::Floats(_)) | None => (Physical::DOUBLE, None),
            };
            let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::REQUIRED);
            field.with_logical_type(logical).build().map(Arc::new).map_err(wrong)
        });
        let fields = fields.collect::<Result<_>>()?;
        let schema = Type::group_type_builder("schema").with_fields(fields).build().map_err(wrong)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(place, Arc::new(schema), Arc::new(properties)).map_err(wrong)?;
        Ok(Self { answers, file, rows: Vec::new() })
    }

    pub(super) fn take(&mut self, outputs: &[f64]) -> Result<()> {
        self.rows.extend_from_slice(outputs);
        if self.rows.len() >= GROUP_CELLS { self.write_group() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<W> {
        if !self.rows.is_empty() {
            self.write_group()?;
        }
        self.file.into_inner().map_err(wrong)
    }

    fn write_group(&mut self) -> Result<()> {
        let answers = self.answers;
        let mut group = self.file.next_row_group().map_err(wrong)?;
        for column in 0..answers.width {
            let numbers = self.rows.iter().skip(column).step_by(answers.width).copied();
            let labels = numbers.clone().map(|x| answers.answer(column, x));
            match classes(&answers, column) {
                Some(Labels::Strings(_)) => write::<ByteArrayType, _>(&mut group, labels, |label| match label {
                    Label::String(text) => Some(ByteArray::from(text)),
                    _ => None,
                })?,
                Some(Labels::Integers(_)) => write::<Int64Type, _>(&mut group, labels, |label| match label {
                    Label::Integer(x) => Some(x),
                    _ => None,
                })?,
                Some(Labels::Booleans(_)) => write::<BoolType, _>(&mut group, labels, |label| match label {
                    Label::Boolean(x) => Some(x),
                    _ => None,
                })?,
                Some(Labels::Floats(_)) => write::<DoubleType, _>(&mut group, labels, |label| match label {
                    Label::Float(x) => Some(x),
                    _ => None,
                })?,
                None => write::<DoubleType, _>(&mut group, numbers, Some)?,
            }
        }
        group.close().map_err(wrong)?;
        self.rows.clear();
        Ok(())
    }
}

/// The classes that a column's numbers are indices of.
fn classes<'a>(answers: &Answers<'a>, column: usize) -> Option<&'a Labels> {
    answers.signature.classes.get(column).filter(|_| answers.method == Method::Predict)
}

fn write<T: DataType, V>(
    group: &mut SerializedRowGroupWriter<'_, impl Write + Send>,
    values: impl Iterator<Item = V>,
    of: impl Fn(V) -> Option<T::T>,
) -> Result<()> {
    let no_class = || Error::new(Kind::InvalidModel, "prediction", "a class of the model", "none");
    let values = values.map(|value| of(value).ok_or_else(no_class)).collect::<Result<Vec<_>>>()?;
    let mut column = group.next_column().map_err(wrong)?.ok_or_else(no_class)?;
    column.typed::<T>().write_batch(&values, None, None).map_err(wrong)?;
    column.close().map_err(wrong)
}

/// What the library says, or the place that it writes to.
fn wrong(error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
            Ok(error) => super::not_written(*error),
            Err(other) => super::not_written(std::io::Error::other(other.to_string())),
        },
        other => super::not_written(std::io::Error::other(other.to_string())),
    }
}
