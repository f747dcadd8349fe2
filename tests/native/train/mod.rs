//! Training: against scikit-learn, on rows of every kind, and as a program.

mod cnn;
mod dates;
mod families;
mod pictures;
mod program;
mod rows;
mod scikit_learn;
mod sounds;
mod texts;
mod unsupervised;

use edgelet::model::{Method, Model};
use edgelet::native::data::{Column, Table, Values};
use edgelet::native::train::{self, Fitted, Options};
use edgelet::predict::Predictor;
use std::path::Path;
use std::process::Command;

/// A table of named columns.
fn table(columns: impl IntoIterator<Item = (&'static str, Values)>) -> Table {
    let columns: Vec<Column> =
        columns.into_iter().map(|(name, values)| Column { name: name.to_owned(), values }).collect();
    let rows = match &columns[0].values {
        Values::Numbers(values) | Values::Dates(values) => values.len(),
        Values::Integers(values) => values.len(),
        Values::Booleans(values) => values.len(),
        Values::Texts(values) => values.len(),
    };
    Table { columns, rows }
}

fn integers(values: impl IntoIterator<Item = i64>) -> Values {
    Values::Integers(values.into_iter().map(Some).collect())
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Values {
    Values::Texts(values.into_iter().map(|text| (!text.is_empty()).then(|| text.to_owned())).collect())
}

fn fit(table: &Table, options: &Options) -> Fitted {
    train::fit(table, options, &()).expect("a model")
}

/// Neither a held-out part nor folds: only the fit itself.
fn only_fit(target: &str) -> Options {
    Options { test_size: 0.0, folds: 0, ..Options::new(target) }
}

/// The names and operators of a model's nodes.
fn nodes(model: &Model) -> Vec<(String, &'static str)> {
    model.graph().nodes.iter().map(|node| (node.name.clone(), node.operator.name())).collect()
}

/// A model's own test rows hold, to the bit.
fn assert_proves_itself(model: &Model) {
    assert!(!model.tests().expected.is_empty() && model.tests().tolerance == 0.0);
    assert_eq!(Predictor::new(model).prove(model.tests()), Ok(()));
}

/// A model's answers for encoded rows.
fn predict(model: &Model, method: Method, rows: &[f64]) -> Vec<f64> {
    let mut predictor = Predictor::new(model);
    let width = predictor.output_width(method).expect("a method of the model");
    let mut out = vec![0.0; rows.len() / predictor.input_width() * width];
    predictor.predict(method, rows, &mut out);
    out
}

/// The program run in a folder: whether it did what it was asked to, and all that it told.
fn edgelet(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
    let run = command
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program");
    let told = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    (run.status.success(), told)
}
