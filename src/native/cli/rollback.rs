//! `edgelet rollback`.

use super::Globals;
use super::promote::{check_kept, told};
use super::signing::{self, Signing, age};
use super::stdout::print;
use crate::error::{Error, Kind, Result};
use crate::native::registry::{Reference, Target, Wanted};
use clap::Args;
use std::time::Duration;

/// Let an alias be an older version again.
///
/// It is a move like any other: clients that have seen the newer state take this one, because its serial is greater. The
/// newer version stays published.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet rollback s3://bucket/models/churn@production --sign churn.key
  edgelet rollback s3://bucket/models/churn@production --to 5 --sign churn.key")]
pub struct Rollback {
    /// ADDRESS@ALIAS: what is moved back.
    #[arg(value_name = "ADDRESS@ALIAS")]
    alias: String,
    /// The version to go back to [default: the one that the alias was before].
    #[arg(long, value_name = "VERSION")]
    to: Option<u64>,
    /// Until when clients take the alias's word: 7d, 12h [default: for ever].
    #[arg(long, value_name = "AGE", value_parser = age)]
    expires: Option<Duration>,
    #[command(flatten)]
    signing: Signing,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

impl Rollback {
    /// Moves the alias.
    pub fn run(self, globals: Globals) -> Result<()> {
        let reference = Reference::parse(&self.alias)?;
        let Wanted::Alias(name) = &reference.wanted else {
            let found = format!("the version {}", reference.wanted);
            return Err(Error::new(Kind::BadOption, "reference", "ADDRESS@ALIAS", found)
                .hint("A version never changes; --to VERSION says where the alias goes."));
        };
        let signers = self.signing.signers()?;
        let home = self.signing.home(&reference.address, &signers, globals)?;
        let before = home.before(name, &signers)?;
        if before.state.is_none() {
            return home.known_alias(name).map(|_| ());
        }
        let version = match self.to {
            Some(version) => version,
            None => before.previous()?.ok_or_else(|| {
                Error::new(Kind::BadOption, reference.to_string(), "a version to go back to", "none before it")
                    .hint("--to VERSION names one.")
            })?,
        };
        let release = home.known_release(version)?;
        let targets = vec![Target { version, sha256: release.digest, weight: 1 }];
        home.check_conditional_writes()?;
        let moved =
            home.move_alias(&before, targets, release.statement.parent, signing::expiry(self.expires), &signers)?;
        print(&told("rolled back", &home, &moved, self.json))?;
        check_kept(&home, &moved)
    }
}
