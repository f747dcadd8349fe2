//! `edgelet import`.

use super::model::{self, Ask};
use super::preprocess::Preprocess;
use super::{Globals, network, source, stdout, train, verify};
use crate::error::{Error, Kind, Result};
use crate::format;
use crate::import::{self, Framework, Options, keras, tflite};
use crate::model::{Background, Expected, Known, Model, Provenance, TestRows};
use crate::native::store::{self, file};
use crate::network::{Examples, Network};
use crate::optimize::optimize;
use crate::predict::{self, Explainer};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// How many rows a model takes along to prove itself with.
const TEST_ROWS: usize = 16;

/// Make an .edgelet file of another framework's model.
///
/// Reads scikit-learn's estimators (pickle, joblib, skops; nothing in them is executed), and the files of XGBoost's
/// save_model (JSON and UBJSON), of LightGBM's (text) and of CatBoost's (JSON), and networks in ONNX, of Keras (.keras and
/// .h5) and of TFLite; a network's own .edgelet file too, to add --labels, --image or --tokenizer to it. A model whose numbers
/// edgelet could not reproduce is refused, with everything that stands in the way, and nothing is written.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet import churn.joblib
  edgelet import churn.ubj --missing 0
  edgelet import churn.txt --verify holdout.csv --expect lightgbm.csv --method predict_proba
  edgelet import digits.onnx --verify images.npz --expect onnxruntime.npz
  edgelet import digits.keras --verify images.npz --expect keras.npz
  edgelet import digits.tflite --verify images.npz --expect litert.npz
  edgelet import resnet18.onnx --image imagenet --labels imagenet_classes.txt
  edgelet import vit.onnx --image preprocessor_config.json --labels config.json
  edgelet import minilm.onnx --tokenizer tokenizer.json --tokenizer-set max-length=256
  edgelet import digits.edgelet --image unit --image-set resample=box -o drawn.edgelet
  edgelet import churn.ubj --explain
  edgelet import pipeline.joblib --explain --background train.csv

With --verify, the model is written only if it predicts what --expect holds for those rows (exit status 4 if not), and
takes the first 16 of them along as its test rows: `edgelet verify` and a browser's model.verify() run them again.

With --explain, the file also holds what `edgelet explain` and `edgelet/explain` in JavaScript need to
say why a model answers as it does: of trees the weight of the training rows in each leaf, of linear
functions the means of what they take in the rows of --background. Without, the file is smaller, and
predicts the same.")]
pub struct Import {
    /// The file: a path, or any URL that can be read.
    file: String,
    /// The framework that wrote it [default: what its first bytes tell].
    #[arg(long, value_enum)]
    from: Option<From>,
    /// A number that counts as missing, as XGBoost's `missing` does: its files do not hold it [default: NaN only].
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    missing: Option<f32>,
    /// Where to write the model [default: the file's name with .edgelet].
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// Rows to predict before anything is written.
    #[arg(long, value_name = "ROWS", requires = "expect")]
    verify: Option<String>,
    /// What the framework itself predicts for them: a column for each column that `edgelet predict` writes.
    #[arg(long, value_name = "ROWS", requires = "verify")]
    expect: Option<String>,
    /// What to ask of the model.
    #[arg(long, value_enum, default_value = "predict", requires = "verify")]
    method: Ask,
    /// How far numbers may differ [default: 1e-12; of a network 1e-4, relative to the largest of its tensor].
    #[arg(long, requires = "verify")]
    tolerance: Option<f64>,
    /// Keep what explaining takes; a model that cannot be explained is refused.
    #[arg(long)]
    explain: bool,
    /// Rows that linear functions are explained against, mostly those of training.
    #[arg(long, value_name = "ROWS", requires = "explain")]
    background: Option<String>,
    #[command(flatten)]
    preprocess: Preprocess,
}

/// A framework, by its package's name.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    Sklearn,
    Xgboost,
    Lightgbm,
    Catboost,
    Onnx,
    Keras,
    Tflite,
}

impl From {
    /// The framework, if its models are of rows.
    fn framework(self) -> Option<Framework> {
        match self {
            From::Sklearn => Some(Framework::ScikitLearn),
            From::Xgboost => Some(Framework::XGBoost),
            From::Lightgbm => Some(Framework::LightGBM),
            From::Catboost => Some(Framework::CatBoost),
            From::Onnx | From::Keras | From::Tflite => None,
        }
    }
}

impl Import {
    /// Reads, compares, writes, reports.
    pub fn run(self, globals: Globals) -> Result<()> {
        let bytes = store::read(&self.file, globals)?;
        let source = match self.from {
            Some(From::Keras) => Some(keras::import(&bytes)),
            Some(From::Tflite) => Some(tflite::import(&bytes)),
            Some(From::Onnx) => Some(source::onnx(&self.file, &bytes, globals)),
            Some(_) => None,
            None => source::network(&self.file, &bytes, globals).transpose(),
        };
        if let Some(network) = source {
            return self.network(network, globals);
        }
        if format::is_network(&bytes) {
            return self.network(format::decode_network(bytes), globals);
        }
        if let Some(option) = self.preprocess.given() {
            return Err(Error::new(Kind::BadOption, option, "a network", "a model of rows"));
        }
        let options =
            Options { from: self.from.and_then(From::framework), missing: self.missing.filter(|x| !x.is_nan()) };
        let (model, background) = self.imported(&bytes, &options, globals)?;
        let (model, agreement) = match (&self.verify, &self.expect) {
            (Some(rows), Some(expect)) => self.proved(model, rows, expect, globals)?,
            _ => {
                globals.note("not compared with the framework's own predictions: --verify and --expect do that");
                (model, String::new())
            }
        };
        let size = format!("{} features", model.signature().inputs.len());
        self.write(&format::encode_with(&model, &background)?, model.provenance(), &size, &agreement)
    }

