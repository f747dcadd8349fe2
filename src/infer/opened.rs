//! Weights that a network keeps in fewer bytes than it takes them in: what makes float32 of them runs once, when it is loaded.

use super::arguments::Arguments;
use super::run;
use crate::network::{Node, Operator, Tensor, TensorId, Weight};

/// A weight that a node alone takes, and what it makes of that, if all that it does is to say what the numbers of a weight stand for.
/// The weights' names begin at `first`. What cannot be opened is an error where it runs.
pub fn opened(
    node: &Node,
    weights: &[Weight],
    first: usize,
    is_own: impl Fn(TensorId) -> bool,
) -> Option<(TensorId, Tensor)> {
    let opens = matches!(node.operator, Operator::DequantizeLinear(_) | Operator::Cast(_));
    let id = node.inputs.first().copied().flatten()?;
    if !opens || node.outputs != 1 || node.within.is_some() || !is_own(id) {
        return None;
    }
    let mut given = Vec::with_capacity(node.inputs.len());
    for id in &node.inputs {
        given.push(match id {
            Some(id) => Some(weights.get((*id as usize).checked_sub(first)?)?.tensor()),
            None => None,
        });
    }
    let given: Vec<Option<&Tensor>> = given.iter().map(Option::as_deref).collect();
    Some((id, run(&node.operator, &mut Arguments::shared(&given), 1).ok()?.pop()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::Inference;
    use crate::network::{Binary, Data, Dtype, Network, Parts, Port, Quantization, Unary};

    fn network(nodes: Vec<Node>, weights: Vec<Tensor>, output: TensorId) -> Network {
        let port = |name: &str| Port { name: name.into(), dtype: Dtype::F32, shape: None };
        let weights = weights.into_iter().map(Into::into).collect();
        let (inputs, outputs) = (vec![port("x")], vec![(port("y"), output)]);
        Network::new(Parts { inputs, outputs, nodes, weights, ..Parts::default() }).expect("a network")
    }

    fn node(operator: Operator, inputs: &[TensorId]) -> Node {
        let inputs = inputs.iter().copied().map(Some).collect();
        Node { name: String::new(), operator, inputs, outputs: 1, within: None }
    }

    fn tensor(dtype: Dtype, data: Data) -> Tensor {
        Tensor::new(dtype, vec![2], data).expect("a tensor")
    }

    #[test]
    fn weights_are_opened_once_and_all_else_keeps_its_place() {
        let (bytes, halves) =
            (tensor(Dtype::I8, Data::I64(vec![-3, 100])), tensor(Dtype::F16, Data::F32(vec![0.5, 2.0])));
        let how = Quantization { axis: 0, block: 0, dtype: None };
        let nodes = vec![
            node(Operator::Unary(Unary::Neg), &[0]),
            node(Operator::DequantizeLinear(how), &[1, 2]),
            node(Operator::Cast(Dtype::F32), &[3]),
            node(Operator::Binary(Binary::Add), &[4, 5]),
            node(Operator::Binary(Binary::Mul), &[7, 6]),
        ];
        let network = network(nodes, vec![bytes, Tensor::scalar(0.25), halves], 8);
        let given = || vec![tensor(Dtype::F32, Data::F32(vec![1.0, -1.0]))];
        let (inference, mut seen) = (Inference::new(network), Vec::new());
        let made = inference.run_seen(given(), |made| seen.push(made.len())).expect("tensors");
        assert_eq!(seen, [1, 0, 0, 1, 1], "two nodes were done before");
        assert_eq!(made[0].data(), &Data::F32(vec![(-1.0 - 0.75) * 0.5, (1.0 + 25.0) * 2.0]));
    }

    #[test]
    fn what_two_take_what_fails_and_outputs_are_as_they_were() {
        let how = Quantization { axis: 0, block: 0, dtype: None };
        let dequantize = || node(Operator::DequantizeLinear(how), &[1, 2]);
        let run = |nodes: Vec<Node>, scale: Tensor, output: TensorId| {
            let bytes = tensor(Dtype::I8, Data::I64(vec![1, 2]));
            let (inference, mut seen) = (Inference::new(network(nodes, vec![bytes, scale], output)), 0);
            let made = inference.run_seen(vec![Tensor::scalar(0.0)], |made| seen += made.len())?;
            Ok::<_, crate::error::Error>((seen, made[0].data().clone()))
        };
        let twice = vec![dequantize(), dequantize(), node(Operator::Binary(Binary::Add), &[3, 4])];
        assert_eq!(run(twice, Tensor::scalar(0.5), 5), Ok((3, Data::F32(vec![1.0, 2.0]))));
        assert!(run(vec![dequantize()], Tensor::integers(vec![1, 2, 3]), 3).is_err());
        // What it was opened to may be an output.
        assert_eq!(run(vec![dequantize()], Tensor::scalar(0.5), 3), Ok((0, Data::F32(vec![0.5, 1.0]))));
    }
}
