//! What a fitted model does, as pictures show it: how far off it is, which columns matter, how its answer moves with each.
//!
//! Everything is measured on rows that the model was not fitted to, where some were held out.

mod curves;
mod dependence;
mod importance;

pub use curves::ClassCurves;
pub use dependence::{Dependence, Line, Ticks};
pub use importance::Importance;

use super::problem::{Learned, Problem};
use super::select::Study;
use super::split::sample;
use super::target::Target;
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
    /// The loss after each iteration of boosting or epoch of a network, on the rows fitted and on those that decide when to
    /// stop.
    pub learning: Vec<(f64, Option<f64>)>,
    /// Images whose answers are far off, from the farthest on.
    pub mistakes: Vec<Mistake>,
}

/// An image with a wrong answer.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// The image.
    pub picture: Picture,
    /// What it is.
    pub truth: String,
    /// What it was taken for.
    pub answer: String,
}

/// An image to look at.
#[derive(Clone, Debug)]
pub struct Picture {
    /// How many pixels a line has.
    pub width: usize,
    /// Red, green and blue of each pixel, line after line.
    pub pixels: Vec<[u8; 3]>,
}

impl Insight {
    /// Looks at a model's answers for some rows.
    pub fn of(problem: &Problem, model: &Model, learned: &Learned, split: &'static str, rows: &[usize]) -> Self {
        let rows = sample(rows, MAX_ROWS, problem.seed);
        let importance = importance::of(problem, model, &rows);
        let most = importance.iter().map(|importance| importance.place);
        let dependence = dependence::of(problem, model, &rows, most);
        let truth = problem.target.of(&rows);
        let method = if problem.target.classes.is_some() { Method::PredictProba } else { Method::Predict };
        let answers = problem.answers(model, method, &rows);
        let learning = if let Learned::Trees(grown) = learned { grown.curve.clone() } else { Vec::new() };
        let seen = Self::seen(&problem.target, split, &truth, &answers);
        Self { loss: problem.loss(), importance, dependence, learning, ..seen }
    }

    /// What answers alone show: predicted numbers, or probabilities of rows × classes, beside what is true.
    pub fn seen(target: &Target, split: &'static str, truth: &[f64], answers: &[f64]) -> Self {
        let (mut residuals, mut classes) = (Vec::new(), Vec::new());
        match &target.classes {
            None => residuals = answers.iter().zip(truth).map(|(p, y)| [*p, *y]).take(MAX_POINTS).collect(),
            Some(labels) => classes = curves::of(labels, truth, answers),
        }
        let (importance, dependence, learning, mistakes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (rows, loss) = (truth.len(), target.loss());
        Self { split, rows, residuals, classes, loss, importance, dependence, learning, mistakes }
    }
}
