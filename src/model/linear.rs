//! Linear functions: what linear, ridge, lasso, elastic-net and logistic regression all predict with.

use super::graph::{check_finite, check_length, check_width, positive};
use crate::error::Result;

/// `coefficients · row + intercepts`, in f64.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// How many numbers a row has.
    pub width: usize,
    /// Outputs × width, one output after another.
    pub coefficients: Vec<f64>,
    /// One for each output.
    pub intercepts: Vec<f64>,
}

/// `intercepts + coefficients · row` in f32, product after product: XGBoost's linear booster. Missing numbers (NaN) are
/// left out.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearF32 {
    /// How many numbers a row has.
    pub width: usize,
    /// Outputs × width, one output after another.
    pub coefficients: Vec<f64>,
    /// One for each output: what its sum begins with.
    pub intercepts: Vec<f64>,
}

impl Linear {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        output_width(inputs, self.width, &self.coefficients, &self.intercepts)
    }
}

impl LinearF32 {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        output_width(inputs, self.width, &self.coefficients, &self.intercepts)
    }
}

fn output_width(inputs: &[usize], width: usize, coefficients: &[f64], intercepts: &[f64]) -> Result<usize> {
    let outputs = positive("intercepts", intercepts.len())?;
    check_width(inputs, width)?;
    positive("inputs", width)?;
    check_length("coefficients", coefficients.len(), outputs.saturating_mul(width))?;
    check_finite("coefficients", coefficients)?;
    check_finite("intercepts", intercepts)?;
    Ok(outputs)
}
