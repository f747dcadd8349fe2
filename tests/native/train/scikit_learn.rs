//! The same data and hyper-parameters as scikit-learn, the same results: coefficients, objectives, predictions, metrics.

use super::{assert_proves_itself, fit, only_fit, predict};
use edgelet::model::{Linear, Method, Model, Operator};
use edgelet::native::data::{Column, Table, Values};
use edgelet::native::train::metrics::Deviance;
use edgelet::native::train::{Estimator, Fill, Options, Roles, Task, metrics};
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::{fs, io};

/// Coefficients of closed forms, relative to the largest.
const COEFFICIENTS: f64 = 1e-8;
/// Objectives of iterative solvers, relative.
const OBJECTIVES: f64 = 1e-6;
/// Predictions, relative to the larger of the prediction and 1.
const CLOSED_PREDICTIONS: f64 = 1e-9;
const ITERATIVE_PREDICTIONS: f64 = 1e-6;
/// Decisions of support vectors, whose kernels are f32 numbers there and here, relative to the largest.
const SUPPORT_VECTORS: f64 = 1e-5;

/// What make.py prints, made once for each version of it and of the packages.
pub fn expected() -> &'static Value {
    static EXPECTED: OnceLock<Value> = OnceLock::new();
    EXPECTED.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = root.join("tests/fixtures/train/make.py");
        let read = |path: &Path| fs::read_to_string(path).expect("a file of the repository");
        let mut version = DefaultHasher::new();
        (read(&script), read(&root.join("tests/requirements.txt"))).hash(&mut version);
        let cache = root.join(format!("target/train-expected-{:016x}.json", version.finish()));
        let text = fs::read_to_string(&cache).unwrap_or_else(|_: io::Error| {
            let python = root.join("target/venv/bin/python");
            let run = Command::new(python).arg(&script).output().expect("Python: run `cargo xtask setup`");
            assert!(run.status.success(), "make.py: {}", String::from_utf8_lossy(&run.stderr));
            fs::write(&cache, &run.stdout).expect("a file in target");
            String::from_utf8(run.stdout).expect("JSON")
        });
        serde_json::from_str(&text).expect("JSON")
    })
}

#[test]
fn regressions_are_scikit_learns() {
    for (set, data) in sets() {
        for case in cases(data, "regressions") {
            let target = Values::Numbers(floats(&data["target"]));
            let model = fit(&with_target(data, target), &options(case)).model;
            let at = format!("{set} {} {}", case["model"], case["options"]);
            assert_proves_itself(&model);
            let (ours, theirs) = (linear_of(&model), linear_in(case));
            let is_closed = matches!(case["model"].as_str(), Some("linear" | "ridge"));
            if is_closed {
                assert_near(&ours.coefficients, &theirs.coefficients, COEFFICIENTS, Scale::Largest, &at);
                assert_near(&ours.intercepts, &theirs.intercepts, COEFFICIENTS, Scale::Largest, &at);
            }
            let found = answers(&model, Method::Predict, data);
            let predictions = floats(&case["predictions"]);
            if !is_closed {
                let truth = floats(&data["target"]);
                let ours = elastic_objective(ours, &found, &truth, case);
                let theirs = elastic_objective(&linear_in(case), &predictions, &truth, case);
                assert!(((ours - theirs) / theirs).abs() <= OBJECTIVES, "{at}: {ours} is not {theirs}");
            }
            let tolerance = if is_closed { CLOSED_PREDICTIONS } else { ITERATIVE_PREDICTIONS };
            assert_near(&found, &predictions, tolerance, Scale::Each, &at);
        }
    }
}

#[test]
fn classifications_are_scikit_learns() {
    for (set, data) in sets() {
        for case in cases(data, "classifications") {
            let target = Values::Integers(floats(&data["target"]).iter().map(|&y| Some(y as i64)).collect());
            let model = fit(&with_target(data, target), &options(case)).model;
            let at = format!("{set} {}", case["options"]);
            assert_proves_itself(&model);
            let truth = floats(&data["target"]);
            let found = answers(&model, Method::PredictProba, data);
            let theirs = floats(&case["probabilities"]);
            let our_objective = logistic_objective(linear_of(&model), &found, &truth, case);
            let their_objective = logistic_objective(&linear_in(case), &theirs, &truth, case);
            let excess = (our_objective - their_objective) / their_objective;
            assert!(excess.abs() <= OBJECTIVES, "{at}: {our_objective} is not {their_objective}");
            // saga's own probabilities are not as exact as its objective.
            if case["options"]["penalty"] == "l2" {
                assert_near(&found, &theirs, ITERATIVE_PREDICTIONS, Scale::Each, &at);
                let decisions = answers(&model, Method::Predict, data);
                assert_eq!(decisions, floats(&case["predictions"]), "{at}");
            }
        }
    }
}

