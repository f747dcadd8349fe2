//! Operators that prepare columns, each as scikit-learn's transformer of that kind does.

use super::graph::{check_finite, check_length, check_width, only, positive, unsound};
use crate::error::Result;

/// Picks columns of a row: the part of a `ColumnTransformer` that routes.
#[derive(Clone, Debug, PartialEq)]
pub struct Select {
    /// The indices of the columns, in the order wanted.
    pub columns: Vec<u32>,
}

/// Puts rows side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Concat;

/// Replaces missing values (NaN): `SimpleImputer`.
#[derive(Clone, Debug, PartialEq)]
pub struct Impute {
    /// One value for each column.
    pub fills: Vec<f64>,
}

/// `(x - offset) / divisor`: `StandardScaler`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// One for each column: the mean.
    pub offsets: Vec<f64>,
    /// One for each column: the standard deviation; never 0.
    pub divisors: Vec<f64>,
}

/// Categories' indices to indicators: `OneHotEncoder`. An unknown category (-1) and a missing one give zeros only.
#[derive(Clone, Debug, PartialEq)]
pub struct OneHot {
    /// How many categories each column has.
    pub categories: Vec<u32>,
}

impl Select {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let width = only(inputs)?;
        if let Some(&column) = self.columns.iter().find(|&&column| column as usize >= width) {
            return Err(unsound("columns", format!("indices below {width}"), column));
        }
        positive("columns", self.columns.len())
    }
}

impl Concat {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        positive("inputs", inputs.len())?;
        Ok(inputs.iter().fold(0, |sum: usize, &width| sum.saturating_add(width)))
    }
}

impl Impute {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.fills.len())?;
        check_finite("fills", &self.fills)?;
        positive("fills", self.fills.len())
    }
}

impl Scale {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.offsets.len())?;
        check_length("divisors", self.divisors.len(), self.offsets.len())?;
        check_finite("offsets", &self.offsets)?;
        check_finite("divisors", &self.divisors)?;
        if self.divisors.contains(&0.0) {
            return Err(unsound("divisors", "numbers other than 0", 0));
        }
        positive("offsets", self.offsets.len())
    }
}

impl OneHot {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.categories.len())?;
        positive("categories", self.categories.iter().fold(0, |sum: usize, &n| sum.saturating_add(n as usize)))
    }
}
