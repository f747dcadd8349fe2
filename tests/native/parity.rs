//! scikit-learn's numbers, and the same bits everywhere.
//!
//! Each case of `tests/fixtures/sklearn` holds fitted parameters and scikit-learn's own outputs. From the parameters a
//! model is built; its outputs must be scikit-learn's within 1e-12. Its file and its exact outputs are the one table of
//! `tests/fixtures/bits`, which the host, WASI, Node, Chromium and workerd must reproduce to the bit. The table changes
//! only on purpose: `EDGELET_BLESS=1 cargo test --test native parity` writes it anew.

use edgelet::format;
use edgelet::model::{
    ArgMax, Binarize, Concat, Graph, Impute, Input, InputKind, Labels, Linear, Method, Missing, Model, Node, OneHot,
    Operator, Output, Parts, Provenance, Scale, Select, Sigmoid, Signature, Softmax, TestRows, Unknown, ValueId,
};
use edgelet::predict::Predictor;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

const CASES: [&str; 8] = [
    "diabetes_linear",
    "diabetes_ridge",
    "diabetes_lasso",
    "wine_elastic_net",
    "breast_cancer_logistic",
    "iris_logistic",
    "digits_logistic",
    "mixed",
];

/// How far scikit-learn's numbers may be, relative to the larger of the number and 1: probabilities and labels are at
/// most 1, and a probability near 0 is scikit-learn's own 1 - p, which has no more digits than that.
const TOLERANCE: f64 = 1e-12;

#[test]
fn outputs_are_scikit_learns() {
    for case in CASES {
        let source = read_json(&fixtures().join(format!("sklearn/{case}.json")));
        let model = build(&source);
        let rows = floats(&source["rows"]);
        for (method, found) in outputs(&model, &rows) {
            let expected = floats(&source["outputs"][method.name()]);
            assert_eq!(found.len(), expected.len(), "{case} {}", method.name());
            for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                let difference = (found - expected).abs() / expected.abs().max(1.0);
                assert!(difference <= TOLERANCE, "{case} {}[{i}]: {found} is not {expected}", method.name());
            }
        }
        let recorded = source["outputs"].as_object().expect("outputs").len();
        assert_eq!(model.signature().outputs.len(), recorded, "{case}: every output that scikit-learn has");
    }
}

#[test]
fn the_table_of_bits_holds_on_this_host() {
    for case in CASES {
        let source = read_json(&fixtures().join(format!("sklearn/{case}.json")));
        let built = build(&source);
        let (model_path, table_path) =
            (fixtures().join(format!("bits/{case}.edgelet")), fixtures().join(format!("bits/{case}.json")));
        if env::var_os("EDGELET_BLESS").is_some() {
            fs::create_dir_all(fixtures().join("bits")).expect("the folder of the table");
            fs::write(&model_path, format::encode(&built).expect("an encoded model")).expect("a written model");
            fs::write(&table_path, table(&built, &source["rows"])).expect("a written table");
        }
        let bytes = fs::read(&model_path).expect("the model of the table");
        assert_eq!(format::encode(&built).expect("an encoded model"), bytes, "{case}: the same file");
        let model = format::decode(&bytes).expect("a sound model");
        let table = read_json(&table_path);
        for (method, found) in outputs(&model, &floats(&table["rows"])) {
            let expected = floats(&table["outputs"][method.name()]);
            let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(&expected), "{case} {}", method.name());
        }
    }
}

/// Rows and outputs as flat lists of numbers, which JSON keeps to the bit; null is NaN.
fn table(model: &Model, rows: &Value) -> String {
    let rows = floats(rows);
    let outputs: serde_json::Map<_, _> = (outputs(model, &rows).into_iter())
        .map(|(method, numbers)| (method.name().to_owned(), numbers.into()))
        .collect();
    format!("{}\n", json!({ "rows": rows, "outputs": outputs }))
}

fn outputs(model: &Model, rows: &[f64]) -> Vec<(Method, Vec<f64>)> {
    model.signature().check_rows(rows).expect("rows that the model accepts");
    let mut predictor = Predictor::new(model);
    let count = rows.len() / predictor.input_width();
    let run = |output: &Output| {
        let mut found = vec![0.0; count * predictor.output_width(output.method).expect("an output of the model")];
        predictor.predict(output.method, rows, &mut found);
        // Class indices become the labels, as scikit-learn gives them.
        if let (Method::Predict, [Labels::Integers(labels)]) = (output.method, &model.signature().classes[..]) {
            found.iter_mut().for_each(|index| *index = labels[*index as usize] as f64);
        }
        (output.method, found)
    };
    model.signature().outputs.iter().map(run).collect()
}

