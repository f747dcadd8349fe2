//! Trees by scikit-learn's hyper-parameters: what [`trees`] is told for each family.

use super::candidate::Candidate;
use super::estimator::Estimator;
use super::features::Features;
use super::matrix::Matrix;
use super::options::Task;
use super::prepare::Preparation;
use super::problem::Problem;
use super::trees::{
    self, Bagging, Binned, Boosting, Column, Criterion, EarlyStopping, Grown, Loss, MaxFeatures, Sample, Splitter,
};
use crate::error::{Error, Kind, Result};
use crate::model::{Input, InputKind};

/// The most bins of a column where nobody says.
const MAX_BINS: usize = 255;

/// The most terms of a text column that trees choose among: each split looks at all columns.
const MAX_TERMS: usize = 256;
/// The most numbers of rows with texts: 2 GiB.
const MAX_NUMBERS: usize = 1 << 28;

/// Grows trees on some rows, with their targets and weights; what they take is the row as it is, with parts of dates behind
/// the other columns, and terms of texts behind all.
///
/// # Errors
/// [`Kind::BadTarget`] for targets that a loss does not take; [`Kind::BadOption`] for a constraint of no column;
/// [`Kind::LimitExceeded`] for more rows with texts than memory is taken for.
pub fn grow(
    problem: &Problem,
    candidate: &Candidate,
    rows: &[usize],
    (targets, weights): (&[f64], Option<&[f64]>),
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Result<(Preparation, Grown)> {
    let values = candidate.values();
    let is_boosting = candidate.estimator == Estimator::Boosting;
    let bins = if is_boosting { values.whole("max_bins") } else { MAX_BINS };
    let settings = if is_boosting { Some(boosting(problem, candidate)?) } else { None };
    if let Some(settings) = &settings {
        check_targets(problem, settings.loss, rows)?;
    }
    let (preparation, binned) = bin(problem, rows, bins)?;
    let sample = Sample { targets, weights, classes: problem.target.class_count(), seed: problem.seed };
    let watch = |_, _| goes_on();
    let grown = match settings {
        None => trees::grow(&binned, &sample, &bagging(candidate), &watch),
        Some(mut settings) => {
            // A term has no direction.
            settings.monotonic_cst.resize(preparation.columns.len().max(problem.features.taken().0.len()), 0);
            trees::boost(&binned, &sample, &settings, &watch)
        }
    };
    Ok((preparation, grown))
}

/// The rows as trees learn from them.
fn bin(problem: &Problem, rows: &[usize], bins: usize) -> Result<(Preparation, Binned)> {
    let features = &problem.features;
    let (inputs, taken) = features.taken();
    let Features { rows: all, texts, .. } = features;
    let mut columns: Vec<Column> = others(problem)
        .map(|(_, input)| match &input.kind {
            InputKind::Categorical { categories, .. } => Column::Categorical(categories.len()),
            _ => Column::Numeric,
        })
        .collect();
    if texts.is_empty() {
        return Ok((features.begin(), Binned::new(taken, rows, &columns, bins)));
    }
    let vocabularies = texts.learn(all, rows, MAX_TERMS)?;
    let mut preparation = features.begin();
    preparation.take(inputs);
    let before = preparation.columns.len();
    preparation.add_texts(&features.inputs, texts, &vocabularies);
    let width = preparation.columns.len();
    if rows.len().saturating_mul(width) > MAX_NUMBERS {
        let found = format!("{} rows × {width} columns, terms of texts among them", rows.len());
        let expected = format!("at most {MAX_NUMBERS} numbers for trees");
        return Err(Error::new(Kind::LimitExceeded, "rows", expected, found).hint(
            "Take a linear model (--model logistic, ridge), fewer terms (--text-set max_features=100) or fewer rows.",
        ));
    }
    let places: Vec<usize> = others(problem).map(|(place, _)| place).collect();
    let of_row = |&row: &usize| places.iter().map(move |&place| taken.values[row * taken.width + place]);
    let dense = Matrix { values: rows.iter().flat_map(of_row).collect(), width: before };
    let prepared = texts.rows(&vocabularies, all, rows, &dense).dense();
    columns.resize_with(width, || Column::Numeric);
    let every: Vec<usize> = (0..rows.len()).collect();
    Ok((preparation, Binned::new(&prepared, &every, &columns, bins)))
}

/// What trees take that is no text, with its place.
fn others(problem: &Problem) -> impl Iterator<Item = (usize, &Input)> {
    problem.features.taken().0.iter().enumerate().filter(|(_, input)| input.kind != InputKind::Text)
}

fn boosting(problem: &Problem, candidate: &Candidate) -> Result<Boosting> {
    let values = candidate.values();
    // A category has no direction: its column is not found.
    let names: Vec<&str> =
        others(problem).map(|(_, input)| if input.kind == InputKind::Numeric { &input.name[..] } else { "" }).collect();
    Ok(Boosting {
        loss: match (candidate.task, values.word("loss")) {
            (Task::Classification, _) => Loss::Logistic,
            (_, "absolute_error") => Loss::AbsoluteError,
            (_, "gamma") => Loss::Gamma,
            (_, "poisson") => Loss::Poisson,
            (_, "quantile") => Loss::Quantile(values.number("quantile")),
            _ => Loss::SquaredError,
        },
        learning_rate: values.number("learning_rate"),
        max_iter: values.whole("max_iter"),
        max_leaf_nodes: values.whole_or_none("max_leaf_nodes"),
        max_depth: values.whole_or_none("max_depth"),
        min_samples_leaf: values.whole("min_samples_leaf"),
        l2_regularization: values.number("l2_regularization"),
        max_features: values.number("max_features"),
        monotonic_cst: values.directions("monotonic_cst", &names)?,
        early_stopping: match values.word("early_stopping") {
            "true" => EarlyStopping::On,
            "false" => EarlyStopping::Off,
            _ => EarlyStopping::Auto,
        },
        validation_fraction: values.number("validation_fraction"),
        n_iter_no_change: values.whole("n_iter_no_change"),
        tol: values.number("tol"),
    })
}

fn bagging(candidate: &Candidate) -> Bagging {
    let values = candidate.values();
    let is_tree = candidate.estimator == Estimator::Tree;
    Bagging {
        n_estimators: if is_tree { 1 } else { values.whole("n_estimators") },
        criterion: match (candidate.task, values.word("criterion")) {
            (Task::Regression, _) => Criterion::SquaredError,
            (_, "gini") => Criterion::Gini,
            _ => Criterion::Entropy,
        },
        max_depth: values.whole_or_none("max_depth"),
        min_samples_split: values.whole("min_samples_split"),
        min_samples_leaf: values.whole("min_samples_leaf"),
        max_features: match values.word("max_features") {
            "sqrt" => MaxFeatures::Sqrt,
            "log2" => MaxFeatures::Log2,
            text => {
                text.parse().map_or_else(|_| MaxFeatures::Fraction(values.number("max_features")), MaxFeatures::Count)
            }
        },
        min_impurity_decrease: values.number("min_impurity_decrease"),
        bootstrap: values.word("bootstrap") == "true",
        max_samples: Some(values.number("max_samples")),
        splitter: if candidate.estimator == Estimator::ExtraTrees { Splitter::Random } else { Splitter::Best },
    }
}

/// Refuses targets whose logarithm a loss would take, though there is none.
fn check_targets(problem: &Problem, loss: Loss, rows: &[usize]) -> Result<()> {
    let targets = || rows.iter().map(|&row| (row, problem.target.values[row]));
    let (name, expected, wrong) = match loss {
        Loss::Poisson => ("poisson", "counts of at least 0, not all of them 0", targets().find(|(_, y)| *y < 0.0)),
        Loss::Gamma => ("gamma", "numbers above 0", targets().find(|(_, y)| *y <= 0.0)),
        _ => return Ok(()),
    };
    let is_empty = targets().all(|(_, y)| y == 0.0);
    match wrong.or_else(|| targets().next().filter(|_| is_empty)) {
        None => Ok(()),
        Some((row, y)) => {
            let at = format!("row {row}: column {:?}", problem.target_name);
            Err(Error::new(Kind::BadTarget, at, expected, y.to_string()).hint(format!("--set loss={name} needs them.")))
        }
    }
}
