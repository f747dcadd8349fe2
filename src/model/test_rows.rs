//! A few rows and what the source framework itself predicted for them, so that a model can prove itself anywhere.

use super::graph::name_of;
use super::{Method, Signature};
use crate::error::{Error, Kind, Result};
use crate::kernel::text::TextList;

/// Encoded rows with the outputs they must give.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestRows {
    /// Rows × inputs, encoded as [`Signature`] says.
    pub inputs: Vec<f64>,
    /// The texts among them.
    pub texts: TextList,
    /// One entry for each output that was recorded.
    pub expected: Vec<Expected>,
    /// The largest difference allowed, relative to the larger of the expected number and 1; 0 means the same bits.
    pub tolerance: f64,
}

/// What one output must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Which output.
    pub method: Method,
    /// Rows × the output's width.
    pub values: Vec<f64>,
}

impl TestRows {
    /// How many rows, of `width` inputs each, there are.
    pub fn rows(&self, width: usize) -> usize {
        self.inputs.len().checked_div(width).unwrap_or(0)
    }

    /// Whether `found` is what was expected.
    pub fn accepts(&self, expected: f64, found: f64) -> bool {
        if self.tolerance == 0.0 {
            return expected.to_bits() == found.to_bits() || expected.is_nan() && found.is_nan();
        }
        is_near(expected, found, self.tolerance)
    }

    pub(super) fn check(&self, signature: &Signature, widths: &[usize]) -> Result<()> {
        let width = signature.inputs.len();
        let rows = self.rows(width);
        let unsound = |expected: String, found: usize| {
            Err(Error::new(Kind::InvalidModel, "tests", expected, format!("{found} numbers")))
        };
        if !(0.0..=1.0).contains(&self.tolerance) {
            return Err(Error::new(Kind::InvalidModel, "tests", "a tolerance from 0 to 1", name_of(self.tolerance)));
        }
        if self.inputs.len() != rows * width {
            return unsound(format!("rows of {width} inputs"), self.inputs.len());
        }
        signature.check_rows(&self.inputs).map_err(|error| {
            Error::new(Kind::InvalidModel, "tests", error.expected().to_owned(), error.found().to_owned())
                .within(error.at())
        })?;
        for expected in &self.expected {
            let output = signature.output(expected.method)?;
            let wanted = rows * widths[output.value as usize];
            if expected.values.len() != wanted {
                return unsound(format!("{wanted} outputs of {}", expected.method.name()), expected.values.len());
            }
        }
        Ok(())
    }
}

/// Whether a number is the expected one, within a tolerance relative to the larger of that and 1. Only a finite number
/// has others near it.
pub fn is_near(expected: f64, found: f64, tolerance: f64) -> bool {
    let is_same = expected == found || expected.is_nan() && found.is_nan();
    is_same || expected.is_finite() && (expected - found).abs() <= tolerance * expected.abs().max(1.0)
}
