//! A family with its hyper-parameters: the one that was asked for, or those that cross-validation chooses from.

use super::estimator::Estimator;
use super::matrix::Matrix;
use super::options::{Options, Task};
use super::parameters::{Given, Values};
use super::{elastic_net, least_squares, logistic, search};
use crate::error::Result;
use crate::model::Linear;
use std::fmt;

/// A family with its hyper-parameters, for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The family.
    pub estimator: Estimator,
    /// What it is to do.
    pub task: Task,
    given: Given,
}

/// What a solver of a linear model gives.
pub struct Solution {
    /// The fitted function.
    pub linear: Linear,
    /// Whether the solver reached its tolerance.
    pub converged: bool,
}

/// How exactly an iterative solver works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Enough to compare candidates, as scikit-learn's default tolerance.
    Rough,
    /// As far as f64 reasonably goes.
    Full,
}

/// Prepared rows and what is to be learned of them.
pub struct Sample<'a> {
    /// The rows.
    pub rows: &'a Matrix,
    /// A number, or the index of a class, for each row.
    pub targets: &'a [f64],
    /// How much each row counts; `None` for all alike.
    pub weights: Option<&'a [f64]>,
    /// How many classes there are.
    pub classes: usize,
}

impl Candidate {
    /// A family with some hyper-parameters.
    ///
    /// # Errors
    /// Those of [`Given::set`].
    pub fn new<'a>(
        estimator: Estimator,
        task: Task,
        set: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let mut given = Given::default();
        for (name, text) in set {
            given.set(estimator.name(), estimator.parameters(task), name, text)?;
        }
        Ok(Self { estimator, task, given })
    }

    /// What the options ask for of a family: one candidate, or those of the search.
    ///
    /// # Errors
    /// Those of [`Given::set`].
    pub fn of_options(estimator: Estimator, task: Task, options: &Options) -> Result<Vec<Self>> {
        let of = |more: &[(String, String)]| {
            let all = options.set.iter().chain(more);
            Self::new(estimator, task, all.map(|(name, text)| (name.as_str(), text.as_str())))
        };
        search::combinations(&options.search, options.trials, options.seed).iter().map(|more| of(more)).collect()
    }

    /// What is sensible for a task, from small to large. `largest_alpha` is where the lasso's last coefficient becomes 0.
    ///
    /// # Errors
    /// None: the values are those that the families take.
    pub fn sensible(task: Task, largest_alpha: f64) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        let mut add = |estimator, set: &[(&str, String)]| -> Result<()> {
            all.push(Self::new(estimator, task, set.iter().map(|(name, text)| (*name, text.as_str())))?);
            Ok(())
        };
        match task {
            Task::Regression => {
                add(Estimator::Linear, &[])?;
                for alpha in ["0.1", "1", "10", "100", "1000"] {
                    add(Estimator::Ridge, &[("alpha", alpha.into())])?;
                }
                let shares = [0.3, 0.1, 0.03, 0.01, 0.001];
                for (estimator, l1_ratio) in [(Estimator::Lasso, 1.0), (Estimator::ElasticNet, 0.5)] {
                    for share in shares {
                        add(estimator, &[("alpha", (share * largest_alpha / l1_ratio).to_string())])?;
                    }
                }
            }
            Task::Classification => {
                add(Estimator::Bayes, &[])?;
                for c in ["0.01", "0.1", "1", "10", "100"] {
                    add(Estimator::Logistic, &[("C", c.into())])?;
                }
                for c in ["0.1", "1", "10"] {
                    add(Estimator::Logistic, &[("C", c.into()), ("penalty", "l1".into())])?;
                }
            }
        }
        for depth in ["3", "6"] {
            add(Estimator::Tree, &[("max_depth", depth.into()), ("min_samples_leaf", "5".into())])?;
        }
        for (iterations, leaves) in [("50", "8"), ("100", "31"), ("300", "8")] {
            add(Estimator::Boosting, &[("max_iter", iterations.into()), ("max_leaf_nodes", leaves.into())])?;
        }
        for estimator in [Estimator::RandomForest, Estimator::ExtraTrees] {
            add(estimator, &[("min_samples_leaf", "2".into())])?;
        }
        Ok(all)
    }

    /// The values of its hyper-parameters.
    pub fn values(&self) -> Values<'_> {
        self.given.of(self.estimator.parameters(self.task))
    }

    /// As scikit-learn writes it: `Ridge(alpha=10)`.
    pub fn card(&self) -> String {
        self.given.card(self.estimator.class_name(self.task))
    }

    /// Whether numbers are standardized where nobody says.
    pub fn standardizes(&self) -> bool {
        // A bell has a width of its own.
        !matches!(self.estimator, Estimator::Linear | Estimator::Bayes)
    }

    /// Fits a linear family to rows.
    ///
    /// # Errors
    /// If the solver fails.
    pub fn solve(&self, sample: &Sample<'_>, precision: Precision) -> Result<Solution> {
        let values = self.values();
        match self.estimator {
            Estimator::Ridge => least_squares::solve(sample, values.number("alpha")),
            Estimator::Lasso => elastic_net::solve(sample, values.number("alpha"), 1.0, precision),
            Estimator::ElasticNet => {
                elastic_net::solve(sample, values.number("alpha"), values.number("l1_ratio"), precision)
            }
            Estimator::Logistic => {
                let c = values.number("C");
                let l1_share = match values.word("penalty") {
                    "none" => return logistic::solve(sample, [0.0, 0.0], precision),
                    "l1" => 1.0,
                    "l2" => 0.0,
                    _ => values.number("l1_ratio"),
                };
                logistic::solve(sample, [l1_share / c, (1.0 - l1_share) / c], precision)
            }
            _ => least_squares::solve(sample, 0.0),
        }
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given.label(self.estimator.name()))
    }
}
