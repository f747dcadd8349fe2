//! Labels and numbers as JavaScript and TypeScript have them.

use super::escape::script;
use crate::model::{Label, Labels};
use serde_json::Value;

/// Beyond, a whole number is no number of JavaScript's.
const SAFE: u64 = 1 << 53;

/// Beyond, a union of so many makes TypeScript slow, and the type is that of all texts or numbers.
const MOST: usize = 1000;

/// Labels as JavaScript has them: whole numbers that are no numbers there are texts.
pub fn labels(labels: &Labels) -> Vec<Value> {
    labels.iter().map(label).collect()
}

/// One label.
pub fn label(label: Label<'_>) -> Value {
    match label {
        Label::String(label) => label.into(),
        Label::Integer(label) if label.unsigned_abs() <= SAFE => label.into(),
        Label::Integer(label) => label.to_string().into(),
        Label::Float(label) => label.into(),
        Label::Boolean(label) => label.into(),
    }
}

/// The labels, one or another.
pub fn union(all: &Labels, is_open: bool) -> String {
    let wide = match all {
        Labels::Strings(_) => "string",
        Labels::Integers(_) if labels(all).iter().any(Value::is_string) => "string | number",
        Labels::Integers(_) | Labels::Floats(_) => "number",
        Labels::Booleans(_) => "boolean",
    };
    if all.len() > MOST {
        return wide.to_owned();
    }
    let mut each: Vec<String> = labels(all).iter().map(quoted).collect();
    if is_open {
        // A union with the whole type would lose the names that an editor offers.
        each.push(format!("({wide} & {{}})"));
    }
    each.join(" | ")
}

/// A literal of TypeScript's.
pub fn quoted(value: &Value) -> String {
    match value.as_f64() {
        Some(x) => number(x).to_string(),
        None => script(value),
    }
}

/// A number as JavaScript writes it.
pub fn number(x: f64) -> Value {
    if x.trunc() == x && x.abs() < 1e15 && !(x == 0.0 && x.is_sign_negative()) { (x as i64).into() } else { x.into() }
}
