//! The body: a model as postcard structs, with arrays of numbers left out and named instead.
//!
//! These structs are the format. They change only with [`VERSION`](super::VERSION), and apart from the model's own types,
//! so that neither binds the other. The operators are in [`operators`](super::operators).

use super::blobs::{BlobReader, BlobWriter, Numbers};
use super::limits::{self, MAX_INPUTS, MAX_LABELS, MAX_METRICS, MAX_NODES, MAX_TEXT_BYTES};
use super::operators::WireNode;
use super::texts::WireTexts;
use crate::error::Result;
use crate::model::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct Body {
    inputs: Vec<WireInput>,
    targets: Vec<String>,
    classes: Vec<WireLabels>,
    outputs: Vec<(WireMethod, u32)>,
    pub(super) nodes: Vec<WireNode>,
    provenance: WireProvenance,
    test_inputs: Numbers,
    test_outputs: Vec<(WireMethod, Numbers)>,
    test_tolerance: f64,
    test_texts: WireTexts,
}

#[derive(Serialize, Deserialize)]
struct WireInput {
    name: String,
    kind: WireInputKind,
    accepts_missing: bool,
}

#[derive(Serialize, Deserialize)]
enum WireInputKind {
    Numeric,
    Categorical { categories: WireLabels, accepts_unknown: bool },
    Unbounded,
    Text,
    Date,
}

#[derive(Serialize, Deserialize)]
pub(super) enum WireLabels {
    Strings(Vec<String>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Booleans(Vec<bool>),
}

#[derive(Serialize, Deserialize)]
enum WireMethod {
    Predict,
    PredictProba,
    DecisionFunction,
    Transform,
}

#[derive(Serialize, Deserialize)]
pub(super) struct WireProvenance {
    framework: String,
    version: String,
    estimator: String,
    trained_at: Option<u64>,
    rows: Option<u64>,
    metrics: Vec<(String, String, f64)>,
}

impl Body {
    /// Turns a model into a body and its arrays into blobs.
    pub fn from_model(model: &Model, blobs: &mut BlobWriter) -> Result<Self> {
        let signature = model.signature();
        let body = Self {
            inputs: signature.inputs.iter().map(WireInput::from_input).collect(),
            targets: signature.targets.clone(),
            classes: signature.classes.iter().map(WireLabels::from_labels).collect(),
            outputs: signature.outputs.iter().map(|output| (output.method.into(), output.value)).collect(),
            nodes: model.graph().nodes.iter().map(|node| WireNode::from_node(node, blobs)).collect(),
            provenance: WireProvenance::from_provenance(model.provenance()),
            test_inputs: blobs.push(&model.tests().inputs),
            test_outputs: (model.tests().expected.iter())
                .map(|expected| (expected.method.into(), blobs.push(&expected.values)))
                .collect(),
            test_tolerance: model.tests().tolerance,
            test_texts: WireTexts::from_texts(&model.tests().texts),
        };
        body.check_limits()?;
        Ok(body)
    }

    /// Turns the body back into what a model is made of.
    pub fn into_parts(self, blobs: &mut BlobReader<'_>) -> Result<Parts> {
        self.check_limits()?;
        let signature = Signature {
            inputs: self.inputs.into_iter().map(WireInput::into_input).collect(),
            targets: self.targets,
            classes: self.classes.into_iter().map(WireLabels::into_labels).collect(),
            outputs: (self.outputs.into_iter())
                .map(|(method, value)| Output { method: method.into(), value })
                .collect(),
        };
        let nodes = self.nodes.into_iter().map(|node| node.into_node(blobs)).collect::<Result<_>>()?;
        let inputs = blobs.take(self.test_inputs)?;
        let expected = (self.test_outputs.into_iter())
            .map(|(method, values)| Ok(Expected { method: method.into(), values: blobs.take(values)? }))
            .collect::<Result<_>>()?;
        Ok(Parts {
            signature,
            graph: Graph { nodes },
            provenance: self.provenance.into_provenance(),
            tests: TestRows { inputs, texts: self.test_texts.into_texts()?, expected, tolerance: self.test_tolerance },
        })
    }

