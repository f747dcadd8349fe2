//! The order in which it all happens, whatever is learned from: a part is held out, the others compare the candidates, the
//! chosen one is scored on the part held out and fitted to all.

use super::candidate::Precision;
use super::metrics;
use super::options::{Options, Task};
use super::report::{Confusion, Report, Scores, Standing};
use super::select::{self, Study, Validation};
use super::split::{self, Split};
use super::target::Target;
use super::watch::Watch;
use crate::error::{Error, Kind, Result};
use std::time::Instant;

/// The fewest rows of a fold.
const MIN_FOLD_ROWS: usize = 3;
/// The fewest rows worth splitting into a part to fit and a part to score.
const MIN_SPLIT_ROWS: usize = 2 * MIN_FOLD_ROWS;

/// What was compared, chosen and fitted.
pub struct Course<S: Study> {
    /// The chosen candidate, fitted to all rows.
    pub chosen: Chosen<S>,
    /// The same, fitted to the rows that are not held out, if any are.
    pub test: Option<(Split, S::Fitted)>,
    /// How every candidate did on the folds.
    validations: Vec<Validation<S::Candidate>>,
    /// How many folds there were.
    folds: usize,
}

/// What cross-validation chose.
pub struct Chosen<S: Study> {
    /// The candidate.
    pub candidate: S::Candidate,
    /// Its model.
    pub fitted: S::Fitted,
    /// Its place among those that were cross-validated.
    validation: Option<usize>,
    leaderboard: Vec<Standing>,
    why: Option<String>,
    download: u64,
    seconds: f64,
}

/// Holds a part out, compares the candidates on the others, chooses one, and fits it to those others and to all.
/// `candidates` hears which rows may be known, and whether nothing can be compared.
///
/// # Errors
/// Those of the candidates and of their fits; [`Kind::LimitExceeded`] if none is small enough.
pub fn run<S: Study>(
    study: &S,
    options: &Options,
    watch: &dyn Watch,
    notes: &mut Vec<String>,
    candidates: impl FnOnce(&[usize], bool, &mut Vec<String>) -> Result<Vec<S::Candidate>>,
) -> Result<Course<S>> {
    let held_out = hold_out(study, options, notes);
    let all: Vec<usize> = (0..study.target().values.len()).collect();
    let known = held_out.as_ref().map_or(&all, |split| &split.fit);
    let splits = folds(study, known, options, notes);
    let candidates = candidates(known, splits.is_empty(), notes)?;
    let expected = candidates.len() * splits.len() + 1 + usize::from(held_out.is_some());
    watch.expects(expected);
    let validations = select::cross_validate(study, &candidates, &splits, options, watch)?;
    if validations.len() < candidates.len() {
        let (done, all) = (validations.len(), candidates.len());
        notes.push(format!("{done} of {all} candidates were compared before the time was over"));
    }
    let chosen = choose(study, &validations, &all, options, watch)?;
    watch.fitted(expected - usize::from(held_out.is_some()));
    let test = match held_out {
        None => None,
        Some(split) => {
            let fitted = study.fitted(&chosen.candidate, &split.fit, Precision::Full, &|| watch.goes_on())?;
            watch.fitted(expected);
            Some((split, fitted))
        }
    };
    Ok(Course { chosen, test, validations, folds: splits.len() })
}

impl<S: Study> Course<S> {
    /// What there is to tell, but for what only some studies have: columns, shapes, coefficients.
    ///
    /// # Errors
    /// Those of [`Study::measures`].
    pub fn report(&self, study: &S, target_name: &str, estimator: &'static str, notes: Vec<String>) -> Result<Report> {
        let Self { chosen, test, validations, folds } = self;
        let target = study.target();
        let all: Vec<usize> = (0..target.values.len()).collect();
        let on_test = test.as_ref().map(|(split, fitted)| study.measures(fitted, &split.score)).transpose()?;
        let on_test = on_test.unwrap_or_default();
        let validation = chosen.validation.map(|i| &validations[i]);
        let metrics = study.measures(&chosen.fitted, &all)?.into_iter().enumerate().map(|(i, (name, train))| Scores {
            name,
            cv: validation.and_then(|validation| validation.spread(name)),
            test: on_test.get(i).and_then(|(_, value)| *value),
            train,
        });
        let confusion = if target.task == Task::Classification {
            let (split, fitted, rows) = match test {
                Some((split, fitted)) => ("test", fitted, &split.score),
                None => ("train", &chosen.fitted, &all),
            };
            let counts = metrics::confusion(&target.of(rows), &study.decisions(fitted, rows)?, target.class_count());
            Some(Confusion { split, counts })
        } else {
            None
        };
        Ok(Report {
            model: chosen.candidate.to_string(),
            estimator,
            task: target.task,
            why: target.why.clone(),
            target: target_name.to_owned(),
            rows: all.len(),
            features: 0,
            shape: Vec::new(),
            classes: target.classes.iter().flat_map(|classes| classes.iter()).map(|label| label.to_string()).collect(),
            folds: *folds,
            held_out: test.as_ref().map_or(0, |(split, _)| split.score.len()),
            metrics: metrics.collect(),
            loss: study.loss(),
            leaderboard: chosen.leaderboard.clone(),
            choice: chosen.why.clone(),
            coefficients: Vec::new(),
            confusion,
            download: chosen.download,
            fit_seconds: chosen.seconds,
            notes,
        })
    }
}

