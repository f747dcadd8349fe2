//! What is to be learned, and one fit and one score of it.

use super::bayes::Likelihoods;
use super::candidate::{Candidate, Precision, Sample};
use super::estimator::Estimator;
use super::features::Features;
use super::matrix::Matrix;
use super::metrics::{self, Deviance, Measure};
use super::options::{Options, Task};
use super::prepare::{Preparation, Settings};
use super::roles::{Order, Roles};
use super::select::{self, Study};
use super::sparse::Sparse;
use super::target::Target;
use super::trees::Grown;
use super::{assemble, bayes, ensemble, mlp, neighbours, svm};
use crate::error::Result;
use crate::format::encode;
use crate::model::{Linear, Method, Model, Neighbours, Pairwise, Provenance};
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
    /// What the rows' own columns say of them.
    pub roles: Roles,
    /// How numbers are prepared for models that care.
    pub settings: Settings,
    /// What is minimized, if not squares or log-loss.
    pub deviance: Option<Deviance>,
    /// Decides whatever is left to chance.
    pub seed: u64,
}

/// A fitted pipeline.
pub struct Fit {
    /// How rows are prepared.
    pub preparation: Preparation,
    /// What is done with a prepared row.
    pub learned: Learned,
    /// Whether the solver reached its tolerance.
    pub converged: bool,
}

/// What a fit found.
pub enum Learned {
    /// A linear function.
    Linear(Linear),
    /// Trees, of rows as they are.
    Trees(Box<Grown>),
    /// The rows, and what they know.
    Neighbours(Pairwise, Neighbours),
    /// The likelihood of each class.
    Likelihoods(Likelihoods),
    /// Support vector machines.
    Support(Box<svm::Machine>),
    /// A multi-layer perceptron.
    Network(mlp::Network),
}

impl Problem {
    /// Reads a table.
    ///
    /// # Errors
    /// Those of the target, the features and the columns that have a role.
    pub fn read(table: &Table, options: &Options) -> Result<Self> {
        Ok(Self {
            target: Target::read(table, options)?,
            features: Features::read(table, options)?,
            target_name: options.target()?.to_owned(),
            roles: Roles::read(table, options)?,
            settings: Settings { fill: options.impute, standardize: options.standardize },
            deviance: deviance(options),
            seed: options.seed,
        })
    }

