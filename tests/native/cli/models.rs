//! Small models for the program.

use edgelet::format;
use edgelet::model::{
    ArgMax, Concat, Graph, Input, InputKind, Labels, Linear, Method, Metric, Missing, Model, Node, OneHot, Operator,
    Output, Parts, Provenance, Select, Signature, Softmax, TestRows, Unknown,
};
use std::sync::Arc;

/// y = 0.8 x + 0.6, with a test row that expects `expected` for 5.
pub fn line(expected: f64) -> Vec<u8> {
    encode(crate::line::line("x", 0.8, 0.6, [vec![5.0], vec![expected]]))
}

/// Decides among three classes by an age and one of the codes `01`, `True` and `1,5`: each code has its class, which
/// scores one for each tenth of the age more than the others. It has no test rows.
pub fn codes(classes: Labels) -> Vec<u8> {
    let categories = Labels::Strings(["01", "True", "1,5"].map(str::to_owned).into());
    let coefficients = vec![0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];
    let kind = InputKind::Categorical { categories, unknown: Unknown::Refused };
    let output = |method, value| Output { method, value };
    encode(Parts {
        signature: Signature {
            inputs: vec![Input::numeric("age"), Input { name: "code".into(), kind, missing: Missing::Refused }],
            targets: vec!["outcome".into()],
            classes: vec![classes],
            outputs: vec![
                output(Method::Predict, 7),
                output(Method::PredictProba, 6),
                output(Method::DecisionFunction, 5),
            ],
        },
        graph: Graph {
            nodes: vec![
                node("number", Select { columns: vec![0] }, &[0]),
                node("category", Select { columns: vec![1] }, &[0]),
                node("one-hot", OneHot { categories: vec![3] }, &[2]),
                node("features", Concat, &[1, 3]),
                node("scores", Linear { width: 4, coefficients, intercepts: vec![0.0; 3] }, &[4]),
                node("probabilities", Softmax, &[5]),
                node("decide", ArgMax, &[5]),
            ],
        },
        provenance: Provenance {
            framework: "scikit-learn".into(),
            version: "1.9.1".into(),
            estimator: "LogisticRegression".into(),
            trained_at: Some(1_780_000_000),
            rows: Some(1000),
            metrics: vec![Metric { name: "accuracy".into(), split: "cv".into(), value: 0.875 }],
        },
        tests: TestRows::default(),
    })
}

/// Classes whose texts need care: one that CSV quotes, one that looks like a number, one with an escape sequence.
pub fn texts() -> Labels {
    Labels::Strings(["naïve, ☂", "007", "\u{1b}[31mred"].map(str::to_owned).into())
}

fn node(name: &str, operator: impl Into<Operator>, inputs: &[u32]) -> Node {
    Node { name: name.into(), operator: Arc::new(operator.into()), inputs: inputs.to_vec() }
}

fn encode(parts: Parts) -> Vec<u8> {
    format::encode(&Model::new(parts).expect("a sound model")).expect("a model within the limits")
}
