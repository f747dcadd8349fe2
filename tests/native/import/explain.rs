//! `edgelet explain` against the values of the shap package and of the frameworks' own explanations.

use super::{Cases, numbers};
use edgelet::error::{Kind, Result};
use edgelet::format;
use edgelet::import::{Options, import, import_to_explain};
use edgelet::model::{Background, Known, Method, Model};
use edgelet::native::data::{self, Encoded};
use edgelet::predict::{Explainer, Predictor, means};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

static CASES: LazyLock<Cases> = LazyLock::new(|| Cases::made_by("make_explain.py"));

fn encoded(model: &Model, path: &Path) -> Encoded {
    let table = data::read(&path.display().to_string(), None).unwrap_or_else(|error| panic!("{error}"));
    data::encode(&table, model.signature()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn file(case: &Path) -> Vec<u8> {
    let names = ["model.json", "model.txt", "model.joblib"].map(|name| case.join(name));
    fs::read(names.iter().find(|path| path.exists()).expect("a model")).expect("a file")
}

/// The means of a case's background, if there is one.
fn background(model: &Model, case: &Path) -> Result<Vec<Known>> {
    let path = case.join("background.csv");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let Encoded { rows, texts, .. } = encoded(model, &path);
    means(model, &rows, &texts)
}

/// The case's model and background, which the format keeps as they are.
fn explained(case: &Path) -> (Model, Background) {
    let imported = import_to_explain(&file(case), &Options::default(), |model| background(model, case));
    let (model, background) = imported.unwrap_or_else(|error| panic!("{}: {error}", case.display()));
    let bytes = format::encode_with(&model, &background).expect("bytes");
    let read = format::decode(&bytes).expect("a model");
    assert_eq!(read, model, "{}", case.display());
    assert_eq!(
        format::decode_background(format::background(&bytes), &read).expect("a background"),
        background,
        "{}",
        case.display()
    );
    (read, background)
}

#[test]
fn values_are_those_of_shap_and_add_up() {
    let cases = CASES.with("values.npy");
    let mut wrong = Vec::new();
    for case in &cases {
        let place = case.file_name().expect("a name").display();
        let (model, background) = explained(case);
        let mut explainer = Explainer::new(&model, &background).unwrap_or_else(|error| panic!("{place}: {error}"));
        let Encoded { rows, .. } = encoded(&model, &case.join("rows.csv"));
        let width = model.signature().inputs.len();
        let expected = numbers(&case.join("values.npy"));
        let classes = expected.len() / (rows.len() / width) / (width + 1);
        let mut predictor = Predictor::new(&model);
        let (mut farthest, mut least_exact) = (0.0_f64, 0.0_f64);
        for (row, expected) in rows.chunks_exact(width).zip(expected.chunks_exact(classes * (width + 1))) {
            for (class, expected) in expected.chunks_exact(width + 1).enumerate() {
                predictor.scratch()[..width].copy_from_slice(row);
                let found = explainer.run(&mut predictor, (classes > 1).then_some(class));
                for (found, expected) in explainer.values().iter().chain([&found.base]).zip(expected) {
                    farthest = farthest.max((found - expected).abs() / expected.abs().max(1.0));
                }
                let sum = explainer.values().iter().fold(found.base, |sum, value| sum + value);
                least_exact = least_exact.max((found.margin - sum).abs() / found.margin.abs().max(1.0));
            }
        }
        println!("{place}: values differ by {farthest:e}, sums by {least_exact:e}");
        if farthest.is_nan() || farthest > 1e-6 || least_exact.is_nan() || least_exact > 1e-6 {
            wrong.push(format!("{place}: values differ by {farthest:e}, sums by {least_exact:e}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(cases.len(), 32);
}

#[test]
fn a_class_is_the_predicted_one_or_the_one_asked_for() {
    let case = CASES.case("pipeline_classes");
    let (model, background) = explained(&case);
    let mut explainer = Explainer::new(&model, &background).expect("an explainer");
    let Encoded { rows, .. } = encoded(&model, &case.join("rows.csv"));
    let mut predictor = Predictor::new(&model);
    let row = &rows[..4];
    let (mut predicted, mut scores) = ([0.0], [0.0; 3]);
    predictor.predict(Method::Predict, row, &mut predicted);
    predictor.predict(Method::DecisionFunction, row, &mut scores);
    predictor.scratch()[..4].copy_from_slice(row);
    let found = explainer.run(&mut predictor, None);
    assert_eq!((found.class, found.margin), (Some(predicted[0] as usize), scores[predicted[0] as usize]));
    // One score for two classes is the second's.
    let case = CASES.case("pipeline_logistic");
    let (model, background) = explained(&case);
    let mut explainer = Explainer::new(&model, &background).expect("an explainer");
    let mut predictor = Predictor::new(&model);
    predictor.scratch()[..4].copy_from_slice(row);
    let second = explainer.run(&mut predictor, None);
    let values = explainer.values().to_vec();
    let first = explainer.run(&mut predictor, Some(0));
    assert_eq!((second.class, first.class), (Some(1), Some(0)));
    assert_eq!((second.base, second.margin), (-first.base, -first.margin));
    assert!(values.iter().zip(explainer.values()).all(|(second, first)| *second == -first));
}

#[test]
fn what_mixes_features_or_is_not_known_is_refused_with_the_step() {
    for case in CASES.with("refused.txt") {
        let model = import(&file(&case), &Options::default()).expect("a model");
        let error = Explainer::new(&model, &Background::default()).expect_err("a refusal");
        let expected = fs::read_to_string(case.join("refused.txt")).expect("a text");
        assert!(error.kind() == Kind::Unsupported && error.to_string().contains(&expected), "{error}");
    }
    for (case, next) in [("xgboost_binary", "--explain`"), ("pipeline_ridge", "--background ROWS`")] {
        let model = import(&file(&CASES.case(case)), &Options::default()).expect("a model");
        let error = Explainer::new(&model, &Background::default()).expect_err("a refusal");
        assert!(error.kind() == Kind::Unsupported && error.next_step().contains(next), "{error}");
    }
}