    /// Fits a candidate to some rows. `goes_on` hears between the steps of a long fit, and ends it by saying no.
    ///
    /// # Errors
    /// If the solver fails.
    pub fn fit(
        &self,
        candidate: &Candidate,
        rows: &[usize],
        precision: Precision,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<Fit> {
        let balanced = candidate.values().word("class_weight") == "balanced";
        let weights = self.roles.counts(&self.target, balanced, rows);
        let (targets, weights) = (&self.target.of(rows)[..], weights.as_deref());
        if candidate.estimator.is_tree() {
            let (preparation, grown) = ensemble::grow(self, candidate, rows, (targets, weights), goes_on)?;
            return Ok(Fit { preparation, learned: Learned::Trees(Box::new(grown)), converged: true });
        }
        let settings = self.settings_for(candidate.standardizes());
        let classes = self.target.class_count();
        if !self.features.texts.is_empty() {
            let (preparation, prepared) = self.prepare_texts(rows, settings)?;
            let sample = Sample { rows: &prepared, targets, weights, classes };
            let solution = candidate.solve_sparse(&sample, precision)?;
            return Ok(Fit { preparation, learned: Learned::Linear(solution.linear), converged: solution.converged });
        }
        let (preparation, prepared) = self.features.prepare(rows, settings)?;
        let sample = Sample { rows: &prepared, targets, weights, classes };
        let (learned, converged) = match candidate.estimator {
            Estimator::Neighbours => {
                let (rows, known) = neighbours::keep(candidate, &sample)?;
                (Learned::Neighbours(rows, known), true)
            }
            Estimator::Network => {
                let (network, converged) = mlp::fit(candidate, &sample, self.seed, goes_on)?;
                (Learned::Network(network), converged)
            }
            Estimator::Support => {
                // Not of a fold's rows, which are fewer: the last fit is to all of them.
                svm::check(self.target.values.len())?;
                let (machine, converged) = svm::fit(candidate, &sample, self.seed, goes_on)?;
                (Learned::Support(Box::new(machine)), converged)
            }
            Estimator::Bayes => (Learned::Likelihoods(bayes::fit(candidate, &sample)), true),
            _ => {
                let solution = candidate.solve(&sample, precision)?;
                (Learned::Linear(solution.linear), solution.converged)
            }
        };
        Ok(Fit { preparation, learned, converged })
    }

    /// How numbers are prepared for a model that, where nobody says, standardizes or does not.
    pub fn settings_for(&self, standardizes: bool) -> Settings {
        Settings { standardize: self.settings.standardize.or(Some(standardizes)), ..self.settings }
    }

    /// Prepares rows with texts for a linear model, without keeping zeros.
    ///
    /// # Errors
    /// For a column of texts that have nothing in common.
    pub fn prepare_texts(&self, rows: &[usize], settings: Settings) -> Result<(Preparation, Sparse)> {
        let Features { inputs, rows: all, texts, .. } = &self.features;
        let (mut preparation, dense) = self.features.prepare(rows, settings)?;
        let vocabularies = texts.learn(all, rows, usize::MAX)?;
        let prepared = texts.rows(&vocabularies, all, rows, &dense);
        preparation.add_texts(inputs, texts, &vocabularies);
        Ok((preparation, prepared))
    }

    /// The model of a fit.
    ///
    /// # Errors
    /// If it is not sound: coefficients that are not finite.
    pub fn model(&self, fit: &Fit, provenance: Provenance) -> Result<Model> {
        assemble::model(self, fit.preparation.clone(), &fit.learned, provenance)
    }

    /// How good a model is on encoded rows and their targets.
    pub fn score_rows(&self, model: &Model, rows: &Matrix, truth: &[f64]) -> Vec<Measure> {
        let decisions = self.answers_to(model, Method::Predict, rows);
        match self.target.task {
            Task::Regression => {
                let mut measures = metrics::regression(truth, &decisions);
                if let Some(deviance) = self.deviance.filter(|deviance| *deviance != Deviance::Absolute) {
                    measures.push((deviance.name(), Some(deviance.mean(truth, &decisions))));
                }
                measures
            }
            Task::Classification => {
                let probabilities = self.answers_to(model, Method::PredictProba, rows);
                metrics::classification(truth, &decisions, &probabilities, self.target.class_count())
            }
        }
    }

    /// A model's answers for some rows.
    pub fn answers(&self, model: &Model, method: Method, rows: &[usize]) -> Vec<f64> {
        self.answers_to(model, method, &self.features.rows.pick(rows))
    }

    /// A model's answers to encoded rows.
    pub fn answers_to(&self, model: &Model, method: Method, rows: &Matrix) -> Vec<f64> {
        let mut predictor = Predictor::new(model);
        let width = predictor.output_width(method).unwrap_or(0);
        let mut out = vec![0.0; rows.len() * width];
        if width > 0 {
            let (rows, texts) = self.features.with_texts(rows);
            *predictor.texts() = texts;
            predictor.predict(method, &rows, &mut out);
        }
        out
    }
}

impl Study for Problem {
    type Candidate = Candidate;
    type Fitted = (Fit, Model);
    const SMALLER: &'static str = "let the model be smaller: fewer trees, fewer leaves, a stronger penalty";

    fn target(&self) -> &Target {
        &self.target
    }

    fn order(&self) -> &Order {
        &self.roles.order
    }

    fn loss(&self) -> &'static str {
        self.deviance.map_or(self.target.loss(), Deviance::name)
    }

    fn fitted(
        &self,
        candidate: &Candidate,
        rows: &[usize],
        precision: Precision,
        goes_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<(Fit, Model)> {
        let fit = self.fit(candidate, rows, precision, goes_on)?;
        let model = self.model(&fit, Provenance::default())?;
        Ok((fit, model))
    }

    fn download(&self, (_, model): &(Fit, Model)) -> Result<u64> {
        select::download(&encode(model)?)
    }

    fn measures(&self, (_, model): &(Fit, Model), rows: &[usize]) -> Result<Vec<Measure>> {
        Ok(self.score_rows(model, &self.features.rows.pick(rows), &self.target.of(rows)))
    }

    fn decisions(&self, (_, model): &(Fit, Model), rows: &[usize]) -> Result<Vec<f64>> {
        Ok(self.answers(model, Method::Predict, rows))
    }
}

/// What the loss that is asked for minimizes.
fn deviance(options: &Options) -> Option<Deviance> {
    let asked = |name: &str| options.set.iter().rev().find(|(set, _)| set == name).map(|(_, text)| &text[..]);
    match asked("loss")? {
        "absolute_error" => Some(Deviance::Absolute),
        "poisson" => Some(Deviance::Poisson),
        "gamma" => Some(Deviance::Gamma),
        "quantile" => Some(Deviance::Quantile(asked("quantile").and_then(|text| text.parse().ok()).unwrap_or(0.5))),
        _ => None,
    }
}
