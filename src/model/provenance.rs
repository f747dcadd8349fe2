//! Where a model comes from: for people and audits, never for predicting.

use crate::error::{Error, Kind, Result};

/// Where a model comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// What fitted it: `edgelet`, `scikit-learn`.
    pub framework: String,
    /// The version of that framework.
    pub version: String,
    /// The estimator's name in that framework: `LogisticRegression`.
    pub estimator: String,
    /// When it was fitted, in seconds since 1970 (UTC); `None` if not told.
    pub trained_at: Option<u64>,
    /// On how many rows it was fitted; `None` if not known.
    pub rows: Option<u64>,
    /// How good it was found to be.
    pub metrics: Vec<Metric>,
}

/// One measure of a model's quality.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name: `rmse`, `accuracy`.
    pub name: String,
    /// On which rows: `cv` (cross-validation), `test` (held out), `train`.
    pub split: String,
    /// Its value.
    pub value: f64,
}

impl Provenance {
    pub(super) fn check(&self) -> Result<()> {
        for metric in &self.metrics {
            if metric.value.is_nan() {
                let at = format!("provenance.metrics: {}", metric.name);
                return Err(Error::new(Kind::InvalidModel, at, "a number", "NaN"));
            }
        }
        Ok(())
    }
}
