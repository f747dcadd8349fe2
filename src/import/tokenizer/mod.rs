//! The tokenizer.json of Hugging Face's library `tokenizers` → [`Tokenizer`]: the same ids for every text, or a refusal that names
//! all that stands in the way.

mod added;
mod characters;
mod ending;
mod model;
mod normalizer;
mod pattern;
mod pre_tokenizer;
mod reader;

use crate::error::{Error, Kind, Result};
use crate::network::Tokenizer;
use crate::network::tokenizer::{Cutting, Padding, Segment, Truncation};
use reader::{Part, Reader};
use serde_json::Value;

/// What a tokenizer.json does not say, or what is otherwise.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The most tokens of a text.
    pub most: Option<u32>,
    /// The token that fills texts up.
    pub pad: Option<String>,
    /// How many tokens the network takes, if that is always the same.
    pub length: Option<u32>,
}

/// Tokens that are known to fill texts up.
const PADS: [&str; 6] = ["[PAD]", "<pad>", "<PAD>", "<|pad|>", "<|padding|>", "<|endoftext|>"];

/// Reads a tokenizer.
///
/// # Errors
/// [`Kind::BadOption`] for what is no such file, or a setting that does not fit it; [`Kind::Unsupported`] for what edgelet does not do
/// to the letter, all of it at once.
pub fn import(bytes: &[u8], settings: &Settings) -> Result<Tokenizer> {
    let file: Value = serde_json::from_slice(bytes)
        .map_err(|error| Error::new(Kind::BadOption, "JSON", "a tokenizer.json", error.to_string()))?;
    let Some(model) = Part::of(&file, "model") else {
        return Err(Error::new(Kind::BadOption, "model", "a tokenizer.json of the library tokenizers", "none").hint(
            "tokenizer.save(\"tokenizer.json\") writes it; of transformers, tokenizer.backend_tokenizer has save.",
        ));
    };
    let mut reader = Reader::default();
    let ids = model::ids(&model, &mut reader);
    let tokens = model::tokens(&model, &ids, &mut reader);
    let part = |name: &str| Part::of(&file, name);
    let normalize = part("normalizer").map_or(Vec::new(), |part| normalizer::steps(&part, &mut reader));
    let divide =
        part("pre_tokenizer").map_or(Vec::new(), |part| pre_tokenizer::steps(&part, normalize.is_empty(), &mut reader));
    let templates = ending::templates(part("post_processor").as_ref(), &mut reader);
    let truncation = part("truncation").and_then(|part| ending::truncation(&part, &mut reader));
    let padding = part("padding").and_then(|part| ending::padding(&part, &mut reader));
    let marks = if reader.needs_marks { characters::marks() } else { Vec::new() };
    let (added, around) = added::tokens(&file, &ids, &normalize, &marks, &mut reader);
    if !reader.blockers.is_empty() {
        return Err(reader.blockers.error());
    }
    let id = |token: &str| {
        let known = added.iter().find(|added| added.0 == token).map(|added| added.1.id);
        known.or_else(|| ids.get(token).copied())
    };
    let padding = padded(padding, settings, id)?;
    let truncation = truncated(truncation, settings, Segment::around(&templates.single))?;
    Ok(Tokenizer {
        sets: reader.sets,
        marks,
        added: added.into_iter().map(|(_, added)| added).collect(),
        around,
        normalize,
        divide,
        model: tokens,
        single: templates.single,
        pair: templates.pair,
        truncation,
        padding,
    })
}

/// How texts become equally long: as the file says, else with a token that is known to be for that.
fn padded(given: Option<Padding>, settings: &Settings, id: impl Fn(&str) -> Option<u32>) -> Result<Option<Padding>> {
    let found = match &settings.pad {
        Some(token) => Some(
            id(token)
                .ok_or_else(|| Error::new(Kind::BadOption, "--tokenizer-set pad", "a token", format!("{token:?}")))?,
        ),
        None => PADS.into_iter().find_map(&id),
    };
    let plain = |id| Padding { least: None, multiple: 0, id, kind: 0, at_start: false };
    let padding = match (given, found) {
        (Some(given), Some(id)) if settings.pad.is_some() => Some(Padding { id, ..given }),
        (given, found) => given.or(found.map(plain)),
    };
    let Some(length) = settings.length else { return Ok(padding) };
    let Some(padding) = padding else {
        return Err(Error::new(Kind::BadOption, "padding", "a token that fills texts up", "none")
            .hint("Say which with --tokenizer-set pad=TOKEN: the network takes texts of one length only."));
    };
    Ok(Some(Padding { least: Some(length), multiple: 0, ..padding }))
}

/// How a text is cut: as the file says, and never to more than the network takes.
fn truncated(given: Option<Truncation>, settings: &Settings, around: usize) -> Result<Option<Truncation>> {
    let asked = settings.most.or(given.map(|given| given.most)).or(settings.length);
    let Some(most) = asked else { return Ok(None) };
    let most = settings.length.map_or(most, |length| most.min(length));
    if (most as usize) < around {
        let expected = format!("at least {around} tokens, which stand around a text");
        return Err(Error::new(Kind::BadOption, "max-length", expected, most.to_string()));
    }
    let plain = Truncation { most, of: Cutting::Longest, from_start: false };
    Ok(Some(given.map_or(plain, |given| Truncation { most, ..given })))
}
