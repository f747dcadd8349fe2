//! The signature and the provenance as a plain JavaScript object: `Schema` in the package's declarations.

use super::labels::Values;
use crate::model::{InputKind, Labels, Missing, Model, Unknown};
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;

#[derive(Serialize)]
struct Schema<'a> {
    inputs: Vec<SchemaInput<'a>>,
    targets: &'a [String],
    /// Those of each target; the package makes of them what `Schema` says.
    classes: Classes<'a>,
    outputs: Vec<SchemaOutput>,
    steps: Vec<SchemaStep<'a>>,
    provenance: SchemaProvenance<'a>,
}

#[derive(Serialize)]
struct SchemaInput<'a> {
    name: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    categories: Option<Values<'a>>,
    missing: bool,
    unknown: bool,
}

#[derive(Serialize)]
struct SchemaOutput {
    method: &'static str,
    width: usize,
}

#[derive(Serialize)]
struct SchemaStep<'a> {
    name: &'a str,
    operator: &'static str,
    width: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SchemaProvenance<'a> {
    framework: &'a str,
    version: &'a str,
    estimator: &'a str,
    trained_at: Option<f64>,
    rows: Option<f64>,
    metrics: Vec<SchemaMetric<'a>>,
}

#[derive(Serialize)]
struct SchemaMetric<'a> {
    name: &'a str,
    split: &'a str,
    value: f64,
}

/// The classes of each target.
struct Classes<'a>(&'a [Labels]);

impl Serialize for Classes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Values))
    }
}

/// The schema of a model.
pub(super) fn of(model: &Model) -> Result<JsValue, JsValue> {
    let (signature, provenance) = (model.signature(), model.provenance());
    let inputs = signature.inputs.iter().map(|input| {
        let (r#type, categories, unknown) = match &input.kind {
            InputKind::Numeric | InputKind::Unbounded => ("numeric", None, false),
            InputKind::Text => ("text", None, false),
            InputKind::Date => ("date", None, false),
            InputKind::Categorical { categories, unknown } => {
                ("categorical", Some(Values(categories)), *unknown == Unknown::Accepted)
            }
        };
        let missing = input.missing == Missing::Accepted;
        SchemaInput { name: &input.name, r#type, categories, missing, unknown }
    });
    let outputs = signature.outputs.iter();
    let steps = model.graph().nodes.iter().zip(1..);
    let metrics = provenance.metrics.iter();
    let schema = Schema {
        inputs: inputs.collect(),
        targets: &signature.targets,
        classes: Classes(&signature.classes),
        outputs: outputs
            .map(|output| SchemaOutput { method: output.method.name(), width: model.width(output.value) })
            .collect(),
        steps: steps
            .map(|(node, id)| SchemaStep { name: &node.name, operator: node.operator.name(), width: model.width(id) })
            .collect(),
        provenance: SchemaProvenance {
            framework: &provenance.framework,
            version: &provenance.version,
            estimator: &provenance.estimator,
            trained_at: provenance.trained_at.map(|seconds| seconds as f64),
            rows: provenance.rows.map(|rows| rows as f64),
            metrics: metrics
                .map(|metric| SchemaMetric { name: &metric.name, split: &metric.split, value: metric.value })
                .collect(),
        },
    };
    Ok(serde_wasm_bindgen::to_value(&schema)?)
}
