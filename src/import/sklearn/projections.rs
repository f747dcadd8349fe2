//! Projections: principal components, singular vectors, partial least squares; and isotonic regression, a line.

use super::builder::{Builder, Demand, Frame};
use super::object::{Matrix, Object};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::model::{Interpolate, Scale, ValueId};

/// The answers of a projection; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    match object.name() {
        "PCA" | "IncrementalPCA" => components(builder, frame, object, true).map(Some),
        "TruncatedSVD" => components(builder, frame, object, false).map(Some),
        "PLSRegression" => partial_least_squares(builder, frame, object).map(Some),
        "IsotonicRegression" => {
            let value = builder.numbers(frame, Demand::Finite);
            let line = isotonic(builder, value, object)?;
            Ok(Some(Answers { transform: Some(line), transform_width: 1, ..Answers::numbers(line, 1) }))
        }
        _ => Ok(None),
    }
}

fn transformed(value: ValueId, width: usize) -> Answers {
    Answers { transform: Some(value), transform_width: width, ..Answers::default() }
}

fn components(builder: &mut Builder, frame: &Frame, object: &Object<'_>, is_centred: bool) -> Result<Answers> {
    let axes = object.get("components_")?.matrix()?;
    if axes.columns != frame.width() || axes.rows == 0 {
        return Err(object.get("components_")?.wrong(format!("rows of {}", frame.width()), axes.columns.to_string()));
    }
    let mut value = builder.numbers(frame, Demand::Finite);
    if is_centred && let Some(mean) = object.find("mean_") {
        value = shift(builder, value, mean.numbers()?);
    }
    let count = axes.rows;
    let mut value = builder.linear("project", value, axes.columns, axes.values, vec![0.0; count]);
    if object.flag("whiten", false) {
        let variances = object.get("explained_variance_")?.numbers()?;
        // As scikit-learn since 1.3, so that nothing is divided by 0.
        let divisors = variances.iter().map(|variance| variance.sqrt().max(f64::EPSILON)).collect();
        value = builder.add("whiten", Scale { offsets: vec![0.0; count], divisors }, &[value]);
    }
    Ok(transformed(value, count))
}

fn shift(builder: &mut Builder, value: ValueId, offsets: Vec<f64>) -> ValueId {
    builder.add("center", Scale { divisors: vec![1.0; offsets.len()], offsets }, &[value])
}

fn partial_least_squares(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (mean, deviation) = (object.get("_x_mean")?.numbers()?, object.get("_x_std")?.numbers()?);
    // Versions 1.1 and 1.2 have them under another name, and before they lay column by column beside the targets' means.
    let coefficients = object.find("_coef_").map_or_else(|| object.get("coef_"), Ok)?.matrix()?;
    let (coefficients, intercepts) = match object.find("intercept_") {
        Some(intercepts) => (coefficients, intercepts.numbers()?),
        None => (coefficients.transposed(), object.get("_y_mean")?.numbers()?),
    };
    if coefficients.columns != frame.width() || coefficients.rows != intercepts.len() {
        return Err(
            object.wrong(format!("coefficients of {} columns", frame.width()), coefficients.columns.to_string())
        );
    }
    let value = builder.numbers(frame, Demand::Finite);
    let shifted = shift(builder, value, mean.clone());
    let scaled = builder.add("standardize", Scale { offsets: mean, divisors: deviation }, &[value]);
    let Matrix { rows: targets, columns, values } = coefficients;
    // Up to 1.4 they were of standardized columns.
    let from = if builder.version < (1, 5, 0) { scaled } else { shifted };
    let predict = builder.linear("linear", from, columns, values, intercepts);
    let axes = object.get("x_rotations_")?.matrix()?;
    let count = axes.columns;
    let transform = builder.linear("project", scaled, axes.rows, axes.transposed().values, vec![0.0; count]);
    Ok(Answers { transform: Some(transform), transform_width: count, ..Answers::numbers(predict, targets) })
}

/// The line of an isotonic regression.
pub fn isotonic(builder: &mut Builder, value: ValueId, object: &Object<'_>) -> Result<ValueId> {
    if object.find_text("out_of_bounds") != Some("clip") {
        return Err(object.refused("out_of_bounds other than \"clip\": numbers beyond its ends"));
    }
    let (xs, ys) = (object.get("X_thresholds_")?.numbers()?, object.get("y_thresholds_")?.numbers()?);
    Ok(builder.add("isotonic", Interpolate { xs: vec![xs], ys: vec![ys] }, &[value]))
}
