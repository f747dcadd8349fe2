//! An [`Error`] as the `EdgeletError` that JavaScript catches.

use crate::error::{Error, Kind};
use crate::predict::Mismatch;
use js_sys::Number;
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

/// What the model's own test rows should have given, and what they gave. JavaScript writes the numbers: formatting an
/// f64 here would bring 10 KB of tables into the wasm.
pub(super) fn differs(mismatch: &Mismatch) -> JsValue {
    let Mismatch { row, column, method, expected, found } = mismatch;
    let at = format!("test row {row}: {}[{column}]", method.name());
    let shown = |number: &f64| String::from(Number::from(*number).to_string_with_radix(10).unwrap_or_default());
    let hint = "This runtime does not give the model's own numbers: report it, with the runtime's version.";
    throw(Kind::Parity, &at, &shown(expected), &shown(found), hint)
}
