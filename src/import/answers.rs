//! The graph of a model while it is put together, and where in it a framework's answers are.

use super::Imported;
use super::trees::Planted;
use crate::error::Result;
use crate::model::{Concat, Function, Graph, Input, Known, Labels, Map, Method, Model, Node, Operator, Output, Parts};
use crate::model::{Provenance, Select, Signature, TestRows, ValueId};
use std::sync::Arc;

/// A graph while it is put together, and what the file knows of the training rows at its nodes.
#[derive(Default)]
pub struct Draft {
    /// The nodes so far.
    pub nodes: Vec<Node>,
    /// The background so far.
    pub known: Vec<Known>,
}

/// Adds nodes to a graph.
pub struct Steps<'a>(pub &'a mut Draft);

/// What a node does, and what is known of the training rows there.
pub struct Step {
    operator: Operator,
    known: Option<Vec<f64>>,
}

impl<T: Into<Operator>> From<T> for Step {
    fn from(operator: T) -> Self {
        Self { operator: operator.into(), known: None }
    }
}

impl From<Planted> for Step {
    fn from(planted: Planted) -> Self {
        let (forest, known) = planted.finished();
        Self { operator: forest.into(), known }
    }
}

impl Steps<'_> {
    /// Adds a node and returns its value.
    pub fn add(&mut self, name: &str, step: impl Into<Step>, inputs: &[ValueId]) -> ValueId {
        let Step { operator, known } = step.into();
        let node = self.0.nodes.len() as u32;
        self.0.known.extend(known.map(|numbers| Known { node, numbers }));
        self.0.nodes.push(Node { name: name.to_owned(), operator: Arc::new(operator), inputs: inputs.to_vec() });
        node + 1
    }

    /// Adds a function without parameters.
    pub fn map(&mut self, name: &str, function: Function, input: ValueId) -> ValueId {
        self.add(name, Map::of(function), &[input])
    }

    /// Adds a function of those columns of a value that `is_meant` names; the others stay as they are.
    pub fn map_columns(&mut self, name: &str, map: Map, input: ValueId, is_meant: &[bool]) -> ValueId {
        let meant: Vec<u32> =
            (0..).zip(is_meant).filter(|(_, is_meant)| **is_meant).map(|(column, _)| column).collect();
        if meant.is_empty() {
            return input;
        }
        if meant.len() == is_meant.len() {
            return self.add(name, map, &[input]);
        }
        let width = is_meant.len() as u32;
        let mut columns: Vec<u32> = (0..width).collect();
        meant.iter().zip(width..).for_each(|(&column, place)| columns[column as usize] = place);
        let chosen = self.add(&format!("{name}: columns"), Select { columns: meant }, &[input]);
        let mapped = self.add(name, map, &[chosen]);
        let both = self.add(&format!("{name}: beside all"), Concat, &[input, mapped]);
        self.add(&format!("{name}: in place"), Select { columns }, &[both])
    }
}

/// What an estimator answers, as values of a graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// What it predicts for each target: a class's index if there are classes, else a number.
    pub predict: Option<ValueId>,
    /// A probability for each class, those of the targets side by side.
    pub probabilities: Option<ValueId>,
    /// The scores before they become an answer, where they are something else than the prediction.
    pub scores: Option<ValueId>,
    /// The transformed row.
    pub transform: Option<ValueId>,
    /// How many numbers a transformed row has.
    pub transform_width: usize,
    /// The classes of a classifier, for each target.
    pub classes: Vec<Labels>,
    /// How many numbers a prediction has.
    pub targets: usize,
}

impl Answers {
    /// A regressor's.
    pub fn numbers(predict: ValueId, targets: usize) -> Self {
        Self { predict: Some(predict), targets, ..Self::default() }
    }

    /// How many classes there are; 0 if it is no classifier, or one of several targets.
    pub fn class_count(&self) -> usize {
        if let [classes] = &self.classes[..] { classes.len() } else { 0 }
    }

    /// The whole model: what goes in, the graph, where it comes from.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`](crate::error::Kind::InvalidModel), with the path of the part that is not sound.
    pub fn model(self, inputs: Vec<Input>, draft: Draft, provenance: Provenance) -> Result<Imported> {
        let outputs = [
            (Method::Predict, self.predict),
            (Method::PredictProba, self.probabilities),
            (Method::DecisionFunction, self.scores),
            (Method::Transform, self.transform),
        ];
        let outputs =
            outputs.into_iter().filter_map(|(method, value)| Some(Output { method, value: value? })).collect();
        let targets = match self.targets {
            0 | 1 => vec!["prediction".to_owned()],
            count => (0..count).map(|i| format!("prediction_{i}")).collect(),
        };
        let model = Model::new(Parts {
            signature: Signature { inputs, targets, classes: self.classes, outputs },
            graph: Graph { nodes: draft.nodes },
            provenance,
            tests: TestRows::default(),
        })?;
        Ok(Imported { model, known: draft.known })
    }
}
