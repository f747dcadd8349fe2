//! What a fit tells about itself, for people and (through serde) for programs.

use super::options::Task;
use super::problem::{Fit, Learned};
use crate::model::{Labels, Metric};
use serde::Serialize;

/// What a fit tells about itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The estimator with its hyper-parameters.
    pub model: String,
    /// Its name in scikit-learn.
    pub estimator: &'static str,
    /// Regression or classification.
    pub task: Task,
    /// Why that.
    pub why: String,
    /// The target column.
    pub target: String,
    /// How many rows the final model was fitted on.
    pub rows: usize,
    /// How many columns it learned from, or numbers of an example.
    pub features: usize,
    /// How long each dimension of an example is; empty of rows of columns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shape: Vec<usize>,
    /// The model's classes, in order; empty for a regression.
    pub classes: Vec<String>,
    /// How many folds were cross-validated; 0 for none.
    pub folds: usize,
    /// How many rows were held out for the score before the final fit; 0 for none.
    pub held_out: usize,
    /// The measures.
    pub metrics: Vec<Scores>,
    /// The measure that candidates are compared by; less is better.
    pub loss: &'static str,
    /// Every candidate from best to worst; empty unless there was a choice.
    pub leaderboard: Vec<Standing>,
    /// Why the winner won.
    pub choice: Option<String>,
    /// The linear functions, of columns as they came.
    pub coefficients: Vec<Coefficients>,
    /// How often each class was taken for each.
    pub confusion: Option<Confusion>,
    /// How many bytes a visitor downloads: the file as it is uploaded.
    pub download: u64,
    /// How long the last fit took, to all rows.
    pub fit_seconds: f64,
    /// What else one should know.
    pub notes: Vec<String>,
}

/// One measure on each set of rows, where it is defined.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Its name.
    pub name: &'static str,
    /// Over the folds of cross-validation.
    pub cv: Option<Spread>,
    /// On the rows held out.
    pub test: Option<f64>,
    /// On the rows fitted.
    pub train: Option<f64>,
}

/// A mean and the standard deviation around it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The population standard deviation.
    pub std: f64,
}

/// One line of the leaderboard.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The candidate.
    pub model: String,
    /// Its loss over the folds: mean squared error or log-loss.
    pub loss: Spread,
    /// How many bytes a visitor downloads of it.
    pub bytes: u64,
    /// Whether it was chosen.
    pub chosen: bool,
}

/// One linear function, in the columns' own units.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coefficients {
    /// What it scores: the target, or a class.
    pub output: String,
    /// The constant part.
    pub intercept: f64,
    /// The columns' names and weights.
    pub weights: Vec<(String, f64)>,
}

/// How often each class (row) was taken for each class (column).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Confusion {
    /// On which rows: `test` or `train`.
    pub split: &'static str,
    /// Truth × prediction.
    pub counts: Vec<Vec<u64>>,
}

/// The linear functions of a fit with the standardization folded in; none of trees.
pub fn coefficients(fit: &Fit, target: &str, classes: Option<&Labels>) -> Vec<Coefficients> {
    let Learned::Linear(linear) = &fit.learned else { return Vec::new() };
    let columns = &fit.preparation.columns;
    let scores = linear.coefficients.chunks_exact(linear.width).zip(&linear.intercepts);
    let of_score = |(i, (weights, intercept)): (usize, (&[f64], &f64))| {
        // The one score of two classes speaks for the second.
        let class = if linear.intercepts.len() == 1 { 1 } else { i };
        let output = classes.and_then(|classes| classes.get(class)).map(|label| label.to_string());
        let scaled = columns.iter().zip(weights).map(|(column, w)| (column, w / column.divisor));
        let shift: f64 = scaled.clone().map(|(column, w)| w * column.offset).sum();
        Coefficients {
            output: output.unwrap_or_else(|| target.to_owned()),
            intercept: intercept - shift,
            weights: scaled.map(|(column, w)| (column.name.clone(), w)).collect(),
        }
    };
    scores.enumerate().map(of_score).collect()
}

impl Report {
    /// The measures as a model carries them.
    pub fn provenance_metrics(&self) -> Vec<Metric> {
        let of_scores = |scores: &Scores| {
            let splits = [("cv", scores.cv.map(|spread| spread.mean)), ("test", scores.test), ("train", scores.train)];
            let name = scores.name;
            splits.into_iter().filter_map(move |(split, value)| {
                let value = value.filter(|value| value.is_finite())?;
                Some(Metric { name: name.to_owned(), split: split.to_owned(), value })
            })
        };
        self.metrics.iter().flat_map(of_scores).collect()
    }
}
