//! Rows of every kind: what is learned from them, what the graph shows, and what is refused.

use super::{assert_proves_itself, fit, integers, nodes, only_fit, table, texts};
use edgelet::error::Kind;
use edgelet::format;
use edgelet::model::{Label, Method, Missing, Operator, Unknown};
use edgelet::native::data::{Table, Values};
use edgelet::native::train::{self, Estimator, Options, Roles, Standing, Task, Watch};
use edgelet::predict::Predictor;
use std::sync::Mutex;

fn line(y: [i64; 5]) -> Table {
    table([("x", integers(1..=5)), ("y", integers(y))])
}

/// Ordinary least squares by the formula: Σ(x - 3)(y - 3) / 10, and 3 - 3w.
#[test]
fn the_missions_line_is_the_least_squares_line() {
    for (y, w, b) in [([1, 3, 2, 5, 4], 0.8, 0.6), ([1, 3, 2, 4, 5], 0.9, 0.3)] {
        let fitted = fit(&line(y), &Options::new("y"));
        let [node] = &fitted.model.graph().nodes[..] else { panic!("one node, not {:?}", nodes(&fitted.model)) };
        let Operator::Linear(linear) = &*node.operator else { panic!("a linear node") };
        assert!((linear.coefficients[0] - w).abs() < 1e-12 && (linear.intercepts[0] - b).abs() < 1e-12, "{linear:?}");
        assert_eq!((fitted.report.task, fitted.report.folds, fitted.report.held_out), (Task::Regression, 0, 0));
        assert!(fitted.report.notes.iter().any(|note| note.contains("too few to cross-validate")));
        assert!(fitted.report.metrics.iter().all(|scores| scores.train.is_some()));
        assert_proves_itself(&fitted.model);
    }
}

/// 60 rows: two numbers (one with a gap), a truth value, a text (with a gap), and two targets.
fn customers() -> Table {
    let plans = ["basic", "pro", "plus", "", "basic"];
    let age = |i: usize| if i == 7 { f64::NAN } else { 20.0 + (i * 7 % 40) as f64 };
    table([
        ("age", Values::Numbers((0..60).map(age).collect())),
        ("visits", integers((0..60).map(|i| i * 13 % 17))),
        ("active", Values::Booleans((0..60).map(|i| Some(i % 3 == 0)).collect())),
        ("plan", texts((0..60).map(|i| plans[i % 5]))),
        ("churned", texts((0..60).map(|i| if i * 13 % 17 > 8 { "yes" } else { "no" }))),
        ("spent", Values::Numbers((0..60).map(|i| (i * 13 % 17) as f64 * 1.5 + (i % 5) as f64).collect())),
    ])
}

#[test]
fn every_step_is_in_the_graph() {
    let options =
        Options { drop: vec!["spent".into()], estimator: Some(Estimator::Logistic), ..Options::new("churned") };
    let fitted = fit(&customers(), &options);
    let expected = [
        ("numbers", "Select"),
        ("fill_numbers", "Impute"),
        ("standardize", "Scale"),
        ("categories", "Select"),
        ("fill_categories", "Impute"),
        ("one_hot", "OneHot"),
        ("features", "Concat"),
        ("logistic", "Linear"),
        ("decision", "Binarize"),
        ("probabilities", "Sigmoid"),
    ];
    assert_eq!(nodes(&fitted.model), expected.map(|(name, operator)| (name.to_owned(), operator)));
    let missing: Vec<_> = fitted.model.signature().inputs.iter().map(|input| input.missing).collect();
    assert_eq!(missing, [Missing::Accepted, Missing::Refused, Missing::Refused, Missing::Accepted]);
    assert_proves_itself(&fitted.model);
}

#[test]
fn classes_keep_their_type_and_three_of_them_get_scores_each() {
    let rows = 90;
    let x = Values::Numbers((0..rows).map(|i| f64::from(i % 3) + f64::from(i % 7) / 10.0).collect());
    let y = integers((0..rows).map(|i| [10, -5, 7][i as usize % 3]));
    let fitted = fit(&table([("x", x), ("y", y)]), &Options::new("y"));
    assert_eq!(fitted.report.task, Task::Classification);
    let classes = fitted.model.signature().classes.first().cloned().expect("classes");
    assert_eq!(classes.iter().collect::<Vec<_>>(), [-5, 7, 10].map(Label::Integer));
    let mut predictor = Predictor::new(&fitted.model);
    assert_eq!(predictor.output_width(Method::PredictProba), Some(3));
    let mut decision = [0.0];
    predictor.predict(Method::Predict, &[0.0], &mut decision);
    assert_eq!(decision, [2.0], "x = 0 is class 10");
}

#[test]
fn unknown_categories_are_refused_or_count_for_nothing() {
    let drop = vec!["churned".into()];
    for (unknown, is_accepted) in [(Unknown::Refused, false), (Unknown::Accepted, true)] {
        let model = fit(&customers(), &Options { unknown, drop: drop.clone(), ..only_fit("spent") }).model;
        assert_eq!(model.signature().check_rows(&[30.0, 3.0, 1.0, -1.0]).is_ok(), is_accepted);
    }
}

