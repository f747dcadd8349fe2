//! What a fit can be told, by scikit-learn's names and with its meanings and defaults.

use crate::error::{Error, Kind, Result};
use crate::model::Unknown;
use serde::Serialize;

/// What is predicted: a number or a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// A number.
    Regression,
    /// One of a few classes.
    Classification,
}

/// A family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimator {
    /// Ordinary least squares.
    Linear,
    /// Least squares with an L2 penalty.
    Ridge,
    /// Least squares with an L1 penalty.
    Lasso,
    /// Least squares with both penalties.
    ElasticNet,
    /// Logistic regression: binary, or multinomial for more than two classes.
    Logistic,
}

/// The penalty of logistic regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Penalty {
    /// No penalty.
    None,
    /// The sum of the coefficients' magnitudes.
    L1,
    /// Half the sum of their squares.
    L2,
    /// Both, mixed by `l1_ratio`.
    ElasticNet,
}

/// What replaces a missing number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The column's mean.
    Mean,
    /// The column's median.
    Median,
}

/// Everything a fit can be told. `None` means the default, which is scikit-learn's.
#[derive(Clone, Debug)]
pub struct Options {
    /// The column to predict.
    pub target: String,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// The family to fit; `None` lets cross-validation choose.
    pub estimator: Option<Estimator>,
    /// What is predicted; `None` lets the target's values decide.
    pub task: Option<Task>,
    /// The strength of the penalty of ridge, lasso and elastic net: 1.
    pub alpha: Option<f64>,
    /// The share of L1 in an elastic penalty: 0.5.
    pub l1_ratio: Option<f64>,
    /// The inverse strength of the penalty of logistic regression: 1.
    pub c: Option<f64>,
    /// The penalty of logistic regression: L2.
    pub penalty: Option<Penalty>,
    /// Whether numbers are standardized: all but plain linear regression do.
    pub standardize: Option<bool>,
    /// What replaces missing numbers.
    pub impute: Fill,
    /// What an unknown category means to the model.
    pub unknown: Unknown,
    /// Decides how rows are shuffled.
    pub seed: u64,
    /// The share of rows held out for a last score; 0 for none.
    pub test_size: f64,
    /// How many folds cross-validation has; 0 for none.
    pub folds: usize,
    /// The time to record, in seconds since 1970.
    pub trained_at: Option<u64>,
}

impl Estimator {
    /// Every family.
    pub const ALL: [Estimator; 5] =
        [Estimator::Linear, Estimator::Ridge, Estimator::Lasso, Estimator::ElasticNet, Estimator::Logistic];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Estimator::Linear => "linear",
            Estimator::Ridge => "ridge",
            Estimator::Lasso => "lasso",
            Estimator::ElasticNet => "elastic-net",
            Estimator::Logistic => "logistic",
        }
    }

    /// Its name in scikit-learn.
    pub const fn class_name(self) -> &'static str {
        match self {
            Estimator::Linear => "LinearRegression",
            Estimator::Ridge => "Ridge",
            Estimator::Lasso => "Lasso",
            Estimator::ElasticNet => "ElasticNet",
            Estimator::Logistic => "LogisticRegression",
        }
    }

    /// The family of that name, either of the two.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|estimator| estimator.name() == name || estimator.class_name() == name)
    }

    /// What it predicts.
    pub const fn task(self) -> Task {
        match self {
            Estimator::Logistic => Task::Classification,
            _ => Task::Regression,
        }
    }
}

impl Task {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Task::Regression => "regression",
            Task::Classification => "classification",
        }
    }
}

impl Options {
    /// The defaults, for that target.
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            drop: Vec::new(),
            estimator: None,
            task: None,
            alpha: None,
            l1_ratio: None,
            c: None,
            penalty: None,
            standardize: None,
            impute: Fill::Mean,
            unknown: Unknown::Refused,
            seed: 0,
            test_size: 0.2,
            folds: 5,
            trained_at: None,
        }
    }

    /// Refuses values out of range, and hyper-parameters that the chosen family does not have.
    pub(super) fn check(&self) -> Result<()> {
        let at_least_0 = |x: f64| x.is_finite() && x >= 0.0;
        check_number("alpha", self.alpha, "a number of at least 0", at_least_0)?;
        check_number("l1-ratio", self.l1_ratio, "a number from 0 to 1", |x| (0.0..=1.0).contains(&x))?;
        check_number("c", self.c, "a number above 0", |x| x.is_finite() && x > 0.0)?;
        check_number("test-size", Some(self.test_size), "a number from 0 to below 1", |x| (0.0..1.0).contains(&x))?;
        if self.folds == 1 {
            return Err(Error::new(Kind::BadOption, "--cv", "0 or at least 2 folds", "1"));
        }
        if let (Some(task), Some(estimator)) = (self.task, self.estimator)
            && task != estimator.task()
        {
            let expected = format!("--task {}, which is what {} does", estimator.task().name(), estimator.name());
            return Err(Error::new(Kind::BadOption, "--task", expected, task.name()));
        }
        let has_alpha = matches!(self.estimator, Some(Estimator::Ridge | Estimator::Lasso | Estimator::ElasticNet));
        let is_logistic = self.estimator == Some(Estimator::Logistic);
        let is_elastic =
            self.estimator == Some(Estimator::ElasticNet) || self.penalty == Some(Penalty::ElasticNet) && is_logistic;
        for (option, is_given, applies, families) in [
            ("--alpha", self.alpha.is_some(), has_alpha, "--model ridge, lasso or elastic-net"),
            ("--c", self.c.is_some(), is_logistic, "--model logistic"),
            ("--penalty", self.penalty.is_some(), is_logistic, "--model logistic"),
            ("--l1-ratio", self.l1_ratio.is_some(), is_elastic, "--model elastic-net, or logistic with that penalty"),
        ] {
            if is_given && !applies {
                let found = self.estimator.map_or("auto", Estimator::name);
                return Err(Error::new(Kind::BadOption, option, families, found)
                    .hint("Name the model, or leave the option out."));
            }
        }
        Ok(())
    }
}

fn check_number(name: &str, value: Option<f64>, expected: &'static str, holds: impl Fn(f64) -> bool) -> Result<()> {
    match value {
        Some(x) if !holds(x) => Err(Error::new(Kind::BadOption, format!("--{name}"), expected, x.to_string())),
        _ => Ok(()),
    }
}
