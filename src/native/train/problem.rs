//! What is to be learned, and one fit and one score of it.

use super::assemble;
use super::candidate::{Algorithm, Precision};
use super::features::Features;
use super::metrics::{self, Measure};
use super::options::{Options, Task};
use super::prepare::{Preparation, Settings};
use super::target::Target;
use crate::error::Result;
use crate::model::{Linear, Method, Model, Provenance};
use crate::native::data::Table;
use crate::predict::Predictor;

/// Features and target of the same rows.
pub struct Problem {
    /// The features.
    pub features: Features,
    /// The target.
    pub target: Target,
    /// The target column's name.
    pub target_name: String,
}

/// A fitted pipeline.
pub struct Fit {
    /// How rows are prepared.
    pub preparation: Preparation,
    /// The linear function of a prepared row.
    pub linear: Linear,
    /// Whether the solver reached its tolerance.
    pub converged: bool,
}

impl Problem {
    /// Reads a table.
    ///
    /// # Errors
    /// Those of the target and the features.
    pub fn read(table: &Table, options: &Options) -> Result<Self> {
        let target = Target::read(table, options)?;
        let features = Features::read(table, options)?;
        Ok(Self { features, target, target_name: options.target.clone() })
    }

    /// How a candidate's numbers are prepared.
    pub fn settings(algorithm: Algorithm, options: &Options) -> Settings {
        let standardize = options.standardize.unwrap_or_else(|| algorithm.standardizes());
        Settings { fill: options.impute, standardize }
    }

    /// The classes of the rows, to stratify by; `None` for a regression.
    pub fn strata(&self) -> Option<&[f64]> {
        (self.target.task == Task::Classification).then_some(&self.target.values)
    }

    /// The targets of some rows.
    pub fn targets(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|&row| self.target.values[row]).collect()
    }

    /// Fits an algorithm to some rows.
    ///
    /// # Errors
    /// If the solver fails.
    pub fn fit(&self, algorithm: Algorithm, settings: Settings, rows: &[usize], precision: Precision) -> Result<Fit> {
        let encoded = self.features.rows.pick(rows);
        let preparation = Preparation::learn(&self.features.inputs, &encoded, settings);
        let prepared = preparation.apply(&self.features.inputs, &encoded)?;
        let solution = algorithm.solve(&prepared, &self.targets(rows), self.target.class_count(), precision)?;
        Ok(Fit { preparation, linear: solution.linear, converged: solution.converged })
    }

    /// The model of a fit.
    ///
    /// # Errors
    /// If it is not sound: coefficients that are not finite.
    pub fn model(&self, fit: &Fit, provenance: Provenance) -> Result<Model> {
        assemble::model(self, fit.preparation.clone(), fit.linear.clone(), provenance)
    }

    /// How good a model is on some rows.
    pub fn score(&self, model: &Model, rows: &[usize]) -> Vec<Measure> {
        let truth = self.targets(rows);
        let decisions = self.answers(model, Method::Predict, rows);
        match self.target.task {
            Task::Regression => metrics::regression(&truth, &decisions),
            Task::Classification => {
                let probabilities = self.answers(model, Method::PredictProba, rows);
                metrics::classification(&truth, &decisions, &probabilities, self.target.class_count())
            }
        }
    }

    /// A model's answers for some rows.
    pub fn answers(&self, model: &Model, method: Method, rows: &[usize]) -> Vec<f64> {
        let mut predictor = Predictor::new(model);
        let width = predictor.output_width(method).unwrap_or(0);
        let mut out = vec![0.0; rows.len() * width];
        if width > 0 {
            predictor.predict(method, &self.features.rows.pick(rows).values, &mut out);
        }
        out
    }
}
