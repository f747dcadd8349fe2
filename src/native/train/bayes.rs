//! Each class as a bell around its mean, column by column: `GaussianNB`.

use super::candidate::{Candidate, Sample};
use super::matrix::{mean_and_variance, weighted_mean};
use crate::math;
use crate::model::{Rescale, Scale};

/// The logarithms of the classes' likelihoods: minus half the squared length of a row that is scaled as a class says, and a
/// constant.
#[derive(Clone, Debug)]
pub struct Likelihoods {
    /// For each class its means and deviations.
    pub classes: Vec<Scale>,
    /// What becomes of the squared lengths.
    pub rescale: Rescale,
}

/// Finds each class's mean, variance and share of the rows. To every variance comes `var_smoothing` times the largest of
/// any column, so that none is 0.
pub fn fit(candidate: &Candidate, sample: &Sample<'_>) -> Likelihoods {
    let Sample { rows, targets, weights, classes } = *sample;
    let largest = (0..rows.width).map(|j| mean_and_variance(rows.column(j)).1).fold(0.0, f64::max);
    // Columns that are all constant would have none.
    let floor = (candidate.values().number("var_smoothing") * largest).max(f64::MIN_POSITIVE);
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let all: f64 = (0..rows.len()).map(weight).sum();
    let mut likelihoods = Vec::with_capacity(classes);
    let mut offsets = Vec::with_capacity(classes);
    for class in 0..classes {
        let picks: Vec<usize> = (0..rows.len()).filter(|&row| targets[row] == class as f64).collect();
        let own: Vec<f64> = picks.iter().map(|&row| weight(row)).collect();
        let of_class = rows.pick(&picks);
        let means = of_class.means(Some(&own));
        let variance = |(j, &mean): (usize, &f64)| {
            weighted_mean(of_class.column(j).map(|x| (x - mean) * (x - mean)), Some(&own)) + floor
        };
        let variances: Vec<f64> = means.iter().enumerate().map(variance).collect();
        let logs: f64 = variances.iter().map(|variance| math::ln(2.0 * std::f64::consts::PI * variance)).sum();
        offsets.push(math::ln(own.iter().sum::<f64>() / all) - 0.5 * logs);
        likelihoods
            .push(Scale { offsets: means, divisors: variances.iter().map(|variance| variance.sqrt()).collect() });
    }
    Likelihoods { classes: likelihoods, rescale: Rescale { factors: vec![-0.5; classes], offsets } }
}
