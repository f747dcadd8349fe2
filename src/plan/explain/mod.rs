//! How a model is explained: from the score backwards, each step divides what it counts among what it was made of, until
//! only numbers are left that are made of one feature each.
//!
//! A score is a sum: of trees, whose own features are explained by `kernel/shap`; of products of a linear function, which
//! count coefficient · (x − mean); and of such sums, scaled, shifted, added. Steps before that work on single columns, so
//! that each column belongs to a feature ([`columns`]), and what follows the score (a link, a decision) is left out.

mod columns;
mod trees;

pub use trees::{Ensemble, Rule, Tree};

use super::lay_out;
use crate::error::{Error, Kind, Result};
use crate::model::{Background, Function, Map, Method, Model, Node, Norm, Normalize, Operator, ValueId};
use columns::Column;
use std::sync::Arc;

/// How to explain a model: constant, made once.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The output whose steps lead to the score.
    pub method: Method,
    /// The score.
    pub score: Place,
    /// What the score says of classes.
    pub scores: Scores,
    /// How many features a row has.
    pub features: usize,
    /// What each step does with what it counts, the last step first.
    pub shares: Vec<Share>,
    /// How many weights there are: one for each number of each value that is part of the score.
    pub weights: usize,
    /// The most numbers that trees take.
    pub row: usize,
}

/// What a score says of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scores {
    /// Nothing: it is the answer itself, or what becomes the answer.
    OfNone,
    /// It is the second's of two classes, and its opposite the first's.
    OfSecond,
    /// There is one for each class.
    OfEach,
}

/// A value of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it lies in the scratch.
    pub at: usize,
    /// Where its weights lie.
    pub weights: usize,
    /// How many numbers a row has.
    pub width: usize,
}

/// A step of a score.
#[derive(Clone, Debug)]
pub struct Share {
    /// What the step does.
    pub operator: Arc<Operator>,
    /// What it takes.
    pub from: Vec<Place>,
    /// What it makes.
    pub to: Place,
    /// Whom the numbers that it takes belong to.
    pub parts: Parts,
}

/// Whom the numbers belong to that a step takes.
#[derive(Clone, Debug)]
pub enum Parts {
    /// They are parts of the score.
    Scores,
    /// Of a linear function: the feature of each, or none where it is a part of the score; and the means. What is the same
    /// for all rows belongs to a feature after the last.
    Linear(Vec<Option<u32>>, Vec<f64>),
    /// Of trees.
    Trees(Box<Ensemble>),
}

/// How to explain a model.
///
/// # Errors
/// [`Kind::Unsupported`] with the step that mixes features, or that nothing is known of; [`Kind::UnsupportedMethod`] if the
/// model does not predict.
pub fn compile(model: &Model, background: &Background) -> Result<Explanation> {
    let chart = Chart::new(model)?;
    let layout = lay_out(model);
    let mut starts = Vec::with_capacity(layout.places.len());
    let mut weights = 0;
    for id in 0..layout.places.len() {
        starts.push(weights);
        weights += if chart.is_part[id] { model.width(id as ValueId) } else { 0 };
    }
    let place = |id: ValueId| {
        let i = id as usize;
        Place { at: layout.places[i], weights: starts[i], width: model.width(id) }
    };
    let mut shares = Vec::new();
    let mut row = 0;
    for (i, node) in model.graph().nodes.iter().enumerate().rev() {
        if !chart.is_part[i + 1] {
            continue;
        }
        let parts = match &*node.operator {
            Operator::Forest(forest) => {
                let weights = background.of(i).ok_or_else(|| unknown(i, node))?;
                row = row.max(forest.width);
                let features: Vec<u32> = chart.features_of(node.inputs[0]).into_iter().flatten().collect();
                Parts::Trees(Box::new(Ensemble::new(forest, weights, &features).map_err(|error| at(i, node, error))?))
            }
            Operator::Linear(_) | Operator::LinearF32(_) => {
                let features = chart.features_of(node.inputs[0]);
                match background.of(i) {
                    Some(means) => Parts::Linear(features, means.to_vec()),
                    None if features.iter().all(Option::is_none) => Parts::Linear(features, Vec::new()),
                    None => return Err(unknown(i, node)),
                }
            }
            _ => Parts::Scores,
        };
        let from = node.inputs.iter().map(|&input| place(input)).collect();
        shares.push(Share { operator: Arc::clone(&node.operator), from, to: place(i as ValueId + 1), parts });
    }
    let Chart { method, score, scores, .. } = chart;
    let features = model.signature().inputs.len();
    Ok(Explanation { method, score: place(score), scores, features, shares, weights, row })
}

