//! What a package's scripts know of their network.

use crate::error::Result;
use crate::network::{Network, Schema};
use crate::package::engine::failed;
use crate::package::labels::labels;
use serde_json::{Map, Value};

/// What `pkg-template/one-model/about.js` exports of a network.
///
/// # Errors
/// None, as a schema is JSON.
pub fn of(network: &Network) -> Result<Map<String, Value>> {
    let schema = serde_json::to_value(Schema::of(network, labels)).map_err(|error| failed(&error))?;
    Ok(Map::from_iter([("schema".to_owned(), schema)]))
}
