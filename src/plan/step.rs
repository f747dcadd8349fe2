//! One step of a plan: an operator and its places in the scratch.

use super::PackedForest;
use crate::kernel::text::Vectorizer;
use crate::model::{Node, Operator, ValueId};
use std::sync::Arc;

/// A step: works on the blocks `from` and writes rows of `width` numbers at `at`, after everything it reads.
#[derive(Clone, Debug)]
pub struct Step {
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
    Forest(Box<PackedForest>),
    /// Terms of texts to be counted.
    Text(Box<Vectorizer>),
}

impl Step {
    /// The step of node `i`, where values have these places and widths.
    pub(super) fn of_node(node: Node, i: usize, places: &[usize], widths: &[usize]) -> Self {
        let source = |&id: &ValueId| Source { at: places[id as usize], width: widths[id as usize] };
        let work = match &*node.operator {
            // A large forest is not there twice, unless somebody keeps the model.
            Operator::Forest(_) => match Arc::unwrap_or_clone(node.operator) {
                Operator::Forest(forest) => Work::Forest(Box::new(PackedForest::new(forest))),
                other => Work::Operator(Arc::new(other)),
            },
            Operator::Vectorize(vectorize) => Work::Text(Box::new(vectorize.kernel())),
            _ => Work::Operator(node.operator),
        };
        let from = node.inputs.iter().map(source).collect();
        Self { work, from, at: places[i + 1], width: widths[i + 1] }
    }
}
