//! Products with a matrix and the bias that is added to them are one step.

use super::draft::{Draft, Step, Value};
use crate::network::{Binary, Dtype, Operator};

/// Puts them together.
pub fn biases(draft: &mut Draft) {
    for i in draft.indices() {
        let found = draft.find(i, |operator| *operator == Operator::Binary(Binary::Add));
        let Some((product, inputs)) = found.and_then(|step| with_bias(draft, step)) else { continue };
        draft.change(product, Operator::Linear, inputs);
        draft.replace(i, Value::Made(product, 0));
    }
}

/// The product that a bias is added to, and what it takes then.
fn with_bias(draft: &Draft, step: &Step) -> Option<(usize, Vec<Option<Value>>)> {
    [(0, 1), (1, 0)].into_iter().find_map(|(product, bias)| {
        let (at, product) = draft.only_maker(step.input(product))?;
        let (bias, constant) = (step.input(bias), draft.constant(step.input(bias))?);
        let weights = draft.constant(product.input(1))?;
        let fits = product.node.operator == Operator::MatMul
            && product.node.within.is_none()
            && [weights.dtype(), constant.dtype()] == [Dtype::F32; 2]
            && weights.rank() == 2
            && constant.shape() == &weights.shape()[1..];
        fits.then(|| (at, vec![product.input(0), product.input(1), bias]))
    })
}
