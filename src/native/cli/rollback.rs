//! `edgelet rollback`.

use super::Globals;
use super::promote::{check_kept, target, told};
use super::signing::{self, Signing, age};
use super::stdout::print;
use crate::error::{Error, Kind, Result};
use crate::native::registry::{Reference, Wanted};
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
    /// The version to go back to [default: the one that the alias's version replaced].
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
        let version = match (self.to, before.targets()) {
            (Some(version), _) => version,
            (None, Err(doubt)) => return Err(doubt),
            (None, Ok([one])) => home.known_release(one.version)?.statement.parent.ok_or_else(|| {
                let at = home.folder.place(&format!("releases/{}", one.version));
                Error::new(Kind::BadOption, at, "a version that it replaced", "the first one")
            })?,
            (None, Ok(several)) => {
                let found = format!("{} versions in {}", several.len(), reference);
                return Err(Error::new(Kind::BadOption, "--to", "the version to go back to", found));
            }
        };
        let targets = vec![target(&home, version)?];
        home.check_conditional_writes()?;
        let moved = home.move_alias(&before, targets, signing::expiry(self.expires), &signers)?;
        print(&told("rolled back", &home, &moved, self.json))?;
        check_kept(&home, &moved)
    }
}