/// The linear functions that explanations need means for, each with the value that it takes, and the method that comes by
/// them.
///
/// # Errors
/// As [`compile`].
pub fn linear_parts(model: &Model) -> Result<(Method, Vec<(u32, Place)>)> {
    let chart = Chart::new(model)?;
    let layout = lay_out(model);
    let mut parts = Vec::new();
    for (i, node) in model.graph().nodes.iter().enumerate() {
        let is_linear = matches!(&*node.operator, Operator::Linear(_) | Operator::LinearF32(_));
        if is_linear && chart.is_part[i + 1] {
            let input = node.inputs[0];
            if chart.columns[input as usize].iter().any(|column| *column != Column::Score) {
                let at = layout.places[input as usize];
                parts.push((i as u32, Place { at, weights: 0, width: model.width(input) }));
            }
        }
    }
    Ok((chart.method, parts))
}

/// Where the score is, and what all values are made of.
struct Chart {
    method: Method,
    score: ValueId,
    scores: Scores,
    columns: Vec<Vec<Column>>,
    /// Whether a value is a part of the score, by id.
    is_part: Vec<bool>,
}

impl Chart {
    fn new(model: &Model) -> Result<Self> {
        let columns = columns::of(model);
        let (signature, nodes) = (model.signature(), &model.graph().nodes);
        let asked = match signature.output(Method::DecisionFunction) {
            Ok(output) => output,
            Err(_) if !signature.classes.is_empty() => signature.output(Method::PredictProba)?,
            Err(_) => signature.output(Method::Predict)?,
        };
        let mut score = asked.value;
        // What makes answers of scores is left out.
        while let Some(node) = (score as usize).checked_sub(1).map(|i| &nodes[i])
            && matches!(columns[score as usize][0], Column::Mixed(_))
            && is_link(&node.operator)
        {
            score = node.inputs[0];
        }
        let width = model.width(score);
        let scores = match (&signature.classes[..], width) {
            ([], 1) => Scores::OfNone,
            ([classes], 1) if classes.len() == 2 => Scores::OfSecond,
            ([classes], width) if classes.len() == width => {
                // It chooses the class that is explained.
                signature.output(Method::Predict)?;
                Scores::OfEach
            }
            _ => {
                let found = format!("{} targets, {width} scores", signature.targets.len());
                return Err(Error::new(Kind::Unsupported, "explain", "one target", found));
            }
        };
        for column in &columns[score as usize] {
            match *column {
                Column::Score => {}
                Column::Mixed(i) => return Err(mixes(i as usize, &nodes[i as usize])),
                _ => {
                    let expected = "trees or a linear function";
                    return Err(Error::new(Kind::Unsupported, "explain", expected, "a model of neither"));
                }
            }
        }
        let mut is_part = vec![false; columns.len()];
        is_part[score as usize] = true;
        for (i, node) in nodes.iter().enumerate().rev() {
            if is_part[i + 1] {
                for &input in &node.inputs {
                    is_part[input as usize] |= columns[input as usize].contains(&Column::Score);
                }
            }
        }
        Ok(Self { method: asked.method, score, scores, columns, is_part })
    }

    /// The feature of each number of a value: of what is the same for all rows one after the last, of scores none.
    fn features_of(&self, value: ValueId) -> Vec<Option<u32>> {
        let after = self.columns[0].len() as u32;
        let feature = |column: &Column| match *column {
            Column::Of(feature) => Some(feature),
            Column::Nothing => Some(after),
            _ => None,
        };
        self.columns[value as usize].iter().map(feature).collect()
    }
}

/// Whether an operator makes answers of scores.
fn is_link(operator: &Operator) -> bool {
    match operator {
        Operator::Sigmoid(_) | Operator::Softmax(_) | Operator::Complement(_) => true,
        Operator::Normalize(Normalize { norm }) => *norm == Norm::Sum,
        Operator::Map(Map { function, .. }) => matches!(
            function,
            Function::Exp
                | Function::Sigmoid
                | Function::SigmoidF32
                | Function::Softplus
                | Function::SignedSquare
                | Function::ToF32
                | Function::Above
        ),
        _ => false,
    }
}

fn at(i: usize, node: &Node, error: Error) -> Error {
    error.within(&format!("graph.nodes[{i}] ({})", node.name))
}

fn mixes(i: usize, node: &Node) -> Error {
    let found = format!("{}, which mixes features", node.operator.name());
    let expected = "steps that work on single columns, and sums of trees or of linear functions";
    at(i, node, Error::new(Kind::Unsupported, "", expected, found))
        .hint("Explain the estimator without this step, or another model.")
}

fn unknown(i: usize, node: &Node) -> Error {
    let (expected, hint) = match &*node.operator {
        Operator::Forest(_) => (
            "the weights of training rows in its leaves",
            "Make the file with `edgelet import … --explain`: not every file of every framework knows them.",
        ),
        _ => (
            "the means of the numbers that it takes",
            "Make the file with `edgelet import … --explain --background ROWS`, or `edgelet train … --explain`.",
        ),
    };
    at(i, node, Error::new(Kind::Unsupported, "", expected, "none in the file").hint(hint))
}
