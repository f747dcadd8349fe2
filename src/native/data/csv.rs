//! CSV with a header. A column's type follows from all of its cells: `true`/`false`, whole numbers, numbers, else texts.
//! An empty cell and `NA`, `NaN`, `null` and `None` in any case are missing.

use super::{Column, Table, Values, check_names, check_size};
use crate::error::{Error, Kind, Result};

pub(super) fn read(bytes: &[u8], is_text: &dyn Fn(&str) -> bool) -> Result<Table> {
    let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::Headers).from_reader(bytes);
    let names: Vec<String> = reader.headers().map_err(refusal)?.iter().map(str::to_owned).collect();
    if names.is_empty() {
        return Err(Error::new(Kind::BadRows, "line 1", "a header with the columns' names", "nothing"));
    }
    check_names(&names)?;
    let mut cells: Vec<Vec<String>> = vec![Vec::new(); names.len()];
    let mut record = ::csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record).map_err(refusal)? {
        rows += 1;
        check_size(rows, names.len())?;
        cells.iter_mut().zip(&record).for_each(|(column, cell)| column.push(cell.to_owned()));
    }
    let column = |(name, cells): (String, Vec<String>)| {
        let values = if is_text(&name) { texts(&cells) } else { typed(&cells) };
        Column { name, values }
    };
    Ok(Table { columns: names.into_iter().zip(cells).map(column).collect(), rows })
}

fn refusal(error: ::csv::Error) -> Error {
    let line = error.position().map_or(1, ::csv::Position::line);
    let at = format!("line {line}");
    match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let plural = if *expected_len == 1 { "" } else { "s" };
            Error::new(Kind::BadRows, at, format!("{expected_len} field{plural}"), len.to_string())
                .hint("Quote fields that hold commas or line breaks.")
        }
        ::csv::ErrorKind::Utf8 { .. } => {
            Error::new(Kind::BadRows, at, "UTF-8", "other bytes").hint("Save it as UTF-8.")
        }
        _ => Error::new(Kind::BadRows, at, "CSV", error.to_string()),
    }
}

fn is_missing(cell: &str) -> bool {
    cell.is_empty() || ["na", "nan", "null", "none"].iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// The values of a column, by the narrowest type that all of its cells have.
fn typed(cells: &[String]) -> Values {
    let present = || cells.iter().map(|cell| cell.trim()).filter(|cell| !is_missing(cell));
    if present().next().is_none() {
        return Values::Numbers(vec![f64::NAN; cells.len()]);
    }
    if present().all(|cell| truth(cell).is_some()) {
        return Values::Booleans(cells.iter().map(|cell| truth(cell.trim())).collect());
    }
    if present().all(|cell| cell.parse::<i64>().is_ok()) {
        return Values::Integers(cells.iter().map(|cell| cell.trim().parse().ok()).collect());
    }
    if present().all(|cell| cell.parse::<f64>().is_ok()) {
        return Values::Numbers(cells.iter().map(|cell| cell.trim().parse().unwrap_or(f64::NAN)).collect());
    }
    texts(cells)
}

fn texts(cells: &[String]) -> Values {
    let text = |cell: &String| Some(cell.trim()).filter(|cell| !is_missing(cell)).map(str::to_owned);
    Values::Texts(cells.iter().map(text).collect())
}

fn truth(cell: &str) -> Option<bool> {
    if cell.eq_ignore_ascii_case("true") {
        Some(true)
    } else if cell.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
