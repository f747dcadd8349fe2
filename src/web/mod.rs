//! Browser and worker only: the core that the npm package wraps.
//!
//! `pkg-template` holds the JavaScript that people see. Structured values (the schema, errors) cross by serde or as objects, at
//! set-up only. No arithmetic happens here. The feature `tensors` makes another core of it, whose `Core` is a network.

mod error;
#[cfg(feature = "explain")]
mod explain;
mod fetch;
mod labels;
#[cfg(feature = "tensors")]
mod network;
#[cfg(not(feature = "tensors"))]
mod rows;
#[cfg(not(feature = "tensors"))]
mod schema;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// A model's bytes, whole and checked.
#[wasm_bindgen]
pub struct File {
    bytes: Vec<u8>,
    options: fetch::LoadOptions,
}

/// Fetches a model: see `load` in the package's declarations.
#[wasm_bindgen]
pub fn read(source: JsValue, options: fetch::LoadOptions) -> Result<Promise, JsValue> {
    fetch::check_room(0)?;
    Ok(future_to_promise(async move {
        let bytes = fetch::read(source, &options).await?;
        Ok(File { bytes, options }.into())
    }))
}
