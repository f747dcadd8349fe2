//! From layer to layer: each is used once all that it takes is there. Models in models are taken apart, and what stands in the
//! way is collected.

use super::config::{Argument, Call, Layer, Model, Source, is_model};
use super::flow::Flow;
use super::graph::Graph;
use super::layers::{self, Use};
use super::order::in_order;
use super::ports;
use super::weights::{Store, Weights};
use crate::error::{Error, Kind, Result};
use crate::import::network::Place;
use crate::import::value::{Value, wrong};
use crate::model::Provenance;
use crate::network::{Network, Port};
use std::collections::HashMap;

/// The deepest that models may lie in each other.
const MAX_DEPTH: usize = 16;

/// The network of a model of a class with its settings, which the given version of Keras wrote.
pub fn read(class: &str, config: &Value, store: &Store, version: &str) -> Result<Network> {
    let mut graph = Graph::default();
    graph.is_older = version.starts_with(['1', '2']);
    let model = &Model::read(class, config, graph.is_older).map_err(|error| error.within("config"))?;
    let mut inputs: Vec<Port> = Vec::new();
    let mut given = Vec::new();
    for source in &model.inputs {
        let is_it = |layer: &&Layer<'_>| layer.name == source.layer && layer.class == "InputLayer";
        let layer = model.layers.iter().find(is_it);
        let layer = layer.ok_or_else(|| wrong("input_layers", "an InputLayer", source.layer))?;
        match ports::input(model, layer) {
            Ok((port, shape)) => {
                given.push(Flow { dtype: port.dtype, ..Flow::new(Place::Input(inputs.len()), shape) });
                inputs.push(port);
            }
            Err(error) if error.kind() == Kind::Unsupported => {
                graph.blockers.add(layer.name, error.found());
                given.push(Flow::refused());
            }
            Err(error) => return Err(error.within(layer.name)),
        }
    }
    let weights = store.layers(&counted(model))?;
    let made = graph.model(model, weights, given, "", 0)?;
    if !graph.blockers.is_empty() {
        return Err(graph.blockers.error());
    }
    let mut outputs: Vec<(Port, Option<Place>)> = Vec::new();
    for ((name, source), value) in model.outputs.iter().zip(made) {
        let name = name.unwrap_or(source.layer);
        let names = std::iter::once(name.to_owned()).chain((1..).map(|i| format!("{name}_{i}")));
        let name = names.into_iter().find(|name| !outputs.iter().any(|(port, _)| port.name == *name));
        let place = graph.last(source.layer, &value);
        let shape = value.shape.iter().enumerate().map(|(i, length)| ports::dim(i, *length)).collect();
        outputs.push((Port { name: name.unwrap_or_default(), dtype: value.dtype, shape: Some(shape) }, Some(place)));
    }
    let provenance = Provenance {
        framework: "keras".to_owned(),
        version: version.to_owned(),
        estimator: format!("{class} {}", model.name),
        ..Provenance::default()
    };
    graph.network.finish(inputs, outputs, provenance)
}

/// The layers that Keras counts where it writes weights, by name and class.
fn counted<'a>(model: &Model<'a>) -> Vec<(&'a str, &'a str)> {
    let own = model.layers.iter().skip(usize::from(model.skips_input)).filter(|layer| !layers::is_operation(layer));
    own.map(|layer| (layer.name, layer.class)).collect()
}

