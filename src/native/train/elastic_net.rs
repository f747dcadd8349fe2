//! Least squares with an L1 part in its penalty: `Lasso` and `ElasticNet`, by `linfa-elasticnet`'s coordinate descent,
//! which stops on the same duality gap as scikit-learn's.
//!
//! The library leaves the rows as they are and compares coefficients with fixed thresholds, so rows are centered here
//! and targets brought to unit variance; the penalties follow.

use super::candidate::{Precision, Sample, Solution};
use super::least_squares;
use super::matrix::{Matrix, mean_and_variance, weighted_mean};
use crate::error::{Error, Kind, Result};
use crate::kernel::dense::dot;
use crate::model::Linear;
use linfa::prelude::*;
use ndarray::{Array1, Array2, ShapeBuilder};

/// The most sweeps over all columns.
const MAX_SWEEPS: u32 = 100_000;

/// Minimizes ‖y - Xw - b‖² / 2n + alpha l1_ratio ‖w‖₁ + alpha (1 - l1_ratio) ‖w‖² / 2; weights of rows are brought to a sum
/// of n.
pub fn solve(sample: &Sample<'_>, alpha: f64, l1_ratio: f64, precision: Precision) -> Result<Solution> {
    let (l1, l2) = (alpha * l1_ratio, alpha * (1.0 - l1_ratio));
    let Sample { rows, targets, .. } = *sample;
    let weights = sample.weights.map(|weights| {
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight * (targets.len() as f64 / sum)).collect::<Vec<f64>>()
    });
    let weights = weights.as_deref();
    if l1 == 0.0 {
        return least_squares::solve(&Sample { weights, ..*sample }, l2 * targets.len() as f64);
    }
    let offsets = rows.means(weights);
    let target_offset = weighted_mean(targets.iter().copied(), weights);
    let (_, variance) = mean_and_variance(targets.iter().copied());
    let scale = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    let broken = |error: &dyn std::fmt::Display| {
        Error::new(Kind::Training, "coordinate descent", "coefficients", error.to_string())
    };
    // Column after column, as the sweeps read them.
    let records = Array2::from_shape_vec((rows.len(), rows.width).f(), rows.centered_columns(&offsets, weights))
        .map_err(|error| broken(&error))?;
    let root = |row: usize| weights.map_or(1.0, |weights| weights[row].sqrt());
    let scaled: Array1<f64> =
        targets.iter().enumerate().map(|(row, y)| (y - target_offset) / scale * root(row)).collect();
    let tolerance = match precision {
        Precision::Rough => 1e-6,
        Precision::Full => 1e-12,
    };
    let fitted = linfa_elasticnet::ElasticNet::params()
        .with_intercept(false)
        .penalty(l1 / scale + l2)
        .l1_ratio(l1 / scale / (l1 / scale + l2))
        .tolerance(tolerance)
        .max_iterations(MAX_SWEEPS)
        .fit(&Dataset::new(records, scaled))
        .map_err(|error| broken(&error))?;
    let coefficients: Vec<f64> = fitted.hyperplane().iter().map(|w| w * scale).collect();
    let intercept = target_offset - dot(&offsets, &coefficients);
    let converged = fitted.n_steps() < MAX_SWEEPS - 1;
    Ok(Solution { linear: Linear { width: rows.width, coefficients, intercepts: vec![intercept] }, converged })
}

/// The smallest alpha for which the lasso's coefficients are all 0: max |Xᵀ(y - mean)| / n.
pub fn largest_alpha(rows: &Matrix, targets: &[f64]) -> f64 {
    let (target_offset, _) = mean_and_variance(targets.iter().copied());
    let centered: Vec<f64> = targets.iter().map(|y| y - target_offset).collect();
    let columns = rows.centered_columns(&rows.means(None), None);
    let products = columns.chunks_exact(targets.len().max(1)).map(|column| dot(column, &centered).abs());
    products.fold(0.0, f64::max) / targets.len() as f64
}
