//! Models to push: small, compressible, larger than one part, and one that does not predict what it should.

use edgelet::format;
use edgelet::model::{Input, Linear, Model, Operator, Parts, TestRows};

/// `slope · x + 0.5`, with a test row.
pub fn line(slope: f64) -> Vec<u8> {
    encode(crate::line::line("x0", slope, 0.5, [vec![2.0], vec![slope * 2.0 + 0.5]]))
}

/// A line whose test row expects another number.
pub fn liar() -> Vec<u8> {
    encode(crate::line::line("x0", 1.0, 0.0, [vec![1.0], vec![2.0]]))
}

/// 100 features with much the same names and coefficients, which gzip makes smaller, and a test row.
pub fn wide() -> Vec<u8> {
    encode(linear(100, 1, |i| (i % 10) as f64, [vec![1.0; 100], vec![450.0]]))
}

/// 1000 features, 2800 targets: 22.4 MB, of which gzip leaves what is sent in three parts.
pub fn large() -> Vec<u8> {
    // Nothing repeats but the first 12 bits: all numbers are from 1 to 2.
    let random = |i: usize| {
        (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    };
    let parts = linear(1000, 2800, |i| f64::from_bits(0x3ff << 52 | random(i) >> 12), [vec![], vec![]]);
    encode(Parts { tests: TestRows::default(), ..parts })
}

fn linear(width: usize, targets: usize, coefficient: impl Fn(usize) -> f64, test: [Vec<f64>; 2]) -> Parts {
    let coefficients = (0..width * targets).map(coefficient).collect();
    let mut parts = crate::line::line("x0", 1.0, 0.0, test);
    parts.signature.inputs = (0..width).map(|i| Input::numeric(format!("x{i}"))).collect();
    parts.signature.targets = (0..targets).map(|i| format!("y{i}")).collect();
    parts.graph.nodes[0].operator =
        Operator::from(Linear { width, coefficients, intercepts: vec![0.0; targets] }).into();
    parts
}

fn encode(parts: Parts) -> Vec<u8> {
    let model = Model::new(parts).expect("a sound model");
    format::encode(&model).expect("a model within the limits")
}
