//! From rows to a model: linear, ridge, lasso, elastic-net and logistic regression, with cross-validation and a report.
//!
//! Objectives and hyper-parameters are scikit-learn's. [`problem`] reads the table and fits and scores once;
//! [`select`] cross-validates and chooses; this file is the order in which it all happens.

mod assemble;
mod candidate;
mod elastic_net;
mod features;
mod lbfgs;
mod least_squares;
mod logistic;
mod matrix;
pub mod metrics;
mod options;
mod prepare;
mod problem;
mod render;
mod report;
mod select;
mod split;
mod target;
pub mod trees;

pub use options::{Estimator, Fill, Options, Penalty, Task};
pub use report::{Coefficients, Confusion, Report, Scores, Spread, Standing};

use crate::error::{Error, Kind, Result};
use crate::model::{Background, Method, Model, Provenance};
use crate::native::data::Table;
use candidate::{Algorithm, Precision};
use problem::{Fit, Problem};
use split::Split;

/// The fewest rows of a fold.
const MIN_FOLD_ROWS: usize = 3;
/// The fewest rows worth splitting into a part to fit and a part to score.
const MIN_SPLIT_ROWS: usize = 2 * MIN_FOLD_ROWS;

/// A model and what its fit tells.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// The model, fitted on all rows.
    pub model: Model,
    /// What its explanations start from: the means of all rows.
    pub background: Background,
    /// How it was chosen and how good it is.
    pub report: Report,
}

/// Fits a model to a table. `progress` hears after each fit how many of how many are done.
///
/// A part of the rows is held out; cross-validation on the others scores every candidate and chooses one; the chosen
/// one is fitted to those others and scored on the part held out; the final model is fitted to all rows.
///
/// # Errors
/// [`Kind::BadOption`], [`Kind::BadTarget`], [`Kind::BadRows`] or [`Kind::NotFinite`] for what cannot be learned, with
/// the row and column; [`Kind::Training`] if a solver fails.
pub fn fit(table: &Table, options: &Options, mut progress: impl FnMut(usize, usize)) -> Result<Fitted> {
    options.check()?;
    let problem = Problem::read(table, options)?;
    let mut notes = Vec::new();
    let held_out = hold_out(&problem, options, &mut notes);
    let all: Vec<usize> = (0..table.rows).collect();
    let known = held_out.as_ref().map_or(&all, |split| &split.fit);
    let splits = folds(&problem, known, options, &mut notes);
    let candidates = candidates(&problem, known, options, splits.is_empty(), &mut notes)?;

    let total = candidates.len() * splits.len() + 1 + usize::from(held_out.is_some());
    let mut fits = 0;
    let mut done = || {
        fits += 1;
        progress(fits, total);
    };
    let validations = select::cross_validate(&problem, &candidates, &splits, options, &mut done)?;
    let (mut chosen, mut leaderboard, mut choice) = (0, Vec::new(), None);
    if validations.len() > 1 && !splits.is_empty() {
        let why;
        (chosen, leaderboard, why) = select::choose(&validations, loss(problem.target.task));
        choice = Some(why);
    }
    let algorithm = candidates[chosen];
    let settings = Problem::settings(algorithm, options);
    let test = match &held_out {
        None => None,
        Some(split) => {
            let fit = problem.fit(algorithm, settings, &split.fit, Precision::Full)?;
            done();
            Some((problem.model(&fit, Provenance::default())?, &split.score))
        }
    };
    let fit = problem.fit(algorithm, settings, &all, Precision::Full)?;
    done();
    note_doubts(&problem, &fit, algorithm, &mut notes);
    let model = problem.model(&fit, Provenance::default())?;

    let mut report = Report {
        model: algorithm.to_string(),
        estimator: algorithm.estimator().class_name(),
        task: problem.target.task,
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
        leaderboard,
        choice,
        coefficients: report::coefficients(&fit, &problem.target_name, problem.target.classes.as_ref()),
        confusion: None,
        notes,
    };
    let on_test = test.as_ref().map(|(model, rows)| problem.score(model, rows)).unwrap_or_default();
    let validation = validations.get(chosen).filter(|_| !splits.is_empty());
    let scores = problem.score(&model, &all).into_iter().enumerate();
    report.metrics = scores
        .map(|(i, (name, train))| Scores {
            name,
            cv: validation.and_then(|validation| validation.spread(name)),
            test: on_test.get(i).and_then(|(_, value)| *value),
            train,
        })
        .collect();
    if problem.target.task == Task::Classification {
        let (split, model, rows) =
            test.as_ref().map_or(("train", &model, &all), |(model, rows)| ("test", model, *rows));
        let decisions = problem.answers(model, Method::Predict, rows);
        let counts = metrics::confusion(&problem.targets(rows), &decisions, problem.target.class_count());
        report.confusion = Some(Confusion { split, counts });
    }
    let model = with_provenance(model, &report, options)?;
    let background = assemble::background(&model, &problem)?;
    Ok(Fitted { model: assemble::with_test_rows(model, &problem)?, background, report })
}

