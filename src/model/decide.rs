//! Operators that turn scores into probabilities and decisions.

use super::graph::{check_finite, check_width, only, positive};
use crate::error::Result;

/// The probabilities `[1 - p, p]` of a binary score, p its logistic function.
#[derive(Clone, Debug, PartialEq)]
pub struct Sigmoid;

/// The probabilities of several scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Softmax;

/// The index of the largest score, the first of equal ones.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgMax;

/// The index of the largest score, the last of equal ones.
#[derive(Clone, Debug, PartialEq)]
pub struct LastArgMax;

/// 1 above the threshold, else 0: the class index of a binary score.
#[derive(Clone, Debug, PartialEq)]
pub struct Binarize {
    /// What the score has to exceed.
    pub threshold: f64,
}

impl Sigmoid {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, 1)?;
        Ok(2)
    }
}

impl Softmax {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        positive("scores", only(inputs)?)
    }
}

impl ArgMax {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        positive("scores", only(inputs)?)?;
        Ok(1)
    }
}

impl LastArgMax {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        ArgMax.output_width(inputs)
    }
}

impl Binarize {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, 1)?;
        check_finite("threshold", &[self.threshold])?;
        Ok(1)
    }
}
