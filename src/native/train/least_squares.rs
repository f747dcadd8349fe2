//! Least squares with and without an L2 penalty: `LinearRegression` and `Ridge`.
//!
//! Rows and targets are centered, which leaves the intercept unpenalized. X = QR, R = U S Vᵀ; then the coefficients
//! are V diag(s / (s² + alpha)) Uᵀ Qᵀ y: the minimum-norm solution for alpha = 0, without ever squaring the condition
//! number. (Golub & Van Loan, Matrix Computations, 4th edition, 5.5 and 6.1.4.)

use super::candidate::{Sample, Solution};
use super::matrix::weighted_mean;
use crate::error::{Error, Kind, Result};
use crate::model::Linear;
use nalgebra::{DMatrix, DVector};

/// Singular values below this share of the largest count as zero where nothing is penalized: `LinearRegression`'s
/// default `tol`.
const RANK_TOLERANCE: f64 = 1e-6;

/// Minimizes ‖y - Xw - b‖² + alpha ‖w‖², the squares counted as the rows' weights say.
pub fn solve(sample: &Sample<'_>, alpha: f64) -> Result<Solution> {
    let Sample { rows, targets, weights, .. } = *sample;
    let offsets = rows.means(weights);
    let target_offset = weighted_mean(targets.iter().copied(), weights);
    let centered = DMatrix::from_vec(rows.len(), rows.width, rows.centered_columns(&offsets, weights));
    let root = |row: usize| weights.map_or(1.0, |weights| weights[row].sqrt());
    let centered_targets = targets.iter().enumerate().map(|(row, y)| (y - target_offset) * root(row));
    let mut y = DVector::from_iterator(targets.len(), centered_targets);
    let qr = centered.qr();
    qr.q_tr_mul(&mut y);
    let r = qr.r();
    let y = y.rows(0, r.nrows());
    let svd = r.svd(true, true);
    let (Some(u), Some(v_transposed)) = (&svd.u, &svd.v_t) else {
        return Err(Error::new(Kind::Training, "least squares", "singular vectors", "none"));
    };
    let cutoff = if alpha == 0.0 { RANK_TOLERANCE * svd.singular_values.max() } else { 0.0 };
    let mut inner = u.tr_mul(&y);
    for (z, &s) in inner.iter_mut().zip(&svd.singular_values) {
        *z = if s > cutoff { *z * (s / (s * s + alpha)) } else { 0.0 };
    }
    let coefficients: Vec<f64> = v_transposed.tr_mul(&inner).iter().copied().collect();
    let intercept = target_offset - crate::kernel::dense::dot(&offsets, &coefficients);
    let linear = Linear { width: rows.width, coefficients, intercepts: vec![intercept] };
    Ok(Solution { linear, converged: true })
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Matrix;
    use super::*;

    fn fit(values: Vec<f64>, width: usize, targets: &[f64], weights: Option<&[f64]>) -> Linear {
        let rows = Matrix { values, width };
        solve(&Sample { rows: &rows, targets, weights, classes: 0 }, 0.0).expect("a function").linear
    }

    #[test]
    fn fits_a_line() {
        let line = fit(vec![1.0, 2.0, 3.0, 4.0, 5.0], 1, &[1.0, 3.0, 2.0, 5.0, 4.0], None);
        assert!((line.coefficients[0] - 0.8).abs() < 1e-14 && (line.intercepts[0] - 0.6).abs() < 1e-14, "{line:?}");
    }

    #[test]
    fn takes_the_smallest_of_many_solutions() {
        let plane = fit(vec![1.0, 1.0, 2.0, 2.0, 3.0, 3.0], 2, &[2.0, 4.0, 6.0], None);
        assert!(plane.coefficients.iter().all(|w| (w - 1.0).abs() < 1e-14), "{plane:?}");
    }
    #[test]
    fn a_weight_is_a_row_that_comes_as_often() {
        let weighted = fit(vec![1.0, 2.0, 4.0], 1, &[1.0, 3.0, 2.0], Some(&[1.0, 3.0, 2.0]));
        let repeated = fit(vec![1.0, 2.0, 2.0, 2.0, 4.0, 4.0], 1, &[1.0, 3.0, 3.0, 3.0, 2.0, 2.0], None);
        let pairs =
            [(weighted.coefficients[0], repeated.coefficients[0]), (weighted.intercepts[0], repeated.intercepts[0])];
        assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 1e-12), "{pairs:?}");
    }
}
