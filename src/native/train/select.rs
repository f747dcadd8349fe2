//! Cross-validation, and the choice among candidates by it.

use super::candidate::{Algorithm, Precision};
use super::matrix::mean_and_variance;
use super::metrics::Measure;
use super::options::Options;
use super::problem::Problem;
use super::report::{Spread, Standing};
use super::split::Split;
use crate::error::Result;
use crate::model::Provenance;

/// How a candidate did on every fold.
pub struct Validation {
    /// The candidate.
    pub algorithm: Algorithm,
    /// Its measures, fold by fold.
    pub folds: Vec<Vec<Measure>>,
    /// How many of the prepared columns it used, on average.
    pub columns_used: f64,
}

/// Cross-validates every candidate; `done` is called after each fit.
pub fn cross_validate(
    problem: &Problem,
    candidates: &[Algorithm],
    splits: &[Split],
    options: &Options,
    mut done: impl FnMut(),
) -> Result<Vec<Validation>> {
    // One candidate's scores are reported, so they are its own; many are only compared.
    let precision = if candidates.len() == 1 { Precision::Full } else { Precision::Rough };
    let mut validations = Vec::with_capacity(candidates.len());
    for &algorithm in candidates {
        let mut validation = Validation { algorithm, folds: Vec::with_capacity(splits.len()), columns_used: 0.0 };
        for split in splits {
            let fit = problem.fit(algorithm, Problem::settings(algorithm, options), &split.fit, precision)?;
            let width = fit.linear.width;
            let is_used = |j: &usize| fit.linear.coefficients.iter().skip(*j).step_by(width).any(|&w| w != 0.0);
            validation.columns_used += (0..width).filter(is_used).count() as f64 / splits.len() as f64;
            validation.folds.push(problem.score(&problem.model(&fit, Provenance::default())?, &split.score));
            done();
        }
        validations.push(validation);
    }
    Ok(validations)
}

impl Validation {
    /// The mean and spread of a measure over the folds where it is defined.
    pub fn spread(&self, name: &str) -> Option<Spread> {
        let measures = self.folds.iter().flatten().filter(|(measure, _)| *measure == name);
        let values: Vec<f64> = measures.filter_map(|(_, value)| *value).collect();
        if values.is_empty() {
            return None;
        }
        let (mean, variance) = mean_and_variance(values.iter().copied());
        Some(Spread { mean, std: variance.max(0.0).sqrt() })
    }
}

/// Chooses among cross-validated candidates by a loss: of those within one standard error of the lowest mean, the one
/// that uses the fewest columns, and of equals the one with the lowest mean. Returns its index, the leaderboard from
/// best to worst, and the reason.
pub fn choose(validations: &[Validation], loss: &'static str) -> (usize, Vec<Standing>, String) {
    let spreads: Vec<Spread> = validations
        .iter()
        .map(|validation| validation.spread(loss).unwrap_or(Spread { mean: f64::INFINITY, std: 0.0 }))
        .collect();
    let mut order: Vec<usize> = (0..validations.len()).collect();
    order.sort_by(|&a, &b| spreads[a].mean.total_cmp(&spreads[b].mean));
    let best = order[0];
    // The standard error of the mean, from the population deviation: s / √(k - 1).
    let error = spreads[best].std / (validations[best].folds.len() as f64 - 1.0).max(1.0).sqrt();
    let limit = spreads[best].mean + error;
    let columns = |i: usize| validations[i].columns_used.round();
    let near = order.iter().copied().filter(|&i| spreads[i].mean <= limit);
    let chosen = near.min_by(|&a, &b| columns(a).total_cmp(&columns(b))).unwrap_or(best);
    let leaderboard = order.iter().map(|&i| Standing {
        model: validations[i].algorithm.to_string(),
        loss: spreads[i],
        columns_used: validations[i].columns_used,
        chosen: i == chosen,
    });
    let why = if chosen == best {
        format!("the lowest mean {loss}; no candidate within one standard error ({error:.4}) uses fewer columns")
    } else {
        format!(
            "within one standard error ({error:.4}) of the lowest mean {loss} ({}), and it uses {} of the columns instead of {}",
            validations[best].algorithm,
            columns(chosen),
            columns(best),
        )
    };
    (chosen, leaderboard.collect(), why)
}
