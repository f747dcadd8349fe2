//! A table → encoded rows, by the names of a signature.

use super::{Column, Table, Values};
use crate::error::{Error, Kind, Result};
use crate::kernel::date::text::EXPECTED;
use crate::kernel::text::TextList;
use crate::model::{Input, InputKind, Label, Labels, Signature, Unknown};
use std::collections::HashMap;

/// How like two names must be for one to be meant by the other, from 0 to 1.
const SIMILAR: f64 = 0.6;
/// How many categories an error lists.
const SHOWN: usize = 8;

/// Encoded rows, and what of the table they left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoded {
    /// Rows × inputs, as [`Signature`] says.
    pub rows: Vec<f64>,
    /// The texts that stand in them as their places here.
    pub texts: TextList,
    /// The columns that the model does not use.
    pub unused: Vec<String>,
}

impl Encoded {
    /// The first `count` rows and their texts.
    pub fn first(&self, count: usize, signature: &Signature) -> (Vec<f64>, TextList) {
        let width = signature.inputs.len();
        let mut rows = self.rows[..count * width].to_vec();
        let mut texts = TextList::default();
        for (place, input) in rows.iter_mut().zip(signature.inputs.iter().cycle()) {
            if input.kind == InputKind::Text && !place.is_nan() {
                texts.push(self.texts.get(*place as usize).unwrap_or_default());
                *place = (texts.len() - 1) as f64;
            }
        }
        (rows, texts)
    }
}

/// Encodes a table. Columns are found by name; a table with names of its own making (x0, x1, …, from NPY), not all of
/// which are the model's, and as many columns as inputs is taken in order.
///
/// # Errors
/// [`Kind::MissingFeature`], [`Kind::WrongShape`], [`Kind::WrongType`], [`Kind::UnknownCategory`] with the row and the
/// column, and whatever [`Signature::check_rows`] refuses.
pub fn encode(table: &Table, signature: &Signature) -> Result<Encoded> {
    encode_from(table, signature, 0)
}

/// [`encode`] for a part of a table, whose first row is called `first` in errors.
///
/// # Errors
/// As for [`encode`].
pub fn encode_from(table: &Table, signature: &Signature, first: usize) -> Result<Encoded> {
    let (inputs, width) = (&signature.inputs, signature.inputs.len());
    let places = places(table, inputs)?;
    let mut rows = vec![0.0; table.rows * width];
    let mut texts = TextList::default();
    for (j, (input, &place)) in inputs.iter().zip(&places).enumerate() {
        let column = &table.columns[place];
        let numbers = match &input.kind {
            InputKind::Categorical { categories, unknown } => {
                indices(&column.values, table.rows, first, input, categories, *unknown)?
            }
            InputKind::Text => text_places(column, table.rows, first, input, &mut texts)?,
            InputKind::Numeric | InputKind::Unbounded => numbers(column, table.rows, first, input)?,
            InputKind::Date => dates(column, first, input)?,
        };
        rows.iter_mut().skip(j).step_by(width).zip(numbers).for_each(|(to, from)| *to = from);
    }
    signature.check_rows_from(&rows, first)?;
    let mut is_used = vec![false; table.columns.len()];
    places.iter().for_each(|&place| is_used[place] = true);
    let unused = table.columns.iter().zip(&is_used).filter(|(_, is_used)| !**is_used);
    Ok(Encoded { rows, texts, unused: unused.map(|(column, _)| column.name.clone()).collect() })
}

/// Whether the model's input of that name is a text, or one of several, so that a CSV's cells must stay as they are
/// written. Dates need not: no text that is one is a number.
pub fn takes_texts(signature: &Signature, name: &str) -> bool {
    let is_text = |input: &Input| {
        matches!(&input.kind, InputKind::Text | InputKind::Categorical { categories: Labels::Strings(_), .. })
    };
    signature.inputs.iter().any(|input| input.name == name && is_text(input))
}

/// Where in the table the column of each input is.
fn places(table: &Table, inputs: &[Input]) -> Result<Vec<usize>> {
    let by_name: HashMap<&str, usize> = table.columns.iter().map(|column| column.name.as_str()).zip(0..).collect();
    let place = |input: &Input| by_name.get(input.name.as_str()).copied();
    let Some(missing) = inputs.iter().find(|input| place(input).is_none()) else {
        return Ok(inputs.iter().filter_map(place).collect());
    };
    let is_nameless = table.columns.iter().enumerate().all(|(i, column)| column.name == format!("x{i}"));
    if is_nameless && table.columns.len() == inputs.len() {
        return Ok((0..inputs.len()).collect());
    }
    if is_nameless && inputs.iter().all(|input| place(input).is_none()) {
        let expected = format!("{}, one for each feature", inputs.len());
        return Err(Error::new(Kind::WrongShape, "columns", expected, table.columns.len().to_string()));
    }
    Err(missing_feature(table, inputs, missing))
}

