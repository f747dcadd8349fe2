//! Dimensions that are turned and turned again are turned once, or not at all, functions of each element between them too: where
//! exporters change layouts around every layer, most of what they turn comes back.

use super::draft::{Draft, Step, Value};
use crate::network::Operator;

/// Cancels them.
pub fn cancel(draft: &mut Draft) {
    for i in draft.indices() {
        if let Some((operator, value)) = draft.step(i).and_then(|step| shorter(draft, step)) {
            draft.change(i, operator, vec![Some(value)]);
        }
        if let Some(value) = draft.step(i).and_then(unturned) {
            draft.replace(i, value);
        }
    }
}

/// What makes the same as a turn and the step before it, and of what: both turns at once, or the function after a turn that comes back.
fn shorter(draft: &Draft, step: &Step) -> Option<(Operator, Value)> {
    let outer = order(step).filter(|order| !is_identity(order))?;
    let before = maker(draft, step)?;
    if let Some(inner) = order(before) {
        return Some((Operator::Transpose(composed(inner, outer)?), before.input(0)?));
    }
    let function = draft.only_maker(step.input(0)).map(|(_, function)| function).filter(|step| is_function(step))?;
    let first = maker(draft, function)?;
    is_identity(&composed(order(first)?, outer)?).then_some((function.node.operator.clone(), first.input(0)?))
}

/// How a value was turned, and what it was before.
pub fn turn(draft: &Draft, value: Option<Value>) -> Option<(Vec<i64>, Value)> {
    let Some(Value::Made(i, 0)) = value else { return None };
    let step = draft.step(i)?;
    Some((order(step)?.to_vec(), step.input(0)?))
}

/// What a step takes that turns nothing, unless that is the network's own input.
fn unturned(step: &Step) -> Option<Value> {
    let is_idle = order(step).is_some_and(is_identity);
    step.input(0).filter(|value| is_idle && matches!(value, Value::Made(..)))
}

/// The step that makes what another one takes first.
fn maker<'a>(draft: &'a Draft, step: &Step) -> Option<&'a Step> {
    match step.input(0)? {
        Value::Made(i, 0) => draft.step(i),
        _ => None,
    }
}

/// How a step turns dimensions, if that is what it does and it names them.
fn order(step: &Step) -> Option<&[i64]> {
    match &step.node.operator {
        Operator::Transpose(order) if !order.is_empty() && step.node.within.is_none() => Some(order),
        _ => None,
    }
}

/// Whether a step makes one number of each.
fn is_function(step: &Step) -> bool {
    matches!(step.node.operator, Operator::Unary(_) | Operator::Cast(_)) && step.node.within.is_none()
}

fn is_identity(order: &[i64]) -> bool {
    order.iter().zip(0..).all(|(from, to)| *from == to)
}

/// One order after another; nothing where they are not of as many dimensions, or one is no order at all.
fn composed(before: &[i64], after: &[i64]) -> Option<Vec<i64>> {
    let place = |&i: &i64| usize::try_from(i).ok().and_then(|i| before.get(i)).copied();
    let both: Vec<i64> = after.iter().map(place).collect::<Option<_>>()?;
    (before.len() == after.len()).then_some(both)
}

#[cfg(test)]
mod tests {
    use crate::network::{Operator, Unary};
    use crate::optimize::sketch::Sketch;

    /// What is left of operators one after another, of which some outputs are asked for.
    fn left(operators: &[Operator], asked: &[u32]) -> Vec<Operator> {
        let mut sketch = Sketch::new(1, vec![]);
        for (input, operator) in (0..).zip(operators) {
            sketch.node(operator.clone(), &[input]);
        }
        let outputs: Vec<u32> = asked.iter().map(|i| i + 1).collect();
        sketch.optimized(&outputs, &[&[2, 3, 4]])
    }

    #[test]
    fn what_comes_back_is_not_turned() {
        let turn = |order: [i64; 3]| Operator::Transpose(order.to_vec());
        let (there, back, tanh) = (turn([2, 0, 1]), turn([1, 2, 0]), Operator::Unary(Unary::Tanh));
        let neg = Operator::Unary(Unary::Neg);
        assert_eq!(left(&[neg.clone(), there.clone(), back.clone(), tanh.clone()], &[3]), [neg.clone(), tanh.clone()]);
        assert_eq!(left(&[neg.clone(), there.clone(), there.clone()], &[2]), [neg.clone(), back.clone()]);
        assert_eq!(left(&[there.clone(), tanh.clone(), back.clone(), neg.clone()], &[3]), [tanh.clone(), neg.clone()]);
        assert_eq!(left(&[neg.clone(), turn([0, 1, 2]), there.clone()], &[2]), [neg.clone(), there.clone()]);
        // Three in a row.
        let third = turn([0, 2, 1]);
        assert_eq!(left(&[there.clone(), there.clone(), third], &[2]), [turn([1, 0, 2])]);
        // An output of its own stays, and what others take as well.
        assert_eq!(left(&[there.clone(), back.clone()], &[0, 1]).len(), 2);
        let kept = [there.clone(), tanh.clone(), back.clone()];
        assert_eq!(left(&kept, &[1, 2]), kept);
        // A function between two that do not cancel stays there; of orders that are left out nothing is known.
        let kept = [there.clone(), tanh, there];
        assert_eq!(left(&kept, &[2]), kept);
        let kept = [neg, Operator::Transpose(vec![]), back];
        assert_eq!(left(&kept, &[2]), kept);
    }
}
