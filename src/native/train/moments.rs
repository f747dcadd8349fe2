//! Least squares of sparse rows, by the products of their columns: `Ridge`, `Lasso` and `ElasticNet`.
//!
//! The products of all pairs of columns are as large as the columns are many, however many rows there are. Means are taken
//! out of them, which leaves the intercept unpenalized. (Friedman, Hastie & Tibshirani, Regularization Paths for Generalized
//! Linear Models via Coordinate Descent, Journal of Statistical Software 33, 2010, section 2.2: covariance updates.)

use super::candidate::{Precision, Sample, Solution};
use super::matrix::weighted_mean;
use super::sparse::Sparse;
use crate::error::{Error, Kind, Result};
use crate::kernel::dense::dot;
use crate::model::Linear;
use nalgebra::{DMatrix, DVector};

/// The most columns: their products take half a gigabyte.
const MAX_COLUMNS: usize = 1 << 13;
/// The most sweeps over all columns.
const MAX_SWEEPS: usize = 10_000;

/// Means of products, of columns and targets around their own means.
struct Moments {
    /// Columns × columns.
    columns: Vec<f64>,
    /// Of each column with the targets.
    targets: Vec<f64>,
    /// Of the targets with themselves.
    square: f64,
    /// The columns' means.
    offsets: Vec<f64>,
    /// The targets' mean.
    target_offset: f64,
    /// The sum of the rows' weights.
    count: f64,
}

impl Moments {
    fn of(sample: &Sample<'_, Sparse>) -> Result<Self> {
        let Sample { rows, targets, weights, .. } = *sample;
        let width = rows.width;
        if width > MAX_COLUMNS {
            let expected = format!("at most {MAX_COLUMNS} columns, terms of texts among them");
            return Err(Error::new(Kind::LimitExceeded, "features", expected, width.to_string())
                .hint("Take fewer terms: --text-set max_features=2000."));
        }
        let offsets = rows.means(weights);
        let target_offset = weighted_mean(targets.iter().copied(), weights);
        let mut columns = vec![0.0; width * width];
        let mut products = vec![0.0; width];
        let (mut square, mut count) = (0.0, 0.0);
        for (i, y) in targets.iter().enumerate() {
            let weight = weights.map_or(1.0, |weights| weights[i]);
            let y = y - target_offset;
            count += weight;
            square += weight * y * y;
            let mut row = rows.row(i);
            while let Some((j, x)) = row.next() {
                products[j] += weight * x * y;
                let line = &mut columns[j * width..][..width];
                line[j] += weight * x * x;
                row.clone().for_each(|(k, z)| line[k] += weight * x * z);
            }
        }
        for j in 0..width {
            for k in j..width {
                let product = columns[j * width + k] / count - offsets[j] * offsets[k];
                columns[j * width + k] = product;
                columns[k * width + j] = product;
            }
        }
        products.iter_mut().for_each(|product| *product /= count);
        Ok(Self { columns, targets: products, square: square / count, offsets, target_offset, count })
    }

    /// The linear function with these coefficients.
    fn linear(&self, coefficients: Vec<f64>) -> Linear {
        let intercept = self.target_offset - dot(&self.offsets, &coefficients);
        Linear { width: coefficients.len(), coefficients, intercepts: vec![intercept] }
    }
}

/// Minimizes ‖y - Xw - b‖² + alpha ‖w‖², the squares counted as the rows' weights say.
pub fn ridge(sample: &Sample<'_, Sparse>, alpha: f64) -> Result<Solution> {
    let moments = Moments::of(sample)?;
    let width = sample.rows.width;
    let mut matrix = DMatrix::from_column_slice(width, width, &moments.columns);
    (0..width).for_each(|j| matrix[(j, j)] += alpha / moments.count);
    let cholesky = matrix.cholesky().ok_or_else(|| {
        Error::new(
            Kind::Training,
            "least squares of texts",
            "a penalty that makes the solution unique",
            "too small a one",
        )
        .hint("Penalize more: --set alpha=1.")
    })?;
    let coefficients = cholesky.solve(&DVector::from_column_slice(&moments.targets));
    Ok(Solution { linear: moments.linear(coefficients.as_slice().to_vec()), converged: true })
}

