//! ONNX's graph → a [`Network`]'s: names become places, and what stands in the way is collected.

use super::external::External;
use super::operators;
use super::proto::{Dimension, Graph, Model, Node, Value};
use super::step::{Step, unsupported};
use super::tensor::{self, dtype, type_name};
use super::{FIRST_OPSET, LAST_OPSET};
use crate::error::{Error, Kind, Result};
use crate::import::blockers::Blockers;
use crate::model::Provenance;
use crate::network::{self, Dim, Dtype, Examples, Network, Operator, Parts, Port, Tensor, TensorId};
use std::collections::{HashMap, HashSet};

/// Where a tensor comes from, while it is not known how many of each there will be.
#[derive(Clone, Copy, Debug, PartialEq)]
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

/// A network in the making.
#[derive(Default)]
pub struct Builder<'a> {
    names: HashMap<&'a str, Place>,
    weights: Vec<Tensor>,
    nodes: Vec<(network::Node, Vec<Option<Place>>)>,
    made: usize,
    /// Whether any of its numbers may be of that type.
    pub has_bfloat16: bool,
}

impl<'a> Builder<'a> {
    /// Adds a weight or a constant.
    pub fn weight(&mut self, tensor: Tensor) -> Place {
        self.has_bfloat16 |= tensor.dtype() == Dtype::BF16;
        self.weights.push(tensor);
        Place::Weight(self.weights.len() - 1)
    }

    /// The weight or constant at a place.
    pub fn constant(&self, place: Option<Place>) -> Option<&Tensor> {
        match place {
            Some(Place::Weight(i)) => self.weights.get(i),
            _ => None,
        }
    }

    /// Adds a node of the network, and says which is the first tensor that it makes.
    pub fn node(&mut self, node: &Node<'_>, operator: Operator, inputs: Vec<Option<Place>>, outputs: usize) -> usize {
        let name = called(node);
        let first = self.made;
        self.made += outputs;
        let node = network::Node { name, operator, inputs: Vec::new(), outputs: outputs as u32, within: None };
        self.nodes.push((node, inputs));
        first
    }

    /// Gives a tensor its name.
    pub fn name(&mut self, name: &'a str, place: Place) -> Result<()> {
        if !name.is_empty() && self.names.insert(name, place).is_some() {
            return Err(Error::new(Kind::InvalidModel, "outputs", "distinct names", format!("\"{name}\" twice")));
        }
        Ok(())
    }

    fn find(&self, name: &str) -> Result<Option<Place>> {
        match self.names.get(name) {
            _ if name.is_empty() => Ok(None),
            Some(place) => Ok(Some(*place)),
            None => {
                Err(Error::new(Kind::InvalidModel, "inputs", "a tensor that is made before", format!("\"{name}\"")))
            }
        }
    }
}

/// The network that a graph is.
pub fn read(model: &Model<'_>, graph: &Graph<'_>, external: &External<'_>) -> Result<Network> {
    let mut blockers = Blockers::default();
    check_opsets(model, graph, &mut blockers);
    let mut builder = Builder::default();
    for proto in &graph.initializers {
        match tensor::tensor(proto, external) {
            Ok(tensor) => {
                let place = builder.weight(tensor);
                builder.name(proto.name, place)?;
            }
            Err(error) if error.kind() == Kind::Unsupported => {
                blockers.add(error.at(), error.found());
                builder.name(proto.name, Place::Refused)?;
            }
            Err(error) => return Err(error),
        }
    }
    let mut inputs = Vec::new();
    // A name of both is an initializer that could be replaced by an input: a weight.
    for value in graph.inputs.iter().filter(|value| !builder.names.contains_key(value.name)).collect::<Vec<_>>() {
        builder.name(value.name, Place::Input(inputs.len()))?;
        let port = port(value, &mut blockers);
        builder.has_bfloat16 |= port.dtype == Dtype::BF16;
        inputs.push(port);
    }
    for (i, node) in graph.nodes.iter().enumerate() {
        let at = format!("graph.node[{i}] {}", called(node));
        match add(node, model, &mut builder) {
            Ok(()) => {}
            Err(error) if error.kind() == Kind::Unsupported => {
                blockers.add(at, error.found());
                for name in &node.outputs {
                    builder.name(name, Place::Refused)?;
                }
            }
            Err(error) => return Err(error.within(&at)),
        }
    }
    let mut outputs = Vec::new();
    for value in &graph.outputs {
        let place = builder.find(value.name).map_err(|error| error.within("graph.output"))?;
        outputs.push((port(value, &mut blockers), place));
    }
    if !blockers.is_empty() {
        return Err(blockers.error());
    }
    finish(model, graph, builder, inputs, outputs)
}

