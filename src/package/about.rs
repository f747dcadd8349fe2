//! What a package's scripts know of their model.

use super::example::date;
use super::types::quoted;
use super::{Options, escape};
use crate::model::{InputKind, Label, Labels, Missing, Model, Unknown};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The name in the scripts in whose place it is put.
const PLACE: &str = "EDGELET_PACKAGE";
/// Beyond, a whole number is no number of JavaScript's.
const SAFE: u64 = 1 << 53;

/// What the values of a feature were in training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The least.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Range {
    /// What people read of its ends, where they are values of such a feature.
    pub fn ends(self, kind: &InputKind) -> [String; 2] {
        [self.least, self.most].map(|x| match (kind, date(x)) {
            (InputKind::Date, Value::String(date)) => date,
            _ => quoted(&x.into()),
        })
    }
}

/// What `pkg-template/one-model/about.js` exports.
pub fn of(model: &Model, options: &Options, bytes: &[u8], is_set_up: bool) -> Map<String, Value> {
    let signature = model.signature();
    let inputs: Vec<Value> = signature
        .inputs
        .iter()
        .map(|input| {
            let missing = input.missing == Missing::Accepted;
            match &input.kind {
                InputKind::Numeric | InputKind::Unbounded => {
                    json!({ "name": input.name, "type": "numeric", "missing": missing, "unknown": false })
                }
                InputKind::Text => json!({ "name": input.name, "type": "text", "missing": missing, "unknown": false }),
                InputKind::Date => json!({ "name": input.name, "type": "date", "missing": missing, "unknown": false }),
                InputKind::Categorical { categories, unknown } => json!({
                    "name": input.name, "type": "categorical", "categories": labels(categories), "missing": missing,
                    "unknown": *unknown == Unknown::Accepted,
                }),
            }
        })
        .collect();
    let unbounded = (0..).zip(&signature.inputs).filter(|(_, input)| input.kind == InputKind::Unbounded);
    let outputs = signature.outputs.iter();
    let outputs = outputs.map(|output| json!({ "method": output.method.name(), "width": model.width(output.value) }));
    let schema = json!({
        "inputs": inputs,
        "targets": signature.targets,
        "classes": signature.classes.iter().map(labels).collect::<Vec<_>>(),
        "outputs": outputs.collect::<Vec<_>>(),
    });
    let mut about = Map::new();
    about.insert("version".into(), options.version.to_string().into());
    about.insert("schema".into(), schema);
    about.insert("unbounded".into(), unbounded.map(|(i, _): (usize, _)| i).collect());
    about.insert("isSetUp".into(), is_set_up.into());
    if let Some(address) = &options.address {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        about.insert("source".into(), json!({ "url": address.to_string(), "sha256": hash }));
    }
    about
}

/// A script with what it knows put in; what is put in is not looked at again.
pub fn put(script: &str, about: &Map<String, Value>) -> String {
    script.replace(PLACE, &escape::script(&about.clone().into()))
}

/// Labels as JavaScript has them: whole numbers that are no numbers there are texts.
pub fn labels(labels: &Labels) -> Vec<Value> {
    labels.iter().map(label).collect()
}

/// One label.
pub fn label(label: Label<'_>) -> Value {
    match label {
        Label::String(label) => label.into(),
        Label::Integer(label) if label.unsigned_abs() <= SAFE => label.into(),
        Label::Integer(label) => label.to_string().into(),
        Label::Float(label) => label.into(),
        Label::Boolean(label) => label.into(),
    }
}
