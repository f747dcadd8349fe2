//! `edgelet explain`.

use super::model;
use super::trust::Trusting;
use super::{Globals, stdout};
use crate::error::{Error, Kind, Result};
use crate::format;
use crate::model::{Label, Model, Signature};
use crate::native::data::{self, Format};
use crate::native::store::{self, file};
use crate::predict::{Explained, Explainer, Predictor};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// Say how much each feature of a row moves its score.
///
/// The values are exact SHAP values: of a row's score (`decision_function`, or a number that is predicted, before any link)
/// they are what each feature adds to `base`, the score that the training rows have on average. Base and values add up to
/// the score. The model's file must have been made for it: `edgelet import … --explain`, `edgelet train … --explain`.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet import churn.ubj --explain && edgelet explain churn.edgelet new.csv
  edgelet explain s3://models/iris.edgelet new.csv --class setosa -o values.csv
  edgelet explain churn.edgelet new.csv --json | head -n 1

The answer is CSV with a header: of a classifier the class whose score it is, then a column for
each feature, then `base`. With --json it is an object a line: class, base, margin (the score) and
values, by feature.

A classifier with a score for each class is explained for --class, or for the class that it
predicts; one with one score for two classes for the second, whose score that is, or for the first,
with all signs turned. What random forests of scikit-learn average are probabilities: base and
values add up to one of those. See docs/EXPLAIN.md.")]
pub struct Explain {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// The rows: CSV with a header, NDJSON, NPY or Parquet, at a path or URL; - is stdin.
    rows: String,
    /// The class whose score is explained [default: the predicted one].
    #[arg(long)]
    class: Option<String>,
    /// How the rows are written down [default: found out].
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write [default: stdout].
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// One JSON object a line instead of CSV.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

impl Explain {
    /// Reads, explains, writes.
    pub fn run(self, globals: Globals) -> Result<()> {
        let bytes = model::fetch(&self.model, &self.trust, globals)?;
        let here = |error: Error| error.within(&store::shown(&self.model));
        let model = format::decode(&bytes).map_err(here)?;
        let background = format::decode_background(format::background(&bytes), &model).map_err(here)?;
        let mut explainer = Explainer::new(&model, &background).map_err(here)?;
        let class = self.class.as_deref().map(|class| place_of(class, &model, &explainer)).transpose()?;
        let encoded = model::encoded(&model, &self.rows, self.format, globals)?;
        let mut predictor = Predictor::new(&model);
        predictor.texts().clone_from(&encoded.texts);
        let mut answers = Vec::new();
        for row in encoded.rows.chunks_exact(predictor.input_width()) {
            predictor.scratch()[..row.len()].copy_from_slice(row);
            let explained = explainer.run(&mut predictor, class);
            answers.push((explained, explainer.values().to_vec()));
        }
        let text = if self.json { ndjson(model.signature(), &answers) } else { csv(model.signature(), &answers)? };
        match self.output {
            Some(path) => file::write(&path, text.as_bytes()),
            None => stdout::print(&text),
        }
    }
}

/// The place of a class among those that have a score.
fn place_of(class: &str, model: &Model, explainer: &Explainer) -> Result<usize> {
    let Some(classes) = model.signature().classes.first().filter(|_| explainer.classes() > 0) else {
        return Err(Error::new(Kind::BadOption, "--class", "a classifier", "a model that predicts numbers"));
    };
    classes.iter().position(|label| label.to_string() == class).ok_or_else(|| {
        let some: Vec<String> = classes.iter().take(8).map(|label| label.to_string()).collect();
        Error::new(Kind::BadOption, "--class", format!("one of {}", some.join(", ")), class.to_owned())
    })
}

/// The class whose score was explained.
fn class_of<'a>(signature: &'a Signature, explained: &Explained) -> Option<Label<'a>> {
    signature.classes.first().zip(explained.class).and_then(|(classes, class)| classes.get(class))
}

fn csv(signature: &Signature, answers: &[(Explained, Vec<f64>)]) -> Result<String> {
    let is_classifier = !signature.classes.is_empty();
    let names = signature.inputs.iter().map(|input| input.name.clone());
    let columns: Vec<String> =
        is_classifier.then(|| "class".to_owned()).into_iter().chain(names).chain(["base".to_owned()]).collect();
    let rows = answers.iter().map(|(explained, values)| {
        let numbers = values.iter().chain([&explained.base]).map(|&x| Label::Float(x));
        class_of(signature, explained).into_iter().chain(numbers)
    });
    data::csv(&columns, rows)
}

/// An object a line. Written by hand: serde_json's own map would sort the features.
fn ndjson(signature: &Signature, answers: &[(Explained, Vec<f64>)]) -> String {
    let names: Vec<String> = signature.inputs.iter().map(|input| Value::from(&*input.name).to_string()).collect();
    let mut lines = String::new();
    for (explained, values) in answers {
        let class = class_of(signature, explained).map_or(Value::Null, data::json);
        let number = |x: f64| data::json(Label::Float(x));
        let values = names.iter().zip(values).map(|(name, &value)| format!("{name}:{}", number(value)));
        let values = values.collect::<Vec<_>>().join(",");
        let (base, margin) = (number(explained.base), number(explained.margin));
        lines += &format!("{{\"class\":{class},\"base\":{base},\"margin\":{margin},\"values\":{{{values}}}}}\n");
    }
    lines
}
