//! What goes into a model, and the lengths that are told of it.

use super::config::{Layer, Model, items};
use super::flow::Shape;
use super::settings::{length, unsupported, whole};
use crate::error::Result;
use crate::import::value::{Value, wrong};
use crate::network::{Dim, Dtype, Port};

/// One length of a port: the batch has a name.
pub fn dim(i: usize, length: Option<usize>) -> Dim {
    match length.and_then(|length| u32::try_from(length).ok()) {
        Some(length) => Dim::Fixed(length),
        None => Dim::Any(if i == 0 { "batch" } else { "" }.to_owned()),
    }
}

/// What goes in at an InputLayer, and its lengths. A sequential model without one tells the shape itself, or its first layer
/// does.
pub fn input(model: &Model<'_>, layer: &Layer<'_>) -> Result<(Port, Shape)> {
    let told = |config: &Value, name: &str| config.find(name).is_some_and(|value| *value == Value::Boolean(true));
    if let Some(kind) = ["sparse", "ragged", "optional"].into_iter().find(|kind| told(layer.config, kind)) {
        return Err(unsupported(format!("{kind} inputs")));
    }
    let first = layer.config.find("layers").and_then(|layers| items(layers).first());
    let places = [
        (Some(layer.config), "batch_shape"),
        (Some(layer.config), "batch_input_shape"),
        (first.and_then(|first| first.find("config")), "batch_input_shape"),
        (Some(layer.config), "build_input_shape"),
    ];
    let found = places.into_iter().filter_map(|(config, name)| config?.find(name)).find(|value| **value != Value::Null);
    let shape = shape(found.ok_or_else(|| {
        unsupported("a model that does not say what goes in: give it an Input, or call it once before it is saved")
    })?)?;
    let (name, dtype) = match (layer.name, model.layers.get(1)) {
        ("", Some(first)) => (format!("{}_input", first.name), Dtype::F32),
        (name, _) => (name.to_owned(), dtype(layer.config)?),
    };
    let dims = shape.iter().enumerate().map(|(i, length)| dim(i, *length)).collect();
    Ok((Port { name, dtype, shape: Some(dims) }, shape))
}

fn dtype(config: &Value) -> Result<Dtype> {
    let name = match config.find("dtype") {
        Some(Value::Text(name)) => name,
        _ => "float32",
    };
    let run = |dtype: &Dtype| !matches!(dtype, Dtype::F16 | Dtype::BF16 | Dtype::Text);
    let found = Dtype::ALL.into_iter().filter(run).find(|dtype| dtype.name() == name);
    found.ok_or_else(|| unsupported(format!("inputs of {name}")))
}

/// Lengths as Keras writes them, null where they are free.
pub fn shape(value: &Value) -> Result<Shape> {
    let lengths = |value: &Value| match value {
        Value::Null => Ok(None),
        Value::Number(x) => length("shape", *x).map(Some),
        other => Err(wrong("shape", "numbers", other.kind())),
    };
    match value {
        Value::Array(values) => values.iter().map(lengths).collect(),
        other => whole("shape", other)?.iter().map(|&x| lengths(&Value::Number(x as f64))).collect(),
    }
}
