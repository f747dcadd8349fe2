//! What explanations start from: what the training rows did, node by node of a model's graph. It lies beside the model,
//! which predicts without it.

use super::graph::{check_finite, check_length, unsound};
use super::{Model, Operator};
use crate::error::{Error, Result};
use crate::model::forest::NodeKind;

/// A sound background of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Background {
    nodes: Vec<Known>,
}

/// What is known of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The node's place in the graph.
    pub node: u32,
    /// Of a forest the weight of the training rows in each leaf, in the order of the leaves; of a linear function the mean
    /// of each number that it takes.
    pub numbers: Vec<f64>,
}

impl Background {
    /// Checks what is known of a model's nodes.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`](crate::error::Kind::InvalidModel), with the path of the part that is not sound.
    pub fn new(model: &Model, nodes: Vec<Known>) -> Result<Self> {
        let mut next = 0;
        for (i, Known { node, numbers }) in nodes.iter().enumerate() {
            let place = |error: Error| error.within(&format!("background.nodes[{i}]"));
            let of = model.graph().nodes.get(*node as usize).filter(|_| *node >= next);
            let count = match of.map(|of| &*of.operator) {
                Some(Operator::Forest(forest)) => {
                    if numbers.iter().any(|&weight| weight < 0.0) {
                        return Err(place(unsound("numbers", "weights from 0 on", "a negative one")));
                    }
                    forest.kinds.iter().filter(|kind| **kind == NodeKind::Leaf).count()
                }
                Some(Operator::Linear(linear)) => linear.width,
                Some(Operator::LinearF32(linear)) => linear.width,
                _ => return Err(place(unsound("node", "a later forest or linear function", node))),
            };
            check_length("numbers", numbers.len(), count).map_err(place)?;
            check_finite("numbers", numbers).map_err(place)?;
            next = node + 1;
        }
        Ok(Self { nodes })
    }

    /// What is known of the nodes, in the graph's order.
    pub fn nodes(&self) -> &[Known] {
        &self.nodes
    }

    /// The numbers of a node, if they are known.
    pub fn of(&self, node: usize) -> Option<&[f64]> {
        self.nodes.iter().find(|known| known.node as usize == node).map(|known| &known.numbers[..])
    }
}
