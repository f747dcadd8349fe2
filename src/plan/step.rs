//! One step of a plan: an operator and its places in the scratch.

use super::PackedForest;
use crate::kernel::text::Vectorizer;
use crate::model::{Model, Operator, ValueId};
use std::sync::Arc;

/// A step: works on the blocks `from` and writes rows of `width` numbers at `at`, after everything it reads.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which node of the graph it is.
    pub node: usize,
    /// What to do.
    pub work: Work,
    /// What it reads: at least one block.
    pub from: Vec<Source>,
    /// Where in the scratch its output lies.
    pub at: usize,
    /// How many numbers a row of its output has.
    pub width: usize,
}

/// A block of rows in the scratch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it lies.
    pub at: usize,
    /// How many numbers a row has.
    pub width: usize,
}

/// What a step does, with all it needs.
#[derive(Clone, Debug)]
pub enum Work {
    /// An operator whose parameters lie as its kernel wants them.
    Operator(Arc<Operator>),
    /// A forest laid out for walking.
    Forest(Arc<PackedForest>),
    /// Terms of texts to be counted.
    Text(Arc<Vectorizer>),
}

impl Step {
    /// The step of node `i`.
    pub(super) fn of_node(model: &Model, i: usize, places: &[usize]) -> Self {
        let node = &model.graph().nodes[i];
        let source = |&id: &ValueId| Source { at: places[id as usize], width: model.width(id) };
        let work = match &*node.operator {
            Operator::Forest(forest) => Work::Forest(Arc::new(PackedForest::new(forest.clone()))),
            Operator::Vectorize(vectorize) => Work::Text(Arc::new(vectorize.kernel())),
            _ => Work::Operator(Arc::clone(&node.operator)),
        };
        let from = node.inputs.iter().map(source).collect();
        Self { node: i, work, from, at: places[i + 1], width: model.width(i as ValueId + 1) }
    }
}
