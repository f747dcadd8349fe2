//! Texts: `CountVectorizer`, `HashingVectorizer`, `TfidfVectorizer` and `TfidfTransformer`.

mod folding;
mod pattern;

use super::builder::{Builder, Demand, Frame};
use super::object::Object;
use crate::error::Result;
use crate::import::pickle::Item;
use crate::kernel::text::{Hashed, TextList};
use crate::model::{Function, MAX_WIDTH, Norm, Normalize, Pieces, Rescale, Terms, Vectorize};
#[cfg(feature = "tokenizer")]
pub(crate) use folding::runs;
use folding::{Accents, Folding};
use std::collections::BTreeSet;

/// scikit-learn's own list, one a line: `stop_words="english"`.
const ENGLISH: &str = include_str!("english.txt");

/// What a vectorizer makes of texts, or `TfidfTransformer` of counts; `None` if the object is neither.
pub fn transform(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Frame>> {
    match object.name() {
        "CountVectorizer" => counts(builder, frame, object).map(Some),
        "TfidfVectorizer" => {
            let counts = counts(builder, frame, object)?;
            weighted(builder, &counts, &object.get("_tfidf")?).map(Some)
        }
        "HashingVectorizer" => hashed(builder, frame, object).map(Some),
        "TfidfTransformer" => weighted(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

/// Counts runs of `lengths` words as `TfidfVectorizer` cuts them by default: lowercase, two letters or more. `stops_english`
/// is `stop_words="english"`.
#[cfg(feature = "native")]
pub fn words(terms: Terms, (least, most): (u32, u32), stops_english: bool) -> Vectorize {
    let is_word = pattern::ranges(pattern::word());
    let token = crate::kernel::text::Token { starts_at_edge: true, ends_at_edge: true, least: 2, most: usize::MAX };
    // Single words that are known are none of them.
    let decides = most > 1 || matches!(terms, Terms::Hashed(_));
    let stop_words: BTreeSet<&str> = ENGLISH.lines().filter(|_| stops_english && decides).collect();
    let stop_words = stop_words.into_iter().collect();
    let pieces = Pieces::Words { characters: is_word.clone(), word: is_word, token, stop_words };
    let (folds, sigma) = Folding { is_lower: true, accents: Accents::Kept }.of(&pieces, most, &terms);
    Vectorize { folds, sigma, pieces: Box::new(pieces), least, most, terms, is_binary: false }
}

/// Whether an object takes texts: one for each row, and no columns.
pub fn takes_texts(object: &Object<'_>) -> bool {
    matches!(object.name(), "CountVectorizer" | "TfidfVectorizer" | "HashingVectorizer")
}

fn counts(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let vocabulary = object.get("vocabulary_")?;
    let entries = vocabulary.item.entries().ok_or_else(|| vocabulary.wrong("a dictionary", vocabulary.item.kind()))?;
    let mut terms = vec![None; entries.len()];
    for (term, place) in entries {
        let slot = place.as_i64().and_then(|place| terms.get_mut(usize::try_from(place).ok()?));
        match (term.as_str(), slot) {
            (Some(term), Some(slot)) if slot.is_none() => *slot = Some(term),
            _ => return Err(vocabulary.wrong("texts with places from 0 on", place.kind())),
        }
    }
    let terms: Vec<&str> = terms.into_iter().flatten().collect();
    let mut sorted: Vec<usize> = (0..terms.len()).collect();
    sorted.sort_by_key(|&place| terms[place]);
    let known = Terms::Known(sorted.iter().map(|&place| terms[place]).collect());
    let mut value = vectorize(builder, frame, object, known)?;
    if sorted.iter().enumerate().any(|(i, &place)| i != place) {
        let mut places = vec![0; sorted.len()];
        sorted.iter().enumerate().for_each(|(i, &place)| places[place] = i);
        value = builder.select("vocabulary", value, places);
    }
    Ok(builder.made(value, terms.len()))
}

fn hashed(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let width = object.get("n_features")?.count()?;
    if width > MAX_WIDTH {
        return Err(object.refused(format!("n_features={width}: more than {MAX_WIDTH}")));
    }
    let terms = Terms::Hashed(Hashed { width: width as u32, alternates: object.flag("alternate_sign", true) });
    let value = vectorize(builder, frame, object, terms)?;
    let value = normalized(builder, object, value)?;
    Ok(builder.made(value, width))
}

/// Adds the counts of terms.
fn vectorize(builder: &mut Builder, frame: &Frame, object: &Object<'_>, terms: Terms) -> Result<u32> {
    for name in ["preprocessor", "tokenizer"] {
        if let Some(found) = object.find(name) {
            return Err(found.refused("a function of your own: use token_pattern, lowercase and strip_accents"));
        }
    }
    if let Some(input) = object.find_text("input").filter(|&input| input != "content") {
        return Err(object.refused(format!("input={input:?}: only texts themselves can be taken")));
    }
    if let Some(dtype) = object.find("dtype") {
        let name = dtype.item.as_str().unwrap_or(dtype.name());
        if !matches!(name, "float64" | "float" | "int64" | "int32" | "int") {
            return Err(dtype.refused(format!("counts of type {name}: use float64")));
        }
    }
    let accents = match object.find("strip_accents") {
        None => Accents::Kept,
        Some(accents) => match accents.item.as_str() {
            Some("unicode") => Accents::Stripped,
            Some("ascii") => Accents::Ascii,
            _ => return Err(accents.refused("a function of your own")),
        },
    };
    let range = object.get("ngram_range")?.list()?;
    let [least, most] = &range[..] else { return Err(object.wrong("an ngram_range of two numbers", "others")) };
    let (least, most) = (least.count()? as u32, most.count()? as u32);
    let analyzer = object.get("analyzer")?;
    let pieces = match analyzer.item.as_str() {
        Some("word") => {
            let pattern = object.get("token_pattern")?;
            let (characters, token) =
                pattern::tokens(pattern.text()?).map_err(|why| pattern.refused(format!("a pattern with {why}")))?;
            let is_edgeless = !token.starts_at_edge && !token.ends_at_edge;
            let word = if is_edgeless { Vec::new() } else { pattern::ranges(pattern::word()) };
            Pieces::Words { characters, word, token, stop_words: stop_words(object, &terms, most)? }
        }
        Some("char") => Pieces::Characters { spaces: pattern::ranges(pattern::space()) },
        Some("char_wb") => Pieces::CharactersInWords { spaces: pattern::ranges(pattern::space()) },
        _ => return Err(analyzer.refused("a function of your own")),
    };
    let folding = Folding { is_lower: object.flag("lowercase", true), accents };
    let (folds, sigma) = folding.of(&pieces, most, &terms);
    let is_binary = object.flag("binary", false);
    let input = builder.text(frame, object)?;
    Ok(builder.add(
        "terms",
        Vectorize { folds, sigma, pieces: Box::new(pieces), least, most, terms, is_binary },
        &[input],
    ))
}

/// The tokens that are passed by; none if that makes no difference.
fn stop_words(object: &Object<'_>, terms: &Terms, most: u32) -> Result<TextList> {
    let Some(words) = object.find("stop_words") else { return Ok(TextList::default()) };
    let words: BTreeSet<&str> = match (words.item.as_str(), words.item.items()) {
        (Some("english"), _) => ENGLISH.lines().collect(),
        (None, Some(items)) => {
            let texts: Option<_> = items.into_iter().map(Item::as_str).collect();
            texts.ok_or_else(|| words.wrong("texts", "others"))?
        }
        _ => return Err(words.refused("stop words that are no list")),
    };
    let decides = match terms {
        Terms::Known(terms) => most > 1 || terms.iter().any(|term| words.contains(term)),
        Terms::Hashed(_) => true,
    };
    Ok(words.into_iter().filter(|_| decides).collect())
}

/// Counts weighted by how rare their terms are.
fn weighted(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let mut value = builder.numbers(frame, Demand::Finite);
    if object.flag("sublinear_tf", false) {
        value = builder.map("sublinear", Function::Sublinear, value);
    }
    if object.flag("use_idf", true) {
        // Before 1.4 the weights were the diagonal of a matrix.
        let weights = match object.find("idf_") {
            Some(weights) => weights,
            None => object.get("_idf_diag")?.get("data")?,
        };
        let factors = weights.numbers()?;
        if factors.len() != frame.width() {
            return Err(weights.wrong(format!("{} numbers", frame.width()), factors.len().to_string()));
        }
        value = builder.add("idf", Rescale { offsets: vec![0.0; factors.len()], factors }, &[value]);
    }
    value = normalized(builder, object, value)?;
    Ok(builder.made(value, frame.width()))
}

fn normalized(builder: &mut Builder, object: &Object<'_>, value: u32) -> Result<u32> {
    let norm = match object.find_text("norm") {
        None => return Ok(value),
        Some("l1") => Norm::L1,
        Some("l2") => Norm::L2,
        Some(other) => return Err(object.refused(format!("norm={other:?}"))),
    };
    Ok(builder.add("normalize", Normalize { norm }, &[value]))
}
