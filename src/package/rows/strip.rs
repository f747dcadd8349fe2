//! A model without what its core in a package has no use for: names, labels, provenance, test rows. The scripts have the
//! names and labels, the card the rest.

use crate::error::Result;
use crate::model::forest::{Forest, NodeKind, Sets, Thresholds};
use crate::model::{InputKind, Labels, Model, Node, Operator, Provenance, TestRows};

/// The model that goes into a package.
///
/// # Errors
/// None, if the model is sound.
pub fn strip(model: &Model) -> Result<Model> {
    let mut parts = model.clone().into_parts();
    for (i, input) in parts.signature.inputs.iter_mut().enumerate() {
        input.name = i.to_string();
        if let InputKind::Categorical { categories, .. } = &mut input.kind {
            *categories = numbered(categories);
        }
    }
    parts.signature.classes.iter_mut().for_each(|classes| *classes = numbered(classes));
    for (i, target) in parts.signature.targets.iter_mut().enumerate() {
        *target = i.to_string();
    }
    for node in &mut parts.graph.nodes {
        *node = Node { name: String::new(), ..node.clone() };
    }
    parts.provenance = Provenance::default();
    parts.tests = TestRows::default();
    Model::new(parts)
}

/// The same with a leaf of zeros in place of each forest; `None` if it has none.
///
/// # Errors
/// As [`strip`].
pub fn hollow(model: &Model) -> Result<Option<Model>> {
    let mut parts = strip(model)?.into_parts();
    let mut has_forests = false;
    for node in &mut parts.graph.nodes {
        if let Operator::Forest(Forest { width, rows, sums, base, divisor, .. }) = &*node.operator {
            has_forests = true;
            node.operator = Operator::Forest(Forest {
                width: *width,
                rows: *rows,
                sums: *sums,
                base: base.clone(),
                divisor: *divisor,
                targets: vec![None],
                kinds: vec![NodeKind::Leaf],
                features: Vec::new(),
                thresholds: Thresholds::new(*width, [], &[]),
                sets: Sets::default(),
                leaves: vec![0.0; base.len()],
                linear: None,
            })
            .into();
        }
    }
    if has_forests { Model::new(parts).map(Some) } else { Ok(None) }
}

/// As many labels.
fn numbered(labels: &Labels) -> Labels {
    Labels::Integers((0..labels.len() as i64).collect())
}
