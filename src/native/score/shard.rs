//! Which files are this process's: `--shard 2/8`.

use crate::error::{Error, Kind, Result};
use crate::native::store::Matched;
use std::str::FromStr;

/// The i-th of n shares, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Every n-th of the files, from the i-th on.
    ///
    /// # Errors
    /// [`Kind::BadOption`] if there is only one to share.
    pub fn of(self, files: Vec<Matched>) -> Result<Vec<Matched>> {
        if files.len() == 1 && self.count > 1 {
            return Err(Error::new(Kind::BadOption, "--shard", "several files, which are what is shared", "1 file")
                .hint("Name files by a pattern, such as 's3://bucket/day=*/part-*.parquet'."));
        }
        Ok(files.into_iter().skip(self.index - 1).step_by(self.count).collect())
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err("expected i/n with i from 1 to n, such as 2/8".to_owned()),
        }
    }
}
