//! `edgelet verify`.

use super::model::{self, Ask};
use super::trust::Trusting;
use super::{Globals, network, stdout};
use crate::error::{Error, Kind, Result};
use crate::format::Content;
use crate::model::{Label, Labels, Method, Model, Signature, is_near};
use crate::native::data::{self, Column, Encoded, Table, Values};
use crate::native::store;
use crate::network::Network;
use clap::Args;

/// Compare a model's predictions with expected ones.
///
/// Labels must be equal; numbers may differ by the tolerance, relative to the larger of the expected number and 1. The
/// first row that differs is named, and the exit status is 4. The expected columns are found by the names that `edgelet
/// predict` writes; under other names, they are taken in order. Without rows, the model predicts its own test rows.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet verify churn.edgelet
  edgelet verify churn.edgelet --rows holdout.csv --expect sklearn.csv --method predict_proba
  edgelet verify digits.edgelet --rows images.npz --expect onnxruntime.npz")]
pub struct Verify {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// The rows to predict: a path or URL, or a pattern of several.
    #[arg(long, requires = "expect")]
    rows: Option<String>,
    /// What to expect for them: a column for each column that `edgelet predict` writes.
    #[arg(long, requires = "rows")]
    expect: Option<String>,
    /// What to ask of the model.
    #[arg(long, value_enum, default_value = "predict", requires = "rows")]
    method: Ask,
    /// How far numbers may differ [default: 1e-12; of a network 1e-4, relative to the largest of its tensor].
    #[arg(long, requires = "rows")]
    tolerance: Option<f64>,
    #[command(flatten)]
    trust: Trusting,
}

impl Verify {
    /// Predicts and compares.
    pub fn run(self, globals: Globals) -> Result<()> {
        check_tolerance(self.tolerance)?;
        let model = match model::open(&self.model, &self.trust, globals)? {
            Content::Model(model) => model,
            Content::Network(network) => return self.network(&network, globals),
        };
        let tolerance = self.tolerance.unwrap_or(TOLERANCE);
        let agreement = match (&self.rows, &self.expect) {
            (Some(rows), Some(expect)) => {
                let rows = model::encoded(&model, rows, None, globals)?;
                agreed(&model, &rows, expect, self.method.into(), tolerance)?;
                agreement(rows.rows.len() / model.signature().inputs.len(), "row")
            }
            _ => prove(&model).map_err(|error| error.within(&store::shown(&self.model)))?,
        };
        stdout::print(&agreement)
    }

    /// Runs a network and compares.
    fn network(&self, network: &Network, globals: Globals) -> Result<()> {
        let agreement = match (&self.rows, &self.expect) {
            (Some(inputs), Some(expect)) => {
                let tolerance = self.tolerance.unwrap_or(NETWORK_TOLERANCE);
                network::agreed(network, inputs, expect, tolerance, globals)?;
                agreement(network.outputs().len(), "output")
            }
            _ => agreement(network::prove(network)?, "example"),
        };
        stdout::print(&agreement)
    }
}

/// How far a model's numbers may differ if nothing is said.
pub(super) const TOLERANCE: f64 = 1e-12;
/// How far a network's may, relative to the largest of their tensor.
pub(super) const NETWORK_TOLERANCE: f64 = 1e-4;

/// Refuses a tolerance that is none.
pub(super) fn check_tolerance(tolerance: Option<f64>) -> Result<()> {
    match tolerance {
        Some(tolerance) if !(0.0..=1.0).contains(&tolerance) => {
            Err(Error::new(Kind::BadOption, "--tolerance", "a number from 0 to 1", tolerance.to_string()))
        }
        _ => Ok(()),
    }
}