impl Graph {
    /// What a model makes of its inputs.
    fn model(
        &mut self,
        model: &Model<'_>,
        weights: Vec<Weights<'_>>,
        inputs: Vec<Flow>,
        path: &str,
        depth: usize,
    ) -> Result<Vec<Flow>> {
        let names = counted(model);
        let weights: HashMap<&str, Weights<'_>> = names.iter().map(|(name, _)| *name).zip(weights).collect();
        if model.inputs.len() != inputs.len() {
            return Err(wrong(path, format!("{} inputs", model.inputs.len()), inputs.len()));
        }
        let mut made: HashMap<(&str, usize), Vec<Flow>> = HashMap::new();
        for (source, value) in model.inputs.iter().zip(inputs) {
            made.insert((source.layer, source.call), vec![value]);
        }
        for (layer, number, call) in in_order(model)? {
            let key = (layer.name, number);
            if layer.class == "InputLayer" {
                if !made.contains_key(&key) {
                    return Err(wrong("input_layers", "all that goes in", format!("none for \"{}\"", layer.name)));
                }
                continue;
            }
            self.count_use()?;
            let at = if path.is_empty() { layer.name.to_owned() } else { format!("{path}/{}", layer.name) };
            let own = weights.get(layer.name).cloned();
            let values = self.layer(layer, call, own, &made, &at, depth).map_err(|error| match error.kind() {
                Kind::LimitExceeded => error,
                _ => error.within(layer.name),
            })?;
            made.insert(key, values);
        }
        model.outputs.iter().map(|(_, source)| taken(&made, source)).collect()
    }

    /// What a layer makes; a reason to refuse it is kept for later.
    fn layer(
        &mut self,
        layer: &Layer<'_>,
        call: &Call<'_>,
        weights: Option<Weights<'_>>,
        made: &HashMap<(&str, usize), Vec<Flow>>,
        at: &str,
        depth: usize,
    ) -> Result<Vec<Flow>> {
        let mut sources = Vec::new();
        call.arguments.iter().for_each(|argument| argument.sources(&mut sources));
        let inputs = sources.iter().map(|source| taken(made, source)).collect::<Result<Vec<_>>>()?;
        if is_model(layer.class) && layers::is_own(layer) {
            if depth == MAX_DEPTH {
                let expected = format!("at most {MAX_DEPTH} models in each other");
                return Err(Error::new(Kind::LimitExceeded, at.to_owned(), expected, "more"));
            }
            let model = Model::read(layer.class, layer.config, self.is_older)?;
            let mut inputs = inputs;
            for (argument, input) in masks(call).iter().zip(&mut inputs) {
                if let Argument::Tensor(source) = argument {
                    let mask = taken(made, source)?;
                    self.masks.set(input, Some(mask.place));
                }
            }
            let weights = weights.map(|weights| weights.layers(&counted(&model))).unwrap_or_default();
            return self.model(&model, weights, inputs, at, depth + 1);
        }
        let mut named = Vec::new();
        for (name, argument) in &call.named {
            let mut sources = Vec::new();
            argument.sources(&mut sources);
            let values = sources.iter().map(|source| taken(made, source)).collect::<Result<Vec<_>>>()?;
            named.push((*name, argument, values));
        }
        let all = inputs.iter().chain(named.iter().flat_map(|(_, _, values)| values));
        let is_refused = all.clone().any(|value| value.place == Place::Refused);
        let result = match is_refused {
            true => layers::check_known(layer).map(|()| vec![Flow::refused()]),
            false => layers::add(Use { layer, call, inputs, named, weights, at: at.to_owned(), graph: self }),
        };
        match result {
            Err(error) if error.kind() == Kind::Unsupported => {
                self.blockers.add(at, error.found());
                Ok(vec![Flow::refused()])
            }
            result => result,
        }
    }
}

/// The masks that a model is called with, one for each tensor.
fn masks<'a, 'b>(call: &'b Call<'a>) -> &'b [Argument<'a>] {
    match call.named.iter().find(|(name, _)| *name == "mask") {
        Some((_, Argument::List(masks))) => masks,
        Some((_, mask)) => std::slice::from_ref(mask),
        None => &[],
    }
}

/// What a layer has made.
fn taken(made: &HashMap<(&str, usize), Vec<Flow>>, source: &Source<'_>) -> Result<Flow> {
    let values = made.get(&(source.layer, source.call)).map(Vec::as_slice).unwrap_or_default();
    match (values.get(source.output), values.first()) {
        (Some(value), _) => Ok(value.clone()),
        (None, Some(first)) if first.place == Place::Refused => Ok(Flow::refused()),
        _ => Err(wrong("inbound_nodes", "what a layer makes", format!("\"{}\" {}", source.layer, source.output))),
    }
}
