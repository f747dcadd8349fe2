//! Cross-validation, and the choice among candidates by it.

use super::candidate::Precision;
use super::matrix::mean_and_variance;
use super::metrics::Measure;
use super::options::Options;
use super::report::{Spread, Standing};
use super::roles::Order;
use super::split::Split;
use super::target::Target;
use super::watch::Watch;
use crate::error::{Error, Kind, Result};
use crate::native::store::gzip;
use std::fmt::Display;
use std::time::Instant;

/// The share of a budget that is spent on comparing; the rest is for the fits after it.
const COMPARING: f64 = 0.75;

/// What is to be learned, as the choice among candidates sees it: rows of columns, or images.
pub trait Study {
    /// A family with its hyper-parameters.
    type Candidate: Clone + Display;
    /// A model, and what its fit tells.
    type Fitted;
    /// What makes a model smaller, as the end of a sentence.
    const SMALLER: &'static str;

    /// What is to be predicted.
    fn target(&self) -> &Target;

    /// What decides which rows are fitted and which scored.
    fn order(&self) -> &Order;

    /// The measure that candidates are compared by; less is better.
    fn loss(&self) -> &'static str;

    /// Fits a candidate to some rows. `goes_on` hears between the steps of a long fit, and ends it by saying no.
    ///
    /// # Errors
    /// If the solver fails, or its model is not sound.
    fn fitted(
        &self,
        candidate: &Self::Candidate,
        rows: &[usize],
        precision: Precision,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Self::Fitted>;

    /// What a visitor downloads of a model.
    ///
    /// # Errors
    /// If it is too large for a file.
    fn download(&self, fitted: &Self::Fitted) -> Result<u64>;

    /// How good a model is on some rows.
    ///
    /// # Errors
    /// If it does not take them: a mistake of its maker.
    fn measures(&self, fitted: &Self::Fitted, rows: &[usize]) -> Result<Vec<Measure>>;

    /// What a model predicts for some rows: numbers, or the indices of classes.
    ///
    /// # Errors
    /// As [`Self::measures`].
    fn decisions(&self, fitted: &Self::Fitted, rows: &[usize]) -> Result<Vec<f64>>;
}

/// How a candidate did on every fold.
pub struct Validation<C> {
    /// The candidate.
    pub candidate: C,
    /// Its measures, fold by fold.
    pub folds: Vec<Vec<Measure>>,
    /// The most bytes that a visitor downloads of the folds' models.
    pub bytes: u64,
}

/// What a visitor downloads of a file: its bytes as they are uploaded.
///
/// # Errors
/// If they cannot be packed.
pub fn download(bytes: &[u8]) -> Result<u64> {
    Ok(gzip(bytes)?.map_or(bytes.len(), |packed| packed.len()) as u64)
}

/// Cross-validates every candidate, or those that the budget and the person who waits allow; at least one.
///
/// # Errors
/// If a fit fails, or was ended before the first candidate had been compared.
pub fn cross_validate<S: Study>(
    study: &S,
    candidates: &[S::Candidate],
    splits: &[Split],
    options: &Options,
    watch: &dyn Watch,
) -> Result<Vec<Validation<S::Candidate>>> {
    // One candidate's scores are reported, so they are its own; many are only compared.
    let precision = if candidates.len() == 1 { Precision::Full } else { Precision::Rough };
    let begin = Instant::now();
    let is_over = || options.budget.is_some_and(|budget| begin.elapsed() > budget.mul_f64(COMPARING));
    let mut validations: Vec<Validation<S::Candidate>> = Vec::with_capacity(candidates.len());
    'candidates: for (i, candidate) in candidates.iter().enumerate() {
        let is_first = validations.is_empty();
        let goes_on = || watch.goes_on() && (is_first || !is_over());
        let mut validation = Validation { candidate: candidate.clone(), folds: Vec::new(), bytes: 0 };
        for (k, split) in splits.iter().enumerate() {
            if !goes_on() {
                break 'candidates;
            }
            let fitted = study.fitted(candidate, &split.fit, precision, &goes_on)?;
            // What was ended is no fair measure of the candidate.
            if !goes_on() {
                break 'candidates;
            }
            validation.bytes = validation.bytes.max(study.download(&fitted)?);
            validation.folds.push(study.measures(&fitted, &split.score)?);
            watch.fitted(i * splits.len() + k + 1);
        }
        if !splits.is_empty() {
            let loss = validation.loss(study.loss());
            watch.compared(&validation.standing(loss, false));
        }
        validations.push(validation);
    }
    match validations.is_empty() {
        false => Ok(validations),
        true => Err(Error::new(Kind::Training, "cross-validation", "at least 1 candidate compared", "an interruption")
            .hint("Leave cross-validation out with --cv 0, or let it run.")),
    }
}

impl<C: Display> Validation<C> {
    /// The measure that candidates are compared by.
    pub fn loss(&self, name: &str) -> Spread {
        self.spread(name).unwrap_or(Spread { mean: f64::INFINITY, std: 0.0 })
    }

    fn standing(&self, loss: Spread, chosen: bool) -> Standing {
        Standing { model: self.candidate.to_string(), loss, bytes: self.bytes, chosen }
    }

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

/// Chooses among cross-validated candidates by a loss: of those within one standard error of the lowest mean, the one with
/// the smallest file, and of equals the one with the lowest mean. Only those that are `fit` to be chosen take part. Returns
/// its index, the leaderboard from best to worst, and the reason; `None` if there is none to choose.
pub fn choose<C: Display>(
    validations: &[Validation<C>],
    loss: &'static str,
    fit: &dyn Fn(usize) -> bool,
) -> Option<(usize, Vec<Standing>, String)> {
    let spreads: Vec<Spread> = validations.iter().map(|validation| validation.loss(loss)).collect();
    let mut order: Vec<usize> = (0..validations.len()).collect();
    order.sort_by(|&a, &b| spreads[a].mean.total_cmp(&spreads[b].mean));
    let best = order.iter().copied().find(|&i| fit(i))?;
    // The standard error of the mean, from the population deviation: s / √(k - 1).
    let error = spreads[best].std / (validations[best].folds.len() as f64 - 1.0).max(1.0).sqrt();
    let limit = spreads[best].mean + error;
    let near = order.iter().copied().filter(|&i| fit(i) && spreads[i].mean <= limit);
    let chosen = near.min_by_key(|&i| validations[i].bytes).unwrap_or(best);
    let leaderboard = order.iter().map(|&i| validations[i].standing(spreads[i], i == chosen)).collect();
    let why = if chosen == best {
        format!("the lowest mean {loss}; no candidate within one standard error ({error:.4}) has a smaller file")
    } else {
        format!(
            "within one standard error ({error:.4}) of the lowest mean {loss} ({}), and a visitor downloads {} bytes instead of {}",
            validations[best].candidate, validations[chosen].bytes, validations[best].bytes,
        )
    };
    Some((chosen, leaderboard, why))
}
