//! Operators that change the shape of a distribution, or make more columns of one.

use super::encode::check_sorted;
use super::graph::{check_finite, check_length, check_width, only, positive, unsound};
use crate::error::Result;
pub use crate::kernel::spline::Beyond;
use crate::kernel::spline::MAX_DEGREE;
pub use crate::kernel::transform::Norm;

/// Divides each row by its norm: `Normalizer`, and shares of probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalize {
    /// The norm.
    pub norm: Norm,
}

/// A power of each column: `PowerTransformer`, without its standardization.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerTransform {
    /// One for each column.
    pub lambdas: Vec<f64>,
    /// Box and Cox's power instead of Yeo and Johnson's.
    pub is_box_cox: bool,
}

/// A line through points for each column, level beyond them: `IsotonicRegression`.
#[derive(Clone, Debug, PartialEq)]
pub struct Interpolate {
    /// For each column its points' places, sorted; at least one.
    pub xs: Vec<Vec<f64>>,
    /// The points' heights.
    pub ys: Vec<Vec<f64>>,
}

/// The share of training values below a number: `QuantileTransformer`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantile {
    /// For each column its quantiles, sorted.
    pub quantiles: Vec<Vec<f64>>,
    /// The share of each quantile.
    pub references: Vec<f64>,
    /// Whether a normal score is wanted instead of the share.
    pub is_normal: bool,
}

/// Products of columns: `PolynomialFeatures`.
#[derive(Clone, Debug, PartialEq)]
pub struct Polynomial {
    /// How many numbers a row has.
    pub width: usize,
    /// For each product its columns, in the order they are multiplied; 1 if there are none.
    pub terms: Vec<Vec<u32>>,
}

/// B-splines of each column: `SplineTransformer`.
#[derive(Clone, Debug, PartialEq)]
pub struct Spline {
    /// The degree of the polynomials.
    pub degree: u32,
    /// For each column its knots, sorted, `degree` of them before and after its ends.
    pub knots: Vec<Vec<f64>>,
    /// What happens beyond the ends.
    pub beyond: Beyond,
}

impl Normalize {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        positive("inputs", only(inputs)?)
    }
}

impl PowerTransform {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.lambdas.len())?;
        check_finite("lambdas", &self.lambdas)?;
        positive("lambdas", self.lambdas.len())
    }
}

impl Interpolate {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.xs.len())?;
        check_length("ys", self.ys.len(), self.xs.len())?;
        for (xs, ys) in self.xs.iter().zip(&self.ys) {
            positive("xs", xs.len())?;
            check_length("ys", ys.len(), xs.len())?;
            check_sorted("xs", xs)?;
        }
        positive("xs", self.xs.len())
    }
}

impl Quantile {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.quantiles.len())?;
        positive("references", self.references.len())?;
        for quantiles in &self.quantiles {
            check_length("quantiles", quantiles.len(), self.references.len())?;
            check_sorted("quantiles", quantiles)?;
        }
        positive("quantiles", self.quantiles.len())
    }
}

impl Polynomial {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.width)?;
        if let Some(column) = self.terms.iter().flatten().find(|&&column| column as usize >= self.width) {
            return Err(unsound("terms", format!("indices below {}", self.width), column));
        }
        positive("terms", self.terms.len())
    }
}

impl Spline {
    /// How many splines a column has.
    pub fn per_column(&self) -> usize {
        let degree = self.degree as usize;
        let count = self.knots.first().map_or(0, |knots| knots.len().saturating_sub(degree + 1));
        if self.beyond == Beyond::Periodic { count.saturating_sub(degree) } else { count }
    }

    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.knots.len())?;
        let degree = self.degree as usize;
        if degree > MAX_DEGREE {
            return Err(unsound("degree", format!("at most {MAX_DEGREE}"), degree));
        }
        let count = self.knots.first().map_or(0, Vec::len);
        for knots in &self.knots {
            check_length("knots", knots.len(), count)?;
            check_finite("knots", knots)?;
            check_sorted("knots", knots)?;
            if count < 2 * degree + 2 || knots[degree] >= knots[count - 1 - degree] {
                return Err(unsound("knots", "ends apart from each other", count));
            }
        }
        positive("knots", self.knots.len().saturating_mul(self.per_column()))
    }
}
