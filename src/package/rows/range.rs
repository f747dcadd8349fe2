//! What is known of a feature's values.

use super::example::date;
use crate::model::InputKind;
use crate::package::labels::quoted;
use serde_json::Value;

/// What the values of a feature were in training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Range {
    /// What people read of its ends, where they are values of such a feature.
    pub fn ends(self, kind: &InputKind) -> [String; 2] {
        [self.least, self.most].map(|x| match (kind, date(x)) {
            (InputKind::Date, Value::String(date)) => date,
            _ => quoted(&x.into()),
        })
    }
}
