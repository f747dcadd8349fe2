//! Operators on categories and bins.

use super::graph::{check_length, check_width, positive, unsound};
use crate::error::Result;
pub use crate::kernel::encode::Table;

/// A number for a number, by a table for each column: `OrdinalEncoder`, `TargetEncoder`, and what merges or drops
/// categories before `OneHot`.
#[derive(Clone, Debug, PartialEq)]
pub struct Recode {
    /// One for each column.
    pub tables: Vec<Table>,
}

/// A number's bin: `KBinsDiscretizer`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// For each column the numbers, sorted, at which the next bin begins.
    pub edges: Vec<Vec<f64>>,
}

impl Recode {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.tables.len())?;
        for Table { keys, values, .. } in &self.tables {
            if !keys.is_empty() {
                check_length("values", values.len(), keys.len())?;
                check_rising("keys", keys)?;
            }
        }
        positive("tables", self.tables.len())
    }
}

impl Bins {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        check_width(inputs, self.edges.len())?;
        self.edges.iter().try_for_each(|edges| check_sorted("edges", edges))?;
        positive("edges", self.edges.len())
    }
}

/// Numbers, none smaller than the one before.
pub(super) fn check_sorted(at: &'static str, numbers: &[f64]) -> Result<()> {
    let is_sorted = numbers.iter().all(|x| !x.is_nan()) && numbers.windows(2).all(|pair| pair[0] <= pair[1]);
    if is_sorted { Ok(()) } else { Err(unsound(at, "sorted numbers", "others")) }
}

/// Numbers, each larger than the one before.
fn check_rising(at: &'static str, numbers: &[f64]) -> Result<()> {
    check_sorted(at, numbers)?;
    if numbers.windows(2).all(|pair| pair[0] < pair[1]) {
        Ok(())
    } else {
        Err(unsound(at, "distinct numbers", "others"))
    }
}
