//! Support vector machines: `SVC` and `SVR`, as libsvm fits them, with the probabilities of `SVC(probability=True)`.
//!
//! [`smo`] finds the multipliers of one machine; classes have one for each pair of them. Rows and coefficients are f32
//! numbers where that loses nothing to speak of: the file is smaller.

mod cache;
mod graph;
mod kernel;
mod pairs;
mod platt;
mod smo;

use super::candidate::{Candidate, Sample};
use super::matrix::{Matrix, mean_and_variance};
use crate::error::{Error, Kind, Result};
use kernel::{Kernel, Points};
use smo::{Dual, Limits, Solution};

pub use graph::lay;

/// The most rows. The time grows with their square: more would take hours of cross-validation.
const MAX_ROWS: usize = 30_000;
/// The most bytes of kernel rows that all machines together remember.
const CACHE_BYTES: usize = 256 << 20;
/// The most coefficients: of each row for each pair of classes.
const MAX_COEFFICIENTS: usize = 1 << 25;
/// The steps of a fit: as many as libsvm's, at the least and for each row.
const LEAST_STEPS: usize = 10_000_000;
const STEPS_PER_ROW: usize = 100;
/// Rows are rounded if that moves no number by more than this share of the deviation of all numbers.
const MAX_ROUNDING: f64 = 1e-4;

/// A fitted machine: a function of the kernels of a row with some of the rows that were fitted.
#[derive(Clone, Debug)]
pub struct Machine {
    kernel: Kernel,
    /// The rows that matter.
    vectors: Matrix,
    /// For each pair of classes, or once, a coefficient for each vector. It speaks for the later class.
    coefficients: Vec<f64>,
    intercepts: Vec<f64>,
    /// For each pair of classes what makes its score a probability of the earlier one.
    scales: Vec<[f64; 2]>,
    /// How many classes there are; 0 of a regression.
    pub classes: usize,
}

/// Refuses more rows than can be fitted in a sensible time.
///
/// # Errors
/// [`Kind::LimitExceeded`].
pub fn check(rows: usize) -> Result<()> {
    if rows <= MAX_ROWS {
        return Ok(());
    }
    let hint = "The time grows with the square of the rows. --model boosting or --model mlp learns from all of them.";
    Err(Error::new(Kind::LimitExceeded, "rows", format!("at most {MAX_ROWS} of svm"), rows.to_string()).hint(hint))
}

/// Refuses more coefficients than a model holds, before there is room for them.
fn check_pairs(sample: &Sample<'_>) -> Result<()> {
    let (pairs, rows) = (sample.classes * sample.classes.saturating_sub(1) / 2, sample.rows.len());
    if pairs.saturating_mul(rows) <= MAX_COEFFICIENTS {
        return Ok(());
    }
    let (expected, found) =
        (format!("at most {MAX_COEFFICIENTS} coefficients"), format!("{pairs} pairs × {rows} rows"));
    Err(Error::new(Kind::LimitExceeded, "--model svm", expected, found).hint(
        "A machine of each pair of so many classes is large: --model logistic, mlp or boosting learns them instead.",
    ))
}

/// Fits machines to rows. Says whether all of them reached the tolerance.
///
/// # Errors
/// [`Kind::LimitExceeded`] for more pairs of classes and vectors than a model holds; [`Kind::Training`] for rows whose
/// kernel is not finite.
pub fn fit(
    candidate: &Candidate,
    sample: &Sample<'_>,
    seed: u64,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Result<(Machine, bool)> {
    let values = candidate.values();
    check_pairs(sample)?;
    let rows = &rounded(sample.rows);
    let kernel = Kernel::of(values, rows);
    let steps = values.whole_or_none("max_iter");
    let steps = steps.unwrap_or_else(|| LEAST_STEPS.max(STEPS_PER_ROW.saturating_mul(rows.len())));
    let limits = Limits { tolerance: values.number("tol"), steps, bytes: CACHE_BYTES, goes_on };
    let bound = |row: usize| values.number("C") * sample.weights.map_or(1.0, |weights| weights[row]);
    let bounds: Vec<f64> = (0..rows.len()).map(bound).collect();
    let (machines, scales) = if sample.classes == 0 {
        let points = Points::new(rows.clone(), kernel, true);
        let machine = regress(&points, sample.targets, values.number("epsilon"), &bounds, limits);
        (vec![machine], Vec::new())
    } else {
        pairs::fit(rows, kernel, sample, &bounds, limits, seed)
    };
    let numbers = || machines.iter().flat_map(|machine| machine.coefficients.iter().chain([&machine.intercept]));
    if !numbers().chain(scales.as_flattened()).all(|x| x.abs() <= f64::from(f32::MAX)) {
        return Err(Error::new(Kind::Training, "--set kernel", "numbers that are finite", "others")
            .hint("Standardize the columns, or choose a smaller gamma or degree."));
    }
    let is_used = |row: &usize| machines.iter().any(|machine| machine.coefficients[*row] != 0.0);
    let mut used: Vec<usize> = (0..rows.len()).filter(is_used).collect();
    // A constant has no vectors, but a model has one.
    if used.is_empty() {
        used.push(0);
    }
    let of_used = |machine: &Solution| used.iter().map(|&row| machine.coefficients[row]).collect::<Vec<f64>>();
    let machine = Machine {
        kernel,
        vectors: rows.pick(&used),
        coefficients: machines.iter().flat_map(of_used).map(|x| f64::from(x as f32)).collect(),
        intercepts: machines.iter().map(|machine| machine.intercept).collect(),
        scales,
        classes: sample.classes,
    };
    Ok((machine, machines.iter().all(|machine| machine.converged)))
}

/// The machine whose answers are at most `epsilon` off where the bounds allow: `SVR`.
fn regress(points: &Points, targets: &[f64], epsilon: f64, bounds: &[f64], limits: Limits<'_>) -> Solution {
    let signs = [vec![1.0; targets.len()], vec![-1.0; targets.len()]].concat();
    let below = targets.iter().map(|target| target - epsilon);
    let slopes = below.chain(targets.iter().map(|target| target + epsilon)).collect();
    smo::solve(&Dual { points, signs, slopes, bounds: bounds.repeat(2) }, limits)
}

/// The rows as f32 numbers, unless columns are so far from 0 that it matters.
fn rounded(rows: &Matrix) -> Matrix {
    let largest = rows.values.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let deviation = mean_and_variance(rows.values.iter().copied()).1.max(0.0).sqrt();
    if largest > f64::from(f32::MAX) || largest * f64::from(f32::EPSILON) > MAX_ROUNDING * deviation {
        return rows.clone();
    }
    Matrix { values: rows.values.iter().map(|&x| f64::from(x as f32)).collect(), width: rows.width }
}
