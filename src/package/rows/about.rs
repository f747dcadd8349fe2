//! What a package's scripts know of their model.

use crate::model::{InputKind, Missing, Model, Unknown};
use crate::package::labels::labels;
use serde_json::{Map, Value, json};

/// What `pkg-template/one-model/about.js` exports of a model of rows.
pub fn of(model: &Model) -> Map<String, Value> {
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
    about.insert("schema".into(), schema);
    about.insert("unbounded".into(), unbounded.map(|(i, _): (usize, _)| i).collect());
    about
}
