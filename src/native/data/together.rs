//! Tables of several files as one.

use super::{Column, Table, Values, check_size};
use crate::error::{Error, Kind, Result};
use std::mem;

/// Puts the rows of a table behind those of another.
///
/// # Errors
/// [`Kind::BadRows`] with the column if they do not have the same columns of the same types; whole numbers and numbers
/// together are numbers. [`Kind::LimitExceeded`].
pub(super) fn append(whole: &mut Table, next: Table) -> Result<()> {
    check_size(whole.rows.saturating_add(next.rows), whole.columns.len())?;
    let names = |table: &Table| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    check_same(&names(whole), &names(&next))?;
    let mut columns: Vec<Option<Column>> = next.columns.into_iter().map(Some).collect();
    for column in &mut whole.columns {
        let same = columns.iter_mut().find(|next| next.as_ref().is_some_and(|next| next.name == column.name));
        let Some(next) = same.and_then(Option::take) else { continue };
        let before = mem::replace(&mut column.values, Values::Numbers(Vec::new()));
        column.values = joined(before, next.values, whole.rows, next.name)?;
    }
    whole.rows += next.rows;
    Ok(())
}

/// Refuses columns that are not those of the files before, in any order.
///
/// # Errors
/// [`Kind::BadRows`] with the column.
pub fn check_same(before: &[String], names: &[String]) -> Result<()> {
    let differs = |name: &String, expected: &'static str, found: &'static str| {
        Err(Error::new(Kind::BadRows, format!("column {name:?}"), expected, found)
            .hint("Files that are read together have the same columns."))
    };
    if let Some(name) = before.iter().find(|name| !names.contains(name)) {
        return differs(name, "a column, as in the files before", "none");
    }
    match names.iter().find(|name| !before.contains(name)) {
        Some(name) => differs(name, "none, as in the files before", "a column"),
        None => Ok(()),
    }
}

fn joined(before: Values, next: Values, rows: usize, name: String) -> Result<Values> {
    let missing = |values: &Values, rows: usize| match values {
        Values::Numbers(_) => Values::Numbers(vec![f64::NAN; rows]),
        Values::Integers(_) => Values::Integers(vec![None; rows]),
        Values::Booleans(_) => Values::Booleans(vec![None; rows]),
        Values::Texts(_) => Values::Texts(vec![None; rows]),
        Values::Dates(_) => Values::Dates(vec![f64::NAN; rows]),
    };
    let count = match &next {
        Values::Numbers(values) | Values::Dates(values) => values.len(),
        Values::Integers(values) => values.len(),
        Values::Booleans(values) => values.len(),
        Values::Texts(values) => values.len(),
    };
    // What has no values has no type of its own.
    let (before, next) = match (before.is_missing(), next.is_missing()) {
        (true, _) => (missing(&next, rows), next),
        (false, true) => {
            let next = missing(&before, count);
            (before, next)
        }
        (false, false) => (before, next),
    };
    let found = next.type_name();
    let expected = before.type_name();
    let chained = |before: Values, next: Values| match (before.numbers(), next.numbers()) {
        (Some(before), Some(next)) => Some(Values::Numbers(before.into_iter().chain(next).collect())),
        _ => None,
    };
    let refused = || {
        let expected = format!("{expected}, as in the rows before");
        Error::new(Kind::BadRows, format!("column {name:?}"), expected, found)
            .hint("Files that are read together have columns of the same types.")
    };
    match (before, next) {
        (Values::Numbers(mut a), Values::Numbers(b)) => {
            a.extend(b);
            Ok(Values::Numbers(a))
        }
        (Values::Integers(mut a), Values::Integers(b)) => {
            a.extend(b);
            Ok(Values::Integers(a))
        }
        (Values::Booleans(mut a), Values::Booleans(b)) => {
            a.extend(b);
            Ok(Values::Booleans(a))
        }
        (Values::Texts(mut a), Values::Texts(b)) => {
            a.extend(b);
            Ok(Values::Texts(a))
        }
        (Values::Dates(mut a), Values::Dates(b)) => {
            a.extend(b);
            Ok(Values::Dates(a))
        }
        (a @ (Values::Numbers(_) | Values::Integers(_)), b @ (Values::Numbers(_) | Values::Integers(_))) => {
            chained(a, b).ok_or_else(refused)
        }
        _ => Err(refused()),
    }
}
