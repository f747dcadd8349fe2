//! XGBoost's files, of JSON or UBJSON: `learner` and all that is in it.
//!
//! Margins are the same f32 bits: they begin with the base score's margin, and leaves are added tree after tree in f32
//! (XGBoost before 1.3 added the base score last; its files predict as they do in every later version). What XGBoost then computes with the C library's `expf` is computed in f64 and rounded to f32 here.

mod booster;
mod categories;
mod ensemble;
mod objective;
mod shape;
mod trees;

use super::answers::{Draft, Steps};
use super::blockers::Blockers;
use super::value::Value;
use super::{Imported, Options};
use crate::error::Result;
use crate::model::{Input, InputKind, Missing, Provenance, Unknown};
pub use booster::Booster;

/// Reads a model.
///
/// A file that scikit-learn's wrapper saved predicts as the wrapper does: with the trees up to the best iteration, if
/// training stopped early. Any other predicts as a `Booster` does, with all trees.
pub(super) fn read(file: &Value, options: &Options) -> Result<Imported> {
    let mut blockers = Blockers::default();
    let is_wrapped = file
        .find("learner")
        .and_then(|learner| learner.find("attributes"))
        .is_some_and(|attributes| attributes.find("scikit_learn").is_some());
    let booster = Booster::read(file, is_wrapped, &mut blockers)?;
    let has_names = |booster: &Booster| booster.categories().iter().any(Option::is_some);
    if options.missing.is_some() && booster.as_ref().is_some_and(has_names) {
        blockers.add("--missing", "categories have names in this file, and no number can be missing among them");
    }
    let Some(booster) = booster.filter(|_| blockers.is_empty()) else { return Err(blockers.error()) };
    let inputs = booster.names.iter().zip(booster.categories()).map(|(name, categories)| Input {
        name: name.clone(),
        kind: match categories {
            // XGBoost refuses a category by a name that it has not seen in training.
            Some(categories) => InputKind::Categorical { categories: categories.clone(), unknown: Unknown::Refused },
            None => InputKind::Numeric,
        },
        missing: Missing::Accepted,
    });
    let inputs = inputs.collect();
    let provenance = Provenance {
        framework: "xgboost".to_owned(),
        version: booster.version.clone(),
        estimator: booster.objective.clone(),
        ..Provenance::default()
    };
    let mut draft = Draft::default();
    let answers = booster.graph(&mut Steps(&mut draft), 0, options.missing);
    answers.model(inputs, draft, provenance)
}
