//! Texts for networks: a line each, or a list in JSON.

use crate::error::{Error, Kind, Result};
use serde_json::Value;

/// The texts in a file, and for each one a second that belongs to it, if there is one. JSON is a list of texts, of pairs
/// `["question", "passage"]`, or of `{"text": …, "pair": …}`; anything else is a text a line.
///
/// # Errors
/// [`Kind::BadRows`] for bytes that are no UTF-8, for other lists, and for no text at all.
pub fn read_texts(bytes: &[u8]) -> Result<Vec<(String, Option<String>)>> {
    let wrong = |at: String, expected: &'static str, found: String| Error::new(Kind::BadRows, at, expected, found);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| wrong(format!("byte {}", error.valid_up_to()), "text in UTF-8", "other bytes".into()))?;
    let text = text.trim_start_matches('\u{feff}');
    let texts = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(texts)) => {
            let read = |(i, value): (usize, &Value)| {
                one(value).ok_or_else(|| wrong(format!("[{i}]"), "a text, or two in a list", value.to_string()))
            };
            texts.iter().enumerate().map(read).collect::<Result<Vec<_>>>()?
        }
        _ => text.lines().map(|line| (line.to_owned(), None)).collect(),
    };
    if texts.is_empty() {
        return Err(wrong("texts".into(), "a text at least", "none".into()));
    }
    Ok(texts)
}

fn one(value: &Value) -> Option<(String, Option<String>)> {
    match value {
        Value::String(text) => Some((text.clone(), None)),
        Value::Array(pair) => match &pair[..] {
            [Value::String(text), Value::String(second)] => Some((text.clone(), Some(second.clone()))),
            _ => None,
        },
        Value::Object(pair) => {
            let text = pair.get("text")?.as_str()?.to_owned();
            match pair.get("pair") {
                None => Some((text, None)),
                Some(second) => Some((text, Some(second.as_str()?.to_owned()))),
            }
        }
        _ => None,
    }
}
