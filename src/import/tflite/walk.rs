//! From operator to operator: what goes in, what comes out, and what stands in the way, which is collected.

use super::flatbuffer::File;
use super::graph::Graph;
use super::names;
use super::operators;
use super::schema::{Model, Operator as Node};
use super::step::{Step, unsupported};
use crate::error::{Error, Kind, Result};
use crate::import::blockers::Blockers;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::model::Provenance;
use crate::network::{Dim, Dtype, Network, Port};

/// How many characters of a tensor's name a node is called by.
const MOST_NAMED: usize = 128;

/// The network that a model is.
pub fn read<'a>(file: &'a File<'a>, model: &'a Model<'a>) -> Result<Network> {
    let mut blockers = Blockers::default();
    if !model.others.is_empty() {
        blockers.add("signature_defs", format!("several signatures, or of other graphs: {}", model.others.join(", ")));
    }
    let mut graph = Graph::new(file, model);
    let mut inputs = Vec::new();
    for &input in &model.graph.inputs {
        let tensor = number(input)?;
        inputs.push(port(&graph, model, tensor, 0, &mut blockers)?);
        graph.give(tensor, Place::Input(inputs.len() - 1), Layout::ChannelsLast)?;
    }
    for (i, node) in model.graph.operators.iter().enumerate() {
        add(&mut graph, model, node, i, &mut blockers)?;
    }
    let mut outputs = Vec::new();
    for &output in &model.graph.outputs {
        let tensor = number(output)?;
        let port = port(&graph, model, tensor, 1, &mut blockers)?;
        let rank = port.shape.as_ref().map_or(0, Vec::len);
        match graph.laid(&port.name, tensor, Layout::ChannelsLast, rank, false) {
            Ok(place) => outputs.push((port, Some(place))),
            Err(error) if error.kind() == Kind::Unsupported => blockers.add(port.name, error.found()),
            Err(error) => return Err(error.within("outputs")),
        }
    }
    if !blockers.is_empty() {
        return Err(blockers.error());
    }
    let kinds = graph.kinds.shown();
    let estimator =
        [model.graph.name, kinds].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
    let version = if model.runtime.is_empty() { "3".to_owned() } else { model.runtime.clone() };
    let provenance = Provenance { framework: "tflite".into(), version, estimator, ..Provenance::default() };
    graph.network.finish(inputs, outputs, provenance)
}

/// One operator; what stands in its way is collected.
fn add<'a>(
    graph: &mut Graph<'a>,
    model: &'a Model<'a>,
    node: &'a Node<'a>,
    i: usize,
    blockers: &mut Blockers,
) -> Result<()> {
    let codes = &model.codes;
    let code = codes.get(node.code as usize).ok_or_else(|| {
        let at = format!("operators[{i}]");
        Error::new(Kind::InvalidModel, at, format!("one of {} codes", codes.len()), node.code.to_string())
    })?;
    let kind = names::name(code.number);
    let first = node.outputs.first().and_then(|&output| model.graph.tensors.get(usize::try_from(output).ok()?));
    // The converter puts together the names of all that it made one operator of.
    let called = first.and_then(|tensor| tensor.name.split(';').next()).unwrap_or_default();
    let called: String = called.chars().take(MOST_NAMED).collect();
    let at = format!("operators[{i}] {called}");
    for output in node.outputs.iter().filter_map(|&output| usize::try_from(output).ok()) {
        graph.check_new(output).map_err(|error| error.within(&at))?;
    }
    let made = match kind {
        Some("CUSTOM") => Err(unsupported(format!("the custom operator {}", code.custom))),
        Some(kind) => operators::add(Step::new(graph, node, kind, called)),
        None => Err(unsupported(format!("the operator of number {}, which is newer than edgelet", code.number))),
    };
    match made {
        Ok(()) => {}
        Err(error) if error.kind() == Kind::Unsupported => {
            blockers.add(at, error.found());
            // Some of them may be made already.
            for output in node.outputs.iter().filter_map(|&output| usize::try_from(output).ok()) {
                if graph.layout(output).is_none() {
                    graph.give(output, Place::Refused, Layout::ChannelsLast)?;
                }
            }
        }
        Err(error) => return Err(error.within(&at)),
    }
    Ok(())
}

fn number(tensor: i32) -> Result<usize> {
    usize::try_from(tensor).map_err(|_| Error::new(Kind::InvalidModel, "inputs", "a tensor", tensor.to_string()))
}

/// What goes in or out: called as the signature says, or as the tensor is.
fn port(graph: &Graph<'_>, model: &Model<'_>, tensor: usize, side: usize, blockers: &mut Blockers) -> Result<Port> {
    let told = match graph.told(tensor) {
        Err(error) if error.kind() == Kind::Unsupported => {
            blockers.add("inputs", error.found());
            return Ok(Port { name: tensor.to_string(), dtype: Dtype::F32, shape: None });
        }
        told => told?,
    };
    let named = model.signature.as_ref().and_then(|sides| sides[side].get(&u32::try_from(tensor).ok()?)).copied();
    let dtype = told.dtype().unwrap_or_else(|| {
        blockers.add(told.name, told.type_name());
        Dtype::F32
    });
    let dim = |(i, length): (usize, &Option<usize>)| match length.and_then(|length| u32::try_from(length).ok()) {
        Some(length) => Dim::Fixed(length),
        None => Dim::Any(if i == 0 { "batch" } else { "" }.to_owned()),
    };
    let shape = told.shape.iter().enumerate().map(dim).collect();
    Ok(Port { name: named.unwrap_or(told.name).to_owned(), dtype, shape: Some(shape) })
}
