//! An [`Error`] as the `EdgeletError` that JavaScript catches.

use crate::error::{Error, Kind};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./errors.js")]
extern "C" {
    /// The package's error class: `pkg-template/errors.js`.
    type EdgeletError;

    #[wasm_bindgen(constructor)]
    fn new(code: &str, at: &str, expected: &str, found: &str, hint: &str) -> EdgeletError;
}

/// The error as a value to throw.
pub(super) fn thrown(error: Error) -> JsValue {
    EdgeletError::new(error.kind().code(), error.at(), error.expected(), error.found(), error.next_step()).into()
}

/// Makes an error and the value to throw in one go.
pub(super) fn throw(kind: Kind, at: &str, expected: &str, found: &str, hint: &str) -> JsValue {
    EdgeletError::new(kind.code(), at, expected, found, hint).into()
}
