//! What stands in the way of a model: all of it is told at once.

use crate::error::{Error, Kind, Result};
use std::fmt::Display;

/// How many an error names.
const SHOWN: usize = 16;

/// The reasons to refuse a file, each with its place in it.
#[derive(Default)]
pub struct Blockers(Vec<String>);

impl Blockers {
    /// Adds one: where and why.
    pub fn add(&mut self, at: impl Display, why: impl Display) {
        let blocker = format!("{at}: {why}");
        if self.0.last() != Some(&blocker) {
            self.0.push(blocker);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses the file if there are any.
    ///
    /// # Errors
    /// [`Kind::Unsupported`].
    pub fn refuse(&self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(self.error()) }
    }

    /// The refusal that names them.
    pub fn error(&self) -> Error {
        let more = self.0.len().saturating_sub(SHOWN);
        let mut found = self.0[..self.0.len() - more].join("; ");
        if more > 0 {
            found += &format!("; and {more} more");
        }
        Error::new(Kind::Unsupported, "model", "a model whose numbers edgelet can reproduce", found)
    }
}
