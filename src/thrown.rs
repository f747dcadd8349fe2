//! An error as a plain object with the fields of `EdgeletError`: the page's own wasms run in workers, which can send one.

use crate::error::Error;
use serde::Serialize;
use wasm_bindgen::JsValue;

#[derive(Serialize)]
struct Thrown<'a> {
    code: &'static str,
    at: &'a str,
    expected: &'a str,
    found: &'a str,
    hint: &'a str,
}

/// The value to throw.
pub fn thrown(error: Error) -> JsValue {
    let (at, expected, found, hint) = (error.at(), error.expected(), error.found(), error.next_step());
    serde_wasm_bindgen::to_value(&Thrown { code: error.kind().code(), at, expected, found, hint }).unwrap_or_default()
}
