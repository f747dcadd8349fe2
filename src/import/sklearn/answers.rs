//! What an estimator answers, as values of the graph.

use crate::model::{Labels, ValueId};

/// The answers of a fitted estimator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// What it predicts: a class's index if there are classes, else a number for each target.
    pub predict: Option<ValueId>,
    /// A probability for each class.
    pub probabilities: Option<ValueId>,
    /// The scores before they become a decision: one for two classes, else one a class.
    pub scores: Option<ValueId>,
    /// The transformed row.
    pub transform: Option<ValueId>,
    /// How many numbers a transformed row has.
    pub transform_width: usize,
    /// The classes of a classifier.
    pub classes: Option<Labels>,
    /// How many numbers a prediction has.
    pub targets: usize,
}

impl Answers {
    /// A regressor's.
    pub fn numbers(predict: ValueId, targets: usize) -> Self {
        Self { predict: Some(predict), targets, ..Self::default() }
    }

    /// How many classes there are; 0 if it is no classifier.
    pub fn class_count(&self) -> usize {
        self.classes.as_ref().map_or(0, Labels::len)
    }
}
