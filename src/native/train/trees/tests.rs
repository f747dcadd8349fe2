//! What is learned holds what it promises.

use crate::model::{
    Forest, Graph, Input, Method, Model, Node, Operator, Output, Parts, Provenance, Signature, TestRows,
};
use crate::native::train::trees::*;
use crate::predict::Predictor;

/// The sums of a forest for rows, by the way that all predictions take.
pub fn predict(forest: &Forest, rows: &[f64]) -> Vec<f64> {
    let signature = Signature {
        inputs: (0..forest.width).map(|i| Input::numeric(format!("x{i}"))).collect(),
        targets: (0..forest.base.len()).map(|i| format!("y{i}")).collect(),
        classes: vec![],
        outputs: vec![Output { method: Method::Predict, value: 1 }],
    };
    let outputs = forest.base.len();
    let operator = Operator::Forest(forest.clone()).into();
    let graph = Graph { nodes: vec![Node { name: "forest".into(), operator, inputs: vec![0] }] };
    let parts = Parts { signature, graph, provenance: Provenance::default(), tests: TestRows::default() };
    let mut predictor = Predictor::new(&Model::new(parts).expect("a sound forest"));
    let mut out = vec![0.0; rows.len() / forest.width * outputs];
    for (row, out) in rows.chunks(forest.width).zip(out.chunks_mut(outputs)) {
        predictor.predict(Method::Predict, row, out);
    }
    out
}