/// Puts places into numbers, and leaves out what no output follows from.
fn finish(
    model: &Model<'_>,
    graph: &Graph<'_>,
    builder: Builder<'_>,
    inputs: Vec<Port>,
    outputs: Vec<(Port, Option<Place>)>,
) -> Result<Network> {
    let nodes = builder.nodes;
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
    let kept_weights: Vec<usize> = (0..builder.weights.len()).filter(|i| weights.contains(i)).collect();
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
        id.map(|id| (port, id)).ok_or_else(|| Error::new(Kind::InvalidModel, "graph.output", "a name", "none"))
    };
    let outputs = outputs.into_iter().map(output).collect::<Result<_>>()?;
    let mut weights: Vec<Option<Tensor>> = builder.weights.into_iter().map(Some).collect();
    let weights = kept_weights.iter().filter_map(|&i| weights[i].take()).collect();
    let framework = if model.producer.is_empty() { "onnx" } else { model.producer };
    Network::new(Parts {
        inputs,
        outputs,
        weights,
        nodes: kept_nodes,
        provenance: Provenance {
            framework: framework.to_owned(),
            version: model.producer_version.to_owned(),
            estimator: graph.name.to_owned(),
            ..Provenance::default()
        },
        examples: Examples::default(),
    })
}

/// What people see a node called.
fn called(node: &Node<'_>) -> String {
    match (node.name, node.outputs.first()) {
        ("", Some(output)) => (*output).to_owned(),
        (name, _) => name.to_owned(),
    }
}

fn check_opsets(model: &Model<'_>, graph: &Graph<'_>, blockers: &mut Blockers) {
    if let Some(version) = model.opsets.get("").filter(|version| !(FIRST_OPSET..=LAST_OPSET).contains(*version)) {
        blockers.add("opset_import", format!("version {version}; {FIRST_OPSET} to {LAST_OPSET} are read"));
    }
    if model.functions > 0 {
        blockers.add("functions", "the file defines functions of its own: inline them with onnx.inliner");
    }
    if graph.sparse > 0 {
        blockers.add("graph.sparse_initializer", "sparse tensors");
    }
}

fn add<'a>(node: &Node<'a>, model: &Model<'a>, builder: &mut Builder<'a>) -> Result<()> {
    let inputs = node.inputs.iter().map(|name| builder.find(name)).collect::<Result<Vec<_>>>()?;
    let Some(&version) = model.opsets.get(node.domain) else {
        return Err(unsupported(format!(
            "{} of the domain {:?}, which the file does not import",
            node.op_type, node.domain
        )));
    };
    if node.domain.is_empty() {
        return operators::add(Step::new(node, version, inputs, builder));
    }
    Err(unsupported(format!("the operator {} of {}", node.op_type, node.domain)))
}

/// What goes in or out, by its type.
fn port(value: &Value<'_>, blockers: &mut Blockers) -> Port {
    let dtype = dtype(value.data_type).unwrap_or_else(|| {
        blockers.add(value.name, type_name(value.data_type));
        Dtype::F32
    });
    let dim = |dimension: &Dimension<'_>| match dimension {
        Dimension::Length(length) => u32::try_from(*length).map_or(Dim::Any(String::new()), Dim::Fixed),
        Dimension::Name(name) => Dim::Any((*name).to_owned()),
    };
    let shape = value.shape.as_ref().map(|shape| shape.iter().map(dim).collect());
    Port { name: value.name.to_owned(), dtype, shape }
}
