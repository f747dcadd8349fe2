//! `edgelet gc`.

use super::Globals;
use super::signing::age;
use super::stdout::print;
use crate::error::Result;
use crate::native::registry::{Garbage, Home, now};
use crate::native::store::{Entry, shown};
use clap::Args;
use serde_json::json;
use std::time::Duration;

/// Remove versions that nobody can need any more from a model's folder.
///
/// Kept are the versions that an alias names, those they replaced and those they were before, the newest one, whatever is
/// younger than the grace period, and all bytes that a kept version names. If anything there cannot be understood, nothing
/// is removed.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet gc s3://bucket/models/churn --dry-run
  edgelet gc s3://bucket/models/churn --grace 90d

The grace period is for clients that hold an older alias and for publishers that are at work: let it be longer than any
alias's --expires and than a day.")]
pub struct Gc {
    /// The model's address: s3://, gs://, az://, file:// or a path.
    address: String,
    /// Nothing younger is removed.
    #[arg(long, value_name = "AGE", value_parser = age, default_value = "30d")]
    grace: Duration,
    /// Say what would be removed, but remove nothing.
    #[arg(long)]
    dry_run: bool,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

impl Gc {
    /// Finds and removes.
    pub fn run(self, globals: Globals) -> Result<()> {
        // A folder that is not there is not made to be cleaned up.
        Home::to_read(&self.address, Vec::new(), globals)?;
        let home = Home::to_write(&self.address, Vec::new(), globals)?;
        let grace = self.grace.as_secs();
        let garbage = if self.dry_run {
            home.garbage(grace, now())?
        } else {
            // This machine's clock may be wrong, and what it would make old is gone.
            let now = home.clock()?;
            home.remove(&home.garbage(grace, now)?, grace, now)?
        };
        print(&self.report(&garbage))
    }

    fn report(&self, garbage: &Garbage) -> String {
        let Garbage { releases, blobs } = garbage;
        if self.json {
            let names = |entries: &[Entry]| entries.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>();
            let value = json!({
                "address": shown(&self.address),
                "dry_run": self.dry_run,
                "releases": names(releases),
                "blobs": names(blobs),
                "bytes": garbage.bytes(),
            });
            return format!("{value:#}\n");
        }
        let verb = if self.dry_run { "would remove" } else { "removed" };
        let mut text: String =
            releases.iter().chain(blobs).map(|entry| format!("{verb:<14}{}\n", entry.name)).collect();
        text += &format!("{verb:<14}{} versions, {} blobs, {} bytes\n", releases.len(), blobs.len(), garbage.bytes());
        text
    }
}
