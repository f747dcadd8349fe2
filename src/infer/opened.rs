//! Weights that a network keeps in fewer bytes than it takes them in: what makes float32 of them runs once, when it is loaded.

use super::arguments::Arguments;
use super::run;
use crate::network::{Node, Operator, Parts, Tensor, TensorId};

/// A network without the steps that open weights, each of which is what it was opened to. What cannot be opened stays, and is an error
/// where it runs.
pub fn opened(mut parts: Parts) -> Parts {
    let first = parts.inputs.len();
    let weight = |id: TensorId, count: usize| (id as usize).checked_sub(first).filter(|&id| id < count);
    let mut takers = vec![0_usize; parts.weights.len()];
    let outputs = parts.outputs.iter().map(|(_, id)| *id);
    let taken = parts.nodes.iter().flat_map(|node| node.inputs.iter().flatten().copied()).chain(outputs);
    taken.filter_map(|id| weight(id, takers.len())).collect::<Vec<_>>().into_iter().for_each(|id| takers[id] += 1);
    // What each tensor is called from now on.
    let mut names: Vec<TensorId> = (0..(first + takers.len()) as TensorId).collect();
    let mut next = names.len() as TensorId;
    for mut node in std::mem::take(&mut parts.nodes) {
        for id in node.inputs.iter_mut().flatten() {
            *id = names[*id as usize];
        }
        let closed = node.inputs.first().copied().flatten();
        let own = closed.filter(|&id| opens(&node) && weight(id, takers.len()).is_some_and(|id| takers[id] == 1));
        if let Some((id, tensor)) = own.and_then(|id| Some((id, open(&node, &parts, first)?))) {
            parts.weights[id as usize - first] = tensor.into();
            names.push(id);
            continue;
        }
        names.extend((next..).take(node.outputs as usize));
        next += node.outputs;
        parts.nodes.push(node);
    }
    for (_, id) in &mut parts.outputs {
        *id = names[*id as usize];
    }
    parts
}

/// Whether a step only says what the numbers of a weight stand for.
fn opens(node: &Node) -> bool {
    let opens = matches!(node.operator, Operator::DequantizeLinear(_) | Operator::Cast(_));
    opens && node.outputs == 1 && node.within.is_none()
}

/// What a step makes, if all that it takes are weights and it does not fail.
fn open(node: &Node, parts: &Parts, first: usize) -> Option<Tensor> {
    let mut given = Vec::with_capacity(node.inputs.len());
    for id in &node.inputs {
        given.push(match id {
            Some(id) => Some(parts.weights.get((*id as usize).checked_sub(first)?)?.tensor()),
            None => None,
        });
    }
    let given: Vec<Option<&Tensor>> = given.iter().map(Option::as_deref).collect();
    run(&node.operator, &mut Arguments::shared(&given), 1).ok()?.pop()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::Inference;
    use crate::network::{Binary, Data, Dtype, Network, Port, Quantization, Unary};

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
        let opened = opened(network.clone().into_parts());
        let left: Vec<_> = opened.nodes.iter().map(|node| node.operator.name()).collect();
        assert_eq!(left, ["Neg", "Add", "Mul"]);
        let given = || vec![tensor(Dtype::F32, Data::F32(vec![1.0, -1.0]))];
        let made = Inference::new(network.clone()).run(given()).expect("tensors");
        assert_eq!(made, Inference::as_written(network).run(given()).expect("tensors"));
        assert_eq!(made[0].data(), &Data::F32(vec![(-1.0 - 0.75) * 0.5, (1.0 + 25.0) * 2.0]));
    }

    #[test]
    fn what_two_take_what_fails_and_outputs_stay() {
        let bytes = || tensor(Dtype::I8, Data::I64(vec![1, 2]));
        let how = Quantization { axis: 0, block: 0, dtype: None };
        let left = |nodes: Vec<Node>, scale: Tensor, output: TensorId| {
            opened(network(nodes, vec![bytes(), scale], output).into_parts()).nodes.len()
        };
        let dequantize = || node(Operator::DequantizeLinear(how.clone()), &[1, 2]);
        let twice = vec![dequantize(), dequantize(), node(Operator::Binary(Binary::Add), &[3, 4])];
        assert_eq!(left(twice, Tensor::scalar(0.5), 5), 3);
        // Scales of whole numbers are an error, where the network runs.
        assert_eq!(left(vec![dequantize()], Tensor::integers(vec![1, 2, 3]), 3), 1);
        // What it was opened to may be an output.
        let network = network(vec![dequantize()], vec![bytes(), Tensor::scalar(0.5)], 3);
        let made = Inference::new(network).run(vec![Tensor::scalar(0.0)]).expect("tensors");
        assert_eq!(made[0].data(), &Data::F32(vec![0.5, 1.0]));
    }
}
