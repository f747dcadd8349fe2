//! Rows as logistic regression goes through them again and again: columns centered, and divided by the square root of a bound
//! on their curvature. Rows that are mostly zeros stay as they are, and the function of them is moved instead.

use super::lbfgs::add;
use super::matrix::{Matrix, mean_and_variance};
use super::sparse::Sparse;
use crate::kernel::dense::dot;
use crate::model::Linear;

/// The second derivative of the logistic loss by its score is at most this.
const CURVATURE: f64 = 0.25;

/// Rows that logistic regression is fitted to.
pub trait Rows {
    /// How many there are.
    fn count(&self) -> usize;

    /// The mean and the variance of each column.
    fn spreads(&self) -> Vec<(f64, f64)>;

    /// The rows as a solver goes through them again and again, their columns brought to like curvature.
    fn conditioned(&self, columns: &Columns) -> impl Conditioned;
}

/// Rows whose columns are of like curvature, with a last column for the intercept.
pub trait Conditioned {
    /// What one function is of the rows as they are kept, in place of the conditioned ones.
    fn lower(&self, parameters: &[f64], lowered: &mut [f64]);

    /// A row times what [`Self::lower`] gave.
    fn score(&self, row: usize, lowered: &[f64]) -> f64;

    /// Adds a row as it is kept, times a factor.
    fn add(&self, row: usize, factor: f64, sum: &mut [f64]);

    /// What a sum of rows as they are kept is of conditioned ones.
    fn raise(&self, sum: &mut [f64]);
}

/// How columns are brought to like curvature.
#[derive(Clone)]
pub struct Columns {
    offsets: Vec<f64>,
    /// What each is divided by.
    pub divisors: Vec<f64>,
}

impl Columns {
    /// Of rows, where the mean loss has a penalty of `l2` ‖w‖² / 2.
    pub fn of(rows: &impl Rows, l2: f64) -> Self {
        let (mut offsets, mut divisors) = (Vec::new(), Vec::new());
        for (mean, variance) in rows.spreads() {
            let curvature = CURVATURE * variance.max(0.0) + l2;
            offsets.push(mean);
            divisors.push(if curvature > 0.0 { curvature.sqrt() } else { 1.0 });
        }
        Self { offsets, divisors }
    }

    /// The linear function of the rows as they were.
    pub fn restore(&self, parameters: &[f64]) -> Linear {
        let width = self.divisors.len();
        let (mut coefficients, mut intercepts) = (Vec::new(), Vec::new());
        for parameters in parameters.chunks_exact(width + 1) {
            let (inner, intercept) = parameters.split_at(width);
            let of_score: Vec<f64> = inner.iter().zip(&self.divisors).map(|(w, divisor)| w / divisor).collect();
            intercepts.push(intercept[0] / CURVATURE.sqrt() - dot(&self.offsets, &of_score));
            coefficients.extend(of_score);
        }
        Linear { width, coefficients, intercepts }
    }
}

impl Rows for Matrix {
    fn count(&self) -> usize {
        self.len()
    }

    fn spreads(&self) -> Vec<(f64, f64)> {
        (0..self.width).map(|j| mean_and_variance(self.column(j))).collect()
    }

    fn conditioned(&self, columns: &Columns) -> impl Conditioned {
        let mut values = Vec::with_capacity(self.len() * (self.width + 1));
        for row in self.rows() {
            let columns = row.iter().zip(&columns.offsets).zip(&columns.divisors);
            values.extend(columns.map(|((x, offset), divisor)| (x - offset) / divisor));
            values.push(1.0 / CURVATURE.sqrt());
        }
        Matrix { values, width: self.width + 1 }
    }
}

/// Rows that are conditioned once and for all.
impl Conditioned for Matrix {
    fn lower(&self, parameters: &[f64], lowered: &mut [f64]) {
        lowered.copy_from_slice(parameters);
    }

    fn score(&self, row: usize, lowered: &[f64]) -> f64 {
        dot(&self.values[row * self.width..][..self.width], lowered)
    }

    fn add(&self, row: usize, factor: f64, sum: &mut [f64]) {
        add(sum, factor, &self.values[row * self.width..][..self.width]);
    }

    fn raise(&self, _: &mut [f64]) {}
}

impl Rows for Sparse {
    fn count(&self) -> usize {
        self.len()
    }

    fn spreads(&self) -> Vec<(f64, f64)> {
        let means = self.means(None);
        let variances = self.variances(&means);
        means.into_iter().zip(variances).collect()
    }

    fn conditioned(&self, columns: &Columns) -> impl Conditioned {
        Uncentered { rows: self, columns: columns.clone() }
    }
}

/// Rows that stay as they are, because without its mean no column has zeros: the function is moved instead.
struct Uncentered<'a> {
    rows: &'a Sparse,
    columns: Columns,
}

impl Conditioned for Uncentered<'_> {
    fn lower(&self, parameters: &[f64], lowered: &mut [f64]) {
        let Columns { offsets, divisors } = &self.columns;
        let (inner, last) = lowered.split_at_mut(divisors.len());
        inner.iter_mut().zip(parameters).zip(divisors).for_each(|((to, x), divisor)| *to = x / divisor);
        last[0] = parameters[divisors.len()] / CURVATURE.sqrt() - dot(offsets, inner);
    }

    fn score(&self, row: usize, lowered: &[f64]) -> f64 {
        self.rows.row(row).fold(lowered[self.rows.width], |sum, (column, x)| sum + x * lowered[column])
    }

    fn add(&self, row: usize, factor: f64, sum: &mut [f64]) {
        self.rows.row(row).for_each(|(column, x)| sum[column] += factor * x);
        sum[self.rows.width] += factor;
    }

    fn raise(&self, sum: &mut [f64]) {
        let Columns { offsets, divisors } = &self.columns;
        let (inner, last) = sum.split_at_mut(divisors.len());
        for ((sum, offset), divisor) in inner.iter_mut().zip(offsets).zip(divisors) {
            *sum = (*sum - offset * last[0]) / divisor;
        }
        last[0] /= CURVATURE.sqrt();
    }
}
