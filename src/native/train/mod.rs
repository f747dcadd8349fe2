//! From rows to a model: linear models and trees, with cross-validation and a report.
//!
//! Objectives and hyper-parameters are scikit-learn's. [`problem`] reads the table and fits and scores once;
//! [`select`] cross-validates and chooses; this file is the order in which it all happens.

mod assemble;
mod bayes;
mod candidate;
mod conditioned;
mod corpus;
mod dates;
mod doubts;
mod elastic_net;
mod ensemble;
mod estimator;
mod features;
pub mod insight;
mod lbfgs;
mod least_squares;
mod logistic;
mod matrix;
pub mod metrics;
mod mlp;
mod moments;
mod neighbours;
mod options;
mod parameters;
mod prepare;
mod problem;
mod random;
mod render;
mod report;
mod roles;
mod search;
mod select;
mod sparse;
mod split;
mod svm;
mod target;
mod texts;
mod trees;
pub mod unsupervised;
mod watch;

pub use estimator::Estimator;
pub use options::{Fill, Options, Roles, Task};
pub use report::{Coefficients, Confusion, Report, Scores, Spread, Standing};
pub use search::Space;
pub use unsupervised::Unsupervised;
pub use watch::Watch;

use crate::error::{Error, Kind, Result};
use crate::model::{Background, Input, InputKind, Method, Metric, Model, Provenance};
use crate::native::data::Table;
use candidate::{Candidate, Precision};
use insight::Insight;
use problem::{Fit, Learned, Problem};
use select::Validation;
use split::Split;
use std::time::Instant;

/// The fewest rows of a fold.
const MIN_FOLD_ROWS: usize = 3;
/// The fewest rows worth splitting into a part to fit and a part to score.
const MIN_SPLIT_ROWS: usize = 2 * MIN_FOLD_ROWS;

/// A model and what its fit tells.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model, fitted on all rows.
    pub model: Model,
    /// What its explanations start from: the means of all rows, or their weights in the trees' leaves.
    pub background: Background,
    /// How it was chosen and how good it is.
    pub report: Report,
    /// What it does, if that was asked for.
    pub insight: Option<Insight>,
}

/// What cross-validation chose.
struct Chosen {
    candidate: Candidate,
    /// Its measures, if it was cross-validated.
    validation: Option<usize>,
    leaderboard: Vec<Standing>,
    why: Option<String>,
    fit: Fit,
    model: Model,
    download: u64,
    seconds: f64,
}

/// Fits a model to a table.
///
/// A part of the rows is held out; cross-validation on the others scores every candidate and chooses one; the chosen
/// one is fitted to those others and scored on the part held out; the final model is fitted to all rows.
///
/// # Errors
/// [`Kind::BadOption`], [`Kind::BadTarget`], [`Kind::BadRows`] or [`Kind::NotFinite`] for what cannot be learned, with
/// the row and column; [`Kind::Training`] if a solver fails; [`Kind::LimitExceeded`] if no candidate is small enough.
pub fn fit(table: &Table, options: &Options, watch: &dyn Watch) -> Result<Fitted> {
    options.check()?;
    let problem = Problem::read(table, options)?;
    let mut notes = problem.features.notes.clone();
    let held_out = hold_out(&problem, options, &mut notes);
    let all: Vec<usize> = (0..table.rows).collect();
    let known = held_out.as_ref().map_or(&all, |split| &split.fit);
    let splits = folds(&problem, known, options, &mut notes);
    let candidates = candidates(&problem, known, options, splits.is_empty(), &mut notes)?;
    let expected = candidates.len() * splits.len() + 1 + usize::from(held_out.is_some());
    watch.expects(expected);
    let validations = select::cross_validate(&problem, &candidates, &splits, options, watch)?;
    if validations.len() < candidates.len() {
        let (done, all) = (validations.len(), candidates.len());
        notes.push(format!("{done} of {all} candidates were compared before the time was over"));
    }
    let chosen = choose(&problem, &validations, &all, options, watch)?;
    watch.fitted(expected - usize::from(held_out.is_some()));
    let test = match &held_out {
        None => None,
        Some(split) => {
            let fit = problem.fit(&chosen.candidate, &split.fit, Precision::Full, &|| watch.goes_on())?;
            watch.fitted(expected);
            Some((problem.model(&fit, Provenance::default())?, &split.score))
        }
    };
    note_doubts(&problem, &chosen, watch, &mut notes);
    notes.extend(doubts::of(&problem, held_out.as_ref()));

    let task = problem.target.task;
    let mut report = Report {
        model: chosen.candidate.to_string(),
        estimator: chosen.candidate.estimator.class_name(task),
        task,
        why: problem.target.why.clone(),
        target: problem.target_name.clone(),
        rows: table.rows,
        features: problem.features.inputs.len(),
        classes: problem
            .target
            .classes
            .iter()
            .flat_map(|classes| classes.iter())
            .map(|label| label.to_string())
            .collect(),
        folds: splits.len(),
        held_out: held_out.as_ref().map_or(0, |split| split.score.len()),
        metrics: Vec::new(),
        loss: problem.loss(),
        leaderboard: chosen.leaderboard,
        choice: chosen.why,
        coefficients: report::coefficients(&chosen.fit, &problem.target_name, problem.target.classes.as_ref()),
        confusion: None,
        download: chosen.download,
        fit_seconds: chosen.seconds,
        notes,
    };
    let on_test = test.as_ref().map(|(model, rows)| problem.score(model, rows)).unwrap_or_default();
    let validation = chosen.validation.map(|i| &validations[i]);
    let scores = problem.score(&chosen.model, &all).into_iter().enumerate();
    report.metrics = scores
        .map(|(i, (name, train))| Scores {
            name,
            cv: validation.and_then(|validation| validation.spread(name)),
            test: on_test.get(i).and_then(|(_, value)| *value),
            train,
        })
        .collect();
    if task == Task::Classification {
        let (split, model, rows) =
            test.as_ref().map_or(("train", &chosen.model, &all), |(model, rows)| ("test", model, *rows));
        let decisions = problem.answers(model, Method::Predict, rows);
        let counts = metrics::confusion(&problem.targets(rows), &decisions, problem.target.class_count());
        report.confusion = Some(Confusion { split, counts });
    }
    let insight = options.looks.then(|| match &test {
        Some((model, rows)) => Insight::of(&problem, model, &chosen.fit.learned, "test", rows),
        None => Insight::of(&problem, &chosen.model, &chosen.fit.learned, "train", &all),
    });
    let mut parts = chosen.model.into_parts();
    parts.provenance = provenance(chosen.candidate.card(), report.rows, report.provenance_metrics(), options);
    let model = Model::new(parts)?;
    let background = assemble::background(&model, &problem, &chosen.fit.learned)?;
    Ok(Fitted { model: assemble::with_test_rows(model, &problem.features)?, background, report, insight })
}

