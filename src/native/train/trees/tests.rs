//! What is learned holds what it promises, by the way that all predictions take.

use super::super::random::Random;
use super::loss::Loss;
use super::*;
use crate::model::{Graph, Input, Method, Model, Node, Operator, Output, Parts, Provenance, Signature, TestRows};
use crate::native::train::matrix::Matrix;
use crate::predict::Predictor;

const ROWS: usize = 3000;
const ALWAYS: Progress = &|_, _| true;

/// The sums of a forest for rows.
fn predict(forest: &Forest, rows: &Matrix) -> Vec<f64> {
    let outputs = forest.base.len();
    let signature = Signature {
        inputs: (0..forest.width).map(|i| Input::numeric(format!("x{i}"))).collect(),
        targets: (0..outputs).map(|i| format!("y{i}")).collect(),
        classes: vec![],
        outputs: vec![Output { method: Method::Predict, value: 1 }],
    };
    let operator = Operator::Forest(forest.clone()).into();
    let graph = Graph { nodes: vec![Node { name: "forest".into(), operator, inputs: vec![0] }] };
    let parts = Parts { signature, graph, provenance: Provenance::default(), tests: TestRows::default() };
    let mut predictor = Predictor::new(&Model::new(parts).expect("a sound forest"));
    let mut sums = vec![0.0; rows.len() * outputs];
    for (row, sums) in rows.rows().zip(sums.chunks_mut(outputs)) {
        predictor.predict(Method::Predict, row, sums);
    }
    sums
}

/// Two numbers, some missing, and a category of 300; targets follow from all three.
fn rows() -> (Matrix, Vec<f64>) {
    let mut random = Random::new(1, 1);
    let (mut values, mut targets) = (Vec::new(), Vec::new());
    for _ in 0..ROWS {
        let (a, b, category) = (random.unit() * 4.0 - 2.0, random.unit(), random.below(20) * random.below(16));
        let is_missing = random.below(5) == 0;
        values.extend([if is_missing { f64::NAN } else { a }, b, category as f64]);
        let of_a = if is_missing { 3.0 } else { a };
        targets.push(of_a + 2.0 * b * b + f64::from(category % 3 == 0) * 2.0);
    }
    (Matrix { values, width: 3 }, targets)
}

fn bin(rows: &Matrix) -> Binned {
    let columns = [Column::Numeric, Column::Numeric, Column::Categorical(300)];
    Binned::new(rows, &(0..rows.len()).collect::<Vec<_>>(), &columns, 255)
}

fn mean_squared_error(predicted: &[f64], targets: &[f64]) -> f64 {
    let squares = predicted.iter().zip(targets).map(|(a, b)| (a - b) * (a - b));
    squares.sum::<f64>() / targets.len() as f64
}

fn in_threads<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(run)
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (rows, targets) = rows();
    let classes: Vec<f64> = targets.iter().map(|x| x.clamp(0.0, 2.9).floor()).collect();
    let sample = Sample { targets: &classes, weights: None, classes: 3, seed: 5 };
    let boosting = Boosting { loss: Loss::Logistic, max_iter: 5, max_features: 0.7, ..Boosting::default() };
    let learn = || {
        let binned = bin(&rows);
        let bagging = Bagging { n_estimators: 4, ..Bagging::default() };
        (boost(&binned, &sample, &boosting, ALWAYS).forest, grow(&binned, &sample, &bagging, ALWAYS).forest)
    };
    assert_eq!(in_threads(1, learn), in_threads(2, learn));
}

/// The loss that training ends with is that of the forest's own predictions, with missing numbers and sets of categories
/// of which some share a bin.
#[test]
fn the_forest_is_what_training_ended_with() {
    let (rows, targets) = rows();
    let sample = Sample { targets: &targets, weights: None, classes: 0, seed: 5 };
    let settings = Boosting { max_iter: 60, ..Boosting::default() };
    let grown = boost(&bin(&rows), &sample, &settings, ALWAYS);
    let error = mean_squared_error(&predict(&grown.forest, &rows), &targets);
    let (curve, _) = grown.curve[59];
    assert!((error / 2.0 - curve).abs() < 1e-12 * curve, "{error} and twice {curve}");
    assert!(error < 0.1, "{error}");
    assert!(!grown.forest.sets.ends.is_empty());
}

#[test]
fn a_tree_alone_knows_its_rows_and_a_forest_nearly() {
    let (rows, targets) = rows();
    let sample = Sample { targets: &targets, weights: None, classes: 0, seed: 5 };
    let (binned, max_features) = (bin(&rows), MaxFeatures::Fraction(1.0));
    let criterion = Criterion::SquaredError;
    let alone = Bagging { n_estimators: 1, bootstrap: false, max_features, criterion, ..Bagging::default() };
    let error_of = |settings: &Bagging| {
        let grown = grow(&binned, &sample, settings, ALWAYS);
        mean_squared_error(&predict(&grown.forest, &rows), &targets)
    };
    let error = error_of(&alone);
    assert!(error < 0.002, "{error}");
    for splitter in [Splitter::Best, Splitter::Random] {
        let error = error_of(&Bagging { n_estimators: 20, splitter, max_features, criterion, ..Bagging::default() });
        assert!(error < 0.1, "{splitter:?}: {error}");
    }
}