fn with_provenance(model: Model, report: &Report, options: &Options) -> Result<Model> {
    let mut parts = model.into_parts();
    parts.provenance = Provenance {
        framework: "edgelet".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        estimator: report.estimator.to_owned(),
        trained_at: options.trained_at,
        rows: Some(report.rows as u64),
        metrics: report.provenance_metrics(),
    };
    Model::new(parts)
}

/// The measure that candidates are compared by; less is better.
const fn loss(task: Task) -> &'static str {
    match task {
        Task::Regression => "mse",
        Task::Classification => "log_loss",
    }
}

/// The part held out, unless there are too few rows of some class or at all.
fn hold_out(problem: &Problem, options: &Options, notes: &mut Vec<String>) -> Option<Split> {
    let rows = problem.target.values.len();
    if options.test_size == 0.0 {
        return None;
    }
    let split = split::hold_out(rows, problem.strata(), options.test_size, options.seed);
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
    let splits = if folds < 2 { Vec::new() } else { split::folds(rows, problem.strata(), folds, options.seed) };
    if splits.is_empty() || !splits.iter().all(|split| covers_classes(problem, split)) {
        notes.push(format!("{} rows are too few to cross-validate", rows.len()));
        return Vec::new();
    }
    if folds < options.folds {
        notes.push(format!("{folds} folds instead of {}: rows are few", options.folds));
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

/// What to compare: the one asked for, or the grid of the task.
fn candidates(
    problem: &Problem,
    rows: &[usize],
    options: &Options,
    is_blind: bool,
    notes: &mut Vec<String>,
) -> Result<Vec<Algorithm>> {
    if let Some(estimator) = options.estimator {
        return Ok(vec![Algorithm::of_options(estimator, options)]);
    }
    if is_blind {
        let estimator = match problem.target.task {
            Task::Regression => Estimator::Linear,
            Task::Classification => Estimator::Logistic,
        };
        notes.push(format!("{} is fitted, because nothing can be compared without cross-validation", estimator.name()));
        return Ok(vec![Algorithm::of_options(estimator, options)]);
    }
    let settings = prepare::Settings { fill: options.impute, standardize: options.standardize.unwrap_or(true) };
    let encoded = problem.features.rows.pick(rows);
    let preparation = prepare::Preparation::learn(&problem.features.inputs, &encoded, settings);
    let prepared = preparation.apply(&problem.features.inputs, &encoded)?;
    let largest = elastic_net::largest_alpha(&prepared, &problem.targets(rows));
    if !largest.is_finite() {
        return Err(Error::new(Kind::Training, "features", "numbers whose products are finite", largest.to_string())
            .hint("Bring the columns to a smaller scale."));
    }
    // A target that is unrelated or constant makes every alpha the same; 1 then stands for all.
    Ok(Algorithm::grid(problem.target.task, if largest > 0.0 { largest } else { 1.0 }))
}

/// What one should know about the final fit.
fn note_doubts(problem: &Problem, fit: &Fit, algorithm: Algorithm, notes: &mut Vec<String>) {
    let values = &problem.target.values;
    if values.iter().all(|value| *value == values[0]) {
        notes.push(format!("the target is {} in every row: the model predicts that, whatever the features", values[0]));
    }
    if !fit.converged {
        notes.push(format!("{algorithm} did not converge: standardize, or penalize more (classes may be separable)"));
    }
    let rows = values.len();
    if algorithm == Algorithm::Linear && fit.linear.width >= rows {
        notes.push(format!("{} columns and {rows} rows: the fit is exact by chance; penalize it", fit.linear.width));
    }
}
