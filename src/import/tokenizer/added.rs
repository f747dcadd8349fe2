//! Tokens that stand for a text as it is: `added_tokens` of a tokenizer.json.

use super::characters::class;
use super::model::Ids;
use super::reader::{Part, Reader};
use crate::infer::Normalizer;
use crate::network::tokenizer::{Added, Step};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Added tokens with their names, and the sets of what is around them. The library numbers them itself: where it comes to other
/// numbers than the file, that is refused.
pub fn tokens(
    file: &Value,
    ids: &Ids<'_>,
    normalize: &[Step],
    marks: &[(u32, u32, u8)],
    reader: &mut Reader,
) -> (Vec<(String, Added)>, (u32, u32)) {
    let parts = Part::listed(file, "added_tokens");
    let mut next = ids.len() as u32;
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut seen = HashSet::new();
    let mut tokens = Vec::new();
    let normalizer = Normalizer::new(normalize, &reader.sets, marks);
    for part in &parts {
        let Some(name) = part.text("content") else {
            reader.refuse(part, "no content");
            continue;
        };
        if name.is_empty() {
            continue;
        }
        let id = *known.entry(name).or_insert_with(|| {
            ids.get(name).copied().unwrap_or_else(|| {
                next += 1;
                next - 1
            })
        });
        if part.get("id").and_then(Value::as_u64) != Some(u64::from(id)) {
            reader.refuse(part, format!("{name:?}, whose id the library makes {id}"));
            continue;
        }
        let is_normalized = part.is("normalized");
        let text = match is_normalized {
            true => normalizer.done(name).unwrap_or_default(),
            false => name.to_owned(),
        };
        if text.is_empty() || !seen.insert((text.clone(), is_normalized)) {
            reader.refuse(part, format!("{name:?}, which becomes nothing, or is there twice"));
            continue;
        }
        let added = Added {
            text,
            id,
            is_word: part.is("single_word"),
            takes_before: part.is("lstrip"),
            takes_after: part.is("rstrip"),
            is_normalized,
        };
        tokens.push((name.to_owned(), added));
    }
    let spaces = reader.spaces();
    let is_beside_words = tokens.iter().any(|(_, added)| added.is_word);
    let word = if is_beside_words { class(r"\w").unwrap_or_default() } else { Vec::new() };
    let word = reader.set(word);
    (tokens, (spaces, word))
}
