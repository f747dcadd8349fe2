//! Logistic regression, binary and multinomial, with any of scikit-learn's penalties: `LogisticRegression`.
//!
//! The objective is scikit-learn's, divided by C and by the number of rows. Columns are centered and divided by the
//! square root of a bound on their curvature before [`lbfgs`] sees them, and the penalties follow: the minimum is
//! the same, and it is found quickly whatever the columns' scales are.

use super::candidate::{Precision, Sample, Solution};
use super::lbfgs::{self, Limits, add};
use super::matrix::{Matrix, mean_and_variance};
use crate::error::Result;
use crate::kernel::dense::dot;
use crate::math;
use crate::model::Linear;

/// The second derivative of the logistic loss by its score is at most this.
const CURVATURE: f64 = 0.25;

/// Minimizes the weighted sum of the log-losses + l1 ‖w‖₁ + l2 ‖w‖² / 2. Two classes share one score; more have one each.
pub fn solve(sample: &Sample<'_>, [l1, l2]: [f64; 2], precision: Precision) -> Result<Solution> {
    let Sample { rows, targets, weights, classes } = *sample;
    let count = weights.map_or(rows.len() as f64, |weights| weights.iter().sum());
    let (l1, l2) = (l1 / count, l2 / count);
    let columns = Columns::of(rows, l2);
    let conditioned = columns.condition(rows);
    let scores = if classes == 2 { 1 } else { classes };
    let per_coefficient = |penalty: &dyn Fn(f64) -> f64| {
        let mut weights: Vec<f64> = columns.divisors.iter().map(|&divisor| penalty(divisor)).collect();
        weights.push(0.0);
        weights.repeat(scores)
    };
    let (l1, l2) = (per_coefficient(&|divisor| l1 / divisor), per_coefficient(&|divisor| l2 / (divisor * divisor)));
    let limits = match precision {
        Precision::Rough => Limits { gradient: 1e-5, decrease: 0.0, steps: 300 },
        Precision::Full => Limits { gradient: 1e-10, decrease: 0.0, steps: 10_000 },
    };
    let mut residuals = vec![0.0; scores];
    let (found, converged) = lbfgs::minimize(vec![0.0; l1.len()], &l1, limits, &|| true, |parameters, gradient| {
        gradient.fill(0.0);
        let mut loss = 0.0;
        for (i, (row, &target)) in conditioned.rows().zip(targets).enumerate() {
            let share = weights.map_or(1.0, |weights| weights[i]) / count;
            for (residual, parameters) in residuals.iter_mut().zip(parameters.chunks_exact(row.len())) {
                *residual = dot(row, parameters);
            }
            loss += loss_and_residuals(&mut residuals, target as usize) * share;
            for (&residual, gradient) in residuals.iter().zip(gradient.chunks_exact_mut(row.len())) {
                add(gradient, residual * share, row);
            }
        }
        for ((gradient, &x), &l2) in gradient.iter_mut().zip(parameters).zip(&l2) {
            *gradient += l2 * x;
            loss += 0.5 * l2 * x * x;
        }
        loss
    });
    Ok(Solution { linear: columns.restore(&found), converged })
}

/// The log-loss of scores for the class that is true; the scores become the loss's derivatives by them.
fn loss_and_residuals(scores: &mut [f64], class: usize) -> f64 {
    if let [score] = scores {
        let signed = if class == 1 { *score } else { -*score };
        let loss = (-signed).max(0.0) + math::ln_1p(math::exp(-signed.abs()));
        *score = math::sigmoid(*score) - class as f64;
        return loss;
    }
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let of_class = scores[class] - top;
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = math::exp(*score - top);
        sum += *score;
    }
    scores.iter_mut().for_each(|score| *score /= sum);
    scores[class] -= 1.0;
    math::ln(sum) - of_class
}

/// How columns are brought to like curvature.
struct Columns {
    offsets: Vec<f64>,
    divisors: Vec<f64>,
}

impl Columns {
    fn of(rows: &Matrix, l2: f64) -> Self {
        let (mut offsets, mut divisors) = (Vec::new(), Vec::new());
        for j in 0..rows.width {
            let (mean, variance) = mean_and_variance(rows.column(j));
            let curvature = CURVATURE * variance.max(0.0) + l2;
            offsets.push(mean);
            divisors.push(if curvature > 0.0 { curvature.sqrt() } else { 1.0 });
        }
        Self { offsets, divisors }
    }

    /// The rows conditioned, with a last column for the intercept.
    fn condition(&self, rows: &Matrix) -> Matrix {
        let mut values = Vec::with_capacity(rows.len() * (rows.width + 1));
        for row in rows.rows() {
            let columns = row.iter().zip(&self.offsets).zip(&self.divisors);
            values.extend(columns.map(|((x, offset), divisor)| (x - offset) / divisor));
            values.push(1.0 / CURVATURE.sqrt());
        }
        Matrix { values, width: rows.width + 1 }
    }

    /// The linear function of the rows as they were.
    fn restore(&self, parameters: &[f64]) -> Linear {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residuals_are_the_derivatives_of_the_loss() {
        for (scores, class) in [(vec![0.7], 1), (vec![-30.0], 1), (vec![0.2, -1.0, 3.0], 0)] {
            let mut residuals = scores.clone();
            loss_and_residuals(&mut residuals, class);
            for i in 0..scores.len() {
                let nudged = |by: f64| {
                    let mut scores = scores.clone();
                    scores[i] += by;
                    loss_and_residuals(&mut scores, class)
                };
                let slope = (nudged(1e-5) - nudged(-1e-5)) / 2e-5;
                assert!((slope - residuals[i]).abs() < 1e-9, "{scores:?}: {slope} {}", residuals[i]);
            }
        }
    }
}
