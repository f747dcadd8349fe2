//! CSV with a header. A column's type follows from all of its cells: `true`/`false`, whole numbers, numbers, else texts.
//! An empty cell and `NA`, `NaN`, `null` and `None` in any case are missing.

use super::{Column, Table, Values, check_names, check_size, not_read};
use crate::error::{Error, Kind, Result};
use std::io::Read;

/// A file with a header, and how far it is read.
pub(super) struct Reader<R> {
    reader: ::csv::Reader<R>,
    /// The columns' names.
    pub names: Vec<String>,
    record: ::csv::StringRecord,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    pub fn open(from: R) -> Result<Self> {
        let mut reader = ::csv::ReaderBuilder::new().trim(::csv::Trim::Headers).from_reader(from);
        let names: Vec<String> = reader.headers().map_err(refusal)?.iter().map(str::to_owned).collect();
        if names.is_empty() {
            return Err(Error::new(Kind::BadRows, "line 1", "a header with the columns' names", "nothing"));
        }
        check_names(&names)?;
        Ok(Self { reader, names, record: ::csv::StringRecord::new() })
    }

    /// The next rows: so many, or fewer that take so many bytes. After the last, a table without rows.
    pub fn next(&mut self, most: usize, bytes: u64, is_text: &dyn Fn(&str) -> bool) -> Result<Table> {
        let start = self.reader.position().byte();
        let mut cells: Vec<Vec<String>> = vec![Vec::new(); self.names.len()];
        let mut rows = 0;
        while rows < most
            && self.reader.position().byte() - start < bytes
            && self.reader.read_record(&mut self.record).map_err(refusal)?
        {
            rows += 1;
            check_size(rows, self.names.len())?;
            cells.iter_mut().zip(&self.record).for_each(|(column, cell)| column.push(cell.to_owned()));
        }
        let column = |(name, cells): (&String, Vec<String>)| {
            let values = if is_text(name) { texts(&cells) } else { typed(&cells) };
            Column { name: name.clone(), values }
        };
        Ok(Table { columns: self.names.iter().zip(cells).map(column).collect(), rows })
    }
}

fn refusal(error: ::csv::Error) -> Error {
    let at = format!("line {}", error.position().map_or(1, ::csv::Position::line));
    let told = error.to_string();
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => not_read(error),
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            let plural = if expected_len == 1 { "" } else { "s" };
            Error::new(Kind::BadRows, at, format!("{expected_len} field{plural}"), len.to_string())
                .hint("Quote fields that hold commas or line breaks.")
        }
        ::csv::ErrorKind::Utf8 { .. } => {
            Error::new(Kind::BadRows, at, "UTF-8", "other bytes").hint("Save it as UTF-8.")
        }
        _ => Error::new(Kind::BadRows, at, "CSV", told),
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
