//! Dimensions that are turned and turned again are turned once, or not at all, functions of each element between them too: where
//! exporters change layouts around every layer, most of what they turn comes back.

use super::draft::{Draft, Step, Value};
use crate::network::Operator;

/// Cancels them.
pub fn cancel(draft: &mut Draft) {
    for i in draft.indices() {
        let Some(outer) = draft.step(i).and_then(order) else { continue };
        let inner = maker(draft, draft.step(i), |step| order(step).is_some());
        let through = maker(draft, draft.step(i), is_function);
        if is_identity(outer) {
            let Some(value @ Value::Made(..)) = draft.step(i).and_then(|step| step.input(0)) else { continue };
            draft.replace(i, value);
        } else if let Some(inner) = inner {
            turn(draft, i, inner, None);
        } else if let Some(function) = through
            && let Some(inner) = maker(draft, draft.step(function), |step| order(step).is_some())
            && draft.only_maker(draft.step(i).and_then(|step| step.input(0))).is_some()
        {
            turn(draft, i, inner, Some(function));
        }
    }
}

/// Lets a step turn what an earlier one turns, or neither of both; the function between them is the step itself if it is neither.
fn turn(draft: &mut Draft, i: usize, inner: usize, function: Option<usize>) {
    let (Some(first), Some(second)) = (draft.step(inner), draft.step(i)) else { return };
    let (Some(before), Some(outer)) = (order(first), order(second)) else { return };
    let Some(both) = composed(before, outer) else { return };
    let Some(value) = first.input(0) else { return };
    match function.and_then(|function| draft.step(function)) {
        Some(function) if is_identity(&both) => {
            let operator = function.node.operator.clone();
            draft.change(i, operator, vec![Some(value)]);
        }
        Some(_) => {}
        None if is_identity(&both) && matches!(value, Value::Made(..)) => draft.replace(i, value),
        None => draft.change(i, Operator::Transpose(both), vec![Some(value)]),
    }
}

/// The step that makes what another one takes first, if it is such a one.
fn maker(draft: &Draft, step: Option<&Step>, is: impl Fn(&Step) -> bool) -> Option<usize> {
    match step?.input(0)? {
        Value::Made(i, 0) => draft.step(i).filter(|step| is(step)).map(|_| i),
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
    use crate::infer::Inference;
    use crate::network::{Data, Dim, Dtype, Network, Node, Operator, Parts, Port, Tensor, Unary};
    use crate::optimize::optimize;

    /// What is left of operators one after another, of which some outputs are asked for, and whether that makes the same.
    fn left(operators: &[Operator], asked: &[u32]) -> Vec<Operator> {
        let node = |(i, operator): (usize, &Operator)| Node {
            name: format!("{i}"),
            operator: operator.clone(),
            inputs: vec![Some(i as u32)],
            outputs: 1,
            within: None,
        };
        let port = |name: String, shape| Port { name, dtype: Dtype::F32, shape };
        let network = Network::new(Parts {
            inputs: vec![port("x".into(), Some([2, 3, 4].map(Dim::Fixed).to_vec()))],
            outputs: asked.iter().map(|i| (port(format!("y{i}"), None), i + 1)).collect(),
            nodes: operators.iter().enumerate().map(node).collect(),
            ..Parts::default()
        })
        .unwrap();
        let optimized = optimize(network.clone()).unwrap();
        let given = || vec![Tensor::exact(Dtype::F32, vec![2, 3, 4], Data::F32((0..24).map(|i| i as f32).collect()))];
        let made = |network: &Network| Inference::new(network.clone()).run(given()).unwrap();
        assert_eq!(made(&network), made(&optimized), "{operators:?}");
        optimized.nodes().iter().map(|node| node.operator.clone()).collect()
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
