//! Predictions as CSV, NDJSON or Parquet; in text with the digits that read back the same bits.

use super::parquet_out::Groups;
use crate::error::{Error, Kind, Result};
use crate::model::{Label, Method, Signature};
use serde_json::Value;
use std::io::Write;
use std::mem;

/// How predictions are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// CSV with a header.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// Parquet, in row groups.
    Parquet,
}

/// What the outputs of a method (rows × width) mean. Class indices become the classes of their targets.
#[derive(Clone, Copy)]
pub struct Answers<'a> {
    /// Whose outputs they are.
    pub signature: &'a Signature,
    /// The method that was asked.
    pub method: Method,
    /// How many numbers a row has.
    pub width: usize,
}

/// Predictions that go somewhere, some rows at a time: see [`Answers::to`].
pub enum Writer<'a, W: Write + Send> {
    /// Lines of text, and what goes before the first of them.
    Text(W, String),
    /// Columns.
    Parquet(Box<Groups<'a, W>>),
}

/// Some rows of predictions, ready for a [`Writer`].
pub enum Written {
    /// Lines.
    Text(String),
    /// The numbers as they are.
    Numbers(Vec<f64>),
}

impl<'a> Answers<'a> {
    /// Begins to write to a place.
    ///
    /// # Errors
    /// Those of the place.
    pub fn to<W: Write + Send>(self, place: W, style: Style) -> Result<Writer<'a, W>> {
        Ok(match style {
            Style::Csv => {
                let header = csv(&self.columns(), std::iter::empty::<std::iter::Empty<Label>>())?;
                Writer::Text(place, header)
            }
            Style::Ndjson => Writer::Text(place, String::new()),
            Style::Parquet => Writer::Parquet(Box::new(Groups::to(self, place)?)),
        })
    }

    /// The names of the columns.
    pub fn columns(&self) -> Vec<String> {
        self.signature.columns(self.method, self.width)
    }

    /// Some rows as they will be written.
    ///
    /// # Errors
    /// [`Kind::Io`] if the library that writes CSV fails.
    pub fn write(&self, outputs: Vec<f64>, style: Style) -> Result<Written> {
        let row =
            |row: &'_ [f64]| -> Vec<Label<'a>> { row.iter().enumerate().map(|(j, &x)| self.answer(j, x)).collect() };
        let rows = outputs.chunks_exact(self.width).map(|outputs| row(outputs).into_iter());
        match style {
            Style::Csv => csv_rows(None, rows).map(Written::Text),
            Style::Ndjson => Ok(Written::Text(ndjson(&self.columns(), rows))),
            Style::Parquet => Ok(Written::Numbers(outputs)),
        }
    }

    /// What a number in a column means.
    pub fn answer(&self, column: usize, x: f64) -> Label<'a> {
        answer(self.signature, self.method, column, x)
    }
}

impl<W: Write + Send> Writer<'_, W> {
    /// Takes the next rows.
    ///
    /// # Errors
    /// Those of the place.
    pub fn take(&mut self, rows: Written) -> Result<()> {
        match (self, rows) {
            (Writer::Text(place, header), Written::Text(text)) => {
                // Not before the first rows are right: who fails at once prints nothing.
                let text = mem::take(header) + &text;
                place.write_all(text.as_bytes()).map_err(super::not_written)
            }
            (Writer::Parquet(groups), Written::Numbers(outputs)) => groups.take(&outputs),
            _ => Err(Error::new(Kind::Io, "predictions", "rows of one style", "two")),
        }
    }

    /// The place with all of the rows in it.
    ///
    /// # Errors
    /// Those of the place.
    pub fn finish(self) -> Result<W> {
        match self {
            Writer::Text(place, _) => Ok(place),
            Writer::Parquet(groups) => groups.finish(),
        }
    }
}

/// What a number that a method gave as a row's `column`th means: the class of that index, or the number itself.
pub fn answer(signature: &Signature, method: Method, column: usize, x: f64) -> Label<'_> {
    match (signature.classes.get(column), method) {
        (Some(classes), Method::Predict) => classes.get(x as usize).unwrap_or(Label::Float(x)),
        _ => Label::Float(x),
    }
}

/// A label as JSON, in its own type. A number that JSON cannot hold is null.
pub fn json(label: Label<'_>) -> Value {
    match label {
        Label::String(text) => text.into(),
        Label::Integer(number) => number.into(),
        Label::Float(number) => number.into(),
        Label::Boolean(truth) => truth.into(),
    }
}

/// Writes rows of labels and numbers as CSV with a header.
///
/// # Errors
/// [`Kind::Io`] if the library that writes CSV fails.
pub fn csv<'a>(columns: &[String], rows: impl Iterator<Item = impl Iterator<Item = Label<'a>>>) -> Result<String> {
    csv_rows(Some(columns), rows)
}

fn csv_rows<'a>(
    columns: Option<&[String]>,
    rows: impl Iterator<Item = impl Iterator<Item = Label<'a>>>,
) -> Result<String> {
    let wrong = |error: ::csv::Error| Error::new(Kind::Io, "predictions", "CSV that can be written", error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    if let Some(columns) = columns {
        writer.write_record(columns).map_err(wrong)?;
    }
    for row in rows {
        let cells = row.map(|label| match label {
            // The shortest digits that read back the same, with an exponent where that is shorter.
            Label::Float(number) => format!("{number:?}"),
            other => other.to_string(),
        });
        writer.write_record(cells).map_err(wrong)?;
    }
    let bytes = writer.into_inner().map_err(|error| wrong(error.into_error().into()))?;
    String::from_utf8(bytes).map_err(|error| Error::new(Kind::Io, "predictions", "UTF-8", error.to_string()))
}

fn ndjson<'a>(columns: &[String], rows: impl Iterator<Item = impl Iterator<Item = Label<'a>>>) -> String {
    let names: Vec<String> = columns.iter().map(|name| Value::from(name.as_str()).to_string()).collect();
    let mut lines = String::new();
    for row in rows {
        // Written by hand: serde_json's own map would sort the columns.
        let fields = names.iter().zip(row).map(|(name, label)| format!("{name}:{}", json(label)));
        lines += &format!("{{{}}}\n", fields.collect::<Vec<_>>().join(","));
    }
    lines
}
