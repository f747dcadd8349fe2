//! Trees learned from binned rows: gradient boosting like scikit-learn's `HistGradientBoosting`, random forests, extra trees
//! and single trees.
//!
//! [`Binned`] makes every number a byte; [`boost`] and [`grow()`] learn from those. The same seed gives the same
//! forest, bit for bit, whatever the number of threads: sums that threads share are whole numbers (`histogram`), and a tree
//! of a random forest is grown by one thread.

mod bagging;
mod bins;
mod boost;
mod grow;
mod histogram;
mod impurity;
mod loss;
mod partition;
mod split;
#[cfg(test)]
mod tests;
mod tree;

pub use bagging::{Bagging, Criterion, MaxFeatures, Splitter, grow};
pub use bins::Binned;
pub use boost::{Boosting, EarlyStopping, boost};
pub use loss::Loss;

use crate::model::Forest;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Numbers, NaN where missing.
    Numeric,
    /// Indices of so many categories, NaN where missing, -1 where unknown.
    Categorical(usize),
}

/// What is learned of the binned rows.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// A number or the index of a class for each row.
    pub targets: &'a [f64],
    /// What each row counts; 1 without.
    pub weights: Option<&'a [f64]>,
    /// How many classes there are; 0 for numbers.
    pub classes: usize,
    /// What draws depend on.
    pub seed: u64,
}

impl Sample<'_> {
    /// What a row counts.
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }
}

/// What makes predictions of a forest's sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing: they are.
    Identity,
    /// The exponential.
    Exp,
    /// The sigmoid of one sum: the probability of the second class of two.
    Sigmoid,
    /// The softmax of a sum for each class.
    Softmax,
    /// Nothing: the sums are the probabilities of the classes.
    Shares,
}

/// A forest that was learned.
#[derive(Clone, Debug)]
pub struct Grown {
    /// The trees.
    pub forest: Forest,
    /// What its sums mean.
    pub link: Link,
    /// After each iteration of boosting the loss of (at most 10,000 of) the rows learned from, and of those held out to stop
    /// early.
    pub curve: Vec<(f64, Option<f64>)>,
    /// How much the rows learned from count together in each leaf, in the forest's order.
    pub weights: Vec<f64>,
}

/// Hears how many of how many steps are done; false stops with what there is so far.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) -> bool + Sync);