#[test]
fn numbers_and_texts_with_gaps_are_scikit_learns_pipeline() {
    let data = &expected()["mixed"];
    let numbers = |i: usize| {
        let cells = data["numbers"][i].as_array().expect("cells");
        Values::Numbers(cells.iter().map(|cell| cell.as_f64().unwrap_or(f64::NAN)).collect())
    };
    let texts = data["texts"].as_array().expect("cells").iter().map(|cell| cell.as_str().map(str::to_owned)).collect();
    for case in cases(data, "cases") {
        let target = floats(&case["target"]);
        let is_regression = case["model"] == "ridge";
        let target = match is_regression {
            true => Values::Numbers(target),
            false => Values::Integers(target.iter().map(|&y| Some(y as i64)).collect()),
        };
        let columns =
            [("a", numbers(0)), ("b", numbers(1)), ("plan", Values::Texts(Vec::clone(&texts))), ("y", target)];
        let table = super::table(columns);
        let fill = if case["fill"] == "mean" { Fill::Mean } else { Fill::Median };
        let estimator = family(&case["model"]);
        let model = fit(&table, &Options { estimator, impute: fill, ..only_fit("y") }).model;
        assert_proves_itself(&model);
        let method = if is_regression { Method::Predict } else { Method::PredictProba };
        let tolerance = if is_regression { CLOSED_PREDICTIONS } else { ITERATIVE_PREDICTIONS };
        let plans = ["basic", "plus", "pro"];
        let mut rows = Vec::new();
        for i in 0..table.rows {
            for column in [0, 1] {
                rows.push(data["numbers"][column][i].as_f64().unwrap_or(f64::NAN));
            }
            let plan = data["texts"][i].as_str();
            rows.push(plan.and_then(|plan| plans.iter().position(|p| *p == plan)).map_or(f64::NAN, |i| i as f64));
        }
        let found = predict(&model, method, &rows);
        assert_near(&found, &floats(&case["predictions"]), tolerance, Scale::Each, text(&case["model"]));
    }
}

#[test]
fn weights_count_as_scikit_learns() {
    let data = &expected()["weighted"];
    for case in cases(data, "cases") {
        let is_classes = case["model"] == "logistic";
        let target = floats(&data["target"]);
        let mut table = with_target(
            data,
            match is_classes {
                true => Values::Integers(target.iter().map(|&y| Some(y as i64)).collect()),
                false => Values::Numbers(target),
            },
        );
        table.columns.push(Column { name: "weight".to_owned(), values: Values::Numbers(floats(&data["weights"])) });
        let roles = Roles { weight: Some("weight".to_owned()), ..Roles::default() };
        let model = fit(&table, &Options { roles, ..options(case) }).model;
        let method = if is_classes { Method::PredictProba } else { Method::Predict };
        let at = format!("{} {}", case["model"], case["options"]);
        let found = answers(&model, method, data);
        assert_near(&found, &floats(&case["predictions"]), ITERATIVE_PREDICTIONS, Scale::Each, &at);
    }
}

#[test]
fn neighbours_and_naive_bayes_are_scikit_learns() {
    let data = &expected()["probabilistic"];
    let target = Values::Integers(floats(&data["target"]).iter().map(|&y| Some(y as i64)).collect());
    for case in cases(data, "cases") {
        let options = Options { task: Some(Task::Classification), ..options(case) };
        let model = fit(&with_target(data, target.clone()), &options).model;
        assert_proves_itself(&model);
        let asked: Vec<f64> = cases(data, "asked").iter().flat_map(floats).collect();
        let found = predict(&model, Method::PredictProba, &asked);
        let at = format!("{} {}", case["model"], case["options"]);
        assert_near(&found, &floats(&case["predictions"]), CLOSED_PREDICTIONS, Scale::Each, &at);
    }
}

