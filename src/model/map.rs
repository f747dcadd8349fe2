//! Operators on every number alike.

use super::graph::{check_finite, check_length, only, positive, unsound};
use crate::error::Result;
pub use crate::kernel::map::Function;

/// A function of every number: `FunctionTransformer`, links, activations.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The function.
    pub function: Function,
    /// Its parameter a, 0 if it has none.
    pub a: f64,
    /// Its parameter b, 0 if it has none.
    pub b: f64,
}

/// `x * factor + offset`: `MinMaxScaler`, and whatever is scaled back.
#[derive(Clone, Debug, PartialEq)]
pub struct Rescale {
    /// One for each column, or one for all.
    pub factors: Vec<f64>,
    /// As many as there are factors.
    pub offsets: Vec<f64>,
}

/// Rows of equal widths, added or multiplied number by number, the first two first.
#[derive(Clone, Debug, PartialEq)]
pub struct Combine {
    /// Whether they are multiplied.
    pub multiplies: bool,
}

/// The probabilities `[1 - p, p]` of a probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Complement;

impl Map {
    /// A function without parameters.
    pub fn of(function: Function) -> Self {
        Self { function, a: 0.0, b: 0.0 }
    }

    /// The logarithm's and other functions' results may be infinite; their parameters may be so too (a clip at one side).
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        if self.a.is_nan() || self.b.is_nan() {
            return Err(unsound("parameters", "numbers", "NaN"));
        }
        positive("inputs", only(inputs)?)
    }
}

impl Rescale {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let width = positive("inputs", only(inputs)?)?;
        if self.factors.len() != 1 {
            check_length("factors", self.factors.len(), width)?;
        }
        check_length("offsets", self.offsets.len(), self.factors.len())?;
        check_finite("factors", &self.factors)?;
        check_finite("offsets", &self.offsets)?;
        Ok(width)
    }
}

impl Combine {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let Some((&first, others)) = inputs.split_first() else { return Err(unsound("inputs", "at least 1", 0)) };
        match others.iter().find(|&&width| width != first) {
            None => positive("inputs", first),
            Some(other) => Err(unsound("inputs", format!("values of width {first}"), other)),
        }
    }
}

impl Complement {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        super::graph::check_width(inputs, 1)?;
        Ok(2)
    }
}
