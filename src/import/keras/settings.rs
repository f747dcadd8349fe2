//! The settings of a layer, each of which must be read: one that is not known would change what the layer does.

use crate::error::{Error, Kind, Result};
use crate::import::value::{Value, wrong};
use std::cell::RefCell;

/// What changes nothing when a network runs.
const IGNORED: [&str; 9] = [
    "name",
    "trainable",
    "dtype",
    "autocast",
    "seed",
    "noise_shape",
    "activity_regularizer",
    "batch_input_shape",
    "synchronized",
];

/// The settings of a layer.
pub struct Settings<'a> {
    config: &'a Value,
    /// Those that nobody has asked for.
    unread: RefCell<Vec<&'a str>>,
}

impl<'a> Settings<'a> {
    /// Of a layer's configuration.
    pub fn new(config: &'a Value) -> Self {
        let is_told = |name: &str| {
            let for_training = ["_initializer", "_regularizer", "_constraint"].iter().any(|end| name.ends_with(end));
            !for_training && !IGNORED.contains(&name)
        };
        let unread = match config {
            // What is null is not set.
            Value::Object(parts) => {
                let told = parts.iter().filter(|(name, value)| *value != Value::Null && is_told(name));
                told.map(|(name, _)| name.as_str()).collect()
            }
            _ => Vec::new(),
        };
        Self { config, unread: RefCell::new(unread) }
    }

    /// Refuses settings that nobody has asked for.
    pub fn check_read(&self) -> Result<()> {
        match self.unread.borrow().first() {
            None => Ok(()),
            Some(name) => Err(unsupported(format!("the setting {name}"))),
        }
    }

    /// The setting of that name; nothing if it is null.
    pub fn find(&self, name: &str) -> Option<&'a Value> {
        self.ignore(&[name]);
        self.config.find(name).filter(|value| **value != Value::Null)
    }

    /// Passes over settings that change nothing.
    pub fn ignore(&self, names: &[&str]) {
        self.unread.borrow_mut().retain(|known| !names.contains(known));
    }

    /// Passes over all settings: none changes anything.
    pub fn ignore_all(&self) {
        self.unread.borrow_mut().clear();
    }

    /// A number, if it is there.
    pub fn find_number(&self, name: &str) -> Result<Option<f64>> {
        match self.find(name) {
            None => Ok(None),
            Some(Value::Number(x)) => Ok(Some(*x)),
            // Keras writes NumPy's numbers as objects.
            Some(value) => match value.find("config").and_then(|config| config.find("value")) {
                Some(Value::Number(x)) => Ok(Some(*x)),
                _ => Err(wrong(name, "a number", value.kind())),
            },
        }
    }

    /// A number.
    pub fn number(&self, name: &str, absent: f64) -> Result<f64> {
        Ok(self.find_number(name)?.unwrap_or(absent))
    }

    /// A length or a count, if it is there.
    pub fn find_length(&self, name: &str) -> Result<Option<usize>> {
        self.find_number(name)?.map(|x| length(name, x)).transpose()
    }

    /// A length or a count that must be there.
    pub fn length(&self, name: &str) -> Result<usize> {
        self.find_length(name)?.ok_or_else(|| wrong(name, "a number", "none"))
    }

    /// A truth value.
    pub fn flag(&self, name: &str, absent: bool) -> Result<bool> {
        match self.find(name) {
            None => Ok(absent),
            Some(Value::Boolean(truth)) => Ok(*truth),
            Some(value) => Err(wrong(name, "a truth value", value.kind())),
        }
    }

    /// A text.
    pub fn text(&self, name: &str, absent: &'a str) -> Result<&'a str> {
        match self.find(name) {
            None => Ok(absent),
            Some(Value::Text(text)) => Ok(text),
            Some(value) => Err(wrong(name, "a text", value.kind())),
        }
    }

    /// One of several texts.
    pub fn choice<T: Copy>(&self, name: &str, absent: &'a str, choices: &[(&str, T)]) -> Result<T> {
        let text = self.text(name, absent)?;
        let found = choices.iter().find(|(known, _)| *known == text);
        found.map(|(_, choice)| *choice).ok_or_else(|| unsupported(format!("{name} = {text:?}")))
    }

    /// Whole numbers, or one as often as asked for.
    pub fn integers(&self, name: &str, count: usize, absent: i64) -> Result<Vec<i64>> {
        match self.find(name) {
            None => Ok(vec![absent; count]),
            Some(value) => {
                let numbers = whole(name, value)?;
                match numbers.len() {
                    1 => Ok(vec![numbers[0]; count]),
                    found if found == count => Ok(numbers),
                    found => Err(wrong(name, format!("{count} numbers"), found)),
                }
            }
        }
    }

    /// Whole numbers, if they are there: one counts as a list.
    pub fn find_integers(&self, name: &str) -> Result<Option<Vec<i64>>> {
        self.find(name).map(|value| whole(name, value)).transpose()
    }
}

/// A number that is a length or a count.
pub fn length(name: &str, x: f64) -> Result<usize> {
    match (0.0..2_147_483_648.0).contains(&x) && x.trunc() == x {
        true => Ok(x as usize),
        false => Err(wrong(name, "a count", x)),
    }
}

/// All whole numbers in a value, which may be one or lie in lists.
pub fn whole(name: &str, value: &Value) -> Result<Vec<i64>> {
    let numbers = numbers(name, value)?;
    let is_whole = |x: &&f64| x.trunc() == **x && x.abs() < 1e9;
    match numbers.iter().find(|x| !is_whole(x)) {
        None => Ok(numbers.into_iter().map(|x| x as i64).collect()),
        Some(x) => Err(wrong(name, "whole numbers", x)),
    }
}

/// All numbers in a value, which may be one or lie in lists.
pub fn numbers(name: &str, value: &Value) -> Result<Vec<f64>> {
    match value {
        Value::Number(x) => Ok(vec![*x]),
        Value::Numbers(numbers) => Ok(numbers.clone()),
        Value::Array(values) => {
            let lists = values.iter().map(|value| numbers(name, value)).collect::<Result<Vec<_>>>()?;
            Ok(lists.concat())
        }
        other => Err(wrong(name, "numbers", other.kind())),
    }
}

/// The reason to refuse a layer.
pub fn unsupported(what: impl Into<String>) -> Error {
    Error::new(Kind::Unsupported, "", "what edgelet runs", what.into())
}
