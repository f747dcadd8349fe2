//! The feature columns: from a table to encoded rows, as the model's signature says.

use super::matrix::Matrix;
use super::options::Options;
use super::target::{find, index};
use crate::error::{Error, Kind, Result};
use crate::model::{Input, InputKind, Labels, Missing};
use crate::native::data::{Column, Table, Values};

/// The most categories of a column.
const MAX_CATEGORIES: usize = 1000;
/// From this many distinct texts on, a column with (nearly) one for each row is taken for names or free text.
const MIN_NEARLY_UNIQUE: usize = 30;

/// The features of a table.
pub struct Features {
    /// One for each column that is learned from.
    pub inputs: Vec<Input>,
    /// The rows, encoded.
    pub rows: Matrix,
}

impl Features {
    /// Encodes every column but the target and the dropped ones.
    ///
    /// # Errors
    /// [`Kind::BadRows`] or [`Kind::NotFinite`], naming a column that cannot be learned from.
    pub fn read(table: &Table, options: &Options) -> Result<Self> {
        for name in &options.drop {
            find(table, name).map_err(|error| error.within("--drop"))?;
        }
        let is_feature = |column: &&Column| {
            let name = &column.name;
            options.target.as_ref() != Some(name)
                && !options.drop.contains(name)
                && options.roles.columns().all(|role| role != name)
        };
        let columns: Vec<&Column> = table.columns.iter().filter(is_feature).collect();
        if columns.is_empty() {
            let others: Vec<_> = table.columns.iter().map(|column| format!("{:?}", column.name)).collect();
            let found = format!("only {}", others.join(", "));
            return Err(Error::new(Kind::BadRows, "columns", "at least 1 column to learn from", found));
        }
        let mut inputs = Vec::with_capacity(columns.len());
        let mut encoded = Vec::with_capacity(columns.len());
        for column in columns {
            let (kind, values) = encode(column, options)?;
            let missing = if values.iter().any(|x| x.is_nan()) { Missing::Accepted } else { Missing::Refused };
            inputs.push(Input { name: column.name.clone(), kind, missing });
            encoded.push(values);
        }
        let values = (0..table.rows).flat_map(|row| encoded.iter().map(move |column| column[row])).collect();
        let rows = Matrix { values, width: inputs.len() };
        Ok(Self { inputs, rows })
    }
}

fn encode(column: &Column, options: &Options) -> Result<(InputKind, Vec<f64>)> {
    let (kind, values) = match &column.values {
        Values::Texts(values) => {
            let (categories, indices) = index(values, Labels::Strings);
            check_categories(column, categories.len(), values.iter().flatten().count())?;
            (InputKind::Categorical { categories, unknown: options.unknown }, indices)
        }
        values => (InputKind::Numeric, values.numbers().unwrap_or_default()),
    };
    if values.iter().all(|x| x.is_nan()) {
        return Err(refuse(column, Kind::BadRows, "at least 1 value", "only missing values".into()));
    }
    if let Some(row) = values.iter().position(|x| x.is_infinite()) {
        let error =
            Error::new(Kind::NotFinite, format!("{:?}", column.name), "finite numbers", values[row].to_string());
        return Err(error.within(&format!("row {row}")).hint("Leave it empty if it is not known."));
    }
    Ok((kind, values))
}

fn check_categories(column: &Column, distinct: usize, present: usize) -> Result<()> {
    let is_nearly_unique = distinct >= MIN_NEARLY_UNIQUE && distinct * 10 > present * 9;
    if distinct <= MAX_CATEGORIES && !is_nearly_unique {
        return Ok(());
    }
    let found = format!("{distinct} different texts in {present} rows");
    Err(refuse(column, Kind::BadRows, "texts that repeat: at most 1000 categories", found))
}

fn refuse(column: &Column, kind: Kind, expected: &'static str, found: String) -> Error {
    let name = &column.name;
    Error::new(kind, format!("column {name:?}"), expected, found).hint(format!("Leave it out with --drop {name:?}."))
}
