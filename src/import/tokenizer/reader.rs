//! What reading the parts of a tokenizer.json shares: their places, sets of characters, and what stands in the way.

use super::characters;
use crate::import::blockers::Blockers;
use crate::kernel::text::Ranges;
use serde_json::Value;
use std::fmt::Display;

/// A part of the file and where it is.
pub struct Part<'a> {
    value: &'a Value,
    at: String,
}

/// What was found so far.
#[derive(Default)]
pub struct Reader {
    pub blockers: Blockers,
    /// Kinds of characters, each once.
    pub sets: Vec<Ranges>,
    /// Some step puts marks into their order.
    pub needs_marks: bool,
    /// How many parts sequences had.
    parts: usize,
}

/// The most parts of all sequences: each may look at every character there is.
const MAX_PARTS: usize = 64;

impl<'a> Part<'a> {
    /// A part, if it is there and not null.
    pub fn of(file: &'a Value, name: &str) -> Option<Self> {
        Some(Self { value: file.get(name).filter(|value| !value.is_null())?, at: name.to_owned() })
    }

    /// Its type.
    pub fn kind(&self) -> &'a str {
        self.text("type").unwrap_or("without a type")
    }

    /// A field that is not null.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// A text among its fields.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    /// Whether a field is true.
    pub fn is(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// The parts in a list of the file itself.
    pub fn listed(file: &'a Value, name: &str) -> Vec<Self> {
        let parts = file.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        parts.iter().enumerate().map(|(i, value)| Self { value, at: format!("{name}[{i}]") }).collect()
    }
}

impl Reader {
    /// The parts of a sequence; none if there are too many.
    pub fn sequence<'a>(&mut self, part: &Part<'a>, name: &str) -> Vec<Part<'a>> {
        let parts = part.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        self.parts += parts.len();
        if self.parts > MAX_PARTS {
            self.refuse(part, format!("sequences of more than {MAX_PARTS} parts"));
            return Vec::new();
        }
        parts.iter().enumerate().map(|(i, value)| Part { value, at: format!("{}.{name}[{i}]", part.at) }).collect()
    }

    /// Refuses a part.
    pub fn refuse(&mut self, part: &Part<'_>, why: impl Display) {
        self.blockers.add(&part.at, why);
    }

    /// The place of a set of characters.
    pub fn set(&mut self, set: Ranges) -> u32 {
        let place = self.sets.iter().position(|known| *known == set).unwrap_or(self.sets.len());
        if place == self.sets.len() {
            self.sets.push(set);
        }
        place as u32
    }

    /// The set of white space.
    pub fn spaces(&mut self) -> u32 {
        self.set(characters::ranges(char::is_whitespace))
    }
}
