//! What the packages of all kinds of models have.

use super::shake::Shaken;
use serde_json::{Map, Value};

/// A package's parts.
pub struct Content {
    /// package.json.
    pub manifest: String,
    /// README.md.
    pub card: String,
    /// index.d.ts.
    pub types: String,
    /// What its scripts know of the model.
    pub about: Map<String, Value>,
    /// Its core.
    pub shaken: Shaken,
}
