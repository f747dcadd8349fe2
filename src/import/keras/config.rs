//! Keras' description of a model: its layers, and what each takes of which others. Sequential models and both ways in which
//! functional ones were written become one form.

use crate::error::{Error, Kind, Result};
use crate::import::value::{Value, wrong};
use std::collections::HashSet;

/// A model: the whole of the file, or a layer of another.
pub struct Model<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its layers.
    pub layers: Vec<Layer<'a>>,
    /// The layers that stand for what goes in.
    pub inputs: Vec<Source<'a>>,
    /// What comes out, with a name where it has one of its own.
    pub outputs: Vec<(Option<&'a str>, Source<'a>)>,
    /// The first layer is not one of the file: a sequential model may begin without one for what goes in, and never counts it.
    pub skips_input: bool,
}

/// A layer, or an operation of `keras.ops`.
pub struct Layer<'a> {
    /// What it is called, once in its model.
    pub name: &'a str,
    /// Its class.
    pub class: &'a str,
    /// Where the class comes from; older files do not say.
    pub module: Option<&'a str>,
    /// The name that a class of the user's own was registered by.
    pub registered: Option<&'a str>,
    /// Its settings.
    pub config: &'a Value,
    /// Where it is used.
    pub calls: Vec<Call<'a>>,
}

/// One use of a layer.
#[derive(Default)]
pub struct Call<'a> {
    /// What it takes, in order.
    pub arguments: Vec<Argument<'a>>,
    /// What it takes by name.
    pub named: Vec<(&'a str, Argument<'a>)>,
}

/// What a layer is called with.
pub enum Argument<'a> {
    /// A tensor.
    Tensor(Source<'a>),
    /// Several of them, or some between other values.
    List(Vec<Argument<'a>>),
    /// Anything else.
    Value(&'a Value),
}

/// What one use of a layer made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Source<'a> {
    /// The layer's name.
    pub layer: &'a str,
    /// Which use of it.
    pub call: usize,
    /// Which of what it made.
    pub output: usize,
}

/// Whether a class is that of a model that can be taken apart.
pub fn is_model(class: &str) -> bool {
    matches!(class, "Sequential" | "Functional" | "Model")
}

impl<'a> Model<'a> {
    /// The model of a class with its settings, as Keras 2 or Keras 3 writes them.
    pub fn read(class: &str, config: &'a Value, is_older: bool) -> Result<Self> {
        if class == "Sequential" { Self::sequential(config) } else { Self::functional(config, is_older) }
    }

    fn sequential(config: &'a Value) -> Result<Self> {
        // Before Keras 2.2.3 the settings were the layers.
        let (name, layers) = match config {
            Value::Array(_) => ("sequential", config),
            _ => (text(config, "name")?, config.part("layers")?),
        };
        let mut layers = items(layers).iter().map(Layer::read).collect::<Result<Vec<_>>>()?;
        if layers.first().is_none_or(|first| first.class != "InputLayer") {
            let input = Layer { name: "", class: "InputLayer", module: None, registered: None, config, calls: vec![] };
            layers.insert(0, input);
        }
        for i in 0..layers.len() {
            let before = i.checked_sub(1).map(|i| Source { layer: layers[i].name, call: 0, output: 0 });
            let arguments = before.map(Argument::Tensor).into_iter().collect();
            layers[i].calls = vec![Call { arguments, named: Vec::new() }];
        }
        let source = |layer: &Layer<'a>| Source { layer: layer.name, call: 0, output: 0 };
        let (inputs, outputs) = (layers.first().map(source), layers.last().map(source));
        Ok(Self {
            name,
            inputs: inputs.into_iter().collect(),
            outputs: outputs.into_iter().map(|source| (None, source)).collect(),
            layers,
            skips_input: true,
        })
    }

    fn functional(config: &'a Value, is_older: bool) -> Result<Self> {
        let mut layers = Vec::new();
        for value in items(config.part("layers")?) {
            let mut layer = Layer::read(value)?;
            let calls = items(value.part("inbound_nodes")?);
            let place = |error: Error| error.within(layer.name);
            layer.calls = calls.iter().map(call).collect::<Result<_>>().map_err(place)?;
            if layer.class == "InputLayer" {
                layer.calls = vec![Call::default()];
            }
            layers.push(layer);
        }
        let ends = |name: &str| {
            let mut ends = Vec::new();
            sources(config.part(name)?, None, &mut ends).map_err(|error| error.within(name))?;
            Ok(ends)
        };
        let inputs = ends("input_layers")?.into_iter().map(|(_, source)| source).collect();
        let mut outputs = ends("output_layers")?;
        // Keras 2 counts the making of a model as the first use of it, Keras 3 only where it says what comes out.
        let counts_making: HashSet<&str> = (layers.iter())
            .filter(|layer| is_model(layer.class) && (is_older || layer.class != "Sequential"))
            .map(|layer| layer.name)
            .collect();
        let used = |source: &mut Source<'a>| match (counts_making.contains(source.layer), source.call) {
            (true, 0) => Err(wrong("inbound_nodes", "a use of a model", format!("the making of \"{}\"", source.layer))),
            (counts, call) => {
                source.call = call - usize::from(counts);
                Ok(())
            }
        };
        outputs.iter_mut().try_for_each(|(_, source)| used(source))?;
        if is_older {
            let calls = layers.iter_mut().flat_map(|layer| &mut layer.calls);
            let arguments =
                calls.flat_map(|call| call.arguments.iter_mut().chain(call.named.iter_mut().map(|named| &mut named.1)));
            for argument in arguments {
                argument.each(&mut |source| used(source))?;
            }
        }
        let name = text(config, "name")?;
        Ok(Self { name, layers, inputs, outputs, skips_input: false })
    }
}

