//! The operator that dates begin with.

use super::graph::{only, positive, unsound};
use crate::error::Result;
pub use crate::kernel::date::DatePart;

/// Parts of dates, as pandas' `Series.dt` has them. A missing date has missing parts.
#[derive(Clone, Debug, PartialEq)]
pub struct DateParts {
    /// For each number that it makes the column of the date, and which part of it.
    pub parts: Vec<(u32, DatePart)>,
}

impl DateParts {
    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let width = only(inputs)?;
        if let Some(&(column, _)) = self.parts.iter().find(|&&(column, _)| column as usize >= width) {
            return Err(unsound("parts", format!("columns below {width}"), column));
        }
        positive("parts", self.parts.len())
    }
}
