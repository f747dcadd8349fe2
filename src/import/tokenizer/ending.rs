//! What a text is put between, and how long it gets: `post_processor`, `truncation` and `padding` of a tokenizer.json.

use super::reader::{Part, Reader};
use crate::network::tokenizer::{Cutting, MAX_TOKENS, Padding, Segment, Truncation};
use serde_json::Value;

/// What comes of one text and of two.
pub struct Templates {
    pub single: Vec<Segment>,
    pub pair: Vec<Segment>,
}

/// The templates of a post-processor: without one the texts one after another.
pub fn templates(part: Option<&Part<'_>>, reader: &mut Reader) -> Templates {
    let plain = || Templates {
        single: vec![Segment::Text(false, 0)],
        pair: vec![Segment::Text(false, 0), Segment::Text(true, 1)],
    };
    let Some(part) = part else { return plain() };
    let token = |name: &str| {
        let id = part.get(name).and_then(Value::as_array).and_then(|pair| pair.get(1)?.as_u64());
        id.and_then(|id| u32::try_from(id).ok())
    };
    match part.kind() {
        // It moves offsets only.
        "ByteLevel" => plain(),
        kind @ ("BertProcessing" | "RobertaProcessing") => {
            let (Some(start), Some(end)) = (token("cls"), token("sep")) else {
                reader.refuse(part, "no cls or sep with its id");
                return plain();
            };
            // RoBERTa has no types, and both tokens between two texts.
            let second = u32::from(kind == "BertProcessing");
            let between = if second == 1 { vec![end] } else { vec![end, end] };
            Templates {
                single: vec![Segment::Tokens(vec![start], 0), Segment::Text(false, 0), Segment::Tokens(vec![end], 0)],
                pair: vec![
                    Segment::Tokens(vec![start], 0),
                    Segment::Text(false, 0),
                    Segment::Tokens(between, 0),
                    Segment::Text(true, second),
                    Segment::Tokens(vec![end], second),
                ],
            }
        }
        "TemplateProcessing" => {
            Templates { single: template(part, "single", reader), pair: template(part, "pair", reader) }
        }
        "Sequence" => {
            let parts = reader.sequence(part, "processors");
            let mut others = parts.iter().filter(|part| part.kind() != "ByteLevel");
            let made = templates(others.next(), reader);
            if others.next().is_some() {
                reader.refuse(part, "several post-processors that add tokens");
            }
            made
        }
        kind => {
            reader.refuse(part, format!("a post-processor {kind}"));
            plain()
        }
    }
}

fn template(part: &Part<'_>, name: &str, reader: &mut Reader) -> Vec<Segment> {
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let segment = |value: &Value| {
        if let Some(text) = value.get("Sequence") {
            let is_second = match text.get("id")?.as_str()? {
                "A" => false,
                "B" if name == "pair" => true,
                _ => return None,
            };
            return Some(Segment::Text(is_second, number(text.get("type_id")?)?));
        }
        let token = value.get("SpecialToken")?;
        let ids = part.get("special_tokens")?.get(token.get("id")?.as_str()?)?.get("ids")?.as_array()?;
        Some(Segment::Tokens(ids.iter().map(number).collect::<Option<_>>()?, number(token.get("type_id")?)?))
    };
    let segments = part.get(name).and_then(Value::as_array);
    match segments.and_then(|segments| segments.iter().map(segment).collect()) {
        Some(segments) => segments,
        None => {
            reader.refuse(part, format!("a template \"{name}\" that is not made of texts and special tokens"));
            Vec::new()
        }
    }
}

/// How a text is cut.
pub fn truncation(part: &Part<'_>, reader: &mut Reader) -> Option<Truncation> {
    if part.get("stride").is_some_and(|stride| stride.as_u64() != Some(0)) {
        reader.refuse(part, "a stride: what is cut off would be a text of its own");
    }
    let most = length(part.get("max_length"), "max_length", part, reader)?;
    let of = match part.text("strategy") {
        Some("LongestFirst") => Cutting::Longest,
        Some("OnlyFirst") => Cutting::First,
        Some("OnlySecond") => Cutting::Second,
        _ => {
            reader.refuse(part, "a strategy that is not known");
            return None;
        }
    };
    Some(Truncation { most, of, from_start: part.text("direction") == Some("Left") })
}

/// How texts become equally long.
pub fn padding(part: &Part<'_>, reader: &mut Reader) -> Option<Padding> {
    let number = |name: &str| part.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    let least = match part.get("strategy") {
        Some(Value::String(strategy)) if strategy == "BatchLongest" => None,
        Some(strategy) if strategy.get("Fixed").is_some() => {
            Some(length(strategy.get("Fixed"), "strategy", part, reader)?)
        }
        _ => {
            reader.refuse(part, "a strategy that is not known");
            return None;
        }
    };
    let multiple = match part.get("pad_to_multiple_of") {
        None => 0,
        given => length(given, "pad_to_multiple_of", part, reader)?,
    };
    let (Some(id), Some(kind)) = (number("pad_id"), number("pad_type_id")) else {
        reader.refuse(part, "no pad_id or pad_type_id");
        return None;
    };
    Some(Padding { least, multiple, id, kind, at_start: part.text("direction") == Some("Left") })
}

fn length(given: Option<&Value>, name: &str, part: &Part<'_>, reader: &mut Reader) -> Option<u32> {
    let length = given.and_then(Value::as_u64).and_then(|length| u32::try_from(length).ok());
    let fits = length.filter(|length| *length <= MAX_TOKENS);
    if fits.is_none() {
        reader.refuse(part, format!("{name}: not a number up to {MAX_TOKENS}"));
    }
    fits
}
