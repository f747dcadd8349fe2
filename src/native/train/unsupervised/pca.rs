//! The directions along which rows vary most: `PCA`, from the eigenvectors of the columns' covariance.
//!
//! (Jolliffe, Principal Component Analysis, 2nd edition, chapter 1.) As in scikit-learn since 1.5, the largest loading of a
//! direction is positive.

use super::super::matrix::Matrix;
use crate::error::{Error, Kind, Result};
use nalgebra::{DMatrix, SymmetricEigen};

/// The most columns: the work grows with their cube.
const MAX_COLUMNS: usize = 2000;

/// How many directions are kept: `n_components`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep {
    /// As many as there are.
    All,
    /// So many.
    Count(usize),
    /// So many that they explain more than that share of the variance.
    Share(f64),
}

/// The directions, from the one of most variance on.
#[derive(Clone, Debug)]
pub struct Components {
    /// The columns' means.
    pub means: Vec<f64>,
    /// Directions × columns, each of length 1.
    pub axes: Vec<f64>,
    /// The variance along each.
    pub variances: Vec<f64>,
    /// Its share of all.
    pub shares: Vec<f64>,
}

/// Finds them.
///
/// # Errors
/// [`Kind::LimitExceeded`] for too many columns, [`Kind::BadOption`] for more directions than there are,
/// [`Kind::Training`] if nothing varies or the sums overflow.
pub fn fit(rows: &Matrix, keep: Keep) -> Result<Components> {
    let (count, width) = (rows.len(), rows.width);
    if width > MAX_COLUMNS {
        return Err(Error::new(
            Kind::LimitExceeded,
            "columns",
            format!("at most {MAX_COLUMNS} of pca"),
            width.to_string(),
        )
        .hint("Leave columns out with --drop; texts count once for each of their values."));
    }
    let most = count.min(width);
    if let Keep::Count(asked) = keep
        && asked > most
    {
        let expected = format!("at most the smaller of {count} rows and {width} columns");
        return Err(Error::new(Kind::BadOption, "--set n_components", expected, asked.to_string()));
    }
    let means = rows.means(None);
    let centred = DMatrix::from_vec(count, width, rows.centered_columns(&means, None));
    let covariance = centred.tr_mul(&centred) / (count as f64 - 1.0);
    let total = covariance.trace();
    if !(total.is_finite() && total > 0.0) {
        let found = if total == 0.0 { "the same row again and again" } else { "sums beyond all numbers" };
        return Err(Error::new(Kind::Training, "features", "columns that vary, within the numbers", found)
            .hint("Bring the columns to a smaller scale, or leave constant ones out."));
    }
    let eigen = SymmetricEigen::new(covariance);
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    // What rounding makes of a variance of 0 may lie below it.
    let variances: Vec<f64> = order.iter().map(|&i| eigen.eigenvalues[i].max(0.0)).collect();
    let shares: Vec<f64> = variances.iter().map(|variance| variance / total).collect();
    let kept = match keep {
        Keep::All => most,
        Keep::Count(count) => count,
        Keep::Share(share) => {
            let mut explained = 0.0;
            let reaches = |of_one: &f64| {
                explained += of_one;
                explained > share
            };
            shares.iter().position(reaches).map_or(most, |last| last + 1).min(most)
        }
    };
    let mut axes = Vec::with_capacity(kept * width);
    for &i in &order[..kept] {
        let axis = eigen.eigenvectors.column(i);
        let largest = axis.iter().fold(0.0_f64, |largest, x| if x.abs() > largest.abs() { *x } else { largest });
        axes.extend(axis.iter().map(|x| x * largest.signum()));
    }
    Ok(Components { means, axes, variances: variances[..kept].to_vec(), shares: shares[..kept].to_vec() })
}
