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

impl Linear {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let outputs = positive("intercepts", self.intercepts.len())?;
        check_width(inputs, self.width)?;
        positive("inputs", self.width)?;
        check_length("coefficients", self.coefficients.len(), outputs.saturating_mul(self.width))?;
        check_finite("coefficients", &self.coefficients)?;
        check_finite("intercepts", &self.intercepts)?;
        Ok(outputs)
    }
}
