//! GELU as PyTorch's exporter writes it, x · (erf(x / √2) + 1) · ½, in whatever order the factors come.

use super::draft::{Draft, Step, Value};
use crate::network::{Binary, Operator, Unary};

/// Makes it one step.
pub fn recognize(draft: &mut Draft) {
    for i in draft.indices() {
        let Some(value) = draft.find(i, is_product).and_then(|step| gelu_of(draft, step)) else { continue };
        draft.change(i, Operator::Unary(Unary::Gelu(false)), vec![Some(value)]);
    }
}

fn is_product(operator: &Operator) -> bool {
    *operator == Operator::Binary(Binary::Mul)
}

/// What a product is the GELU of.
fn gelu_of(draft: &Draft, step: &Step) -> Option<Value> {
    // The three factors: one of both is a product again.
    let factors = (0..2).find_map(|inner| {
        let (_, product) = draft.only_maker(step.input(inner))?;
        let is_inner = is_product(&product.node.operator) && product.node.within.is_none();
        is_inner.then(|| [product.input(0), product.input(1), step.input(1 - inner)])
    })?;
    let half = factors.iter().position(|factor| draft.number(*factor) == Some(0.5))?;
    let others = [factors[(half + 1) % 3], factors[(half + 2) % 3]];
    (0..2).find_map(|i| others[i].filter(|value| one_and_erf_of(draft, others[1 - i]) == Some(*value)))
}

/// What a value is erf(x / √2) + 1 of.
fn one_and_erf_of(draft: &Draft, value: Option<Value>) -> Option<Value> {
    let (_, sum) = draft.only_maker(value)?;
    if sum.node.operator != Operator::Binary(Binary::Add) || sum.node.within.is_some() {
        return None;
    }
    let erf = (0..2).find(|i| draft.number(sum.input(1 - i)) == Some(1.0))?;
    let (_, erf) = draft.only_maker(sum.input(erf))?;
    if erf.node.operator != Operator::Unary(Unary::Erf) || erf.node.within.is_some() {
        return None;
    }
    let (_, scaled) = draft.only_maker(erf.input(0))?;
    let number = draft.number(scaled.input(1))?;
    let root = match scaled.node.operator {
        Operator::Binary(Binary::Div) => std::f32::consts::SQRT_2,
        Operator::Binary(Binary::Mul) => std::f32::consts::FRAC_1_SQRT_2,
        _ => return None,
    };
    ((number - root).abs() <= 2.0 * f32::EPSILON && scaled.node.within.is_none()).then_some(scaled.input(0))?
}