    /// Writes the file and reports what is in it.
    fn write(&self, bytes: &[u8], provenance: &Provenance, size: &str, agreement: &str) -> Result<()> {
        let output = self.output.clone().unwrap_or_else(|| train::default_output(&self.file));
        file::write(&output, bytes)?;
        let Provenance { framework, version, estimator, .. } = provenance;
        stdout::print(&format!(
            "{framework} {version}: {estimator}, {size}\n{agreement}wrote {} ({} bytes)\n",
            output.display(),
            bytes.len()
        ))
    }

    /// Compares a network, writes, reports.
    fn network(&self, network: Result<Network>, globals: Globals) -> Result<()> {
        let refused = [("--explain", self.explain), ("--missing", self.missing.is_some())];
        if let Some((option, _)) = refused.into_iter().find(|(_, is_there)| *is_there) {
            return Err(Error::new(Kind::BadOption, option, "a model of rows", "a network"));
        }
        let network = optimize(network.map_err(|error| error.within(&store::shown(&self.file)))?)?;
        let network = self.preprocess.added(network, globals)?;
        let (network, agreement) = match (&self.verify, &self.expect) {
            (Some(inputs), Some(expect)) => {
                verify::check_tolerance(self.tolerance)?;
                let tolerance = self.tolerance.unwrap_or(verify::NETWORK_TOLERANCE);
                let example = network::agreed(&network, inputs, expect, tolerance, globals)?;
                let mut parts = network.into_parts();
                parts.examples = Examples { tensors: vec![example], tolerance };
                (Network::new(parts)?, format!("agrees with {expect}, which is kept as its example\n"))
            }
            _ if !network.examples().tensors.is_empty() => (network, String::new()),
            _ => {
                globals.note("not compared with the framework's own outputs: --verify and --expect do that");
                (network, String::new())
            }
        };
        let size = format!("{} nodes", network.nodes().len());
        self.write(&format::encode_network(&network)?, network.provenance(), &size, &agreement)
    }

    /// The model, and what explaining it takes, if that is wanted.
    fn imported(&self, bytes: &[u8], options: &Options, globals: Globals) -> Result<(Model, Background)> {
        let here = |error: Error| error.within(&store::shown(&self.file));
        if !self.explain {
            return Ok((import::import(bytes, options).map_err(here)?, Background::default()));
        }
        let means = |model: &Model| match &self.background {
            Some(rows) => means(model, rows, globals),
            None => Ok(Vec::new()),
        };
        let (model, background) = import::import_to_explain(bytes, options, means).map_err(here)?;
        Explainer::new(&model, &background).map_err(here)?;
        Ok((model, background))
    }

    /// The model with test rows, if it predicts what it should.
    fn proved(&self, model: Model, rows: &str, expect: &str, globals: Globals) -> Result<(Model, String)> {
        verify::check_tolerance(self.tolerance)?;
        let method = self.method.into();
        let encoded = model::encoded(&model, rows, None, globals)?;
        let tolerance = self.tolerance.unwrap_or(verify::TOLERANCE);
        let expected = verify::agreed(&model, &encoded, expect, method, tolerance)?;
        let width = model.signature().inputs.len();
        let count = encoded.rows.len() / width;
        let kept = count.min(TEST_ROWS);
        let (inputs, texts) = encoded.first(kept, model.signature());
        let tests = TestRows {
            inputs,
            texts,
            expected: vec![Expected { method, values: expected[..kept * (expected.len() / count)].to_vec() }],
            tolerance,
        };
        let mut parts = model.into_parts();
        parts.tests = tests;
        let model = Model::new(parts)?;
        let agreement = format!("{count} rows agree with {expect}; {kept} of them are its test rows\n");
        model::prove(&model).map_err(|error| {
            Error::new(Kind::Parity, "test rows", error.expected().to_owned(), error.found().to_owned())
        })?;
        Ok((model, agreement))
    }
}

/// The means that a model's linear functions start from, of rows.
fn means(model: &Model, rows: &str, globals: Globals) -> Result<Vec<Known>> {
    let encoded = model::encoded(model, rows, None, globals)?;
    if encoded.rows.is_empty() {
        return Err(Error::new(Kind::BadRows, rows.to_owned(), "at least 1 row", "none"));
    }
    let means = predict::means(model, &encoded.rows, &encoded.texts)?;
    if means.is_empty() {
        globals.note("--background: the model has no linear function, so nothing of these rows is kept");
    }
    Ok(means)
}
