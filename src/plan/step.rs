//! One step of a plan: an operator with its parameters laid out and its places in the scratch known.

use crate::model::{Model, Operator, ValueId};

/// A step: runs `action` and writes rows of `width` numbers at `at`, after everything it reads.
#[derive(Clone, Debug)]
pub struct Step {
    /// What to do.
    pub action: Action,
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
#[allow(missing_docs, reason = "the fields are those of the model's operators of the same names")]
pub enum Action {
    Select { from: Source, columns: Vec<u32> },
    Concat { from: Vec<Source> },
    Impute { from: Source, fills: Vec<f64> },
    Scale { from: Source, offsets: Vec<f64>, divisors: Vec<f64> },
    OneHot { from: Source, categories: Vec<u32> },
    Linear { from: Source, coefficients: Vec<f64>, intercepts: Vec<f64> },
    Sigmoid { from: Source },
    Softmax { from: Source },
    ArgMax { from: Source },
    Binarize { from: Source, threshold: f64 },
}

impl Step {
    /// The step of node `i`.
    pub(super) fn of_node(model: &Model, i: usize, places: &[usize]) -> Self {
        let node = &model.graph().nodes[i];
        let source = |id: ValueId| Source { at: places[id as usize], width: model.width(id) };
        let from = source(node.inputs[0]);
        let action = match node.operator.clone() {
            Operator::Select(select) => Action::Select { from, columns: select.columns },
            Operator::Concat(_) => Action::Concat { from: node.inputs.iter().map(|&id| source(id)).collect() },
            Operator::Impute(impute) => Action::Impute { from, fills: impute.fills },
            Operator::Scale(scale) => Action::Scale { from, offsets: scale.offsets, divisors: scale.divisors },
            Operator::OneHot(one_hot) => Action::OneHot { from, categories: one_hot.categories },
            Operator::Linear(linear) => {
                Action::Linear { from, coefficients: linear.coefficients, intercepts: linear.intercepts }
            }
            Operator::Sigmoid(_) => Action::Sigmoid { from },
            Operator::Softmax(_) => Action::Softmax { from },
            Operator::ArgMax(_) => Action::ArgMax { from },
            Operator::Binarize(binarize) => Action::Binarize { from, threshold: binarize.threshold },
        };
        Self { action, at: places[i + 1], width: model.width(i as ValueId + 1) }
    }
}
