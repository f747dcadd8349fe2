//! Small models for the other tests, and that they survive the format.

use crate::pets::pets;
use edgelet::format;
use edgelet::model::forest::{LinearLeaves, NodeKind, Precision, Sets, Thresholds};
use edgelet::model::{
    ArgMax, Concat, Forest, Graph, Impute, Input, InputKind, Labels, Linear, Method, Metric, Missing, Model, Node,
    OneHot, Operator, Output, Parts, Provenance, Scale, Select, Signature, Softmax, TestRows, Unknown,
};
use edgelet::predict::Predictor;
use std::sync::Arc;

/// y = 0.8 x + 0.6.
pub fn line() -> Parts {
    crate::line::line("x", 0.8, 0.6, [vec![5.0], vec![0.8 * 5.0 + 0.6]])
}

/// Two trees for two outputs, with every kind of node.
pub fn trees() -> Parts {
    let in_set = NodeKind::In { missing_left: true };
    let forest = Forest {
        width: 2,
        rows: Precision::F32,
        sums: Precision::F64,
        base: vec![0.5, -0.5],
        divisor: 2.0,
        targets: vec![None, Some(1)],
        kinds: vec![
            NodeKind::AtMost { missing_left: false },
            NodeKind::Leaf,
            in_set,
            NodeKind::Leaf,
            NodeKind::Leaf,
            NodeKind::Leaf,
        ],
        features: vec![0, 1],
        thresholds: Thresholds::new(2, [0], &[0.25]),
        sets: Sets { words: vec![0b101], ends: vec![1] },
        leaves: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.125],
        linear: None,
    };
    Parts {
        signature: Signature {
            inputs: ["a", "b"].map(|name| Input { missing: Missing::Accepted, ..Input::numeric(name) }).into(),
            targets: vec!["y".into(), "z".into()],
            classes: vec![],
            outputs: vec![Output { method: Method::Predict, value: 1 }],
        },
        graph: Graph { nodes: vec![node("trees", forest, &[0])] },
        provenance: Provenance::default(),
        tests: TestRows::default(),
    }
}

#[test]
fn trees_predict_as_their_nodes_say() {
    let model = Model::new(trees()).expect("a sound model");
    let decoded = format::decode(&format::encode(&model).expect("bytes")).expect("a model");
    assert_eq!(decoded, model);
    // Five rows: four go side by side, the last one alone.
    let rows = [0.25, 9.0, 0.250_000_001, 2.5, 0.3, 1.0, f64::NAN, f64::NAN, -1.0, 0.0];
    let mut answers = [0.0; 10];
    Predictor::new(&decoded).predict(Method::Predict, &rows, &mut answers);
    let leaf = |a: f64, b: f64| [(a + 0.5) / 2.0, (b - 0.5 + 0.125) / 2.0];
    let expected = [leaf(1.0, 2.0), leaf(1.0, 2.0), leaf(5.0, 6.0), leaf(3.0, 4.0), leaf(1.0, 2.0)];
    assert_eq!(answers, *expected.as_flattened());
}

/// [`trees`] with linear leaves.
pub fn linear_trees() -> Parts {
    let mut parts = trees();
    if let Operator::Forest(forest) = Arc::make_mut(&mut parts.graph.nodes[0].operator) {
        forest.targets[0] = Some(0);
        forest.leaves = vec![1.0, 2.0, 3.0, 4.0];
        forest.linear = Some(Box::new(LinearLeaves {
            constants: vec![0.1, 2.0, 0.3, 4.0],
            counts: vec![2, 0, 1, 0],
            features: vec![1, 0, 0],
            coefficients: vec![0.7, -3.0, 0.125],
        }));
    }
    parts
}

#[test]
fn linear_leaves_add_their_terms_in_order() {
    let model = Model::new(linear_trees()).expect("a sound model");
    let decoded = format::decode(&format::encode(&model).expect("bytes")).expect("a model");
    assert_eq!(decoded, model);
    let rows = [0.2, 0.3, 0.2, f64::NAN, 0.5, 0.0, 7.0, 1.0, f64::NAN, 1.0];
    let mut answers = [0.0; 10];
    Predictor::new(&decoded).predict(Method::Predict, &rows, &mut answers);
    let rounded = f64::from(0.2_f32);
    assert!(rounded > 0.2, "terms take the numbers as they are");
    let first = [0.1 + 0.7 * 0.3 + -3.0 * 0.2, 1.0, 2.0, 0.3 + 0.125 * 7.0, 3.0];
    let expected = first.map(|leaf| [(leaf + 0.5) / 2.0, (4.0 - 0.5) / 2.0]);
    assert_eq!(answers, *expected.as_flattened());
}

