//! Operators that compare rows with stored points: support vectors, neighbours, centres, donors of what is missing.

use super::graph::{check_finite, check_length, check_width, name_of, positive, unsound};
use crate::error::Result;
pub use crate::kernel::pairwise::{Measure, Reach};

/// A row's measure with each of some points.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairwise {
    /// How many numbers a row has.
    pub width: usize,
    /// Points × width.
    pub points: Vec<f64>,
    /// How they are compared.
    pub measure: Measure,
}

/// The mean of what the nearest of some points know, given their distances.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    /// Which points count.
    pub reach: Reach,
    /// Whether each counts by 1 over its distance.
    pub by_distance: bool,
    /// Points × outputs numbers; or a class index for each point.
    pub targets: Vec<f64>,
    /// How many classes there are; 0 if the targets are numbers.
    pub classes: u32,
    /// The outputs where no point counts.
    pub outlier: Vec<f64>,
}

/// What is missing in a row, from the nearest of some points that know it: `KNNImputer`. A row of the output is the row and
/// behind it its distances to the points, which the work needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ImputeNearest {
    /// How many numbers a row has.
    pub width: usize,
    /// Points × width, NaN for what a point does not know.
    pub points: Vec<f64>,
    /// How many points count for a number.
    pub nearest: u32,
    /// Whether each counts by 1 over its distance.
    pub by_distance: bool,
}

impl Pairwise {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, positive("width", self.width)?)?;
        check_finite("points", &self.points)?;
        let count = positive("points", self.points.len() / self.width)?;
        check_length("points", self.points.len(), count * self.width)?;
        match self.measure {
            Measure::Minkowski(p) if !(p.is_finite() && p > 0.0) => Err(unsound("p", "a number above 0", "another")),
            _ => Ok(count),
        }
    }
}

impl Neighbours {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let outputs = positive("outlier", self.outlier.len())?;
        let are_classes = self.classes > 0;
        if are_classes {
            check_length("outlier", outputs, self.classes as usize)?;
            let is_class = |&x: &f64| x >= 0.0 && x < f64::from(self.classes) && x.trunc() == x;
            if !self.targets.iter().all(is_class) {
                return Err(unsound("targets", format!("whole numbers below {}", self.classes), "another number"));
            }
        }
        check_finite("targets", &self.targets)?;
        let points = self.targets.len() / if are_classes { 1 } else { outputs };
        check_width(inputs, positive("targets", points)?)?;
        if !are_classes {
            check_length("targets", self.targets.len(), points * outputs)?;
        }
        match self.reach {
            Reach::Nearest(k) if k == 0 || k as usize > points => {
                Err(unsound("nearest", format!("1 to {points} points"), k))
            }
            Reach::Within(radius) if radius.is_nan() => Err(unsound("radius", "a number", "NaN")),
            _ => Ok(outputs),
        }
    }
}

impl ImputeNearest {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, positive("width", self.width)?)?;
        let count = positive("points", self.points.len() / self.width)?;
        check_length("points", self.points.len(), count * self.width)?;
        if let Some(infinite) = self.points.iter().find(|x| x.is_infinite()) {
            return Err(unsound("points", "finite numbers or NaN", name_of(*infinite)));
        }
        positive("nearest", self.nearest as usize)?;
        Ok(self.width.saturating_add(count))
    }
}
