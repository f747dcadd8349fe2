//! The operator that dates begin with.

use super::graph::{check_length, only, positive, unsound};
use crate::error::Result;
pub use crate::kernel::date::DatePart;

/// Parts of dates, as pandas' `Series.dt` has them. A missing date has missing parts.
#[derive(Clone, Debug, PartialEq)]
pub struct DateParts {
    /// For each number that it makes the column of the date.
    pub columns: Vec<u32>,
    /// For each number which part of it.
    pub parts: Vec<DatePart>,
}

impl DateParts {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let width = only(inputs)?;
        if let Some(&column) = self.columns.iter().find(|&&column| column as usize >= width) {
            return Err(unsound("columns", format!("indices below {width}"), column));
        }
        check_length("parts", self.parts.len(), self.columns.len())?;
        positive("columns", self.columns.len())
    }
}
