//! ONNX's graph → a [`Network`]'s: names become places, and what stands in the way is collected.

use super::external::External;
use super::outline::Outline;
use super::proto::{Dimension, Graph, Model, Node, Value};
use super::step::{Step, unsupported};
use super::tensor::{self, dtype, type_name};
use super::{FIRST_OPSET, LAST_ML, LAST_OPSET, ml, operators};
use crate::error::{Error, Kind, Result};
use crate::import::blockers::Blockers;
use crate::import::network::{self, Place};
use crate::model::Provenance;
use crate::network::{Dim, Dtype, Network, Operator, Port, Tensor};
use std::collections::HashMap;

/// A network in the making.
#[derive(Default)]
pub struct Builder<'a> {
    names: HashMap<&'a str, Place>,
    network: network::Builder,
    inputs: Vec<Outline>,
    made: Vec<Outline>,
    /// Whether any of its numbers may be of that type.
    pub has_bfloat16: bool,
    /// The same of float64.
    pub has_double: bool,
    /// Tensors that are maps in the file, with the labels of their columns.
    pub maps: HashMap<&'a str, Vec<String>>,
}

impl<'a> Builder<'a> {
    /// Adds a weight or a constant.
    pub fn weight(&mut self, tensor: Tensor) -> Place {
        self.may_have(tensor.dtype());
        self.network.weight(tensor)
    }

    /// Notes that there may be numbers of a type.
    pub fn may_have(&mut self, dtype: Dtype) {
        self.has_bfloat16 |= dtype == Dtype::BF16;
        self.has_double |= dtype == Dtype::F64;
    }

    /// What is known of the tensor at a place.
    pub fn outline(&self, place: Option<Place>) -> Outline {
        match place {
            Some(Place::Input(i)) => self.inputs.get(i).copied(),
            Some(Place::Made(i)) => self.made.get(i).copied(),
            Some(Place::Weight(_)) => self.constant(place).map(Outline::of_tensor),
            Some(Place::Refused) | None => None,
        }
        .unwrap_or_default()
    }

    /// The weight or constant at a place.
    pub fn constant(&self, place: Option<Place>) -> Option<&Tensor> {
        self.network.constant(place)
    }

    /// Adds a node of the network, and says which is the first tensor that it makes.
    pub fn node(&mut self, node: &Node<'_>, operator: Operator, inputs: Vec<Option<Place>>, outputs: usize) -> usize {
        let given: Vec<Outline> = inputs.iter().map(|place| self.outline(*place)).collect();
        let mut made = Outline::made(&operator, &given, outputs);
        made.resize(outputs, Outline::default());
        self.made.extend(made);
        self.network.node(called(node), operator, inputs, outputs)
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
pub fn read(
    model: &Model<'_>,
    graph: &Graph<'_>,
    external: &External<'_>,
    note: &mut dyn FnMut(&str),
) -> Result<Network> {
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
        builder.may_have(port.dtype);
        builder.inputs.push(Outline::of_port(&port));
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
        let port = match builder.maps.get(value.name) {
            Some(labels) => {
                let listed = labels.join(", ");
                note(&format!(
                    "{}: a map for each row in the file, here a tensor with these columns: {listed}",
                    value.name
                ));
                columns(value.name, labels.len())
            }
            None => port(value, &mut blockers),
        };
        outputs.push((port, place));
    }
    if !blockers.is_empty() {
        return Err(blockers.error());
    }
    let provenance = Provenance {
        framework: if model.producer.is_empty() { "onnx" } else { model.producer }.to_owned(),
        version: model.producer_version.to_owned(),
        estimator: graph.name.to_owned(),
        ..Provenance::default()
    };
    builder.network.finish(inputs, outputs, provenance)
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
    if let Some(version) = model.opsets.get(ml::DOMAIN).filter(|version| !(1..=LAST_ML).contains(*version)) {
        blockers.add("opset_import", format!("version {version} of {}; 1 to {LAST_ML} are read", ml::DOMAIN));
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
    match (node.domain, node.op_type) {
        ("", _) => operators::add(Step::new(node, version, inputs, builder)),
        (ml::DOMAIN, _) | ("com.microsoft", "CDist") => ml::add(Step::new(node, version, inputs, builder)),
        (domain, operator) => Err(unsupported(format!("the operator {operator} of {domain}"))),
    }
}

/// What comes out where the file has a map for each row.
fn columns(name: &str, classes: usize) -> Port {
    let classes = u32::try_from(classes).map_or(Dim::Any(String::new()), Dim::Fixed);
    Port { name: name.to_owned(), dtype: Dtype::F32, shape: Some(vec![Dim::Any(String::new()), classes]) }
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
