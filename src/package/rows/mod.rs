//! What is in a package of one model of rows.

mod about;
mod card;
mod core;
mod example;
mod range;
mod strip;
mod types;

pub use range::Range;

use super::Options;
use super::content::Content;
use super::engine::Engine;
use super::manifest;
use crate::error::Result;
use crate::format;

/// The package's parts.
///
/// # Errors
/// Those of [`format::decode`], and of the core.
pub fn content(bytes: &[u8], options: &Options, core: &[u8], engine: &dyn Engine) -> Result<Content> {
    let model = format::decode(bytes)?;
    let shaken = match options.address {
        // The hash is that of the file as it is.
        Some(_) => core::fetching(engine, core, &model, bytes)?,
        None => core::holding(engine, core, &model, &format::encode(&strip::strip(&model)?)?, options.ready)?,
    };
    let predicts = format!("predicts {}", model.signature().targets.join(", "));
    Ok(Content {
        manifest: manifest::of(model.provenance(), ["A trained model", &predicts], options),
        card: card::of(&model, options, &example::of(&model)),
        types: types::of(&model, options),
        about: about::of(&model),
        shaken,
    })
}
