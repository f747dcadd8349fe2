//! Words become tokens: `model` of a tokenizer.json.

use super::reader::{Part, Reader};
use crate::network::tokenizer::{Pairs, Tokens, Vocabulary};
use serde_json::Value;
use std::collections::HashMap;

/// The ids of tokens by their texts.
pub type Ids<'a> = HashMap<&'a str, u32>;

/// The tokens of a model.
pub fn ids<'a>(part: &Part<'a>, reader: &mut Reader) -> Ids<'a> {
    let Some(vocabulary) = part.get("vocab").and_then(Value::as_object) else {
        reader.refuse(part, "no vocabulary of texts with their ids");
        return Ids::new();
    };
    let id = |id: &Value| id.as_u64().and_then(|id| u32::try_from(id).ok());
    if let Some((token, _)) = vocabulary.iter().find(|(_, value)| id(value).is_none()) {
        reader.refuse(part, format!("an id of {token:?} that is none"));
    }
    vocabulary.iter().filter_map(|(token, value)| Some((token.as_str(), id(value)?))).collect()
}

/// The model; what is not known goes to the blockers.
pub fn tokens(part: &Part<'_>, ids: &Ids<'_>, reader: &mut Reader) -> Tokens {
    let unknown = part.text("unk_token");
    if let Some(token) = unknown.filter(|token| !ids.contains_key(token)) {
        reader.refuse(part, format!("unk_token {token:?}, which is not in the vocabulary"));
    }
    let unknown = unknown.and_then(|token| ids.get(token).copied());
    // Old files of WordPiece do not say what they are; those of BPE have merges.
    let kind = part.text("type").unwrap_or(if part.get("merges").is_some() { "BPE" } else { "WordPiece" });
    match kind {
        "WordPiece" => {
            if unknown.is_none() {
                reader.refuse(part, "no unk_token");
            }
            let most = part.get("max_input_chars_per_word").and_then(Value::as_u64);
            if most.is_none() {
                reader.refuse(part, "no max_input_chars_per_word");
            }
            Tokens::WordPiece {
                known: vocabulary(ids, |_| true),
                prefix: part.text("continuing_subword_prefix").unwrap_or_default().to_owned(),
                most: most.map_or(0, |most| u32::try_from(most).unwrap_or(u32::MAX)),
                unknown: unknown.unwrap_or_default(),
            }
        }
        "BPE" => {
            if part.get("dropout").is_some_and(|dropout| dropout.as_f64() != Some(0.0)) {
                reader.refuse(part, "dropout, which is left to chance");
            }
            let prefix = part.text("continuing_subword_prefix").unwrap_or_default();
            let suffix = part.text("end_of_word_suffix").unwrap_or_default();
            let (has_bytes, is_whole) = (part.is("byte_fallback"), part.is("ignore_merges"));
            let is_one = |token: &str| token.chars().nth(1).is_none();
            let begins = |token: &str| {
                let inner = token.strip_prefix(prefix);
                [Some(token), inner]
                    .into_iter()
                    .flatten()
                    .any(|inner| is_one(inner) || inner.strip_suffix(suffix).is_some_and(is_one))
            };
            let is_byte = |token: &str| has_bytes && token.len() == 6 && token.starts_with("<0x");
            Tokens::Pairs(Pairs {
                known: vocabulary(ids, |token| is_whole || begins(token) || is_byte(token)),
                merges: merges(part, ids, prefix, reader),
                prefix: prefix.to_owned(),
                suffix: suffix.to_owned(),
                unknown,
                fuses_unknown: part.is("fuse_unk"),
                has_bytes,
                is_whole,
            })
        }
        kind => {
            reader.refuse(part, format!("a model {kind}"));
            Tokens::Pairs(Pairs {
                known: Vocabulary::default(),
                merges: Vec::new(),
                prefix: String::new(),
                suffix: String::new(),
                unknown: None,
                fuses_unknown: false,
                has_bytes: false,
                is_whole: false,
            })
        }
    }
}

fn vocabulary(ids: &Ids<'_>, is_needed: impl Fn(&str) -> bool) -> Vocabulary {
    let mut tokens: Vec<(u32, &str)> = ids.iter().map(|(token, id)| (*id, *token)).collect();
    tokens.retain(|(_, token)| !token.is_empty() && is_needed(token));
    tokens.sort_unstable();
    Vocabulary::new(tokens.into_iter())
}

/// Pairs of tokens and what they become; of a pair that is there twice the later one counts, as in the library.
fn merges(part: &Part<'_>, ids: &Ids<'_>, prefix: &str, reader: &mut Reader) -> Vec<(u32, u32, i32)> {
    let Some(lines) = part.get("merges").and_then(Value::as_array) else {
        reader.refuse(part, "no merges");
        return Vec::new();
    };
    // Only in lines can there be one that tells the version.
    let is_version = |line: &&Value| line.as_str().is_some_and(|line| line.starts_with("#version"));
    let pair = |line: &Value| -> Option<(u32, u32, u32)> {
        let (first, second) = match line {
            Value::String(line) => line.split_once(' ').filter(|(_, second)| !second.contains(' '))?,
            line => match &line.as_array()?[..] {
                [first, second] => (first.as_str()?, second.as_str()?),
                _ => return None,
            },
        };
        let both = format!("{first}{}", second.get(prefix.len()..)?);
        Some((*ids.get(first)?, *ids.get(second)?, *ids.get(both.as_str())?))
    };
    let mut last = HashMap::new();
    let mut pairs = Vec::with_capacity(lines.len());
    for line in lines.iter().filter(|line| !is_version(line)) {
        match pair(line) {
            Some((first, second, both)) => {
                last.insert((first, second), pairs.len());
                pairs.push((first, second, both));
            }
            None => {
                reader.refuse(part, format!("merges: {line}, which is not two tokens that make one"));
                return Vec::new();
            }
        }
    }
    let mut before = 0_u32;
    let counts = |(place, (first, second, both)): (usize, (u32, u32, u32))| {
        if last[&(first, second)] != place {
            return None;
        }
        let by = both.wrapping_sub(before) as i32;
        before = both;
        Some((first, second, by))
    };
    pairs.into_iter().enumerate().filter_map(counts).collect()
}
