//! Explanations: the table of bits (`tests/fixtures/explain`), and backgrounds that are not what they claim.
//!
//! The files are what `edgelet import --explain` made of the cases of those names of `tests/fixtures/import/make_explain.py`
//! (`tests/fixtures/explain/make.py` does that), and the bits what `edgelet explain` gave for some of their rows on an x86-64
//! host: for each row and class the base, the score and each feature's value.

use crate::bits::numbers;
use crate::hostile_files::seal;
use crate::models;
use edgelet::error::{Error, Kind};
use edgelet::format::{self, HEADER_BYTES, VERSION, VERSION_WITH_BACKGROUND};
use edgelet::model::{ArgMax, Background, Known, Labels, Method, Model, Node, Operator, Output};
use edgelet::predict::{Explainer, Predictor};

macro_rules! cases {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            reproduce(
                include_bytes!(concat!("../fixtures/explain/", stringify!($name), ".edgelet")),
                include_str!(concat!("../fixtures/explain/", stringify!($name), ".json")),
            );
        })*
    };
}

cases!(xgboost_categories, xgboost_deep, lightgbm_missing, sklearn_forest_classes, pipeline_classes, pipeline_forest);

fn reproduce(file: &[u8], table: &str) {
    let model = format::decode(file).expect("a file of format version 2");
    let background = format::decode_background(format::background(file), &model).expect("a background");
    assert!(format::encode_with(&model, &background).expect("bytes") == file, "the file is written as it was read");
    let mut explainer = Explainer::new(&model, &background).expect("an explainer");
    let mut predictor = Predictor::new(&model);
    let (rows, width) = (numbers(table, "rows"), predictor.input_width());
    let mut found = Vec::new();
    for row in rows.chunks_exact(width) {
        for class in 0..explainer.classes().max(1) {
            predictor.scratch()[..width].copy_from_slice(row);
            // Where there is one score, the class that it is of.
            let class = (explainer.classes() > 2).then_some(class);
            let explained = explainer.run(&mut predictor, class);
            found.extend([explained.base, explained.margin]);
            found.extend(explainer.values());
        }
    }
    let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&found), bits(&numbers(table, "explained")));
}

/// The trees of `models::trees` as a classifier, whose scores they are.
fn model() -> Model {
    let mut parts = models::trees();
    parts.signature.targets.truncate(1);
    parts.signature.classes = vec![Labels::Integers(vec![0, 1])];
    let (name, operator) = ("decision".to_owned(), Operator::from(ArgMax).into());
    parts.graph.nodes.push(Node { name, operator, inputs: vec![1] });
    let output = |method, value| Output { method, value };
    parts.signature.outputs = vec![output(Method::Predict, 2), output(Method::PredictProba, 1)];
    Model::new(parts).expect("a sound model")
}

fn background(numbers: &[f64], node: u32) -> Result<Background, Error> {
    Background::new(&model(), vec![Known { node, numbers: numbers.to_vec() }])
}

/// How many leaves they have.
fn leaves() -> usize {
    (1..100).find(|&count| background(&vec![1.0; count], 0).is_ok()).expect("a forest")
}

#[test]
fn backgrounds_that_are_not_sound_are_refused_by_name() {
    let right = vec![1.0; leaves()];
    let with = |at: usize, x: f64| {
        let mut numbers = right.clone();
        numbers[at] = x;
        background(&numbers, 0)
    };
    let cases = [
        (background(&right[1..], 0), "numbers"),
        (background(&right, 99), "node"),
        (with(0, -1.0), "numbers"),
        (with(1, f64::NAN), "numbers[1]"),
        (with(1, f64::INFINITY), "numbers[1]"),
    ];
    for (found, at) in cases {
        let error = found.expect_err("a refusal");
        assert_eq!((error.kind(), error.at()), (Kind::InvalidModel, &*format!("background.nodes[0]: {at}")), "{error}");
    }
    let twice = vec![Known { node: 0, numbers: right.clone() }, Known { node: 0, numbers: right }];
    assert_eq!(Background::new(&model(), twice).expect_err("a refusal").at(), "background.nodes[1]: node");
}

#[test]
fn forged_backgrounds_are_a_background_or_an_error_and_no_matter_to_the_model() {
    let model = model();
    let known = vec![Known { node: 0, numbers: (1..=leaves()).map(|i| i as f64).collect() }];
    let background = Background::new(&model, known).expect("a background");
    let plain = format::encode(&model).expect("a file");
    let file = format::encode_with(&model, &background).expect("a file");
    assert_eq!((plain[8], file[8]), (VERSION as u8, VERSION_WITH_BACKGROUND as u8));
    assert_eq!(&file[HEADER_BYTES..plain.len()], &plain[HEADER_BYTES..]);
    let mut refused = 0;
    for at in plain.len()..file.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, file[at].wrapping_add(1)] {
            let mut forged = file.clone();
            forged[at] = value;
            seal(&mut forged);
            assert_eq!(format::decode(&forged).expect("the model"), model);
            match format::decode_background(format::background(&forged), &model) {
                Err(_) => refused += 1,
                Ok(background) => explain(&model, &background),
            }
        }
    }
    assert!(refused > file.len() - plain.len(), "{refused}");
    for (at, value) in [(8, 1), (8, 3), (40, 0), (40, file[40].wrapping_add(16)), (47, 1)] {
        let mut forged = file.clone();
        forged[at] = value;
        seal(&mut forged);
        assert!(format::decode(&forged).is_err(), "{value} at byte {at}");
    }
}

/// Explains a row of zeros and one of missing numbers, as far as the background goes.
fn explain(model: &Model, background: &Background) {
    // Without the numbers of its one forest a model cannot be explained.
    let Ok(mut explainer) = Explainer::new(model, background) else { return assert!(background.nodes().is_empty()) };
    let mut predictor = Predictor::new(model);
    let width = predictor.input_width();
    for x in [0.0, f64::NAN] {
        predictor.scratch()[..width].fill(x);
        let explained = explainer.run(&mut predictor, None);
        assert!(explained.base.is_finite() && explainer.values().iter().all(|value| value.is_finite()));
    }
}