#[test]
fn shares_of_classes_are_probabilities_by_either_criterion() {
    let (rows, targets) = rows();
    for (classes, criterion) in [(2, Criterion::Gini), (2, Criterion::Entropy), (3, Criterion::Gini)] {
        let greatest = (classes - 1) as f64;
        let labels: Vec<f64> = targets.iter().map(|x| (x / 2.0).clamp(0.0, greatest).floor()).collect();
        let sample = Sample { targets: &labels, weights: None, classes, seed: 5 };
        let grown = grow(&bin(&rows), &sample, &Bagging { n_estimators: 20, criterion, ..Bagging::default() }, ALWAYS);
        let shares = predict(&grown.forest, &rows);
        let mut right = 0;
        for (shares, &label) in shares.chunks(classes).zip(&labels) {
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-6);
            right += usize::from(shares.iter().all(|&share| share <= shares[label as usize]));
        }
        assert!(right * 100 > ROWS * 97, "{right} of {ROWS}, {classes} {criterion:?}");
    }
}

#[test]
fn answers_rise_where_they_must() {
    let mut random = Random::new(2, 1);
    let values: Vec<f64> = (0..2 * ROWS).map(|_| random.unit()).collect();
    let rows = Matrix { values, width: 2 };
    let targets: Vec<f64> = rows.rows().map(|row| row[0] - (row[0] * 20.0).sqrt() + row[1] + random.unit()).collect();
    let sample = Sample { targets: &targets, weights: None, classes: 0, seed: 5 };
    let binned = Binned::new(&rows, &(0..ROWS).collect::<Vec<_>>(), &[Column::Numeric; 2], 255);
    for loss in [Loss::SquaredError, Loss::AbsoluteError] {
        let settings = Boosting { loss, monotonic_cst: vec![1, -1], ..Boosting::default() };
        let grown = boost(&binned, &sample, &settings, ALWAYS);
        let grid = |along: usize| {
            let point = |i: usize| if along == 0 { [i as f64 / 500.0, 0.4] } else { [0.4, i as f64 / 500.0] };
            predict(&grown.forest, &Matrix { values: (0..500).flat_map(point).collect(), width: 2 })
        };
        assert!(grid(0).is_sorted(), "{loss:?}");
        assert!(grid(1).iter().rev().is_sorted(), "{loss:?}");
    }
}

#[test]
fn boosting_stops_where_nothing_is_left_to_learn_or_when_told() {
    let mut random = Random::new(3, 1);
    let rows = Matrix { values: (0..ROWS).map(|_| random.unit()).collect(), width: 1 };
    let noise: Vec<f64> = (0..ROWS).map(|_| random.unit()).collect();
    let sample = Sample { targets: &noise, weights: None, classes: 0, seed: 5 };
    let binned = Binned::new(&rows, &(0..ROWS).collect::<Vec<_>>(), &[Column::Numeric], 255);
    let settings = Boosting { early_stopping: EarlyStopping::On, ..Boosting::default() };
    let grown = boost(&binned, &sample, &settings, ALWAYS);
    assert!(grown.curve.len() < 60 && grown.curve.iter().all(|(_, validation)| validation.is_some()));
    let settings = Boosting { early_stopping: EarlyStopping::Off, ..Boosting::default() };
    assert_eq!(boost(&binned, &sample, &settings, &|done, _| done < 3).curve.len(), 3);
}

#[test]
fn losses_lead_to_what_they_are_for() {
    let mut random = Random::new(4, 1);
    let rows = Matrix { values: (0..ROWS).map(|_| random.unit()).collect(), width: 1 };
    let spread: Vec<f64> = rows.values.iter().map(|x| (0.5 + 3.0 * x) * (0.01 + 2.0 * random.unit())).collect();
    let sample = Sample { targets: &spread, weights: None, classes: 0, seed: 5 };
    let binned = Binned::new(&rows, &(0..ROWS).collect::<Vec<_>>(), &[Column::Numeric], 255);
    let learn = |loss| {
        let settings = Boosting { loss, min_samples_leaf: 200, ..Boosting::default() };
        predict(&boost(&binned, &sample, &settings, ALWAYS).forest, &rows)
    };
    for (loss, share) in [(Loss::AbsoluteError, 0.5), (Loss::Quantile(0.9), 0.9)] {
        let below = spread.iter().zip(learn(loss)).filter(|(target, score)| *target <= score).count();
        assert!((below as f64 / ROWS as f64 - share).abs() < 0.02, "{loss:?}: {below}");
    }
    for loss in [Loss::Poisson, Loss::Gamma] {
        let means: Vec<f64> = learn(loss).into_iter().map(crate::math::exp).collect();
        let truth: Vec<f64> = rows.values.iter().map(|x| (0.5 + 3.0 * x) * 1.01).collect();
        let error = mean_squared_error(&means, &truth);
        assert!(error < 0.1, "{loss:?}: {error}");
    }
}
