//! A network in the making, whatever file it comes from: places become numbers once it is known what an output follows from.

use crate::error::{Error, Kind, Result};
use crate::model::Provenance;
use crate::network::{Examples, Network, Node, Operator, Parts, Port, Tensor, TensorId, Weight};
use std::collections::{HashMap, HashSet};

/// Where a tensor comes from, while it is not known how many of each there will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// An input of the network.
    Input(usize),
    /// A weight or a constant.
    Weight(usize),
    /// What a node makes.
    Made(usize),
    /// What a node makes that is refused: so that those behind it are looked at as well.
    Refused,
}

/// Weights and nodes, as they come.
#[derive(Default)]
pub struct Builder {
    weights: Vec<Weight>,
    nodes: Vec<(Node, Vec<Option<Place>>)>,
    made: usize,
}

impl Builder {
    /// Adds a weight or a constant.
    pub fn weight(&mut self, weight: impl Into<Weight>) -> Place {
        self.weights.push(weight.into());
        Place::Weight(self.weights.len() - 1)
    }

    /// The weight or constant at a place, if it is one as it was.
    pub fn constant(&self, place: Option<Place>) -> Option<&Tensor> {
        match place {
            Some(Place::Weight(i)) => match self.weights.get(i)? {
                Weight::Tensor(tensor) => Some(tensor),
                Weight::Compact(_) => None,
            },
            _ => None,
        }
    }

    /// Adds a node, and says which is the first tensor that it makes.
    pub fn node(&mut self, name: String, operator: Operator, inputs: Vec<Option<Place>>, outputs: usize) -> usize {
        let first = self.made;
        self.made += outputs;
        let node = Node { name, operator, inputs: Vec::new(), outputs: outputs as u32, within: None };
        self.nodes.push((node, inputs));
        first
    }

    /// Puts places into numbers, and leaves out what no output follows from.
    pub fn finish(
        self,
        inputs: Vec<Port>,
        outputs: Vec<(Port, Option<Place>)>,
        provenance: Provenance,
    ) -> Result<Network> {
        let nodes = self.nodes;
        let firsts: Vec<usize> = (nodes.iter())
            .scan(0, |next, (node, _)| {
                let first = *next;
                *next += node.outputs as usize;
                Some(first)
            })
            .collect();
        // What is needed, from the outputs back.
        let mut needed: HashSet<usize> = HashSet::new();
        let mut weights: HashSet<usize> = HashSet::new();
        let mut need = |needed: &mut HashSet<usize>, place: &Option<Place>| match place {
            Some(Place::Made(i)) => _ = needed.insert(*i),
            Some(Place::Weight(i)) => _ = weights.insert(*i),
            _ => {}
        };
        outputs.iter().for_each(|(_, place)| need(&mut needed, place));
        let mut kept = vec![false; nodes.len()];
        for (i, (node, given)) in nodes.iter().enumerate().rev() {
            kept[i] = (firsts[i]..firsts[i] + node.outputs as usize).any(|made| needed.contains(&made));
            if kept[i] {
                given.iter().for_each(|place| need(&mut needed, place));
            }
        }
        let kept_weights: Vec<usize> = (0..self.weights.len()).filter(|i| weights.contains(i)).collect();
        let weight_ids: HashMap<usize, usize> = kept_weights.iter().enumerate().map(|(new, &old)| (old, new)).collect();
        let mut made_ids: HashMap<usize, usize> = HashMap::new();
        let mut next = inputs.len() + kept_weights.len();
        for (i, (node, _)) in nodes.iter().enumerate().filter(|(i, _)| kept[*i]) {
            for made in firsts[i]..firsts[i] + node.outputs as usize {
                made_ids.insert(made, next);
                next += 1;
            }
        }
        let id = |place: Place| -> Option<TensorId> {
            match place {
                Place::Input(i) => Some(i),
                Place::Weight(i) => weight_ids.get(&i).map(|i| inputs.len() + i),
                Place::Made(i) => made_ids.get(&i).copied(),
                Place::Refused => None,
            }
            .map(|i| i as TensorId)
        };
        let mut kept_nodes = Vec::new();
        for ((mut node, given), _) in nodes.into_iter().zip(&kept).filter(|(_, is_kept)| **is_kept) {
            node.inputs = given.into_iter().map(|place| place.and_then(id)).collect();
            kept_nodes.push(node);
        }
        let output = |(port, place): (Port, Option<Place>)| {
            let id = place.and_then(id);
            id.map(|id| (port, id)).ok_or_else(|| Error::new(Kind::InvalidModel, "outputs", "a name", "none"))
        };
        let outputs = outputs.into_iter().map(output).collect::<Result<_>>()?;
        let mut weights: Vec<Option<Weight>> = self.weights.into_iter().map(Some).collect();
        let weights = kept_weights.iter().filter_map(|&i| weights[i].take()).collect();
        let examples = Examples::default();
        Network::new(Parts { inputs, outputs, weights, nodes: kept_nodes, provenance, examples, ..Parts::default() })
    }
}