/// Hears everything.
#[derive(Default)]
struct Ear {
    heard: Mutex<Vec<usize>>,
    compared: Mutex<Vec<Standing>>,
}

impl Watch for Ear {
    fn fitted(&self, done: usize) {
        self.heard.lock().expect("an ear").push(done);
    }

    fn compared(&self, standing: &Standing) {
        self.compared.lock().expect("an ear").push(standing.clone());
    }
}

#[test]
fn the_choice_is_explained_and_the_same_seed_gives_the_same_bytes() {
    let options = Options { drop: vec!["churned".into()], trained_at: Some(0), ..Options::new("spent") };
    let ear = Ear::default();
    let fitted = train::fit(&customers(), &options, &ear).expect("a model");
    let total = fitted.report.leaderboard.len() * fitted.report.folds + 2;
    assert_eq!(*ear.heard.lock().expect("an ear"), (1..=total).collect::<Vec<_>>());
    assert_eq!(ear.compared.lock().expect("an ear").len(), fitted.report.leaderboard.len());
    assert_eq!(fitted.report.leaderboard.iter().filter(|standing| standing.chosen).count(), 1);
    assert!(fitted.report.choice.as_ref().is_some_and(|why| why.contains("mean mse")));
    let bytes = |options: &Options| format::encode(&fit(&customers(), options).model).expect("a file");
    assert_eq!(bytes(&options), bytes(&options));
    assert_ne!(bytes(&options), bytes(&Options { seed: 1, ..options.clone() }), "other folds, other metrics");
    let card = &fitted.model.provenance().estimator;
    assert!(
        card.starts_with(fitted.report.estimator) && card.contains("alpha=") == fitted.report.model.contains("alpha="),
        "{card}"
    );
    let metrics = &fitted.model.provenance().metrics;
    for split in ["cv", "test", "train"] {
        assert!(metrics.iter().any(|metric| metric.name == "mse" && metric.split == split), "{split}");
    }
}

#[test]
fn a_constant_target_is_predicted_and_told() {
    let fitted = fit(&line([2; 5]), &Options { estimator: Some(Estimator::Linear), ..Options::new("y") });
    let mut prediction = [0.0];
    Predictor::new(&fitted.model).predict(Method::Predict, &[100.0], &mut prediction);
    assert_eq!(prediction, [2.0]);
    assert!(fitted.report.notes.iter().any(|note| note.contains("2 in every row")), "{:?}", fitted.report.notes);
}

#[test]
fn separable_classes_without_a_penalty_end_and_predict() {
    let x = Values::Numbers((0..40).map(f64::from).collect());
    let y = Values::Booleans((0..40).map(|i| Some(i >= 20)).collect());
    let set = vec![("penalty".to_owned(), "none".to_owned())];
    let fitted =
        fit(&table([("x", x), ("y", y)]), &Options { estimator: Some(Estimator::Logistic), set, ..only_fit("y") });
    let mut decisions = [0.0; 2];
    Predictor::new(&fitted.model).predict(Method::Predict, &[19.0, 20.0], &mut decisions);
    assert_eq!(decisions, [0.0, 1.0]);
}

