//! A model in JSON: what it takes and gives, and where it comes from.

use crate::model::{InputKind, Labels, Missing, Model, Provenance, Unknown};
use crate::native::data;
use crate::network::tokenizer::Tokens;
use crate::network::{Audio, Bands, Dim, Image, Network, Port, Sides, Tokenizer};
use serde_json::{Map, Value, json};

/// What a model takes and gives.
pub fn schema(model: &Model) -> Map<String, Value> {
    let signature = model.signature();
    let labels = |labels: &Labels| labels.iter().map(data::json).collect::<Vec<_>>();
    let inputs = signature.inputs.iter().map(|input| {
        let (kind, categories, unknown) = match &input.kind {
            InputKind::Numeric | InputKind::Unbounded => ("numeric", None, false),
            InputKind::Text => ("text", None, false),
            InputKind::Date => ("date", None, false),
            InputKind::Categorical { categories, unknown } => {
                ("categorical", Some(labels(categories)), *unknown == Unknown::Accepted)
            }
        };
        let missing = input.missing == Missing::Accepted;
        json!({ "name": input.name, "type": kind, "categories": categories, "missing": missing, "unknown": unknown })
    });
    let outputs = signature.outputs.iter().map(|output| {
        let columns = signature.columns(output.method, model.width(output.value));
        json!({ "method": output.method.name(), "width": columns.len(), "columns": columns })
    });
    // Those of the one target are no list of lists.
    let classes = match &signature.classes[..] {
        [] => Value::Null,
        [classes] => labels(classes).into(),
        targets => targets.iter().map(labels).collect(),
    };
    object([
        ("inputs", inputs.collect()),
        ("targets", json!(signature.targets)),
        ("classes", classes),
        ("outputs", outputs.collect()),
    ])
}

/// What a network takes and gives: names, types, and lengths of dimensions or the names of those that may have any.
pub fn ports(network: &Network) -> Map<String, Value> {
    let dim = |dim: &Dim| match dim {
        Dim::Fixed(length) => json!(length),
        Dim::Any(name) => json!(name),
    };
    let port = |port: &Port| {
        let shape = port.shape.as_ref().map(|shape| shape.iter().map(dim).collect::<Vec<_>>());
        json!({ "name": port.name, "dtype": port.dtype.name(), "shape": shape })
    };
    object([
        ("inputs", network.inputs().iter().map(port).collect()),
        ("outputs", network.outputs().iter().map(|(output, _)| port(output)).collect()),
        ("classes", network.classes().map(|classes| classes.iter().map(data::json).collect::<Vec<_>>()).into()),
    ])
}

/// How pixels become an input, in words.
pub fn image(image: &Image) -> String {
    let mut steps = vec![format!("{:?}", image.colors).to_lowercase()];
    if let Some((sides, filter)) = image.resize {
        let filter = format!("{filter:?}").to_lowercase();
        steps.push(match sides {
            Sides::Shorter(side) => format!("the shorter side {side} pixels ({filter})"),
            Sides::Both(height, width) => format!("{width} × {height} pixels ({filter})"),
        });
    }
    if let Some((_, height, width)) = image.crop {
        steps.push(format!("of which the middle {width} × {height}"));
    }
    let numbers = |x: &[f64]| x.iter().map(f64::to_string).collect::<Vec<_>>().join(", ");
    steps.push(format!("(x · {} − [{}]) / [{}]", image.scale, numbers(&image.mean), numbers(&image.deviation)));
    steps.join(", ")
}

/// How sounds become an input, in words.
pub fn audio(audio: &Audio) -> String {
    let mut steps = vec![format!("{} samples a second", audio.rate)];
    if let Some(samples) = audio.samples {
        steps.push(format!("{samples} of them"));
    }
    if audio.normalized.is_some() {
        steps.push("with mean 0 and variance 1".into());
    }
    if let Some(spectrum) = &audio.spectrum {
        let window = format!("{:?}", spectrum.window).to_lowercase();
        steps.push(format!("frames of {} every {} ({window})", spectrum.length, spectrum.hop));
        steps.push(match &spectrum.bands {
            Some(Bands { count, from, to, scale, .. }) => {
                let scale = format!("{scale:?}").to_lowercase();
                format!("{count} mel bands from {from} to {to} Hz ({scale})")
            }
            None => format!("{} frequencies", spectrum.frequencies()),
        });
        steps.extend(spectrum.level.map(|_| "logarithms".into()));
        steps.extend(spectrum.cosines.map(|count| format!("{count} cepstral coefficients")));
    }
    steps.join(", ")
}

/// How texts become the ids of tokens, in words.
pub fn texts(tokenizer: &Tokenizer) -> String {
    let mut parts = vec![match &tokenizer.model {
        Tokens::WordPiece { known, .. } => format!("WordPiece of {} tokens", known.places.len()),
        Tokens::Pairs(pairs) => format!("byte pair encoding of {} merges", pairs.merges.len()),
    }];
    parts.push(match tokenizer.truncation {
        Some(truncation) => format!("at most {} a text", truncation.most),
        None => "of any length".into(),
    });
    if let Some(least) = tokenizer.padding.and_then(|padding| padding.least) {
        parts.push(format!("filled up to {least}"));
    }
    parts.join(", ")
}

/// Where a model comes from.
pub fn provenance(provenance: &Provenance) -> Map<String, Value> {
    let metrics = (provenance.metrics.iter())
        .map(|metric| json!({ "name": metric.name, "split": metric.split, "value": metric.value }));
    object([
        ("framework", json!(provenance.framework)),
        ("version", json!(provenance.version)),
        ("estimator", json!(provenance.estimator)),
        ("trained_at", json!(provenance.trained_at)),
        ("rows", json!(provenance.rows)),
        ("metrics", metrics.collect()),
    ])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
