//! The text's sections of `key=value` lines.

use crate::error::{Error, Kind, Result};
use std::collections::HashMap;
use std::str::FromStr;

/// A section: its name for errors and its lines by key.
pub struct Section<'a> {
    /// Its name in errors.
    pub name: String,
    lines: HashMap<&'a str, &'a str>,
}

impl<'a> Section<'a> {
    /// The section of a text.
    pub fn new(name: &str, text: &'a str) -> Self {
        let lines = text.lines().filter_map(|line| line.split_once('=')).map(|(key, value)| (key, value.trim()));
        Self { name: name.to_owned(), lines: lines.collect() }
    }

    /// The text of a key, if there is one.
    pub fn find(&self, key: &str) -> Option<&'a str> {
        self.lines.get(key).copied()
    }

    /// The text of a key.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`] at the section and the key, as for all that follow.
    pub fn text(&self, key: &str) -> Result<&'a str> {
        self.find(key).ok_or_else(|| self.wrong(key, "a line with it", "none"))
    }

    /// The number of a key.
    pub fn number<T: FromStr>(&self, key: &str) -> Result<T> {
        let text = self.text(key)?;
        text.parse().map_err(|_| self.wrong(key, "a number", text))
    }

    /// As many numbers of a key, which may be missing where there are none.
    pub fn numbers<T: FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>> {
        let text = if count == 0 { self.find(key).unwrap_or_default() } else { self.text(key)? };
        let numbers: Vec<T> = (text.split_ascii_whitespace())
            .map(|number| number.parse().map_err(|_| self.wrong(key, "numbers", number)))
            .collect::<Result<_>>()?;
        if numbers.len() == count {
            return Ok(numbers);
        }
        Err(self.wrong(key, &format!("{count} numbers"), &numbers.len().to_string()))
    }

    /// The error of a key whose text is not what it should be.
    pub fn wrong(&self, key: &str, expected: &str, found: &str) -> Error {
        Error::new(Kind::InvalidModel, format!("{}: {key}", self.name), expected.to_owned(), found.to_owned())
            .hint("The file is damaged, or was changed by hand: write it again with save_model.")
    }
}