/// A classifier that uses every kind of input, of label and of part.
pub fn plans() -> Parts {
    let categories = Labels::Strings(vec!["basic".into(), "pro".into(), "naïve ☂".into()]);
    let numbers = vec![0.5, -1.0, 2.0, 0.25, 1.5, -0.5, 1.0, 0.0, -2.0, 0.125, 0.75, 3.0];
    Parts {
        signature: Signature {
            inputs: vec![
                Input { name: "age".into(), kind: InputKind::Numeric, missing: Missing::Accepted },
                Input {
                    name: "plan".into(),
                    kind: InputKind::Categorical { categories, unknown: Unknown::Accepted },
                    missing: Missing::Refused,
                },
            ],
            targets: vec!["outcome".into()],
            classes: vec![Labels::Integers(vec![-1, 0, 7])],
            outputs: vec![
                Output { method: Method::Predict, value: 9 },
                Output { method: Method::PredictProba, value: 8 },
                Output { method: Method::DecisionFunction, value: 7 },
            ],
        },
        graph: Graph {
            nodes: vec![
                node("numbers", Select { columns: vec![0] }, &[0]),
                node("impute", Impute { fills: vec![40.0] }, &[1]),
                node("standardize", Scale { offsets: vec![40.0], divisors: vec![12.5] }, &[2]),
                node("categories", Select { columns: vec![1] }, &[0]),
                node("one-hot", OneHot { categories: vec![3] }, &[4]),
                node("features", Concat, &[3, 5]),
                node("logistic", Linear { width: 4, coefficients: numbers, intercepts: vec![0.1, 0.2, -0.3] }, &[6]),
                node("probabilities", Softmax, &[7]),
                node("decide", ArgMax, &[7]),
            ],
        },
        provenance: Provenance {
            framework: "edgelet".into(),
            version: "0.1.0".into(),
            estimator: "LogisticRegression".into(),
            trained_at: Some(1_780_000_000),
            rows: Some(1000),
            metrics: vec![Metric { name: "accuracy".into(), split: "cv".into(), value: 0.9 }],
        },
        tests: TestRows::default(),
    }
}

pub fn node(name: &str, operator: impl Into<Operator>, inputs: &[u32]) -> Node {
    Node { name: name.into(), operator: Arc::new(operator.into()), inputs: inputs.to_vec() }
}

#[test]
fn models_survive_the_format() {
    for parts in [line(), plans()] {
        let model = Model::new(parts).expect("a sound model");
        let bytes = format::encode(&model).expect("an encoded model");
        assert_eq!(format::decode(&bytes).expect("a decoded model"), model);
        assert_eq!(bytes.len() % 16, 0, "whole blocks of 16 bytes");
    }
}

#[test]
fn a_model_proves_itself_and_notices_a_difference() {
    let model = Model::new(line()).expect("a sound model");
    assert_eq!(Predictor::new(&model).prove(model.tests()), Ok(()));
    let mut parts = line();
    parts.tests.expected[0].values[0] += 1e-15 * 8.0;
    let model = Model::new(parts).expect("a sound model");
    let mismatch = Predictor::new(&model).prove(model.tests()).expect_err("a difference");
    assert_eq!((mismatch.row, mismatch.column, mismatch.found), (0, 0, 4.6));
}

#[test]
fn a_tolerance_is_relative_and_never_for_what_is_not_finite() {
    let tests = TestRows { tolerance: 1e-9, ..TestRows::default() };
    assert!(tests.accepts(1e6, 1e6 + 1e-4) && tests.accepts(0.0, 1e-10) && tests.accepts(f64::NAN, f64::NAN));
    assert!(!tests.accepts(1e6, 1e6 + 1e-2) && !tests.accepts(0.0, 1e-8) && !tests.accepts(1.0, f64::NAN));
    assert!(!tests.accepts(f64::INFINITY, 1.0) && !tests.accepts(1.0, f64::INFINITY));
    assert!(!TestRows::default().accepts(1.0, 1.0 + f64::EPSILON));
}

#[test]
fn a_block_of_rows_gives_what_single_rows_give() {
    let model = Model::new(plans()).expect("a sound model");
    let mut predictor = Predictor::new(&model);
    let rows: Vec<f64> = (0..1000).flat_map(|i| [f64::from(i * 37 % 90), f64::from(i % 4 - 1)]).collect();
    for method in [Method::Predict, Method::PredictProba, Method::DecisionFunction] {
        let width = predictor.output_width(method).expect("an output");
        let mut together = vec![0.0; 1000 * width];
        predictor.predict(method, &rows, &mut together);
        for (row, together) in rows.chunks_exact(2).zip(together.chunks_exact(width)) {
            let mut alone = vec![0.0; width];
            predictor.predict(method, row, &mut alone);
            assert_eq!(alone, together, "{row:?}");
        }
    }
}

/// A file of several targets, which tests without Rust read too.
#[test]
fn a_classifier_of_several_targets_is_kept() {
    let model = Model::new(pets()).expect("a sound model");
    let file = format::encode(&model).expect("bytes");
    assert_eq!(file, include_bytes!("../fixtures/pets.edgelet"));
    assert_eq!(format::decode(&file).expect("a model"), model);
    let mut predictor = Predictor::new(&model);
    assert_eq!(predictor.prove(model.tests()).err(), None);
    let mut probabilities = [0.0; 7];
    predictor.predict(Method::PredictProba, &[4.0, 0.0], &mut probabilities);
    assert_eq!(probabilities[3..5], [0.5, 0.5]);
    assert!(probabilities.split_at(3).0.iter().all(|p| *p > 0.0));
}

#[test]
fn rows_are_checked_by_the_signature() {
    use edgelet::error::Kind;
    let model = Model::new(plans()).expect("a sound model");
    let check =
        |rows: &[f64]| model.signature().check_rows(rows).map_err(|error| (error.kind(), error.at().to_owned()));
    assert_eq!(check(&[f64::NAN, -1.0, 3.0, 2.0]), Ok(()));
    assert_eq!(check(&[1.0, 2.0, 3.0]), Err((Kind::WrongShape, "rows".into())));
    assert_eq!(check(&[1.0, 2.0, f64::INFINITY, 1.0]), Err((Kind::NotFinite, "row 1: age".into())));
    assert_eq!(check(&[1.0, f64::NAN]), Err((Kind::MissingValue, "row 0: plan".into())));
    for index in [3.0, 0.5, -2.0] {
        assert_eq!(check(&[1.0, index]), Err((Kind::UnknownCategory, "row 0: plan".into())), "{index}");
    }
}
