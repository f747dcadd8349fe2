//! From rows to a model: linear models and trees, with cross-validation and a report.
//!
//! Objectives and hyper-parameters are scikit-learn's. [`problem`] reads the table and fits and scores once;
//! [`select`] cross-validates and chooses; this file is the order in which it all happens.

mod adam;
mod answer;
mod assemble;
mod bayes;
mod candidate;
pub mod cnn;
mod conditioned;
mod corpus;
mod course;
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
mod product;
mod random;
mod real;
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
pub use options::{Fill, Options, Roles, Source, Task};
pub use render::dimensions;
pub use report::{Coefficients, Confusion, Report, Scores, Spread, Standing};
pub use search::Space;
pub use unsupervised::Unsupervised;
pub use watch::Watch;

use crate::error::{Error, Kind, Result};
use crate::model::{Background, Input, InputKind, Metric, Model, Provenance};
use crate::native::data::Table;
use candidate::Candidate;
use course::{Chosen, Course};
use insight::Insight;
use problem::{Learned, Problem};

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
    let course = course::run(&problem, options, watch, &mut notes, |known, is_blind, notes| {
        candidates(&problem, known, options, is_blind, notes)
    })?;
    let all: Vec<usize> = (0..table.rows).collect();
    let Course { chosen, test, .. } = &course;
    let (fit, model) = &chosen.fitted;
    note_doubts(&problem, chosen, watch, &mut notes);
    notes.extend(doubts::of(&problem, test.as_ref().map(|(split, _)| split)));
    let insight = options.looks.then(|| match test {
        Some((split, (_, model))) => Insight::of(&problem, model, &fit.learned, "test", &split.score),
        None => Insight::of(&problem, model, &fit.learned, "train", &all),
    });
    let (classes, estimator) = (problem.target.classes.as_ref(), chosen.candidate.estimator);
    let report = Report {
        features: problem.features.inputs.len(),
        coefficients: report::coefficients(fit, &problem.target_name, classes),
        ..course.report(&problem, &problem.target_name, estimator.class_name(problem.target.task), notes)?
    };
    let (card, Chosen { fitted: (fit, model), .. }) = (chosen.candidate.card(), course.chosen);
    let mut parts = model.into_parts();
    parts.provenance = provenance(card, report.rows, report.provenance_metrics(), options);
    let model = Model::new(parts)?;
    let background = assemble::background(&model, &problem, &fit.learned)?;
    Ok(Fitted { model: assemble::with_test_rows(model, &problem.features)?, background, report, insight })
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
    let (settings, targets) = (problem.settings_for(true), problem.target.of(rows));
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
fn note_doubts(problem: &Problem, chosen: &Chosen<Problem>, watch: &dyn Watch, notes: &mut Vec<String>) {
    let values = &problem.target.values;
    if values.iter().all(|value| *value == values[0]) {
        notes.push(format!("the target is {} in every row: the model predicts that, whatever the features", values[0]));
    }
    let candidate = &chosen.candidate;
    if !chosen.fitted.0.converged && watch.goes_on() {
        notes.push(format!("{candidate} did not converge: {}", candidate.estimator.converges_by()));
    }
    if !watch.goes_on() {
        notes.push("the fit was ended early: the model is what there was by then".to_owned());
    }
    let rows = values.len();
    if let Learned::Linear(linear) = &chosen.fitted.0.learned
        && candidate.estimator == Estimator::Linear
        && linear.width >= rows
    {
        notes.push(format!("{} columns and {rows} rows: the fit is exact by chance; penalize it", linear.width));
    }
}
