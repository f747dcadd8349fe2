//! Estimators with their hyper-parameters: the one that was asked for, or the grid that cross-validation chooses from.

use super::least_squares;
use super::matrix::Matrix;
use super::options::{Estimator, Options, Penalty, Task};
use super::{elastic_net, logistic};
use crate::error::Result;
use crate::model::Linear;
use std::fmt;

/// An estimator with its hyper-parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Algorithm {
    /// `LinearRegression()`
    Linear,
    /// `Ridge(alpha)`
    Ridge { alpha: f64 },
    /// `Lasso(alpha)` with a ratio of 1, else `ElasticNet(alpha, l1_ratio)`
    ElasticNet { estimator: Estimator, alpha: f64, l1_ratio: f64 },
    /// `LogisticRegression(penalty, C, l1_ratio)`
    Logistic { penalty: Penalty, c: f64, l1_ratio: f64 },
}

/// What a solver gives.
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

impl Algorithm {
    /// The algorithm that the options ask for by name, with scikit-learn's defaults.
    pub fn of_options(estimator: Estimator, options: &Options) -> Self {
        let alpha = options.alpha.unwrap_or(1.0);
        let l1_ratio = options.l1_ratio.unwrap_or(0.5);
        match estimator {
            Estimator::Linear => Algorithm::Linear,
            Estimator::Ridge => Algorithm::Ridge { alpha },
            Estimator::Lasso => Algorithm::ElasticNet { estimator, alpha, l1_ratio: 1.0 },
            Estimator::ElasticNet => Algorithm::ElasticNet { estimator, alpha, l1_ratio },
            Estimator::Logistic => {
                let penalty = options.penalty.unwrap_or(Penalty::L2);
                Algorithm::Logistic { penalty, c: options.c.unwrap_or(1.0), l1_ratio }
            }
        }
    }

    /// The grid for a task. `largest_alpha` is where the lasso's last coefficient becomes 0.
    pub fn grid(task: Task, largest_alpha: f64) -> Vec<Self> {
        let elastic = |estimator, l1_ratio: f64| {
            let shares = [0.3, 0.1, 0.03, 0.01, 0.001];
            let alphas = shares.map(|share| share * largest_alpha / l1_ratio);
            alphas.map(|alpha| Algorithm::ElasticNet { estimator, alpha, l1_ratio })
        };
        let logistic = |penalty, cs: &[f64]| -> Vec<Self> {
            cs.iter().map(|&c| Algorithm::Logistic { penalty, c, l1_ratio: 0.5 }).collect()
        };
        match task {
            Task::Regression => {
                let ridge = [0.1, 1.0, 10.0, 100.0, 1000.0].map(|alpha| Algorithm::Ridge { alpha });
                let lasso = elastic(Estimator::Lasso, 1.0);
                let mixed = elastic(Estimator::ElasticNet, 0.5);
                [&[Algorithm::Linear][..], &ridge, &lasso, &mixed].concat()
            }
            Task::Classification => {
                let ridge = logistic(Penalty::L2, &[0.01, 0.1, 1.0, 10.0, 100.0]);
                [ridge, logistic(Penalty::L1, &[0.1, 1.0, 10.0])].concat()
            }
        }
    }

    /// The family.
    pub fn estimator(self) -> Estimator {
        match self {
            Algorithm::Linear => Estimator::Linear,
            Algorithm::Ridge { .. } => Estimator::Ridge,
            Algorithm::ElasticNet { estimator, .. } => estimator,
            Algorithm::Logistic { .. } => Estimator::Logistic,
        }
    }

    /// Whether numbers are standardized where nobody says.
    pub fn standardizes(self) -> bool {
        self != Algorithm::Linear
    }

    /// Fits the algorithm to rows and their targets (numbers, or indices of `classes` classes).
    pub fn solve(self, rows: &Matrix, targets: &[f64], classes: usize, precision: Precision) -> Result<Solution> {
        match self {
            Algorithm::Linear => least_squares::solve(rows, targets, 0.0),
            Algorithm::Ridge { alpha } => least_squares::solve(rows, targets, alpha),
            Algorithm::ElasticNet { alpha, l1_ratio, .. } => {
                elastic_net::solve(rows, targets, alpha, l1_ratio, precision)
            }
            Algorithm::Logistic { penalty, c, l1_ratio } => {
                let l1_share = match penalty {
                    Penalty::None => return logistic::solve(rows, targets, classes, [0.0, 0.0], precision),
                    Penalty::L1 => 1.0,
                    Penalty::L2 => 0.0,
                    Penalty::ElasticNet => l1_ratio,
                };
                logistic::solve(rows, targets, classes, [l1_share / c, (1.0 - l1_share) / c], precision)
            }
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.estimator().name();
        match self {
            Algorithm::Linear => f.write_str(name),
            Algorithm::Ridge { alpha } | Algorithm::ElasticNet { estimator: Estimator::Lasso, alpha, .. } => {
                write!(f, "{name} (alpha={})", short(*alpha))
            }
            Algorithm::ElasticNet { alpha, l1_ratio, .. } => {
                write!(f, "{name} (alpha={}, l1_ratio={})", short(*alpha), short(*l1_ratio))
            }
            Algorithm::Logistic { penalty: Penalty::None, .. } => write!(f, "{name} (no penalty)"),
            Algorithm::Logistic { penalty: Penalty::L1, c, .. } => write!(f, "{name} (l1, C={})", short(*c)),
            Algorithm::Logistic { penalty: Penalty::L2, c, .. } => write!(f, "{name} (l2, C={})", short(*c)),
            Algorithm::Logistic { penalty: Penalty::ElasticNet, c, l1_ratio } => {
                write!(f, "{name} (elasticnet, C={}, l1_ratio={})", short(*c), short(*l1_ratio))
            }
        }
    }
}

/// A number with at most four significant digits.
fn short(x: f64) -> String {
    format!("{x:.3e}").parse::<f64>().map_or_else(|_| x.to_string(), |rounded| rounded.to_string())
}
