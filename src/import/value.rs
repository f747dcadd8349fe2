//! What the readers of JSON and UBJSON both give: a tree of values, and ways to ask for its parts by name.

use crate::error::{Error, Kind, Result};
use std::fmt::Display;
use std::str::FromStr;

/// The deepest that arrays and objects may lie in each other.
pub const MAX_DEPTH: usize = 512;
/// The most values of a file that are not numbers in an array.
pub const MAX_VALUES: usize = 1 << 24;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// An array of numbers only, with at least one.
    Numbers(Vec<f64>),
    /// Any other array.
    Array(Vec<Value>),
    /// Values by name, sorted by it.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// What people call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Boolean(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::Numbers(_) | Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// The part of that name, if this is an object with it.
    pub fn find(&self, name: &str) -> Option<&Value> {
        let Value::Object(parts) = self else { return None };
        parts.binary_search_by(|(key, _)| key.as_str().cmp(name)).ok().map(|i| &parts[i].1)
    }

    /// The part of that name.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`] at the name, as for all that follow.
    pub fn part(&self, name: &str) -> Result<&Value> {
        match self {
            Value::Object(_) => self.find(name).ok_or_else(|| wrong(name, "a value", "none")),
            _ => Err(wrong(name, "an object with it", self.kind())),
        }
    }

    /// The text of that name.
    pub fn text(&self, name: &str) -> Result<&str> {
        match self.part(name)? {
            Value::Text(text) => Ok(text),
            other => Err(wrong(name, "a text", other.kind())),
        }
    }

    /// The number of that name, which may be written as a text.
    pub fn number<T: FromStr>(&self, name: &str) -> Result<T> {
        let (number, text) = match self.part(name)? {
            Value::Text(text) => (text.parse().ok(), text.clone()),
            // Rust writes every f64 so that it reads the same one, and a whole one as an integer.
            Value::Number(number) => (number.to_string().parse().ok(), number.to_string()),
            other => (None, other.kind().to_owned()),
        };
        number.ok_or_else(|| wrong(name, std::any::type_name::<T>(), text))
    }

    /// The array of that name, of numbers only.
    pub fn numbers(&self, name: &str) -> Result<&[f64]> {
        match self.part(name)? {
            Value::Numbers(numbers) => Ok(numbers),
            Value::Array(values) if values.is_empty() => Ok(&[]),
            other => Err(wrong(name, "an array of numbers", other.kind())),
        }
    }

    /// The array of that name, of as many numbers.
    pub fn numbers_of(&self, name: &str, count: usize) -> Result<&[f64]> {
        let numbers = self.numbers(name)?;
        if numbers.len() == count {
            return Ok(numbers);
        }
        Err(wrong(name, format!("{count} numbers"), numbers.len()))
    }

    /// The array of that name, of anything but numbers only.
    pub fn list(&self, name: &str) -> Result<&[Value]> {
        match self.part(name)? {
            Value::Array(values) => Ok(values),
            other => Err(wrong(name, "an array of objects or texts", other.kind())),
        }
    }

    /// The array of that name, of texts only.
    pub fn texts(&self, name: &str) -> Result<Vec<&str>> {
        let texts = self.list(name)?.iter().map(|value| match value {
            Value::Text(text) => Ok(text.as_str()),
            other => Err(wrong(name, "texts", other.kind())),
        });
        texts.collect()
    }
}

/// The error of a file whose part `at` is not what it should be.
pub fn wrong(at: impl Into<String>, expected: impl Into<String>, found: impl Display) -> Error {
    Error::new(Kind::InvalidModel, at.into(), expected.into(), found.to_string())
        .hint("The file is damaged, or was changed by hand: write it again.")
}

/// `number` as an index below `count`.
pub fn index(number: f64, count: usize) -> Option<usize> {
    (number >= 0.0 && number < count as f64 && number.trunc() == number).then_some(number as usize)
}

/// Puts a file's values together: bounds how many there are and keeps arrays of numbers small.
#[derive(Default)]
pub struct Builder {
    values: usize,
}

impl Builder {
    /// Counts a value that is not a number in an array.
    pub fn count(&mut self, at: usize) -> Result<()> {
        self.values += 1;
        if self.values <= MAX_VALUES {
            return Ok(());
        }
        Err(Error::new(Kind::LimitExceeded, format!("byte {at}"), format!("at most {MAX_VALUES} values"), "more"))
    }

    /// Refuses a depth of more than [`MAX_DEPTH`].
    pub fn check_depth(&self, at: usize, depth: usize) -> Result<()> {
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        Err(Error::new(Kind::LimitExceeded, format!("byte {at}"), format!("a depth of at most {MAX_DEPTH}"), "more"))
    }

    /// Adds a value, which begins at byte `at`, to an array.
    pub fn push(&mut self, array: &mut Value, value: Value, at: usize) -> Result<()> {
        if let (Value::Numbers(numbers), Value::Number(number)) = (&mut *array, &value) {
            numbers.push(*number);
            return Ok(());
        }
        match (std::mem::replace(array, Value::Null), value) {
            (Value::Array(values), Value::Number(number)) if values.is_empty() => *array = Value::Numbers(vec![number]),
            (Value::Array(mut values), value) => {
                self.count(at)?;
                values.push(value);
                *array = Value::Array(values);
            }
            (Value::Numbers(numbers), value) => {
                for _ in 0..=numbers.len() {
                    self.count(at)?;
                }
                *array = Value::Array(numbers.into_iter().map(Value::Number).chain([value]).collect());
            }
            _ => {}
        }
        Ok(())
    }

    /// The object of these parts; it ends at byte `at`.
    pub fn object(&mut self, mut parts: Vec<(String, Value)>, at: usize) -> Result<Value> {
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        parts.shrink_to_fit();
        match parts.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            None => Ok(Value::Object(parts)),
            Some(pair) => Err(wrong(format!("byte {at}"), "distinct names", format!("{:?} twice", pair[0].0))),
        }
    }
}
