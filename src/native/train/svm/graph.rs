//! A machine as steps of a model: the same that an imported `SVC` or `SVR` becomes.

use super::Machine;
use super::kernel::Form;
use crate::model::{
    ArgMax, Binarize, Couple, Function, Linear, Map, Measure, Method, Output, Pairwise, Rescale, Select, ValueId, Votes,
};
use crate::native::train::prepare::Preparation;

/// The largest number below 0: `x > BELOW_ZERO` is `x >= 0`.
const BELOW_ZERO: f64 = -5e-324;

/// Lays the steps from a prepared row to a machine's answers.
pub fn lay(preparation: &mut Preparation, machine: &Machine) -> Vec<Output> {
    let output = |method, value| Output { method, value };
    let kernel = lay_kernel(preparation, machine);
    let linear = Linear {
        width: machine.vectors.len(),
        coefficients: machine.coefficients.clone(),
        intercepts: machine.intercepts.clone(),
    };
    let scores = preparation.push("decision function", linear, vec![kernel]);
    if machine.classes == 0 {
        return vec![output(Method::Predict, scores)];
    }
    let probabilities = lay_probabilities(preparation, machine, scores);
    let classes = machine.classes as u32;
    let (decision, shown) = if classes == 2 {
        (preparation.push("decision", Binarize { threshold: BELOW_ZERO }, vec![scores]), scores)
    } else {
        let shown = preparation.push("scores", Votes { classes, threshold: 0.0, with_sums: true }, vec![scores]);
        let votes = Votes { classes, threshold: BELOW_ZERO, with_sums: false };
        let votes = preparation.push("votes", votes, vec![scores]);
        (preparation.push("decision", ArgMax, vec![votes]), shown)
    };
    vec![
        output(Method::Predict, decision),
        output(Method::PredictProba, probabilities),
        output(Method::DecisionFunction, shown),
    ]
}

/// The kernel of a row with each vector.
fn lay_kernel(preparation: &mut Preparation, machine: &Machine) -> ValueId {
    let kernel = machine.kernel;
    let measure = if kernel.form == Form::Rbf { Measure::SquaredEuclidean } else { Measure::Dot };
    let vectors = &machine.vectors;
    let pairwise = Pairwise { width: vectors.width, points: vectors.values.clone(), measure };
    let compared = preparation.push("support vectors", pairwise, vec![preparation.value]);
    let (function, factor, offset) = match kernel.form {
        Form::Linear => return compared,
        Form::Rbf => (Map::of(Function::Exp), -kernel.gamma, 0.0),
        Form::Poly(degree) => (Map { a: degree as f64, ..Map::of(Function::Power) }, kernel.gamma, kernel.coef0),
        Form::Sigmoid => (Map::of(Function::Tanh), kernel.gamma, kernel.coef0),
    };
    let scale = Rescale { factors: vec![factor], offsets: vec![offset] };
    let scaled = preparation.push("scale", scale, vec![compared]);
    preparation.push("kernel", function, vec![scaled])
}

/// Platt's probabilities of pairs, coupled.
fn lay_probabilities(preparation: &mut Preparation, machine: &Machine, scores: ValueId) -> ValueId {
    let (factors, offsets) = machine.scales.iter().map(|[a, b]| (*a, -b)).unzip();
    let scaled = preparation.push("Platt's scale", Rescale { factors, offsets }, vec![scores]);
    let earlier = preparation.push("logistic", Map::of(Function::Sigmoid), vec![scaled]);
    let classes = machine.classes as u32;
    let coupled = preparation.push("coupled", Couple { classes }, vec![earlier]);
    preparation.push("probabilities", Select { columns: (0..classes).collect() }, vec![coupled])
}
