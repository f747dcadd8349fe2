//! Batch norms after convolutions: a factor and a number for each filter, which its weights and its bias can have themselves.

use super::draft::{Draft, Step, Value};
use crate::network::{Data, Dtype, Operator, Tensor};

/// Moves them there.
pub fn into_weights(draft: &mut Draft) {
    for i in draft.indices() {
        let Some((convolution, weights, bias)) = draft.step(i).and_then(|step| scaled(draft, step)) else { continue };
        let (weights, bias) = (draft.add(weights), draft.add(bias));
        let Some(step) = draft.step(convolution) else { continue };
        let (operator, data) = (step.node.operator.clone(), step.input(0));
        draft.change(convolution, operator, vec![data, Some(weights), Some(bias)]);
        draft.replace(i, Value::Made(convolution, 0));
    }
}

/// The convolution before a batch norm, and what its weights and its bias become.
fn scaled(draft: &Draft, step: &Step) -> Option<(usize, Tensor, Tensor)> {
    let Operator::BatchNormalization { epsilon } = step.node.operator else { return None };
    let (at, convolution) = draft.only_maker(step.input(0))?;
    if step.node.within.is_some() || step.node.outputs > 1 || convolution.node.within.is_some() {
        return None;
    }
    let Operator::Conv(_) = convolution.node.operator else { return None };
    let floats = |value| match draft.constant(value).map(|tensor| (tensor.dtype(), tensor.data()))? {
        (Dtype::F32, Data::F32(x)) => Some(x),
        _ => None,
    };
    let weights = draft.constant(convolution.input(1))?;
    let numbers = floats(convolution.input(1))?;
    let filters = weights.shape().first().copied().filter(|&filters| filters > 0 && !numbers.is_empty())?;
    let zeros = vec![0.0; filters];
    let bias = match convolution.input(2) {
        None => &zeros,
        bias => floats(bias)?,
    };
    let norm: Vec<&Vec<f32>> = (1..5).map(|i| floats(step.input(i))).collect::<Option<_>>()?;
    if bias.len() != filters || norm.iter().any(|numbers| numbers.len() != filters) {
        return None;
    }
    let factor = |i: usize| f64::from(norm[0][i]) / (f64::from(norm[3][i]) + f64::from(epsilon)).sqrt();
    let bias: Vec<f32> = (0..filters)
        .map(|i| ((f64::from(bias[i]) - f64::from(norm[2][i])) * factor(i) + f64::from(norm[1][i])) as f32)
        .collect();
    let filter = numbers.len() / filters;
    let numbers: Vec<f32> =
        numbers.iter().enumerate().map(|(i, &x)| (f64::from(x) * factor(i / filter)) as f32).collect();
    // A variance below 0 stays where its NaN comes from.
    if numbers.iter().chain(&bias).any(|x| !x.is_finite()) {
        return None;
    }
    let weights = Tensor::exact(Dtype::F32, weights.shape().to_vec(), Data::F32(numbers));
    Some((at, weights, Tensor::exact(Dtype::F32, vec![filters], Data::F32(bias))))
}
