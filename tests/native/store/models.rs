//! Models to push: small, larger than one part, and one that does not predict what it should.

use edgelet::format;
use edgelet::model::{Input, Linear, Model, Parts, TestRows};

/// `slope · x + 0.5`, with a test row.
pub fn line(slope: f64) -> Vec<u8> {
    encode(crate::line::line("x0", slope, 0.5, [vec![2.0], vec![slope * 2.0 + 0.5]]))
}

/// A line whose test row expects another number.
pub fn liar() -> Vec<u8> {
    encode(crate::line::line("x0", 1.0, 0.0, [vec![1.0], vec![2.0]]))
}

/// 1000 features, 2800 targets: 22.4 MB, which is sent in three parts.
pub fn large() -> Vec<u8> {
    let (width, targets) = (1000, 2800);
    let coefficients = (0..width * targets).map(|i| (i % 8191) as f64 / 64.0).collect();
    let mut parts = crate::line::line("x0", 1.0, 0.0, [vec![], vec![]]);
    parts.signature.inputs = (0..width).map(|i| Input::numeric(format!("x{i}"))).collect();
    parts.signature.targets = (0..targets).map(|i| format!("y{i}")).collect();
    parts.graph.nodes[0].operator = Linear { width, coefficients, intercepts: vec![0.0; targets] }.into();
    parts.tests = TestRows::default();
    encode(parts)
}

fn encode(parts: Parts) -> Vec<u8> {
    let model = Model::new(parts).expect("a sound model");
    format::encode(&model).expect("a model within the limits")
}
