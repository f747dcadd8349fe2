//! What a fitted model does, as pictures show it: how far off it is, which columns matter, how its answer moves with each.
//!
//! Everything is measured on rows that the model was not fitted to, where some were held out.

mod curves;
mod dependence;
mod importance;

pub use curves::ClassCurves;
pub use dependence::{Dependence, Line, Ticks};
pub use importance::Importance;

use super::options::Task;
use super::problem::{Learned, Problem};
use super::split::sample;
use crate::model::{Method, Model};

/// The most rows that are looked at: with more, the pictures do not change.
const MAX_ROWS: usize = 4000;
/// The most points of a cloud.
const MAX_POINTS: usize = 800;

/// What a fitted model does.
#[derive(Clone, Debug)]
pub struct Insight {
    /// Which rows it was measured on: `test` or `train`.
    pub split: &'static str,
    /// How many there are.
    pub rows: usize,
    /// Predicted number and true one, of some rows; empty for classes.
    pub residuals: Vec<[f64; 2]>,
    /// How well each class is told from the others; empty for a regression. Of two classes only the second.
    pub classes: Vec<ClassCurves>,
    /// The measure that importances are changes of.
    pub loss: &'static str,
    /// How much each column matters, from most to least.
    pub importance: Vec<Importance>,
    /// How the answer moves with each of the columns that matter most.
    pub dependence: Vec<Dependence>,
    /// The loss after each iteration of boosting, on the rows fitted and on those that decide when to stop.
    pub learning: Vec<(f64, Option<f64>)>,
}

impl Insight {
    /// Looks at a model's answers for some rows.
    pub fn of(problem: &Problem, model: &Model, learned: &Learned, split: &'static str, rows: &[usize]) -> Self {
        let rows = sample(rows, MAX_ROWS, problem.seed);
        let importance = importance::of(problem, model, &rows);
        let most = importance.iter().map(|importance| importance.place);
        let dependence = dependence::of(problem, model, &rows, most);
        let truth = problem.targets(&rows);
        let (mut residuals, mut classes) = (Vec::new(), Vec::new());
        match problem.target.task {
            Task::Regression => {
                let predicted = problem.answers(model, Method::Predict, &rows);
                residuals = predicted.into_iter().zip(truth).map(|(p, y)| [p, y]).take(MAX_POINTS).collect();
            }
            Task::Classification => {
                let probabilities = problem.answers(model, Method::PredictProba, &rows);
                classes = curves::of(problem, &truth, &probabilities);
            }
        }
        let learning = if let Learned::Trees(grown) = learned { grown.curve.clone() } else { Vec::new() };
        Self { split, rows: rows.len(), residuals, classes, loss: problem.loss(), importance, dependence, learning }
    }
}
