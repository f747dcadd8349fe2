//! Operators that change rows number by number, or pick some of them.

use super::super::step::{Step, unsupported};
use super::make::Value;
use super::unsound;
use crate::error::Result;
use crate::network::{Binary, Data, Dtype, Operator, Reduction, Tensor, Unary};

/// Scaler: (x − offset) · scale.
pub fn scaler(mut step: Step<'_, '_>) -> Result<()> {
    let (offset, scale) = (step.floats("offset").unwrap_or_default(), step.floats("scale").unwrap_or_default());
    if offset.len() != scale.len() || scale.is_empty() {
        return Err(unsound("scale", format!("{}, one for each offset", offset.len()), scale.len()));
    }
    let (rows, dtype) = step.input_as_numbers(0)?;
    let shape = [offset.len()];
    let (offset, scale) = (step.floats_as(dtype, &shape, offset), step.floats_as(dtype, &shape, scale));
    let moved = step.binary(Binary::Sub, rows, offset);
    let scaled = step.binary(Binary::Mul, moved, scale);
    let scaled = step.cast(Dtype::F32, scaled);
    step.is(scaled)
}

/// Normalizer: each row divided by its norm, where that is not 0.
pub fn normalizer(mut step: Step<'_, '_>) -> Result<()> {
    let p = step.choice("norm", "MAX", &[("MAX", None), ("L1", Some(1)), ("L2", Some(2))])?;
    let rows = step.input_as_floats(0)?;
    if let Some(p) = p {
        let normal = step.make(Operator::LpNormalization { axis: -1, p }, &[rows]);
        return step.is(normal);
    }
    let largest = step.reduce(Reduction::Max, true, rows);
    let (nothing, one) = (step.number(0.0), step.number(1.0));
    let is_nothing = step.binary(Binary::Equal, largest, nothing);
    let divisor = step.make(Operator::Where, &[is_nothing, one, largest]);
    let normal = step.binary(Binary::Div, rows, divisor);
    step.is(normal)
}

/// Imputer: other numbers in the place of one that stands for a missing one.
pub fn imputer(mut step: Step<'_, '_>) -> Result<()> {
    let rows = step.input(0)?;
    let floats = step.floats("imputed_value_floats").unwrap_or_default();
    let integers = step.integers("imputed_value_int64s");
    let replaced = (step.float("replaced_value_float", 0.0), step.integer("replaced_value_int64", 0));
    let (imputed, replaced) = match (floats.is_empty(), integers.is_empty()) {
        (false, true) => {
            let shape = [floats.len()];
            (step.floats_as(Dtype::F32, &shape, floats), Some(replaced.0).filter(|x| !x.is_nan()).map(Tensor::scalar))
        }
        (true, false) => {
            let replaced = Tensor::exact(Dtype::I64, vec![], Data::I64(vec![replaced.1]));
            (step.constant(Tensor::integers(integers)), Some(replaced))
        }
        _ => return Err(unsound("imputed_value", "either floats or whole numbers", "both or none")),
    };
    let is_missing = match replaced {
        None => step.unary(Unary::IsNan, rows),
        Some(replaced) => {
            let replaced = step.constant(replaced);
            step.binary(Binary::Equal, rows, replaced)
        }
    };
    let whole = step.make(Operator::Where, &[is_missing, imputed, rows]);
    step.is(whole)
}

/// Binarizer: 1 above a threshold, else 0.
pub fn binarizer(mut step: Step<'_, '_>) -> Result<()> {
    let threshold = step.float("threshold", 0.0);
    let rows = step.input_as_floats(0)?;
    let threshold = step.number(threshold);
    let is_above = step.binary(Binary::Greater, rows, threshold);
    let ones = step.cast(Dtype::F32, is_above);
    step.is(ones)
}

/// ArrayFeatureExtractor: some elements of the last dimension. One dimension becomes a row.
pub fn extractor(mut step: Step<'_, '_>) -> Result<()> {
    let (tensor, places) = (step.input(0)?, step.input(1)?);
    let is_row = match step.builder.outline(tensor).rank {
        Some(rank) => rank == 1,
        None => return Err(unsupported("ArrayFeatureExtractor of a tensor of unknown dimensions")),
    };
    let flat = Tensor::integers(if is_row { vec![1, -1] } else { vec![-1] });
    let flat = step.constant(flat);
    let places = step.make(Operator::Reshape { zero: false }, &[places, flat]);
    let picked = step.make(Operator::Gather { axis: -1 }, &[tensor, places]);
    step.is(picked)
}

/// FeatureVectorizer: columns beside each other.
pub fn vectorizer(mut step: Step<'_, '_>) -> Result<()> {
    let widths = step.integers("inputdimensions");
    if widths.len() != step.inputs.len() || widths.is_empty() {
        return Err(unsound("inputdimensions", format!("{}, one for each input", step.inputs.len()), widths.len()));
    }
    let mut columns = Vec::new();
    for (i, &width) in widths.iter().enumerate() {
        let column = step.input_as_floats(i)?;
        if step.builder.outline(column).rank != Some(2) {
            return Err(unsupported("FeatureVectorizer of others than rows"));
        }
        // Rows of another width, which onnxruntime would cut or fill up, do not become this shape.
        let shape = step.constant(Tensor::integers(vec![0, width]));
        columns.push(step.make(Operator::Reshape { zero: false }, &[column, shape]));
    }
    let all = step.make(Operator::Concat { axis: 1 }, &columns);
    step.is(all)
}

/// CDist of `com.microsoft`: how far each row is from each of the others.
pub fn distances(mut step: Step<'_, '_>) -> Result<()> {
    let is_squared = step.choice("metric", "sqeuclidean", &[("euclidean", false), ("sqeuclidean", true)])?;
    let (rows, others) = (step.input(0)?, step.input(1)?);
    let sum = squared_distances(&mut step, rows, others);
    let distances = if is_squared { sum } else { step.unary(Unary::Sqrt, sum) };
    step.is(distances)
}

/// The squares of the distances of rows `[n, columns]` from others `[m, columns]`: `[n, m]`.
pub fn squared_distances(step: &mut Step<'_, '_>, rows: Value, others: Value) -> Value {
    let rows = step.unsqueezed(rows, 1);
    let apart = step.binary(Binary::Sub, rows, others);
    step.reduce(Reduction::SumSquare, false, apart)
}