/// Chooses a candidate and fits it to all rows; one that then turns out too large gives way to the next.
fn choose(
    problem: &Problem,
    validations: &[Validation],
    all: &[usize],
    options: &Options,
    watch: &dyn Watch,
) -> Result<Chosen> {
    let is_compared = validations.iter().all(|validation| !validation.folds.is_empty());
    let is_small = |bytes: u64| options.max_size.is_none_or(|most| bytes <= most);
    let mut are_fit: Vec<bool> = validations.iter().map(|validation| is_small(validation.bytes)).collect();
    let mut smallest = validations.iter().map(|validation| validation.bytes).filter(|&bytes| bytes > 0).min();
    while let Some((place, leaderboard, why)) = select::choose(validations, problem.loss(), &|i| are_fit[i]) {
        let candidate = validations[place].candidate.clone();
        let begin = Instant::now();
        let fit = problem.fit(&candidate, all, Precision::Full, &|| watch.goes_on())?;
        let seconds = begin.elapsed().as_secs_f64();
        let model = problem.model(&fit, Provenance::default())?;
        let download = select::download(&model)?;
        if is_small(download) {
            let (leaderboard, why) =
                if validations.len() > 1 && is_compared { (leaderboard, Some(why)) } else { (Vec::new(), None) };
            let validation = is_compared.then_some(place);
            return Ok(Chosen { candidate, validation, leaderboard, why, fit, model, download, seconds });
        }
        smallest = Some(smallest.map_or(download, |bytes| bytes.min(download)));
        are_fit[place] = false;
    }
    Err(too_large(options, smallest, "let the model be smaller: fewer trees, fewer leaves, a stronger penalty"))
}

/// Of candidates the smallest of which is larger than allowed; what else than to allow more.
fn too_large(options: &Options, smallest: Option<u64>, else_what: &str) -> Error {
    let (most, found) = (options.max_size.unwrap_or(u64::MAX), smallest.unwrap_or(0));
    let (expected, found) = (format!("a model of at most {most} bytes"), format!("{found} bytes at the least"));
    Error::new(Kind::LimitExceeded, "--max-size", expected, found).hint(format!("Allow more, or {else_what}."))
}

/// Where a model comes from: the estimator and its hyper-parameters, and how good it is.
fn provenance(estimator: String, rows: usize, metrics: Vec<Metric>, options: &Options) -> Provenance {
    Provenance {
        framework: "edgelet".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        estimator,
        trained_at: options.trained_at,
        rows: Some(rows as u64),
        metrics,
    }
}

