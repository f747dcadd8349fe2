//! Predictions as CSV or NDJSON, with the digits that read back the same bits.

use crate::error::{Error, Kind, Result};
use crate::model::{Label, Method, Signature};
use serde_json::Value;

/// How predictions are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// CSV with a header.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

/// Writes the outputs of a method (rows × width) as text. Class indices become the classes of their targets.
///
/// # Errors
/// [`Kind::Io`] if the library that writes CSV fails.
pub fn predictions(
    signature: &Signature,
    method: Method,
    outputs: &[f64],
    width: usize,
    style: Style,
) -> Result<String> {
    let columns = signature.columns(method, width);
    let rows =
        outputs.chunks_exact(width).map(|row| row.iter().enumerate().map(|(j, &x)| answer(signature, method, j, x)));
    match style {
        Style::Csv => csv(&columns, rows),
        Style::Ndjson => Ok(ndjson(&columns, rows)),
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
    let wrong = |error: ::csv::Error| Error::new(Kind::Io, "predictions", "CSV that can be written", error.to_string());
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(wrong)?;
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
