//! What several subcommands do with a model and rows.

use super::Globals;
use super::trust::Trusting;
use crate::error::{Error, Kind, Result};
use crate::format::{self, Content};
use crate::model::{Method, Model};
use crate::native::data::{self, Encoded, Format};
use crate::native::registry::{self, Reference};
use crate::native::store;
use crate::predict::Predictor;
use clap::ValueEnum;

/// What to ask of a model, by scikit-learn's names.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Ask {
    /// A label or a number.
    Predict,
    /// A probability for each class.
    PredictProba,
    /// The scores before they become a decision.
    DecisionFunction,
    /// The transformed row.
    Transform,
}

impl From<Ask> for Method {
    fn from(ask: Ask) -> Self {
        match ask {
            Ask::Predict => Method::Predict,
            Ask::PredictProba => Method::PredictProba,
            Ask::DecisionFunction => Method::DecisionFunction,
            Ask::Transform => Method::Transform,
        }
    }
}

/// The bytes of the model at a path, a URL or a reference.
///
/// # Errors
/// Those of [`store::read`] and [`registry::follow`](registry::follow()).
pub fn fetch(location: &str, trust: &Trusting, globals: Globals) -> Result<Vec<u8>> {
    match reference(location, trust)? {
        Some(reference) => Ok(registry::follow(&reference, &trust.trust()?, globals)?.bytes),
        None => store::read(location, globals),
    }
}

/// The reference that a text is; `None` for the location of a file.
///
/// # Errors
/// Those of [`Trusting::check_unused`].
pub fn reference(text: &str, trust: &Trusting) -> Result<Option<Reference>> {
    let reference = Reference::find(text);
    if reference.is_none() {
        trust.check_unused()?;
    }
    Ok(reference)
}

/// Reads and decodes the model or the network at a path, a URL or a reference.
pub fn open(location: &str, trust: &Trusting, globals: Globals) -> Result<Content> {
    let bytes = fetch(location, trust, globals)?;
    format::decode_any(&bytes).map_err(|error| error.within(&store::shown(location)))
}

/// Lets a model predict its own test rows.
///
/// # Errors
/// [`Kind::Parity`], with the first number that differs.
pub fn prove(model: &Model) -> Result<()> {
    Predictor::new(model).prove(model.tests()).map_err(|differs| {
        let at = format!("test row {}: {}[{}]", differs.row, differs.method.name(), differs.column);
        Error::new(Kind::Parity, at, differs.expected.to_string(), differs.found.to_string())
    })
}

/// What a model answers to encoded rows.
///
/// # Panics
/// If the model does not answer `method`.
pub fn predicted(model: &Model, method: Method, encoded: &Encoded) -> Vec<f64> {
    let mut predictor = Predictor::new(model);
    let width = predictor.output_width(method).expect("a method of the model");
    let mut outputs = vec![0.0; encoded.rows.len() / predictor.input_width() * width];
    predictor.texts().clone_from(&encoded.texts);
    predictor.predict(method, &encoded.rows, &mut outputs);
    outputs
}

/// Rows as a model takes them: see [`Signature`](crate::model::Signature).
pub fn encoded(model: &Model, rows: &str, format: Option<Format>, globals: Globals) -> Result<Encoded> {
    let table = data::read_with_texts(rows, format, &|name| data::takes_texts(model.signature(), name))?;
    let encoded = data::encode(&table, model.signature()).map_err(|error| error.within(&store::shown(rows)))?;
    if !encoded.unused.is_empty() {
        globals.note(format_args!("columns that the model does not use: {}", encoded.unused.join(", ")));
    }
    Ok(encoded)
}