/// Predicts encoded rows, compares with the file `expect`, and returns what that expects: numbers as they are, labels by
/// their index.
///
/// # Errors
/// [`Kind::Parity`], with the first row that differs.
pub(super) fn agreed(model: &Model, rows: &Encoded, expect: &str, method: Method, tolerance: f64) -> Result<Vec<f64>> {
    let signature = model.signature();
    let width = model.width(signature.output(method)?.value);
    let outputs = model::predicted(model, method, rows);
    // A column of another name may hold any target's labels.
    let names = signature.columns(method, width);
    let are_texts = |name: &str| {
        let known = names.iter().position(|column| column == name);
        let targets = known.map_or(&signature.classes[..], |j| signature.classes.get(j..=j).unwrap_or_default());
        method == Method::Predict && targets.iter().any(|classes| matches!(classes, Labels::Strings(_)))
    };
    let expected = data::read_with_texts(expect, None, &are_texts)?;
    compare(signature, method, &outputs, width, &expected, tolerance).map_err(|error| error.within(expect))?;
    if method == Method::Predict && !signature.classes.is_empty() {
        // Equal labels have equal indices.
        return Ok(outputs);
    }
    let columns = matched(&expected, &names)?;
    let value = |i: usize| number(&columns[i % width].values, i / width).unwrap_or(f64::NAN);
    Ok((0..outputs.len()).map(value).collect())
}

/// Lets a model predict its own test rows and says how many agree.
fn prove(model: &Model) -> Result<String> {
    if model.tests().expected.is_empty() {
        return Err(Error::new(Kind::BadOption, "test rows", "some in the model, or --rows and --expect", "neither"));
    }
    model::prove(model)?;
    Ok(agreement(model.tests().rows(model.signature().inputs.len()), "test row"))
}

fn agreement(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what} agrees\n") } else { format!("{count} {what}s agree\n") }
}

/// Compares outputs (rows × width) with a table.
fn compare(
    signature: &Signature,
    method: Method,
    outputs: &[f64],
    width: usize,
    expected: &Table,
    tolerance: f64,
) -> Result<()> {
    let rows = outputs.len() / width;
    if expected.rows != rows {
        return Err(Error::new(Kind::WrongShape, "rows", rows.to_string(), expected.rows.to_string())
            .hint("Each predicted row needs an expected one."));
    }
    let names = signature.columns(method, width);
    let columns = matched(expected, &names)?;
    let is_label = method == Method::Predict && !signature.classes.is_empty();
    let agree = |row: usize, j: usize, x: f64| match is_label {
        true => columns[j].values.text(row) == Some(data::answer(signature, method, j, x).to_string()),
        false => number(&columns[j].values, row).is_some_and(|expected| is_near(expected, x, tolerance)),
    };
    let differing: Vec<(usize, usize)> = (outputs.chunks_exact(width).enumerate())
        .filter_map(|(row, output)| Some((row, (0..width).find(|&j| !agree(row, j, output[j]))?)))
        .collect();
    let Some(&(row, j)) = differing.first() else { return Ok(()) };
    let at = if width == 1 { format!("row {row}") } else { format!("row {row}: {}", names[j]) };
    let wanted = columns[j].values.text(row).unwrap_or_else(|| "a missing value".into());
    let found = match data::answer(signature, method, j, outputs[row * width + j]) {
        Label::Float(x) => format!("{x:?}"),
        label => label.to_string(),
    };
    let verb = if differing.len() == 1 { "differs" } else { "differ" };
    Err(Error::new(Kind::Parity, at, wanted, found).hint(format!("{} of {rows} rows {verb}.", differing.len())))
}

/// The expected columns: those of the predictions' names, or else all of them in order.
fn matched<'a>(expected: &'a Table, names: &[String]) -> Result<Vec<&'a Column>> {
    if let Some(columns) = names.iter().map(|name| expected.column(name)).collect() {
        return Ok(columns);
    }
    if expected.columns.len() == names.len() {
        return Ok(expected.columns.iter().collect());
    }
    let found = expected.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>();
    Err(Error::new(Kind::WrongShape, "columns", names.join(", "), found.join(", ")))
}

/// An expected number; missing is NaN, and what is no number is none.
fn number(values: &Values, row: usize) -> Option<f64> {
    match values {
        Values::Numbers(values) => Some(values[row]),
        Values::Integers(values) => Some(values[row].map_or(f64::NAN, |value| value as f64)),
        Values::Booleans(_) | Values::Texts(_) | Values::Dates(_) => None,
    }
}
