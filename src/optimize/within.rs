//! ReLU, ReLU6 and other bounds are kept by the step that makes the numbers.

use super::draft::{Draft, Step, Value};
use crate::network::{Binary, Operator, Unary};

/// Lets them.
pub fn bounds(draft: &mut Draft) {
    for i in draft.indices() {
        let Some((maker, bounds)) = draft.step(i).and_then(|step| bounded(draft, step)) else { continue };
        draft.bound(maker, bounds);
        draft.replace(i, Value::Made(maker, 0));
    }
}

/// The step before one that only keeps bounds, and the bounds that both keep together.
fn bounded(draft: &Draft, step: &Step) -> Option<(usize, (f32, f32))> {
    let (least, largest) = match (&step.node.operator, step.node.within) {
        (Operator::Unary(Unary::Relu), None) => (0.0, f32::INFINITY),
        (Operator::Binary(Binary::Max), None) => (draft.number(step.input(1))?, f32::INFINITY),
        (Operator::Binary(Binary::Min), None) => (f32::NEG_INFINITY, draft.number(step.input(1))?),
        _ => return None,
    };
    let (at, maker) = draft.only_maker(step.input(0))?;
    let number_adds_dimensions = |value| draft.constant(value).is_some_and(|tensor| tensor.rank() > 0);
    // ReLU is one of whole numbers, too; the others tell by their constant that these are f32.
    let makes_floats = matches!(step.node.operator, Operator::Binary(_)) && !number_adds_dimensions(step.input(1))
        || matches!(maker.node.operator, Operator::Conv(_) | Operator::ConvTranspose { .. } | Operator::Linear)
        || matches!(maker.node.operator, Operator::Gemm { .. } | Operator::MatMul)
            && draft.constant(maker.input(1)).is_some_and(|weights| weights.dtype().is_float());
    if least.is_nan() || largest.is_nan() || !makes_floats {
        return None;
    }
    let (from, to) = maker.node.within.unwrap_or((f32::NEG_INFINITY, f32::INFINITY));
    // First the ones of the maker, then these: a least above a largest is what the last one says.
    let bound = |x: f32| x.max(least).min(largest);
    Some((at, (bound(from), bound(to))))
}
