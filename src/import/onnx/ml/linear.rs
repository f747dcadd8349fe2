//! Linear functions.

use super::super::step::{Step, unsupported};
use super::make::Value;
use super::scores::{Labels, Transform, complement};
use super::unsound;
use crate::error::Result;
use crate::network::{Dtype, Operator};

/// What rows `[n, features]` make of coefficients `[targets, features]` and what is added to each target.
fn product(
    step: &mut Step<'_, '_>,
    rows: Value,
    coefficients: Vec<f32>,
    targets: usize,
    added: Vec<f32>,
) -> Result<Value> {
    let features = coefficients.len() / targets.max(1);
    if features * targets != coefficients.len() || features == 0 {
        return Err(unsound("coefficients", format!("some for each of {targets} targets"), coefficients.len()));
    }
    let coefficients = step.floats_as(Dtype::F32, &[targets, features], coefficients);
    let mut given = vec![rows, coefficients];
    if !added.is_empty() {
        let shape = [added.len()];
        given.push(step.floats_as(Dtype::F32, &shape, added));
    }
    Ok(step.make(Operator::Gemm { alpha: 1.0, beta: 1.0, transposed: (false, true) }, &given))
}

/// LinearRegressor.
pub fn regressor(mut step: Step<'_, '_>) -> Result<()> {
    let (transform, targets) = (Transform::read(&step)?, step.integer("targets", 1));
    let coefficients = step.floats("coefficients").unwrap_or_default();
    let mut intercepts = step.floats("intercepts").unwrap_or_default();
    let targets = usize::try_from(targets).map_err(|_| unsound("targets", "at least 1", targets))?;
    // Of another number of them onnxruntime adds none.
    if intercepts.len() != targets {
        intercepts.clear();
    }
    let rows = step.input_as_floats(0)?;
    let made = product(&mut step, rows, coefficients, targets, intercepts)?;
    let made = if targets > 1 { transform.of_rows(&mut step, made) } else { made };
    step.is(made)
}

/// LinearClassifier: labels, scores.
pub fn classifier(mut step: Step<'_, '_>) -> Result<()> {
    // It is told by the number of coefficients and of labels.
    step.ignore(&["multi_class"]);
    let (transform, labels) = (Transform::read(&step)?, Labels::read(&step, "classlabels_ints")?);
    let coefficients = step.floats("coefficients").unwrap_or_default();
    let intercepts = step.floats("intercepts").unwrap_or_default();
    let targets = intercepts.len();
    if targets == 0 {
        return Err(unsupported("a LinearClassifier without intercepts"));
    }
    if targets > labels.len() {
        return Err(unsound("intercepts", format!("at most {}", labels.len()), targets));
    }
    let rows = step.input_as_floats(0)?;
    let scores = product(&mut step, rows, coefficients, targets, intercepts)?;
    if targets > 1 {
        let label = labels.of_largest(&mut step, scores);
        let scores = transform.of_rows(&mut step, scores);
        return step.are(&[label, scores]);
    }
    if labels.len() != 2 {
        return Err(unsupported(format!("one linear function for {} classes", labels.len())));
    }
    let nothing = step.number(0.0);
    let label = labels.of_one(&mut step, scores, nothing);
    let scores = complement(&mut step, scores, Dtype::F32, transform);
    step.are(&[label, scores])
}