#[test]
fn support_vectors_decide_as_scikit_learns() {
    for data in cases(expected(), "support_vectors") {
        let (target, is_classes) = (floats(&data["target"]), data["is_classes"] == true);
        let values = match is_classes {
            true => Values::Integers(target.iter().map(|&y| Some(y as i64)).collect()),
            false => Values::Numbers(target),
        };
        let mut table = with_target(data, values);
        table.columns.push(Column { name: "weight".to_owned(), values: Values::Numbers(floats(&data["weights"])) });
        for case in cases(data, "cases") {
            let is_weighted = case["weighted"] == true;
            let roles = Roles { weight: is_weighted.then(|| "weight".to_owned()), ..Roles::default() };
            let drop = if is_weighted { vec![] } else { vec!["weight".to_owned()] };
            let task = Some(if is_classes { Task::Classification } else { Task::Regression });
            let estimator = family(&case["model"]);
            let set = set_of(&case["options"]);
            let fitted = fit(&table, &Options { estimator, task, set, roles, drop, ..only_fit("target") });
            let at = format!("{} {} {is_weighted}", text(&data["name"]), case["options"]);
            assert!(!fitted.report.notes.iter().any(|note| note.contains("did not converge")), "{at}");
            let model = fitted.model;
            assert_proves_itself(&model);
            let method = if is_classes { Method::DecisionFunction } else { Method::Predict };
            let found = answers(&model, method, data);
            assert_near(&found, &floats(&case["decisions"]), SUPPORT_VECTORS, Scale::Largest, &at);
            if is_classes {
                assert_eq!(answers(&model, Method::Predict, data), floats(&case["predictions"]), "{at}");
            }
            let vectors = model.graph().nodes.iter().find_map(|node| match &*node.operator {
                Operator::Pairwise(vectors) => Some(vectors.points.len() / vectors.width),
                _ => None,
            });
            // One that is just at the border may be on either side of it.
            let theirs = case["vectors"].as_u64().expect("a count") as usize;
            assert!(vectors.is_some_and(|ours| ours.abs_diff(theirs) <= 2), "{at}: {vectors:?} and {theirs}");
        }
    }
}

/// Not worse than scikit-learn's by more than the noise of the folds: two standard errors of the difference.
#[test]
fn families_are_as_good_as_scikit_learns() {
    for data in cases(expected(), "families") {
        let measure = text(&data["measure"]);
        let target = floats(&data["target"]);
        let table = with_target(
            data,
            match measure {
                "mse" => Values::Numbers(target),
                _ => Values::Integers(target.iter().map(|&y| Some(y as i64)).collect()),
            },
        );
        for (name, theirs) in data["scores"].as_object().expect("scores") {
            let family = name.split(' ').next().expect("a name");
            let (estimator, task) = Estimator::by_name(family).expect("a family");
            let set = set_of(&theirs["options"]);
            let options = Options { estimator: Some(estimator), task, set, folds: 5, ..only_fit("target") };
            let fitted = fit(&table, &options);
            assert_proves_itself(&fitted.model);
            let scores = fitted.report.metrics.iter().find(|scores| scores.name == measure).expect("the measure");
            let ours = scores.cv.expect("folds");
            let theirs = |name: &str| theirs[name].as_f64().expect("a number");
            let worse = (ours.mean - theirs("mean")) * if measure == "accuracy" { -1.0 } else { 1.0 };
            // Of five folds each, from population deviations.
            let noise = ((ours.std * ours.std + theirs("std") * theirs("std")) / 4.0).sqrt();
            let at =
                format!("{} {name}: {ours:?}, scikit-learn's {} ± {}", data["name"], theirs("mean"), theirs("std"));
            assert!(worse <= 2.0 * noise, "{at}");
        }
    }
}

#[test]
fn metrics_are_scikit_learns() {
    let data = &expected()["measures"];
    let case = &data["regression"];
    for (name, value) in metrics::regression(&floats(&case["truth"]), &floats(&case["predicted"])) {
        assert_near(&[value.expect(name)], &[case[name].as_f64().expect(name)], 1e-12, Scale::Each, name);
    }
    let case = &data["deviances"];
    for (deviance, truth) in
        [(Deviance::Poisson, "counts"), (Deviance::Gamma, "amounts"), (Deviance::Quantile(0.8), "amounts")]
    {
        let found = deviance.mean(&floats(&case[truth]), &floats(&case["rates"]));
        let name = deviance.name();
        assert_near(&[found], &[case[name].as_f64().expect(name)], 1e-12, Scale::Each, name);
    }
    for case in cases(data, "classifications") {
        let (truth, decisions) = (floats(&case["truth"]), floats(&case["decisions"]));
        let probabilities = floats(&case["probabilities"]);
        let classes = probabilities.len() / truth.len();
        for (name, value) in metrics::classification(&truth, &decisions, &probabilities, classes) {
            assert_near(&[value.expect(name)], &[case[name].as_f64().expect(name)], 1e-12, Scale::Each, name);
        }
        let counts = metrics::confusion(&truth, &decisions, classes);
        assert_eq!(serde_json::to_value(counts).expect("counts"), case["confusion"]);
    }
}

/// What a difference is relative to.
pub enum Scale {
    /// The largest number of all.
    Largest,
    /// The number itself, or 1 if that is larger.
    Each,
}

