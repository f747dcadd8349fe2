//! The categories of features by name, which files have since 3.1.

use super::super::value::{Value, index, wrong};
use super::Blockers;
use crate::error::Result;
use crate::model::Labels;

/// The largest whole number that an f64 knows from its neighbours.
const MAX_WHOLE: f64 = (1_u64 << 53) as f64;

/// The categories of each of `width` features, if it has any; the code of a category is its place.
pub fn read(model: &Value, width: usize, blockers: &mut Blockers) -> Result<Vec<Option<Labels>>> {
    let none = vec![None; width];
    let Some(cats) = model.find("cats") else { return Ok(none) };
    let encodings = cats.list("enc")?;
    if encodings.is_empty() {
        return Ok(none);
    }
    if encodings.len() != width {
        return Err(wrong("cats.enc", format!("{width} features"), encodings.len()));
    }
    let mut all = Vec::with_capacity(width);
    for (feature, encoding) in encodings.iter().enumerate() {
        let at = format!("cats.enc[{feature}]");
        let labels = match encoding.find("offsets") {
            Some(_) => texts(encoding),
            None => whole_numbers(encoding),
        };
        all.push(match labels.map_err(|error| error.within(&at))? {
            Some(labels) if labels.is_empty() => None,
            Some(labels) => Some(labels),
            None => {
                // XGBoost 3.2 cuts names by their characters and means bytes, so that others than ASCII are lost.
                blockers.add(
                    format!("learner.gradient_booster.model.{at}"),
                    "the names of its categories are damaged (XGBoost writes only names in ASCII and whole numbers \
                     rightly); train on codes, or on names in ASCII",
                );
                None
            }
        });
    }
    Ok(all)
}

/// Names, written one after another as bytes; `None` if they are no texts.
fn texts(encoding: &Value) -> Result<Option<Labels>> {
    let (offsets, bytes) = (encoding.numbers("offsets")?, encoding.numbers("values")?);
    let bytes: Vec<u8> = bytes.iter().map(|&byte| byte as i64 as u8).collect();
    let mut names = Vec::new();
    for pair in offsets.windows(2) {
        let ends = index(pair[0], bytes.len() + 1).zip(index(pair[1], bytes.len() + 1));
        let name = ends.and_then(|(from, to)| bytes.get(from..to));
        let name = name.ok_or_else(|| wrong("offsets", "places in values, rising", pair[1]))?;
        match std::str::from_utf8(name) {
            Ok(name) => names.push(name.to_owned()),
            Err(_) => return Ok(None),
        }
    }
    // A name with other characters than ASCII cuts the bytes short.
    let is_whole = offsets.last().is_none_or(|&end| end == bytes.len() as f64) && bytes.is_ascii();
    Ok(is_whole.then_some(Labels::Strings(names)))
}

/// Whole numbers; `None` if they are others.
fn whole_numbers(encoding: &Value) -> Result<Option<Labels>> {
    let numbers = encoding.numbers("values")?;
    let is_whole = |x: &f64| x.trunc() == *x && x.abs() < MAX_WHOLE;
    Ok(numbers.iter().all(is_whole).then(|| Labels::Integers(numbers.iter().map(|&x| x as i64).collect())))
}