fn missing_feature(table: &Table, inputs: &[Input], input: &Input) -> Error {
    let is_free = |name: &&str| inputs.iter().all(|input| input.name != *name);
    let names = table.columns.iter().map(|column| column.name.as_str()).filter(is_free);
    let error = Error::new(Kind::MissingFeature, "columns", format!("{:?}", input.name), "no such column");
    match nearest(names, &input.name) {
        Some(name) => error.hint(format!("Is it {name:?}?")),
        None => error.hint("`edgelet inspect` lists the features of a model."),
    }
}

/// A column as the numbers of an input.
fn numbers(column: &Column, rows: usize, first: usize, input: &Input) -> Result<Vec<f64>> {
    if let Values::Texts(values) = &column.values
        && let Some((row, text)) = culprit(values)
    {
        return Err(Error::new(Kind::WrongType, at(first + row, input), "a number", format!("{text:?}"))
            .hint("The model was trained on numbers here."));
    }
    if let Values::Dates(values) = &column.values
        && let Some(row) = values.iter().position(|x| !x.is_nan())
    {
        let found = column.values.text(row).unwrap_or_default();
        return Err(Error::new(Kind::WrongType, at(first + row, input), "a number", format!("the date {found}")));
    }
    Ok(column.values.numbers().unwrap_or_else(|| vec![f64::NAN; rows]))
}

/// A column as dates.
fn dates(column: &Column, first: usize, input: &Input) -> Result<Vec<f64>> {
    column.values.dates().map_err(|(row, found)| {
        let found = if matches!(column.values, Values::Texts(_)) { format!("{found:?}") } else { found };
        Error::new(Kind::WrongType, at(first + row, input), EXPECTED, found)
            .hint("Whole numbers are milliseconds since 1970; a day and a time of day are in UTC without an offset.")
    })
}

/// The text that makes a column one of texts: the first that is no number, or else the first.
fn culprit(values: &[Option<String>]) -> Option<(usize, &str)> {
    let mut texts = values.iter().enumerate().filter_map(|(row, value)| Some((row, value.as_deref()?)));
    let first = texts.clone().next();
    texts.find(|(_, text)| text.parse::<f64>().is_err()).or(first)
}

/// The places of a column's texts behind those that are there already.
fn text_places(column: &Column, rows: usize, first: usize, input: &Input, texts: &mut TextList) -> Result<Vec<f64>> {
    if column.values.is_missing() {
        return Ok(vec![f64::NAN; rows]);
    }
    let Values::Texts(values) = &column.values else {
        let found = column.values.text(0).unwrap_or_else(|| "another type".into());
        return Err(Error::new(Kind::WrongType, at(first, input), "a text", found));
    };
    let place = |row: usize| match values.get(row).and_then(|text| text.as_deref()) {
        None => f64::NAN,
        Some(text) => {
            texts.push(text);
            (texts.len() - 1) as f64
        }
    };
    Ok((0..rows).map(place).collect())
}

/// The indices of categories. Labels of another type match by their text: a CSV's 1 is the category "1".
fn indices(
    values: &Values,
    rows: usize,
    first: usize,
    input: &Input,
    categories: &Labels,
    unknown: Unknown,
) -> Result<Vec<f64>> {
    let text = |label: Label<'_>| match label {
        // Plus 0, so that the two zeros are one text.
        Label::Float(x) => (x + 0.0).to_string(),
        other => other.to_string(),
    };
    let by_text: HashMap<String, usize> = categories.iter().map(text).zip(0..).collect();
    let index = |row| match values.text(row) {
        None => Ok(f64::NAN),
        Some(text) => match by_text.get(&text) {
            Some(&index) => Ok(index as f64),
            None if unknown == Unknown::Accepted => Ok(-1.0),
            None => Err(unknown_category(at(first + row, input), &text, categories)),
        },
    };
    (0..rows).map(index).collect()
}

fn at(row: usize, input: &Input) -> String {
    format!("row {row}: {}", input.name)
}

fn unknown_category(at: String, text: &str, categories: &Labels) -> Error {
    let names: Vec<String> = categories.iter().map(|category| category.to_string()).collect();
    let shown = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let error = Error::new(Kind::UnknownCategory, at, format!("one of {shown}{more}"), format!("{text:?}"));
    match nearest(names.iter().map(String::as_str), text) {
        Some(near) => error.hint(format!("Did you mean {near:?}?")),
        None => error,
    }
}

/// The name most like `wanted`, in any case of letters, if one is like it.
fn nearest<'a>(names: impl Iterator<Item = &'a str>, wanted: &str) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let similarity = |name: &str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &wanted);
    names
        .map(|name| (similarity(name), name))
        .filter(|(similarity, _)| *similarity > SIMILAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}
