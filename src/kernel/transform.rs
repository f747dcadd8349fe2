//! Transformations of columns and rows beyond shifting and dividing, each with scikit-learn's own formula.

use super::encode::below;
use crate::math::{ln, ln_1p, normal_quantile, pow};

/// What a row is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// The sum of the absolute numbers; a row of zeros stays.
    L1,
    /// The square root of the sum of squares; a row of zeros stays.
    L2,
    /// The largest absolute number; a row of zeros stays.
    Max,
    /// The sum; a row whose sum is 0 becomes NaN.
    Sum,
    /// The sum; a row whose sum is 0 becomes equal shares.
    SumOrEqual,
}

/// Divides each row of `width` numbers by its norm.
pub fn normalize(rows: &[f64], width: usize, norm: Norm, out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let fold = |add: fn(f64, f64) -> f64| row.iter().fold(0.0, |sum, &x| add(sum, x));
        let size = match norm {
            Norm::L1 => fold(|sum, x| sum + x.abs()),
            Norm::L2 => fold(|sum, x| sum + x * x).sqrt(),
            Norm::Max => fold(|most, x| if x.abs() > most { x.abs() } else { most }),
            Norm::Sum | Norm::SumOrEqual => fold(|sum, x| sum + x),
        };
        if size == 0.0 && norm == Norm::SumOrEqual {
            out.fill(1.0 / width as f64);
            continue;
        }
        let size = if size == 0.0 && norm != Norm::Sum { 1.0 } else { size };
        for (out, x) in out.iter_mut().zip(row) {
            *out = x / size;
        }
    }
}

/// Yeo and Johnson's power of each column, or Box and Cox's.
pub fn power(rows: &[f64], lambdas: &[f64], is_box_cox: bool, out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(lambdas.len()).zip(out.chunks_exact_mut(lambdas.len())) {
        for ((out, &x), &lambda) in out.iter_mut().zip(row).zip(lambdas) {
            *out = if is_box_cox {
                if lambda == 0.0 { ln(x) } else { libm::expm1(lambda * ln(x)) / lambda }
            } else if x >= 0.0 {
                if lambda.abs() < f64::EPSILON { ln_1p(x) } else { (pow(x + 1.0, lambda) - 1.0) / lambda }
            } else if (lambda - 2.0).abs() > f64::EPSILON {
                -(pow(1.0 - x, 2.0 - lambda) - 1.0) / (2.0 - lambda)
            } else {
                -ln_1p(-x)
            };
        }
    }
}

/// The number at `x` of the line through the points (`xs`, `ys`), `xs` sorted; beyond its ends that of the end, as
/// `numpy.interp`.
fn interpolated(x: f64, xs: &[f64], ys: &[f64]) -> f64 {
    let at = xs.partition_point(|&point| point <= x);
    match at {
        _ if x.is_nan() => x,
        0 => ys[0],
        _ if at == xs.len() => ys[at - 1],
        _ => {
            let slope = (ys[at] - ys[at - 1]) / (xs[at] - xs[at - 1]);
            slope * (x - xs[at - 1]) + ys[at - 1]
        }
    }
}

/// Each column through its own points.
pub fn interpolate(rows: &[f64], xs: &[Vec<f64>], ys: &[Vec<f64>], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(xs.len()).zip(out.chunks_exact_mut(xs.len())) {
        for (((out, &x), xs), ys) in out.iter_mut().zip(row).zip(xs).zip(ys) {
            *out = interpolated(x, xs, ys);
        }
    }
}

/// How near to the ends a normal output counts as beyond them: scikit-learn's `BOUNDS_THRESHOLD`.
const NEAR: f64 = 1e-7;

/// The share of training values below each number, by the column's quantiles at the shares `references`; as a normal
/// score if wanted: `QuantileTransformer`.
pub fn quantile(rows: &[f64], quantiles: &[Vec<f64>], references: &[f64], is_normal: bool, out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(quantiles.len()).zip(out.chunks_exact_mut(quantiles.len())) {
        for ((out, &x), quantiles) in out.iter_mut().zip(row).zip(quantiles) {
            let (low, high) = (quantiles[0], quantiles[quantiles.len() - 1]);
            let margin = if is_normal { NEAR } else { 0.0 };
            let share = if if is_normal { x - margin < low } else { x == low } {
                0.0
            } else if if is_normal { x + margin > high } else { x == high } {
                1.0
            } else {
                0.5 * (interpolated(x, quantiles, references) + interpolated_from_above(x, quantiles, references))
            };
            *out = if !is_normal || share.is_nan() {
                share
            } else {
                let most = normal_quantile(1.0 - (NEAR - f64::EPSILON));
                let score = normal_quantile(share);
                let least = normal_quantile(NEAR - f64::EPSILON);
                if score < least {
                    least
                } else if score > most {
                    most
                } else {
                    score
                }
            };
        }
    }
}

/// [`interpolated`], but among equal points the first counts and not the last: the same line mirrored.
fn interpolated_from_above(x: f64, xs: &[f64], ys: &[f64]) -> f64 {
    let at = below(xs, x);
    match at {
        _ if x.is_nan() => x,
        0 => ys[0],
        _ if at == xs.len() => ys[at - 1],
        _ => {
            let slope = (ys[at] - ys[at - 1]) / (xs[at] - xs[at - 1]);
            -(slope * (xs[at] - x) - ys[at])
        }
    }
}

/// For each of the `terms`, the product of its columns in the order named; of none it is 1.
pub fn polynomial(rows: &[f64], width: usize, terms: &[Vec<u32>], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(terms.len())) {
        for (out, term) in out.iter_mut().zip(terms) {
            *out = match term.split_first() {
                None => 1.0,
                Some((&first, rest)) => rest.iter().fold(row[first as usize], |x, &i| x * row[i as usize]),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_divided_by_their_norm() {
        let norm = |row: [f64; 2], norm| {
            let mut out = [9.0; 2];
            normalize(&row, 2, norm, &mut out);
            out
        };
        assert_eq!(norm([3.0, -4.0], Norm::L2), [0.6, -0.8]);
        assert_eq!(norm([3.0, -1.0], Norm::L1), [0.75, -0.25]);
        assert_eq!(norm([3.0, -4.0], Norm::Max), [0.75, -1.0]);
        assert_eq!(norm([0.0, 0.0], Norm::L2), [0.0, 0.0]);
        assert_eq!(norm([0.0, 0.0], Norm::SumOrEqual), [0.5, 0.5]);
        assert!(norm([0.0, 0.0], Norm::Sum)[0].is_nan());
    }

    #[test]
    fn lines_go_through_their_points_and_stay_at_their_ends() {
        let mut out = [0.0; 4];
        interpolate(
            &[0.5, -1.0, 9.0, f64::NAN],
            &vec![vec![0.0, 1.0, 3.0]; 4],
            &vec![vec![0.0, 2.0, 4.0]; 4],
            &mut out,
        );
        assert_eq!(out[..3], [1.0, 0.0, 4.0]);
        assert!(out[3].is_nan());
    }

    #[test]
    fn equal_quantiles_give_the_middle_of_their_shares() {
        let mut out = [0.0];
        quantile(&[1.0], &[vec![0.0, 1.0, 1.0, 2.0]], &[0.0, 0.25, 0.75, 1.0], false, &mut out);
        assert_eq!(out, [0.5]);
    }

    #[test]
    fn terms_are_products() {
        let mut out = [0.0; 3];
        polynomial(&[2.0, 3.0], 2, &[vec![], vec![1], vec![1, 0, 0]], &mut out);
        assert_eq!(out, [1.0, 3.0, 12.0]);
    }
}