    /// The same limits on both ways, so that what is written can be read.
    fn check_limits(&self) -> Result<()> {
        limits::check("signature.inputs", self.inputs.len(), MAX_INPUTS)?;
        limits::check("signature.targets", self.targets.len(), MAX_LABELS)?;
        limits::check("graph.nodes", self.nodes.len(), MAX_NODES)?;
        for input in &self.inputs {
            check_text(&input.name)?;
            if let WireInputKind::Categorical { categories, .. } = &input.kind {
                categories.check_limits()?;
            }
        }
        for node in &self.nodes {
            node.check_limits()?;
        }
        self.targets.iter().try_for_each(|text| check_text(text))?;
        self.provenance.check_limits()?;
        self.classes.iter().try_for_each(WireLabels::check_limits)
    }
}

pub(super) fn check_text(text: &str) -> Result<()> {
    limits::check("text", text.len(), MAX_TEXT_BYTES)
}

impl WireInput {
    fn from_input(input: &Input) -> Self {
        let kind = match &input.kind {
            InputKind::Numeric => WireInputKind::Numeric,
            InputKind::Unbounded => WireInputKind::Unbounded,
            InputKind::Text => WireInputKind::Text,
            InputKind::Date => WireInputKind::Date,
            InputKind::Categorical { categories, unknown } => WireInputKind::Categorical {
                categories: WireLabels::from_labels(categories),
                accepts_unknown: *unknown == Unknown::Accepted,
            },
        };
        Self { name: input.name.clone(), kind, accepts_missing: input.missing == Missing::Accepted }
    }

    fn into_input(self) -> Input {
        let kind = match self.kind {
            WireInputKind::Numeric => InputKind::Numeric,
            WireInputKind::Unbounded => InputKind::Unbounded,
            WireInputKind::Text => InputKind::Text,
            WireInputKind::Date => InputKind::Date,
            WireInputKind::Categorical { categories, accepts_unknown } => InputKind::Categorical {
                categories: categories.into_labels(),
                unknown: if accepts_unknown { Unknown::Accepted } else { Unknown::Refused },
            },
        };
        Input {
            name: self.name,
            kind,
            missing: if self.accepts_missing { Missing::Accepted } else { Missing::Refused },
        }
    }
}

impl WireLabels {
    pub(super) fn from_labels(labels: &Labels) -> Self {
        match labels.clone() {
            Labels::Strings(labels) => WireLabels::Strings(labels),
            Labels::Integers(labels) => WireLabels::Integers(labels),
            Labels::Floats(labels) => WireLabels::Floats(labels),
            Labels::Booleans(labels) => WireLabels::Booleans(labels),
        }
    }

    pub(super) fn into_labels(self) -> Labels {
        match self {
            WireLabels::Strings(labels) => Labels::Strings(labels),
            WireLabels::Integers(labels) => Labels::Integers(labels),
            WireLabels::Floats(labels) => Labels::Floats(labels),
            WireLabels::Booleans(labels) => Labels::Booleans(labels),
        }
    }

    pub(super) fn check_limits(&self) -> Result<()> {
        let count = match self {
            WireLabels::Strings(labels) => {
                labels.iter().try_for_each(|label| check_text(label))?;
                labels.len()
            }
            WireLabels::Integers(labels) => labels.len(),
            WireLabels::Floats(labels) => labels.len(),
            WireLabels::Booleans(labels) => labels.len(),
        };
        limits::check("labels", count, MAX_LABELS)
    }
}

impl WireProvenance {
    #[inline(always)]
    pub(super) fn check_limits(&self) -> Result<()> {
        limits::check("provenance.metrics", self.metrics.len(), MAX_METRICS)?;
        for text in [&self.framework, &self.version, &self.estimator] {
            check_text(text)?;
        }
        for (name, split, _) in &self.metrics {
            check_text(name)?;
            check_text(split)?;
        }
        Ok(())
    }

    pub(super) fn from_provenance(provenance: &Provenance) -> Self {
        let metric = |metric: &Metric| (metric.name.clone(), metric.split.clone(), metric.value);
        Self {
            framework: provenance.framework.clone(),
            version: provenance.version.clone(),
            estimator: provenance.estimator.clone(),
            trained_at: provenance.trained_at,
            rows: provenance.rows,
            metrics: provenance.metrics.iter().map(metric).collect(),
        }
    }

    pub(super) fn into_provenance(self) -> Provenance {
        let metric = |(name, split, value)| Metric { name, split, value };
        Provenance {
            framework: self.framework,
            version: self.version,
            estimator: self.estimator,
            trained_at: self.trained_at,
            rows: self.rows,
            metrics: self.metrics.into_iter().map(metric).collect(),
        }
    }
}

impl From<Method> for WireMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::Predict => WireMethod::Predict,
            Method::PredictProba => WireMethod::PredictProba,
            Method::DecisionFunction => WireMethod::DecisionFunction,
            Method::Transform => WireMethod::Transform,
        }
    }
}

impl From<WireMethod> for Method {
    fn from(method: WireMethod) -> Self {
        match method {
            WireMethod::Predict => Method::Predict,
            WireMethod::PredictProba => Method::PredictProba,
            WireMethod::DecisionFunction => Method::DecisionFunction,
            WireMethod::Transform => Method::Transform,
        }
    }
}
