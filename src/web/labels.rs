//! Labels as JavaScript has them.

use crate::model::{Label, Labels};
use serde::{Serialize, Serializer};

/// Labels in their original type. Whole numbers beyond 2^53 would lose digits as numbers and go as texts.
pub(super) struct Values<'a>(pub &'a Labels);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Value))
    }
}

struct Value<'a>(Label<'a>);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const SAFE: u64 = 1 << 53;
        match self.0 {
            Label::String(label) => serializer.serialize_str(label),
            Label::Integer(label) if label.unsigned_abs() <= SAFE => serializer.serialize_f64(label as f64),
            Label::Integer(label) => serializer.serialize_str(&label.to_string()),
            Label::Float(label) => serializer.serialize_f64(label),
            Label::Boolean(label) => serializer.serialize_bool(label),
        }
    }
}
