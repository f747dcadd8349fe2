//! Operators that make one opinion of many.

use super::graph::{check_finite, check_width, positive, unsound};
use crate::error::Result;
use crate::kernel::vote::coupled_width;

/// The most classes that are compared in pairs: their comparisons are as many as half its square.
const MAX_PAIRED_CLASSES: u32 = 1 << 10;

/// Comparisons of each class with each later one to a score for each class: `OneVsOneClassifier`, `SVC`.
#[derive(Clone, Debug, PartialEq)]
pub struct Votes {
    /// How many classes there are.
    pub classes: u32,
    /// Above it, a comparison is in the later class's favour.
    pub threshold: f64,
    /// Whether the sum of comparisons decides between equal votes.
    pub with_sums: bool,
}

/// Probabilities of the earlier class of each pair to probabilities of the classes, by libsvm's coupling. The first
/// `classes` numbers are those; the others are its working space.
#[derive(Clone, Debug, PartialEq)]
pub struct Couple {
    /// How many classes there are.
    pub classes: u32,
}

/// The weighted median of a row's numbers: `AdaBoostRegressor`.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedMedian {
    /// One for each number.
    pub weights: Vec<f64>,
}

/// Checks a row of one number for each pair.
fn check_pairs(inputs: &[usize], classes: u32) -> Result<usize> {
    if !(2..=MAX_PAIRED_CLASSES).contains(&classes) {
        return Err(unsound("classes", format!("2 to {MAX_PAIRED_CLASSES}"), classes));
    }
    let classes = classes as usize;
    check_width(inputs, classes * (classes - 1) / 2)?;
    Ok(classes)
}

impl Votes {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_finite("threshold", &[self.threshold])?;
        check_pairs(inputs, self.classes)
    }
}

impl Couple {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_pairs(inputs, self.classes).map(coupled_width)
    }
}

impl WeightedMedian {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, positive("weights", self.weights.len())?)?;
        check_finite("weights", &self.weights)?;
        Ok(1)
    }
}