/// The model that a case's parameters describe.
fn build(source: &Value) -> Model {
    let mut graph = Graph::default();
    let inputs: Vec<Input> = source["inputs"].as_array().expect("inputs").iter().map(input).collect();
    let prepared = prepare(source, &inputs, &mut graph);
    let linear = &source["linear"];
    let (coefficients, intercepts) = (floats(&linear["coefficients"]), floats(&linear["intercepts"]));
    let (width, scores) = (coefficients.len() / intercepts.len(), intercepts.len());
    let decision = add(&mut graph, "linear", Linear { width, coefficients, intercepts }, &[prepared]);
    let output = |method, value| Output { method, value };
    let classes = linear["classes"].as_array();
    let outputs = match (classes, scores) {
        (None, _) => vec![output(Method::Predict, decision)],
        (Some(_), 1) => vec![
            output(Method::Predict, add(&mut graph, "decide", Binarize { threshold: 0.0 }, &[decision])),
            output(Method::PredictProba, add(&mut graph, "probabilities", Sigmoid, &[decision])),
            output(Method::DecisionFunction, decision),
        ],
        (Some(_), _) => vec![
            output(Method::Predict, add(&mut graph, "decide", ArgMax, &[decision])),
            output(Method::PredictProba, add(&mut graph, "probabilities", Softmax, &[decision])),
            output(Method::DecisionFunction, decision),
        ],
    };
    let classes = classes
        .into_iter()
        .map(|classes| Labels::Integers(classes.iter().filter_map(Value::as_i64).collect()))
        .collect();
    let provenance = Provenance {
        framework: "scikit-learn".into(),
        version: source["scikit-learn"].as_str().expect("a version").into(),
        estimator: source["estimator"].as_str().expect("an estimator").into(),
        ..Provenance::default()
    };
    let signature = Signature { inputs, targets: vec!["target".into()], classes, outputs };
    Model::new(Parts { signature, graph, provenance, tests: TestRows::default() }).expect("a sound model")
}

fn input(input: &Value) -> Input {
    let strings = |list: &Value| -> Vec<String> { serde_json::from_value(list.clone()).expect("category names") };
    let kind = match &input["categories"] {
        Value::Null => InputKind::Numeric,
        list => InputKind::Categorical { categories: Labels::Strings(strings(list)), unknown: Unknown::Accepted },
    };
    let missing = if input["missing"] == true { Missing::Accepted } else { Missing::Refused };
    Input { name: input["name"].as_str().expect("a name").into(), kind, missing }
}

/// Adds what comes before the linear function and returns its value.
fn prepare(source: &Value, inputs: &[Input], graph: &mut Graph) -> ValueId {
    let is_categorical = |i: &u32| matches!(inputs[*i as usize].kind, InputKind::Categorical { .. });
    let (categorical, numeric): (Vec<u32>, Vec<u32>) = (0..inputs.len() as u32).partition(is_categorical);
    let mut value = 0;
    if !categorical.is_empty() {
        value = add(graph, "numbers", Select { columns: numeric }, &[0]);
    }
    if source.get("impute").is_some() {
        value = add(graph, "impute", Impute { fills: floats(&source["impute"]["fills"]) }, &[value]);
    }
    if source["scale"].is_object() {
        let (offsets, divisors) = (floats(&source["scale"]["offsets"]), floats(&source["scale"]["divisors"]));
        value = add(graph, "standardize", Scale { offsets, divisors }, &[value]);
    }
    if !categorical.is_empty() {
        let count = |i: &u32| match &inputs[*i as usize].kind {
            InputKind::Categorical { categories, .. } => categories.len() as u32,
            InputKind::Numeric | InputKind::Unbounded | InputKind::Text | InputKind::Date => 0,
        };
        let categories = categorical.iter().map(count).collect();
        let picked = add(graph, "categories", Select { columns: categorical }, &[0]);
        let encoded = add(graph, "one-hot", OneHot { categories }, &[picked]);
        value = add(graph, "features", Concat, &[value, encoded]);
    }
    value
}

fn add(graph: &mut Graph, name: &str, operator: impl Into<Operator>, inputs: &[ValueId]) -> ValueId {
    graph.nodes.push(Node { name: name.into(), operator: Arc::new(operator.into()), inputs: inputs.to_vec() });
    graph.nodes.len() as ValueId
}

/// The numbers in nested lists, in order; null is NaN.
fn floats(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(list) => list.iter().flat_map(floats).collect(),
        number => vec![number.as_f64().unwrap_or(f64::NAN)],
    }
}

fn read_json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}