/// The part held out, unless there are too few rows of some class or at all.
fn hold_out(problem: &Problem, options: &Options, notes: &mut Vec<String>) -> Option<Split> {
    let rows = problem.target.values.len();
    if options.test_size == 0.0 {
        return None;
    }
    let split = split::hold_out(rows, problem.strata(), &problem.roles.order, options.test_size, options.seed);
    if rows < MIN_SPLIT_ROWS || split.score.len() < 2 || split.fit.len() < 2 || !covers_classes(problem, &split) {
        notes.push(format!("{rows} rows are too few to hold any out for a score"));
        return None;
    }
    Some(split)
}

/// The folds to cross-validate, fewer than asked for where rows are few; none if there are too few.
fn folds(problem: &Problem, rows: &[usize], options: &Options, notes: &mut Vec<String>) -> Vec<Split> {
    if options.folds == 0 {
        return Vec::new();
    }
    let folds = options.folds.min(rows.len() / MIN_FOLD_ROWS);
    let mut splits = match folds {
        0 | 1 => Vec::new(),
        folds => split::folds(rows, problem.strata(), &problem.roles.order, folds, options.seed),
    };
    splits.retain(|split| !split.score.is_empty() && covers_classes(problem, split));
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
fn covers_classes(problem: &Problem, split: &Split) -> bool {
    let mut seen = vec![false; problem.target.class_count()];
    if problem.target.classes.is_some() {
        split.fit.iter().for_each(|&row| seen[problem.target.values[row] as usize] = true);
    }
    seen.into_iter().all(|seen| seen)
}

/// What to compare: what was asked for, or what is sensible for the task.
fn candidates(
    problem: &Problem,
    rows: &[usize],
    options: &Options,
    is_blind: bool,
    notes: &mut Vec<String>,
) -> Result<Vec<Candidate>> {
    let task = problem.target.task;
    let has_texts = !problem.features.texts.is_empty();
    if let Some(estimator) = options.estimator {
        if has_texts && !estimator.takes_texts() {
            return Err(refuse_texts(problem, estimator));
        }
        return Candidate::of_options(estimator, task, options);
    }
    if is_blind {
        let estimator = match task {
            Task::Regression if has_texts => Estimator::Ridge,
            Task::Regression => Estimator::Linear,
            Task::Classification => Estimator::Logistic,
        };
        notes.push(format!("{} is fitted, because nothing can be compared without cross-validation", estimator.name()));
        return Ok(vec![Candidate::new(estimator, task, [])?]);
    }
    let (settings, targets) = (problem.settings_for(true), problem.targets(rows));
    let largest = if has_texts {
        moments::largest_alpha(&problem.prepare_texts(rows, settings)?.1, &targets)
    } else {
        elastic_net::largest_alpha(&problem.features.prepare(rows, settings)?.1, &targets)
    };
    if !largest.is_finite() {
        return Err(Error::new(Kind::Training, "features", "numbers whose products are finite", largest.to_string())
            .hint("Bring the columns to a smaller scale."));
    }
    // A target that is unrelated or constant makes every alpha the same; 1 then stands for all.
    let mut candidates = Candidate::sensible(task, if largest > 0.0 { largest } else { 1.0 })?;
    candidates.retain(|candidate| !has_texts || candidate.estimator.takes_texts());
    Ok(candidates)
}

/// Of a family that no text can be learned with.
fn refuse_texts(problem: &Problem, estimator: Estimator) -> Error {
    let task = problem.target.task;
    let takes = |other: &&Estimator| other.takes_texts() && other.does(task);
    let names: Vec<&str> = Estimator::ALL.iter().filter(takes).map(|other| other.name()).collect();
    let expected = format!("a model that takes texts: {}", names.join(", "));
    let is_text = |input: &&Input| input.kind == InputKind::Text;
    let text = problem.features.inputs.iter().find(is_text).map_or("", |input| &input.name);
    Error::new(Kind::BadOption, "--model", expected, estimator.name())
        .hint(format!("Or leave the texts out: --drop {text:?}."))
}

/// What one should know about the final fit.
fn note_doubts(problem: &Problem, chosen: &Chosen, watch: &dyn Watch, notes: &mut Vec<String>) {
    let values = &problem.target.values;
    if values.iter().all(|value| *value == values[0]) {
        notes.push(format!("the target is {} in every row: the model predicts that, whatever the features", values[0]));
    }
    let candidate = &chosen.candidate;
    if !chosen.fit.converged && watch.goes_on() {
        notes.push(format!("{candidate} did not converge: {}", candidate.estimator.converges_by()));
    }
    if !watch.goes_on() {
        notes.push("the fit was ended early: the model is what there was by then".to_owned());
    }
    let rows = values.len();
    if let Learned::Linear(linear) = &chosen.fit.learned
        && candidate.estimator == Estimator::Linear
        && linear.width >= rows
    {
        notes.push(format!("{} columns and {rows} rows: the fit is exact by chance; penalize it", linear.width));
    }
}