pub fn assert_near(found: &[f64], expected: &[f64], tolerance: f64, scale: Scale, at: &str) {
    assert_eq!(found.len(), expected.len(), "{at}");
    let largest = expected.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let unit = match scale {
            Scale::Largest => largest,
            Scale::Each => expected.abs().max(1.0),
        };
        assert!((found - expected).abs() <= tolerance * unit, "{at} [{i}]: {found} is not {expected}");
    }
}

/// ‖y - p‖² / 2n + alpha (l1_ratio ‖w‖₁ + (1 - l1_ratio) ‖w‖² / 2)
fn elastic_objective(linear: &Linear, predictions: &[f64], truth: &[f64], case: &Value) -> f64 {
    let squares: f64 = predictions.iter().zip(truth).map(|(p, y)| (p - y) * (p - y)).sum();
    let alpha = case["options"]["alpha"].as_f64().expect("alpha");
    let l1_ratio = case["options"]["l1_ratio"].as_f64().unwrap_or(1.0);
    squares / (2.0 * truth.len() as f64) + alpha * penalty(linear, l1_ratio)
}

/// C Σ log-loss + l1_ratio ‖w‖₁ + (1 - l1_ratio) ‖w‖² / 2
fn logistic_objective(linear: &Linear, probabilities: &[f64], truth: &[f64], case: &Value) -> f64 {
    let classes = probabilities.len() / truth.len();
    let of_truth = truth.iter().zip(probabilities.chunks_exact(classes)).map(|(&y, row)| row[y as usize]);
    let loss: f64 = of_truth.map(|p| -edgelet::math::ln(p)).sum();
    let option = |name: &str| case["options"][name].as_f64().expect("a number");
    option("c") * loss + penalty(linear, option("l1_ratio"))
}

fn penalty(linear: &Linear, l1_ratio: f64) -> f64 {
    let sum = |term: fn(f64) -> f64| linear.coefficients.iter().map(|&w| term(w)).sum::<f64>();
    l1_ratio * sum(f64::abs) + (1.0 - l1_ratio) / 2.0 * sum(|w| w * w)
}

fn sets() -> impl Iterator<Item = (&'static String, &'static Value)> {
    expected()["sets"].as_object().expect("sets").iter()
}

pub fn cases<'a>(data: &'a Value, name: &str) -> &'a [Value] {
    data[name].as_array().expect("cases")
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

pub fn floats(value: &Value) -> Vec<f64> {
    value.as_array().expect("numbers").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// Hyper-parameters as they are written.
fn set_of(options: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    options.as_object().expect("options").iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// The options of a case, by scikit-learn's names.
fn options(case: &Value) -> Options {
    let is_elastic = case["model"] == "elastic-net" || case["options"]["penalty"] == "elasticnet";
    let own =
        case["options"].as_object().expect("options").iter().filter(|(name, _)| is_elastic || *name != "l1_ratio");
    let set = own.map(|(name, value)| {
        let name = if name == "c" { "C" } else { name };
        (name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    });
    Options {
        estimator: family(&case["model"]),
        set: set.collect(),
        standardize: case["standardize"].as_bool(),
        ..only_fit("target")
    }
}

/// The family of that name.
fn family(name: &Value) -> Option<Estimator> {
    Some(Estimator::by_name(text(name)).expect("a family").0)
}

fn with_target(data: &Value, target: Values) -> Table {
    let rows: Vec<Vec<f64>> = data["rows"].as_array().expect("rows").iter().map(floats).collect();
    let of_column =
        |j: usize| Column { name: format!("x{j}"), values: Values::Numbers(rows.iter().map(|row| row[j]).collect()) };
    let mut columns: Vec<Column> = (0..rows[0].len()).map(of_column).collect();
    columns.push(Column { name: "target".to_owned(), values: target });
    Table { columns, rows: rows.len() }
}

fn linear_of(model: &Model) -> &Linear {
    let linear = model.graph().nodes.iter().find_map(|node| match &*node.operator {
        Operator::Linear(linear) => Some(linear),
        _ => None,
    });
    linear.expect("a linear node")
}

fn linear_in(case: &Value) -> Linear {
    let (coefficients, intercepts) = (floats(&case["coefficients"]), floats(&case["intercepts"]));
    Linear { width: coefficients.len() / intercepts.len(), coefficients, intercepts }
}

fn answers(model: &Model, method: Method, data: &Value) -> Vec<f64> {
    let rows: Vec<f64> = data["rows"].as_array().expect("rows").iter().flat_map(floats).collect();
    predict(model, method, &rows)
}
