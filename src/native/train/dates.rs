//! Columns of dates: which of a table's are, and the rows as fits take them, with the parts of the dates in their place.
//!
//! The parts are a piece of the model's own graph; what a fit takes is, to the bit, what that makes of a date.

use super::matrix::Matrix;
use super::options::Options;
use super::prepare::Preparation;
use crate::error::{Error, Kind, Result};
use crate::kernel::date::{self, text};
use crate::model::{Concat, DatePart, DateParts, Input, InputKind, Select, ValueId};
use crate::native::data::{Column, MAX_CELLS, Values};

/// Rows whose dates are parts.
pub struct Dated {
    /// What the numbers of a row are: the inputs that are no dates, and behind them the parts, each as a number.
    pub inputs: Vec<Input>,
    /// The rows.
    pub rows: Matrix,
    /// The places of the inputs that are no dates.
    others: Vec<u32>,
    parts: DateParts,
}

impl Dated {
    /// Those of encoded rows; `None` if no input is a date.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] for more numbers than memory is taken for.
    pub fn of(inputs: &[Input], rows: &Matrix) -> Result<Option<Self>> {
        let (mut others, mut kept) = (Vec::new(), Vec::new());
        let (mut parts, mut numbers) = (Vec::new(), Vec::new());
        for (input, place) in inputs.iter().zip(0..) {
            if input.kind != InputKind::Date {
                others.push(place);
                kept.push(input.clone());
                continue;
            }
            for part in telling(rows.column(place as usize)) {
                parts.push((place, part));
                let name = format!("{}:{}", input.name, part.name());
                numbers.push(Input { name, kind: InputKind::Numeric, missing: input.missing });
            }
        }
        if parts.is_empty() {
            return Ok(None);
        }
        let width = others.len() + parts.len();
        if rows.len().saturating_mul(width) > MAX_CELLS {
            let found = format!("{} rows × {width} numbers, parts of dates among them", rows.len());
            let expected = format!("at most {MAX_CELLS} numbers");
            return Err(Error::new(Kind::LimitExceeded, "rows", expected, found)
                .hint("Leave columns of dates out with --drop, or take fewer rows."));
        }
        let mut values = Vec::with_capacity(rows.len() * width);
        for row in rows.rows() {
            values.extend(others.iter().map(|&place| row[place as usize]));
            let at = values.len();
            values.resize(at + parts.len(), 0.0);
            date::parts(row, row.len(), &parts, &mut values[at..]);
        }
        kept.extend(numbers);
        let parts = DateParts { parts };
        Ok(Some(Self { inputs: kept, rows: Matrix { values, width }, others, parts }))
    }

    /// Puts the steps from an encoded row to such a one into a preparation; returns its value.
    pub fn lay(&self, preparation: &mut Preparation) -> ValueId {
        let parts = preparation.push("dates", self.parts.clone(), vec![0]);
        if self.others.is_empty() {
            return parts;
        }
        let others = preparation.push("columns", Select { columns: self.others.clone() }, vec![0]);
        preparation.push("columns", Concat, vec![others, parts])
    }
}

/// The parts that are not the same in all rows; of dates that are all the same, how much time has passed.
fn telling(dates: impl Iterator<Item = f64> + Clone) -> Vec<DatePart> {
    let varies = |part: &DatePart| {
        let mut parts = dates.clone().filter(|date| !date.is_nan()).map(|date| part.of(date));
        let first = parts.next();
        parts.any(|other| Some(other) != first)
    };
    let telling: Vec<DatePart> = DatePart::ALL.into_iter().filter(varies).collect();
    if telling.is_empty() { vec![DatePart::Elapsed] } else { telling }
}

/// The dates of a column of dates: it is named so, or of a type of dates, or all of its texts are some.
///
/// # Errors
/// [`Kind::BadRows`] for what is no date in a column that is named.
pub fn of_column(column: &Column, options: &Options, notes: &mut Vec<String>) -> Result<Option<Vec<f64>>> {
    let name = &column.name;
    let is_named = options.dates.contains(name);
    let is_other = options.texts.contains(name) || options.categories.contains(name);
    let can_be = matches!(column.values, Values::Dates(_) | Values::Texts(_));
    if !is_named && (is_other || !can_be) {
        return Ok(None);
    }
    let dates = match column.values.dates() {
        Ok(dates) => dates,
        Err((row, found)) if is_named => {
            let at = format!("row {row}: column {name:?}");
            return Err(Error::new(Kind::BadRows, at, text::EXPECTED, format!("{found:?}"))
                .hint(format!("Write it so, leave it empty if it is not known, or take --date {name:?} back.")));
        }
        Err(_) => return Ok(None),
    };
    if !is_named {
        let but = if matches!(column.values, Values::Texts(_)) {
            format!("; --drop it, or say --categorical {name:?} or --text {name:?}")
        } else {
            String::new()
        };
        notes.push(format!("column {name:?} is taken as dates, in UTC: {}{but}", between(&dates)));
    } else if !can_be {
        notes.push(format!("the numbers of column {name:?} are milliseconds since 1970: {}", between(&dates)));
    }
    Ok(Some(dates))
}

/// The first and the last date.
fn between(dates: &[f64]) -> String {
    let there = || dates.iter().copied().filter(|date| !date.is_nan());
    let (first, last) = (there().fold(f64::INFINITY, f64::min), there().fold(f64::NEG_INFINITY, f64::max));
    let shown = |date: f64| text::written(date).unwrap_or_else(|| date.to_string());
    format!("{} to {}", shown(first), shown(last))
}
