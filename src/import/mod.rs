//! Other frameworks' files → [`Model`]: pure functions of bytes.
//!
//! A file whose numbers edgelet cannot reproduce is refused, with everything that stands in the way at once.

mod answers;
mod blockers;
mod catboost;
pub mod json;
#[cfg(feature = "tensors")]
pub mod keras;
#[cfg(feature = "tensors")]
mod layout;
mod lightgbm;
#[cfg(feature = "tensors")]
pub(crate) mod network;
#[cfg(feature = "tensors")]
pub mod onnx;
pub mod pickle;
pub(crate) mod sklearn;
pub mod skops;
#[cfg(feature = "tensors")]
pub mod tflite;
#[cfg(feature = "tokenizer")]
pub mod tokenizer;
mod trees;
pub mod ubjson;
pub mod value;
mod xgboost;

use crate::error::{Error, Kind, Result};
use crate::model::{Background, Known, Model};
use value::Value;

/// A framework whose files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framework {
    /// `Booster.save_model`, in JSON or UBJSON.
    XGBoost,
    /// `Booster.save_model`, a text.
    LightGBM,
    /// `save_model(format="json")`.
    CatBoost,
    /// A pickle, a file of joblib or of skops; XGBoost's and LightGBM's wrappers too.
    ScikitLearn,
}

/// What a file does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// The framework that wrote it; without one its first bytes tell.
    pub from: Option<Framework>,
    /// The number that counts as missing, beside NaN: XGBoost's `missing`.
    pub missing: Option<f32>,
}

impl Framework {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Framework::XGBoost => "xgboost",
            Framework::LightGBM => "lightgbm",
            Framework::CatBoost => "catboost",
            Framework::ScikitLearn => "sklearn",
        }
    }

    /// The framework that a file's first bytes, or its parts, tell.
    fn of(bytes: &[u8], value: Option<&Value>) -> Option<Self> {
        let has = |name: &str| value.is_some_and(|value| value.find(name).is_some());
        if has("learner") || has("Model") {
            return Some(Framework::XGBoost);
        }
        if has("oblivious_trees") || has("trees") && has("features_info") {
            return Some(Framework::CatBoost);
        }
        if is_pickle(bytes) || is_zip(bytes) {
            return Some(Framework::ScikitLearn);
        }
        let is_text = bytes.starts_with(b"tree\n") || bytes.starts_with(b"tree\r\n");
        is_text.then_some(Framework::LightGBM)
    }
}

/// A model, and what its file knows of the training rows.
struct Imported {
    model: Model,
    known: Vec<Known>,
}

/// The model in another framework's file, without test rows.
///
/// # Errors
/// [`Kind::Unsupported`] if the file is of no framework that is read here, or holds something that edgelet cannot
/// reproduce; [`Kind::InvalidModel`] at the place in the file that is damaged; [`Kind::BadOption`] for an option that the
/// framework does not have.
pub fn import(bytes: &[u8], options: &Options) -> Result<Model> {
    read(bytes, options).map(|imported| imported.model)
}

/// The same with what the file knows of the training rows, so that predictions can be explained. Linear functions need
/// `means` besides: of a model the means of what they take, as [`means`](crate::predict::means()) has them.
///
/// # Errors
/// As [`import`], and those of `means`; [`Kind::InvalidModel`] for weights of training rows that are none.
pub fn import_to_explain(
    bytes: &[u8],
    options: &Options,
    means: impl FnOnce(&Model) -> Result<Vec<Known>>,
) -> Result<(Model, Background)> {
    let Imported { model, mut known } = read(bytes, options)?;
    known.extend(means(&model)?);
    known.sort_by_key(|known| known.node);
    let background = Background::new(&model, known)?;
    Ok((model, background))
}

fn read(bytes: &[u8], options: &Options) -> Result<Imported> {
    let value = if ubjson::is_ubjson(bytes) {
        Some(ubjson::read(bytes)?)
    } else if bytes.trim_ascii_start().starts_with(b"{") {
        Some(json::read(bytes)?)
    } else {
        None
    };
    let found = Framework::of(bytes, value.as_ref());
    let framework = match (found, options.from) {
        (Some(found), None) => found,
        (Some(found), Some(from)) if found == from => found,
        (found, _) => return Err(unknown(bytes, value.as_ref(), found, options)),
    };
    if options.missing.is_some() && framework != Framework::XGBoost {
        return Err(Error::new(Kind::BadOption, "--missing", "a file of xgboost", framework.name())
            .hint("Other frameworks' files say themselves what is missing."));
    }
    match (framework, &value) {
        (Framework::XGBoost, Some(value)) => xgboost::read(value, options),
        (Framework::CatBoost, Some(value)) => catboost::read(value),
        (Framework::ScikitLearn, _) if is_zip(bytes) => sklearn::read(&skops::read(bytes)?),
        (Framework::ScikitLearn, _) => sklearn::read(&pickle::read(bytes)?),
        _ => {
            let text = std::str::from_utf8(bytes).map_err(|error| {
                let at = format!("byte {}", error.valid_up_to());
                Error::new(Kind::InvalidModel, at, "UTF-8", "other bytes").hint("Write the file again with save_model.")
            })?;
            lightgbm::read(text)
        }
    }
}

/// The error of a file that is of no known framework, or of another than it should be.
fn unknown(bytes: &[u8], value: Option<&Value>, framework: Option<Framework>, options: &Options) -> Error {
    let expected = match options.from {
        Some(from) => format!("a model of {}", from.name()),
        None => "a model of sklearn, xgboost, lightgbm or catboost".to_owned(),
    };
    let found = match (framework, bytes) {
        (Some(framework), _) => format!("one of {}", framework.name()),
        (None, [b'b', b'i', b'n', b'f', ..]) => "XGBoost's old binary format".into(),
        (None, [b'C', b'B', b'M', b'1', ..]) => "CatBoost's binary format".into(),
        (None, []) => "no bytes".into(),
        (None, _) if value.is_some() => "an object of other parts".into(),
        (None, _) => "other bytes".into(),
    };
    Error::new(Kind::Unsupported, "byte 0", expected, found).hint(
        "Save scikit-learn's estimator with joblib.dump(model, \"model.joblib\"), XGBoost's booster with save_model(\"model.ubj\") or \"model.json\", LightGBM's with \
         save_model(\"model.txt\"), CatBoost's model with save_model(\"model.json\", format=\"json\").",
    )
}

/// Whether the file begins as a pickle does, or as the compressions that joblib writes.
fn is_pickle(bytes: &[u8]) -> bool {
    let compressions: [&[u8]; 6] =
        [&[0x78], &[0x1f, 0x8b], b"BZh", &[0xfd, b'7', b'z', b'X', b'Z'], &[0x5d, 0, 0], &[4, 0x22, 0x4d, 0x18]];
    matches!(bytes, [0x80, 2..=5, ..]) || compressions.iter().any(|magic| bytes.starts_with(magic))
}

/// Whether the file begins as a zip archive does: skops writes those.
fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}
