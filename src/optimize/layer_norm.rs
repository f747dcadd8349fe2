//! Layer norm as exporters write it that know no such operator: the mean is taken off, the mean of the squares divides, then a
//! factor and a bias for each place.

use super::draft::{Draft, Step, Value};
use crate::network::{Binary, Data, Dtype, Operator, Reduce, Reduction, Unary};

/// Makes it one step.
pub fn recognize(draft: &mut Draft) {
    for i in draft.indices() {
        let Some((operator, inputs)) = draft.step(i).and_then(|step| norm(draft, step)) else { continue };
        draft.change(i, operator, inputs);
    }
}

/// The layer norm that a sum is the last step of, and what it takes.
fn norm(draft: &Draft, step: &Step) -> Option<(Operator, Vec<Option<Value>>)> {
    let is = |step: &Step, function| step.node.operator == Operator::Binary(function) && step.node.within.is_none();
    let row = |value: Option<Value>| {
        draft.constant(value).filter(|tensor| tensor.rank() == 1 && tensor.dtype() == Dtype::F32).and(value)
    };
    let bias = (0..2).find(|i| is(step, Binary::Add) && row(step.input(*i)).is_some())?;
    let (_, scaled) = draft.only_maker(step.input(1 - bias))?;
    let scale = (0..2).find(|i| is(scaled, Binary::Mul) && row(scaled.input(*i)).is_some())?;
    let (_, quotient) = draft.only_maker(scaled.input(1 - scale))?;
    let (_, root) = draft.only_maker(quotient.input(1))?;
    let (_, variance) = draft.only_maker(root.input(0))?;
    let epsilon = (0..2).find(|i| is(variance, Binary::Add) && draft.number(variance.input(*i)).is_some())?;
    let squares = mean(draft, variance.input(1 - epsilon))?;
    let (_, square) = draft.only_maker(Some(squares))?;
    let difference = quotient.input(0);
    let squared = is(square, Binary::Pow) && draft.number(square.input(1)) == Some(2.0)
        || is(square, Binary::Mul) && square.input(1) == difference;
    let Some(Value::Made(at, 0)) = difference.filter(|_| squared && square.input(0) == difference) else { return None };
    let centred = draft.find(at, |operator| *operator == Operator::Binary(Binary::Sub))?;
    let (data, means) = (centred.input(0)?, centred.input(1));
    let fits = is(quotient, Binary::Div) && root.node.operator == Operator::Unary(Unary::Sqrt);
    if !fits || mean(draft, means)? != data {
        return None;
    }
    let epsilon = draft.number(variance.input(epsilon))?;
    let operator = Operator::LayerNormalization { axis: -1, epsilon, centred: true };
    Some((operator, vec![Some(data), scaled.input(scale), step.input(bias)]))
}

/// What a value is the mean of along the last dimension, which it keeps.
fn mean(draft: &Draft, value: Option<Value>) -> Option<Value> {
    let (_, step) = draft.only_maker(value)?;
    let is_mean = matches!(step.node.operator, Operator::Reduce(Reduce { by: Reduction::Mean, keep: true, .. }));
    let axes = draft.constant(step.input(1))?;
    let is_last = matches!(axes.data(), Data::I64(axes) if axes[..] == [-1]);
    (is_mean && is_last && step.node.within.is_none()).then_some(step.input(0))?
}
