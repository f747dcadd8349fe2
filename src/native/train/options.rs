//! What a fit can be told, by scikit-learn's names and with its meanings and defaults.

use super::estimator::Estimator;
use super::search::Space;
use crate::error::{Error, Kind, Result};
use crate::model::Unknown;
use crate::network::{Audio, Image};
use serde::Serialize;
use std::time::Duration;

/// What is predicted: a number or a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// A number.
    Regression,
    /// One of a few classes.
    Classification,
}

/// What a network of arrays learns from, by what makes arrays of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Recordings.
    Sounds(Audio),
    /// Pictures.
    Pictures(Image),
}

/// What replaces a missing number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The column's mean.
    Mean,
    /// The column's median.
    Median,
}

/// A column that says something of the rows and is not learned from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// How much each row counts: `sample_weight`.
    pub weight: Option<String>,
    /// Rows of one value are never on both sides of a split: `GroupKFold`.
    pub group: Option<String>,
    /// Rows are scored by models of earlier rows only: `TimeSeriesSplit`.
    pub time: Option<String>,
}

impl Roles {
    /// Their columns.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        [&self.weight, &self.group, &self.time].into_iter().flatten()
    }
}

/// Everything a fit can be told. `None` means the default, which is scikit-learn's.
#[derive(Clone, Debug)]
pub struct Options {
    /// The column to predict; `None` where nothing is.
    pub target: Option<String>,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// Columns that are texts, whatever is in them.
    pub texts: Vec<String>,
    /// Columns that are categories, whatever is in them.
    pub categories: Vec<String>,
    /// Columns that are dates, be they texts or milliseconds since 1970.
    pub dates: Vec<String>,
    /// What of texts is counted, and how: names of scikit-learn's `TfidfVectorizer` and what they are.
    pub text_set: Vec<(String, String)>,
    /// How recordings or pictures become what a network of arrays learns from; the network then carries it.
    pub source: Option<Source>,
    /// Columns with a role of their own.
    pub roles: Roles,
    /// The family to fit; `None` lets cross-validation choose.
    pub estimator: Option<Estimator>,
    /// What is predicted; `None` lets the target's values decide.
    pub task: Option<Task>,
    /// Hyper-parameters of the family: names of scikit-learn and what they are.
    pub set: Vec<(String, String)>,
    /// Hyper-parameters to choose among by cross-validation: names, and what each may be.
    pub search: Vec<(String, Space)>,
    /// The most combinations of a search that are tried.
    pub trials: usize,
    /// No candidate is begun after that time.
    pub budget: Option<Duration>,
    /// The most bytes that a visitor downloads: the file's, as it is uploaded.
    pub max_size: Option<u64>,
    /// Whether numbers are standardized, for models that care: all but plain linear regression do.
    pub standardize: Option<bool>,
    /// What replaces missing numbers, for models that do not take them as they are.
    pub impute: Fill,
    /// What an unknown category means to the model.
    pub unknown: Unknown,
    /// Decides how rows are shuffled.
    pub seed: u64,
    /// The share of rows held out for a last score; 0 for none.
    pub test_size: f64,
    /// How many folds cross-validation has; 0 for none.
    pub folds: usize,
    /// Whether to look at what the model does: [`super::insight`].
    pub looks: bool,
    /// The time to record, in seconds since 1970.
    pub trained_at: Option<u64>,
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
        Self { target: Some(target.into()), ..Self::without_target() }
    }

    /// The defaults, where nothing is to be predicted.
    pub fn without_target() -> Self {
        Self {
            target: None,
            drop: Vec::new(),
            texts: Vec::new(),
            categories: Vec::new(),
            dates: Vec::new(),
            text_set: Vec::new(),
            source: None,
            roles: Roles::default(),
            estimator: None,
            task: None,
            set: Vec::new(),
            search: Vec::new(),
            trials: 20,
            budget: None,
            max_size: None,
            standardize: None,
            impute: Fill::Mean,
            unknown: Unknown::Refused,
            seed: 0,
            test_size: 0.2,
            folds: 5,
            looks: false,
            trained_at: None,
        }
    }

    /// The column to predict.
    ///
    /// # Errors
    /// [`Kind::BadOption`] if there is none.
    pub fn target(&self) -> Result<&str> {
        self.target.as_deref().ok_or_else(|| {
            Error::new(Kind::BadOption, "--target", "a column to predict: --target COL", "none")
                .hint("Without one, --model kmeans finds groups of rows and --model pca directions of variance.")
        })
    }

    /// Whether an array or a column is named for something else than to be learned from.
    pub(super) fn names(&self, name: &str) -> bool {
        let Roles { weight, group, time } = &self.roles;
        let named = [&self.target, weight, group, time].into_iter().flatten();
        named.chain(&self.drop).any(|known| known == name)
    }

    /// Refuses values out of range, and options that contradict each other.
    pub(super) fn check(&self) -> Result<()> {
        self.check_evaluation()?;
        match (self.estimator, self.task) {
            (Some(estimator), Some(task)) if !estimator.does(task) => {
                refused("--task", format!("a task that {} does", estimator.name()), task.name())
            }
            (None, _) if !self.set.is_empty() => refused("--set", "a model: --model NAME", "auto"),
            (None, _) if !self.search.is_empty() => refused("--search", "a model: --model NAME", "auto"),
            _ => Ok(()),
        }
    }

    /// Refuses what decides how candidates are scored, where it cannot be followed, whatever they are.
    pub(super) fn check_evaluation(&self) -> Result<()> {
        if !(0.0..1.0).contains(&self.test_size) {
            return refused("--test-size", "a number from 0 to below 1", self.test_size.to_string());
        }
        if self.folds == 1 {
            return refused("--cv", "0 or at least 2 folds", "1");
        }
        if self.roles.group.is_some() && self.roles.time.is_some() {
            return refused("--group", "either --group or --time", "both");
        }
        if self.folds == 0 && !self.search.is_empty() {
            return refused("--search", "folds to compare by: --cv 5", "--cv 0");
        }
        Ok(())
    }
}

fn refused(option: &'static str, expected: impl Into<String>, found: impl Into<String>) -> Result<()> {
    Err(Error::new(Kind::BadOption, option, expected.into(), found.into()))
}