#[test]
fn what_cannot_be_learned_is_refused_by_name() {
    let x = || ("x", integers(1..=5));
    let y = || ("y", integers([1, 3, 2, 4, 5]));
    let linear = Options { estimator: Some(Estimator::Linear), ..Options::new("y") };
    let classes = Options { task: Some(Task::Classification), ..Options::new("y") };
    let set = |estimator, name: &str, text: &str| {
        let set = vec![(name.to_owned(), text.to_owned())];
        Options { estimator, set, ..only_fit("y") }
    };
    let by_weight = Options { roles: Roles { weight: Some("w".into()), ..Roles::default() }, ..Options::new("y") };
    let weighted = |weights: [f64; 5]| table([x(), ("w", Values::Numbers(weights.into())), y()]);
    let names: Vec<String> = (0..40).map(|i| format!("customer {i}")).collect();
    let cases = [
        (table([x(), y()]), Options::new("Y2"), Kind::BadTarget, "Did you mean \"y\"?"),
        (table([y()]), Options::new("y"), Kind::BadRows, "at least 1 column"),
        (
            table([x(), ("y", Values::Integers(vec![Some(1), Some(2), None, Some(3), Some(4)]))]),
            Options::new("y"),
            Kind::BadTarget,
            "row 2",
        ),
        (
            table([x(), ("y", Values::Numbers(vec![1.5, f64::INFINITY, 2.0, 3.0, 4.0]))]),
            Options::new("y"),
            Kind::BadTarget,
            "row 1",
        ),
        (table([x(), ("y", texts(["a"; 5]))]), Options::new("y"), Kind::BadTarget, "at least 2 classes"),
        (line([7; 5]), classes, Kind::BadTarget, "1 class in every row"),
        (table([x(), ("y", texts(["a", "b", "a", "b", "a"]))]), linear, Kind::BadTarget, "numbers, for a regression"),
        (
            table([("x", Values::Numbers(vec![1.0, 2.0, f64::NEG_INFINITY, 3.0, 4.0])), y()]),
            Options::new("y"),
            Kind::NotFinite,
            "row 2: \"x\"",
        ),
        (
            table([x(), ("empty", Values::Numbers(vec![f64::NAN; 5])), y()]),
            Options::new("y"),
            Kind::BadRows,
            "--drop \"empty\"",
        ),
        (
            table([("name", texts(names.iter().map(String::as_str))), ("y", integers(0..40))]),
            Options::new("y"),
            Kind::BadRows,
            "--drop \"name\"",
        ),
        (table([("x", integers([])), ("y", integers([]))]), Options::new("y"), Kind::BadRows, "at least 2 rows"),
        (line([1, 3, 2, 4, 5]), Options { drop: vec!["z".into()], ..Options::new("y") }, Kind::BadTarget, "--drop"),
        (line([1, 3, 2, 4, 5]), set(None, "alpha", "1"), Kind::BadOption, "a model: --model NAME"),
        (line([1, 3, 2, 4, 5]), set(Some(Estimator::Ridge), "alfa", "1"), Kind::BadOption, "Did you mean alpha?"),
        (line([1, 3, 2, 4, 5]), set(Some(Estimator::Ridge), "alpha", "-1"), Kind::BadOption, "a number of at least 0"),
        (line([1, 3, 2, 4, 5]), set(Some(Estimator::Linear), "alpha", "1"), Kind::BadOption, "no hyper-parameters"),
        (line([1, 3, 2, 4, 5]), set(Some(Estimator::Boosting), "loss", "log"), Kind::BadOption, "poisson"),
        (
            line([-1, 3, 2, 4, 5]),
            set(Some(Estimator::Boosting), "loss", "poisson"),
            Kind::BadTarget,
            "counts of at least 0",
        ),
        (line([1, 3, 2, 4, 5]), set(Some(Estimator::Boosting), "monotonic_cst", "z:1"), Kind::BadOption, "\"z\""),
        (weighted([1.0, 1.0, 0.0, 1.0, 1.0]), by_weight.clone(), Kind::BadTarget, "row 2"),
        (weighted([1.0, 1.0, f64::NAN, 1.0, 1.0]), by_weight, Kind::BadTarget, "--weight"),
        (line([1, 3, 2, 4, 5]), Options { test_size: 1.0, ..Options::new("y") }, Kind::BadOption, "--test-size"),
        (line([1, 3, 2, 4, 5]), Options { folds: 1, ..Options::new("y") }, Kind::BadOption, "--cv"),
    ];
    for (table, options, kind, says) in cases {
        let error = train::fit(&table, &options, &()).expect_err(says);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn extreme_numbers_give_a_model_or_an_error() {
    for big in [1e300, 1e155, 1e-300] {
        let x = Values::Numbers((0..30).map(|i| f64::from(i * 7 % 11) * big).collect());
        let y = Values::Numbers((0..30).map(|i| f64::from(i) + 0.5).collect());
        for estimator in [None, Some(Estimator::Linear), Some(Estimator::Ridge), Some(Estimator::Lasso)] {
            let table = table([("x", x.clone()), ("y", y.clone())]);
            if let Ok(fitted) = train::fit(&table, &Options { estimator, ..Options::new("y") }, &()) {
                assert_proves_itself(&fitted.model);
            }
        }
    }
}

#[test]
fn columns_that_say_nothing_or_too_much_are_noted() {
    let count = 60;
    let y: Vec<i64> = (0..count).map(|i| i * 7 % 11 % 2).collect();
    let rows = table([
        ("same", integers((0..count).map(|_| 4))),
        ("number", integers(1000..1000 + count)),
        ("copy", texts(y.iter().map(|y| if *y == 1 { "paid" } else { "open" }))),
        ("after", Values::Numbers(y.iter().zip(0..).map(|(y, i)| *y as f64 * 10.0 + f64::from(i) / 60.0).collect())),
        ("fair", integers((0..count).map(|i| i * 13 % 17))),
        ("y", integers(y.iter().copied())),
    ]);
    let notes = fit(&rows, &Options { estimator: Some(Estimator::Tree), ..Options::new("y") }).report.notes;
    let about = |column: &str, says: &str| notes.iter().any(|note| note.contains(column) && note.contains(says));
    assert!(about("\"same\"", "every row") && about("\"number\"", "names rows"), "{notes:?}");
    assert!(about("\"copy\"", "alone tells") && about("\"after\"", "alone tells"), "{notes:?}");
    assert!(!about("\"fair\"", ""), "{notes:?}");
    let twice = table([
        ("x", integers((0..200).map(|i| i % 50 * 31 % 47))),
        ("y", Values::Numbers((0..200).map(|i| f64::from(i % 50) + 0.5).collect())),
    ]);
    let notes = fit(&twice, &Options { estimator: Some(Estimator::Tree), ..Options::new("y") }).report.notes;
    assert!(notes.iter().any(|note| note.contains("were fitted as well")), "{notes:?}");
}
