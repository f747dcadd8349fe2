//! A table in memory: named columns of one length, each of one type.

use crate::kernel::date::{MOST, text};

/// Named columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The columns, in the order of the source.
    pub columns: Vec<Column>,
    /// How many rows each column has.
    pub rows: usize,
}

/// A named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name; unique in its table.
    pub name: String,
    /// Its values.
    pub values: Values,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers; NaN where missing.
    Numbers(Vec<f64>),
    /// Whole numbers; `None` where missing.
    Integers(Vec<Option<i64>>),
    /// Truth values; `None` where missing.
    Booleans(Vec<Option<bool>>),
    /// Texts; `None` where missing.
    Texts(Vec<Option<String>>),
    /// Dates, of a source that has them as a type: whole milliseconds since 1970, NaN where missing.
    Dates(Vec<f64>),
}

impl Values {
    /// The values as numbers, truth values as 0 and 1, NaN where they are missing; `None` of texts and dates.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        match self {
            Values::Numbers(values) => Some(values.clone()),
            Values::Integers(values) => Some(values.iter().map(|value| value.map_or(f64::NAN, |x| x as f64)).collect()),
            Values::Booleans(values) => Some(values.iter().map(|value| value.map_or(f64::NAN, f64::from)).collect()),
            Values::Texts(_) | Values::Dates(_) => None,
        }
    }

    /// Whether no row has a value.
    pub fn is_missing(&self) -> bool {
        match self {
            Values::Numbers(values) | Values::Dates(values) => values.iter().all(|x| x.is_nan()),
            Values::Integers(values) => values.iter().all(Option::is_none),
            Values::Booleans(values) => values.iter().all(Option::is_none),
            Values::Texts(values) => values.iter().all(Option::is_none),
        }
    }

    /// What they are, to people.
    pub fn type_name(&self) -> &'static str {
        match self {
            Values::Numbers(_) | Values::Integers(_) => "numbers",
            Values::Booleans(_) => "truth values",
            Values::Texts(_) => "texts",
            Values::Dates(_) => "dates",
        }
    }

    /// The values as dates, texts by the one grammar and whole numbers as milliseconds since 1970, NaN where they are missing.
    ///
    /// # Errors
    /// The row and what is no date in it.
    pub fn dates(&self) -> Result<Vec<f64>, (usize, String)> {
        let dates: Vec<f64> = match self {
            Values::Dates(values) => return Ok(values.clone()),
            // What is no date is missing for now, and told from what is missing below.
            Values::Texts(values) => {
                values.iter().map(|value| value.as_deref().and_then(text::read).unwrap_or(f64::NAN)).collect()
            }
            Values::Integers(_) | Values::Numbers(_) => self.numbers().unwrap_or_default(),
            Values::Booleans(values) => vec![f64::NAN; values.len()],
        };
        let is_wrong = |row: &usize| match dates[*row] {
            date if date.is_nan() => self.text(*row).is_some(),
            date => date.abs() > MOST || date.trunc() != date,
        };
        match (0..dates.len()).find(is_wrong) {
            None => Ok(dates),
            Some(row) => Err((row, self.text(row).unwrap_or_default())),
        }
    }

    /// The value in a row as text, with a number's shortest digits; `None` where it is missing.
    pub fn text(&self, row: usize) -> Option<String> {
        match self {
            // Plus 0, so that the two zeros are one text.
            Values::Numbers(values) => Some(values[row]).filter(|x| !x.is_nan()).map(|x| (x + 0.0).to_string()),
            Values::Integers(values) => values[row].map(|value| value.to_string()),
            Values::Booleans(values) => values[row].map(|value| value.to_string()),
            Values::Texts(values) => values[row].clone(),
            Values::Dates(values) => Some(values[row]).filter(|x| !x.is_nan()).map(date),
        }
    }
}

impl Table {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The same, where columns without a value are numbers, whatever they could have held.
    pub fn settled(mut self) -> Self {
        for column in self.columns.iter_mut().filter(|column| column.values.is_missing()) {
            column.values = Values::Numbers(vec![f64::NAN; self.rows]);
        }
        self
    }
}

/// A date as its text; as its milliseconds where it has none.
fn date(date: f64) -> String {
    text::written(date).unwrap_or_else(|| date.to_string())
}