/// Chooses a candidate and fits it to all rows; one that then turns out too large gives way to the next.
fn choose<S: Study>(
    study: &S,
    validations: &[Validation<S::Candidate>],
    all: &[usize],
    options: &Options,
    watch: &dyn Watch,
) -> Result<Chosen<S>> {
    let is_compared = validations.iter().all(|validation| !validation.folds.is_empty());
    let is_small = |bytes: u64| options.max_size.is_none_or(|most| bytes <= most);
    let mut are_fit: Vec<bool> = validations.iter().map(|validation| is_small(validation.bytes)).collect();
    let mut smallest = validations.iter().map(|validation| validation.bytes).filter(|&bytes| bytes > 0).min();
    while let Some((place, leaderboard, why)) = select::choose(validations, study.loss(), &|i| are_fit[i]) {
        let candidate = validations[place].candidate.clone();
        let begin = Instant::now();
        let fitted = study.fitted(&candidate, all, Precision::Full, &|| watch.goes_on())?;
        let seconds = begin.elapsed().as_secs_f64();
        let download = study.download(&fitted)?;
        if is_small(download) {
            let (leaderboard, why) =
                if validations.len() > 1 && is_compared { (leaderboard, Some(why)) } else { (Vec::new(), None) };
            let validation = is_compared.then_some(place);
            return Ok(Chosen { candidate, fitted, validation, leaderboard, why, download, seconds });
        }
        smallest = Some(smallest.map_or(download, |bytes| bytes.min(download)));
        are_fit[place] = false;
    }
    Err(too_large(options, smallest, S::SMALLER))
}

/// Of candidates the smallest of which is larger than allowed; what else than to allow more.
pub fn too_large(options: &Options, smallest: Option<u64>, else_what: &str) -> Error {
    let (most, found) = (options.max_size.unwrap_or(u64::MAX), smallest.unwrap_or(0));
    let (expected, found) = (format!("a model of at most {most} bytes"), format!("{found} bytes at the least"));
    Error::new(Kind::LimitExceeded, "--max-size", expected, found).hint(format!("Allow more, or {else_what}."))
}

/// The part held out, unless there are too few rows of some class or at all.
fn hold_out<S: Study>(study: &S, options: &Options, notes: &mut Vec<String>) -> Option<Split> {
    let target = study.target();
    let rows = target.values.len();
    if options.test_size == 0.0 {
        return None;
    }
    let split = split::hold_out(rows, target.strata(), study.order(), options.test_size, options.seed);
    if rows < MIN_SPLIT_ROWS || split.score.len() < 2 || split.fit.len() < 2 || !covers_classes(target, &split) {
        notes.push(format!("{rows} rows are too few to hold any out for a score"));
        return None;
    }
    Some(split)
}

/// The folds to cross-validate, fewer than asked for where rows are few; none if there are too few.
fn folds<S: Study>(study: &S, rows: &[usize], options: &Options, notes: &mut Vec<String>) -> Vec<Split> {
    if options.folds == 0 {
        return Vec::new();
    }
    let target = study.target();
    let folds = options.folds.min(rows.len() / MIN_FOLD_ROWS);
    let mut splits = match folds {
        0 | 1 => Vec::new(),
        folds => split::folds(rows, target.strata(), study.order(), folds, options.seed),
    };
    splits.retain(|split| !split.score.is_empty() && covers_classes(target, split));
    if splits.len() < 2 {
        notes.push(format!("{} rows are too few to cross-validate", rows.len()));
        return Vec::new();
    }
    if splits.len() < options.folds {
        let why = if folds < options.folds { "rows are few" } else { "groups are few, or early rows lack a class" };
        notes.push(format!("{} folds instead of {}: {why}", splits.len(), options.folds));
    }
    splits
}

/// Whether every class is among the rows to fit.
fn covers_classes(target: &Target, split: &Split) -> bool {
    let mut seen = vec![false; target.class_count()];
    if target.classes.is_some() {
        split.fit.iter().for_each(|&row| seen[target.values[row] as usize] = true);
    }
    seen.into_iter().all(|seen| seen)
}
