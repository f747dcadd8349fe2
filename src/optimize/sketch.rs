//! Small networks for tests: what is rewritten makes the same numbers.

use super::optimize;
use crate::infer::Inference;
use crate::network::{Data, Dtype, Network, Node, Operator, Parts, Port, Tensor, TensorId};

/// A network in the making. Its inputs are 0, 1 and so on, its weights come next.
pub struct Sketch {
    parts: Parts,
    next: TensorId,
}

impl Sketch {
    /// With that many inputs of float32, and weights.
    pub fn new(inputs: usize, weights: Vec<Tensor>) -> Self {
        let next = (inputs + weights.len()) as TensorId;
        let inputs = (0..inputs).map(|i| port(format!("input {i}"))).collect();
        let weights = weights.into_iter().map(Into::into).collect();
        Self { parts: Parts { inputs, weights, ..Parts::default() }, next }
    }

    /// Adds a node, and says what it makes.
    pub fn node(&mut self, operator: Operator, inputs: &[TensorId]) -> TensorId {
        let inputs = inputs.iter().copied().map(Some).collect();
        self.parts.nodes.push(Node { name: String::new(), operator, inputs, outputs: 1, within: None });
        self.next += 1;
        self.next - 1
    }

    /// The operators that are left when it was optimized, with these outputs. Of inputs of those shapes it still makes what it made.
    pub fn optimized(mut self, outputs: &[TensorId], shapes: &[&[usize]]) -> Vec<Operator> {
        self.parts.outputs = outputs.iter().map(|&id| (port(format!("output {id}")), id)).collect();
        let network = Network::new(self.parts).expect("a network");
        let given: Vec<Tensor> = shapes.iter().zip(1..).map(|(shape, seed)| numbers(shape, seed)).collect();
        let optimized = optimize(network.clone()).expect("a network");
        let left: Vec<Operator> = optimized.nodes().iter().map(|node| node.operator.clone()).collect();
        let expected = Inference::new(network).run(given.clone()).expect("tensors");
        let found = Inference::new(optimized).run(given).expect("tensors");
        for (expected, found) in expected.iter().zip(&found) {
            assert_eq!(expected.shape(), found.shape(), "{left:?}");
            assert!(apart(expected, found) < 1e-6, "{left:?}");
        }
        left
    }
}

/// The names of operators.
pub fn names(operators: &[Operator]) -> Vec<&'static str> {
    operators.iter().map(Operator::name).collect()
}

fn port(name: String) -> Port {
    Port { name, dtype: Dtype::F32, shape: None }
}

/// Numbers between −1 and 1, the same in every run.
pub fn numbers(shape: &[usize], seed: u64) -> Tensor {
    let mut state = seed;
    let count = shape.iter().product();
    let next = |_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    Tensor::exact(Dtype::F32, shape.to_vec(), Data::F32((0..count).map(next).collect()))
}

/// How far two tensors are apart, relative to the largest number; infinitely where one of two numbers is none.
pub fn apart(a: &Tensor, b: &Tensor) -> f32 {
    let (Data::F32(a), Data::F32(b)) = (a.data(), b.data()) else { return f32::INFINITY };
    let largest = a.iter().fold(f32::MIN_POSITIVE, |largest, x| x.abs().max(largest));
    let apart = |(a, b): (&f32, &f32)| match (a - b).abs() / largest {
        _ if a.to_bits() == b.to_bits() => 0.0,
        apart if apart.is_nan() => f32::INFINITY,
        apart => apart,
    };
    a.iter().zip(b).map(apart).fold(0.0, f32::max)
}