/// Minimizes ‖y - Xw - b‖² / 2n + alpha l1_ratio ‖w‖₁ + alpha (1 - l1_ratio) ‖w‖² / 2; weights of rows are brought to a sum
/// of n. Ends on scikit-learn's duality gap.
pub fn elastic_net(sample: &Sample<'_, Sparse>, alpha: f64, l1_ratio: f64, precision: Precision) -> Result<Solution> {
    let (l1, l2) = (alpha * l1_ratio, alpha * (1.0 - l1_ratio));
    if l1 == 0.0 {
        let count = sample.weights.map_or(sample.targets.len() as f64, |weights| weights.iter().sum());
        return ridge(sample, l2 * count);
    }
    let moments = Moments::of(sample)?;
    let Moments { columns, targets, square, .. } = &moments;
    let width = targets.len();
    let tolerance = match precision {
        Precision::Rough => 1e-6,
        Precision::Full => 1e-12,
    };
    let mut w = vec![0.0; width];
    // The columns' products times w.
    let mut explained = vec![0.0; width];
    let mut converged = false;
    for _ in 0..MAX_SWEEPS {
        for j in 0..width {
            let line = &columns[j * width..][..width];
            let slope = targets[j] - explained[j] + line[j] * w[j];
            let curvature = line[j] + l2;
            let next = if curvature > 0.0 { slope.signum() * (slope.abs() - l1).max(0.0) / curvature } else { 0.0 };
            let step: f64 = next - w[j];
            if step != 0.0 {
                explained.iter_mut().zip(line).for_each(|(sum, product)| *sum += step * product);
                w[j] = next;
            }
        }
        let by_targets = dot(&w, targets);
        let residual = (square - 2.0 * by_targets + dot(&w, &explained)).max(0.0);
        let slopes = targets.iter().zip(&explained).zip(&w).map(|((q, sum), w)| (q - sum - l2 * w).abs());
        let steepest = slopes.fold(0.0, f64::max);
        let share = if steepest > l1 { l1 / steepest } else { 1.0 };
        let magnitude: f64 = w.iter().map(|w| w.abs()).sum();
        let gap = 0.5 * residual * (1.0 + share * share) + l1 * magnitude - share * (square - by_targets)
            + 0.5 * l2 * (1.0 + share * share) * dot(&w, &w);
        if gap <= tolerance * square {
            converged = true;
            break;
        }
    }
    Ok(Solution { linear: moments.linear(w), converged })
}

/// The smallest alpha for which the lasso's coefficients are all 0: max |Xᵀ(y - mean)| / n.
pub fn largest_alpha(rows: &Sparse, targets: &[f64]) -> f64 {
    let mean = weighted_mean(targets.iter().copied(), None);
    let mut products = vec![0.0; rows.width];
    for (i, y) in targets.iter().enumerate() {
        rows.row(i).for_each(|(column, x)| products[column] += x * (y - mean));
    }
    products.iter().fold(0.0, |largest: f64, product| largest.max(product.abs())) / targets.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Matrix;
    use super::super::{elastic_net as dense_net, least_squares};
    use super::*;

    /// Numbers with zeros among them, targets and weights.
    fn rows() -> (Matrix, Sparse, Vec<f64>, Vec<f64>) {
        let (mut sparse, mut values) = (Sparse::new(5), Vec::new());
        for i in 0..60_u32 {
            for column in 0..5 {
                let x = if (i * 7 + column * 3) % 4 == 0 { f64::from((i * 13 + column * 5) % 11) - 4.0 } else { 0.0 };
                values.push(x);
                if x != 0.0 {
                    sparse.push(column, x);
                }
            }
            sparse.end_row();
        }
        let targets = (0..60).map(|i| values[i * 5] - 2.0 * values[i * 5 + 3] + (i % 7) as f64).collect();
        (Matrix { values, width: 5 }, sparse, targets, (0..60).map(|i| 1.0 + f64::from(i % 3)).collect())
    }

    #[test]
    fn sparse_rows_have_the_solutions_of_dense_ones() {
        let (dense, sparse, targets, weights) = rows();
        assert_eq!(sparse.dense(), dense);
        let (targets, weights) = (&targets[..], Some(&weights[..]));
        let dense = &Sample { rows: &dense, targets, weights, classes: 0 };
        let sparse = &Sample { rows: &sparse, targets, weights, classes: 0 };
        let pairs = [
            (ridge(sparse, 2.0), least_squares::solve(dense, 2.0)),
            (elastic_net(sparse, 0.3, 0.5, Precision::Full), dense_net::solve(dense, 0.3, 0.5, Precision::Full)),
            (elastic_net(sparse, 0.3, 1.0, Precision::Full), dense_net::solve(dense, 0.3, 1.0, Precision::Full)),
            (elastic_net(sparse, 0.3, 0.0, Precision::Full), dense_net::solve(dense, 0.3, 0.0, Precision::Full)),
        ];
        for (found, expected) in pairs {
            let (found, expected) = (found.expect("a solution"), expected.expect("a solution"));
            assert!(found.converged);
            let all = |linear: &Linear| [&linear.coefficients[..], &linear.intercepts].concat();
            for (a, b) in all(&found.linear).iter().zip(all(&expected.linear)) {
                assert!((a - b).abs() < 1e-5, "{:?} is not {:?}", found.linear, expected.linear);
            }
        }
        let alpha = largest_alpha(sparse.rows, targets);
        assert!((alpha - dense_net::largest_alpha(dense.rows, targets)).abs() < 1e-12);
    }
}