impl<'a> Layer<'a> {
    /// Without its uses, which stand beside it.
    pub fn read(value: &'a Value) -> Result<Self> {
        let config = value.part("config")?;
        let name = match (value.find("name"), config.find("name")) {
            (Some(Value::Text(name)), _) | (_, Some(Value::Text(name))) => name,
            _ => return Err(wrong("name", "a text", "none")),
        };
        let optional = |part: &str| match value.find(part) {
            Some(Value::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let (module, registered) = (optional("module"), optional("registered_name"));
        Ok(Self { name, class: text(value, "class_name")?, module, registered, config, calls: Vec::new() })
    }
}

impl<'a> Argument<'a> {
    /// Changes all tensors in it.
    fn each(&mut self, change: &mut dyn FnMut(&mut Source<'a>) -> Result<()>) -> Result<()> {
        match self {
            Argument::Tensor(source) => change(source),
            Argument::List(list) => list.iter_mut().try_for_each(|argument| argument.each(change)),
            Argument::Value(_) => Ok(()),
        }
    }

    /// All tensors in it.
    pub fn sources(&self, to: &mut Vec<Source<'a>>) {
        match self {
            Argument::Tensor(source) => to.push(*source),
            Argument::List(list) => list.iter().for_each(|argument| argument.sources(to)),
            Argument::Value(_) => {}
        }
    }
}

/// The elements of an array that is not one of numbers only; none of anything else.
pub fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        _ => &[],
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    match value.part(name)? {
        Value::Text(text) => Ok(text),
        other => Err(wrong(name, "a text", other.kind())),
    }
}

/// `[layer, use, output]`, as nothing else is written.
fn source(value: &Value) -> Option<Source<'_>> {
    let number = |value: &Value| match value {
        Value::Number(x) if (0.0..1e9).contains(x) && x.trunc() == *x => Some(*x as usize),
        _ => None,
    };
    match value {
        Value::Array(values) => match &values[..] {
            [Value::Text(layer), call, output] | [Value::Text(layer), call, output, Value::Object(_)] => {
                Some(Source { layer, call: number(call)?, output: number(output)? })
            }
            _ => None,
        },
        _ => None,
    }
}

/// All sources in lists and objects, with the names that objects give them.
fn sources<'a>(value: &'a Value, name: Option<&'a str>, to: &mut Vec<(Option<&'a str>, Source<'a>)>) -> Result<()> {
    if let Some(source) = source(value) {
        to.push((name, source));
        return Ok(());
    }
    match value {
        Value::Array(values) => values.iter().try_for_each(|value| sources(value, name, to)),
        Value::Object(parts) => parts.iter().try_for_each(|(name, value)| sources(value, Some(name), to)),
        other => Err(wrong("layers", "names with two numbers", other.kind())),
    }
}

/// One use of a layer, written in the way of Keras 3 or as lists in lists.
fn call(value: &Value) -> Result<Call<'_>> {
    if let Value::Object(_) = value {
        let arguments = items(value.part("args")?).iter().map(argument).collect::<Result<_>>()?;
        let Value::Object(named) = value.part("kwargs")? else {
            return Err(wrong("kwargs", "an object", "another value"));
        };
        let named = named.iter().map(|(name, value)| Ok((name.as_str(), argument(value)?))).collect::<Result<_>>()?;
        // Numbers only are no array of values.
        return match value.part("args")? {
            Value::Numbers(_) => Err(Error::new(Kind::Unsupported, "args", "tensors", "numbers")),
            _ => Ok(Call { arguments, named }),
        };
    }
    let mut call = Call::default();
    let listed = if source(value).is_some() { std::slice::from_ref(value) } else { items(value) };
    let mut tensors = Vec::new();
    for value in listed {
        let Some(source) = source(value) else { return Err(wrong("inbound_nodes", "a layer's name", value.kind())) };
        tensors.push(Argument::Tensor(source));
        if let Some(Value::Object(named)) = items(value).get(3) {
            call.named.extend(named.iter().map(|(name, value)| (name.as_str(), older(value))));
        }
    }
    call.arguments = if tensors.len() == 1 { tensors } else { vec![Argument::List(tensors)] };
    Ok(call)
}

fn argument(value: &Value) -> Result<Argument<'_>> {
    match value {
        Value::Object(_) if value.find("class_name") == Some(&Value::Text("__keras_tensor__".into())) => {
            let history = value.part("config")?.part("keras_history")?;
            source(history)
                .map(Argument::Tensor)
                .ok_or_else(|| wrong("keras_history", "a layer's name", history.kind()))
        }
        Value::Array(values) if !values.is_empty() => {
            values.iter().map(argument).collect::<Result<_>>().map(Argument::List)
        }
        _ => Ok(Argument::Value(value)),
    }
}

/// What an older file gives by name: a tensor looks like a list.
fn older(value: &Value) -> Argument<'_> {
    match (source(value), value) {
        (Some(source), _) => Argument::Tensor(source),
        (None, Value::Array(values)) if !values.is_empty() => Argument::List(values.iter().map(older).collect()),
        _ => Argument::Value(value),
    }
}
