//! `edgelet promote`.

use super::signing::{self, Signing, age};
use super::stdout::print;
use super::{Globals, push};
use crate::error::{Error, Kind, Result};
use crate::native::registry::{self, Alias, Home, Reference, Target, Wanted, alias_name, shown_time};
use clap::Args;
use serde_json::json;
use std::time::Duration;

/// Let an alias be a version that is published already.
///
/// With --weight, the alias's other versions stay and share the rest as they did: so a new version is tried by some before
/// it is for all. A promotion to the version that the alias is anyway renews its --expires.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet promote s3://bucket/models/churn@canary --alias production --sign churn.key
  edgelet promote s3://bucket/models/churn@8 --alias production --weight 10 --sign churn.key
  edgelet promote s3://bucket/models/churn@production --alias production --expires 7d --sign churn.key")]
pub struct Promote {
    /// ADDRESS@ALIAS or ADDRESS@VERSION: what is promoted.
    #[arg(value_name = "ADDRESS@FROM")]
    from: String,
    /// The alias that becomes it.
    #[arg(long, value_name = "TO", value_parser = alias_name)]
    alias: String,
    /// The percentage of clients that get it [default: all].
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u64).range(1..=100))]
    weight: Option<u64>,
    /// Until when clients take the alias's word: 7d, 12h [default: for ever].
    #[arg(long, value_name = "AGE", value_parser = age)]
    expires: Option<Duration>,
    #[command(flatten)]
    signing: Signing,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

impl Promote {
    /// Moves the alias.
    pub fn run(self, globals: Globals) -> Result<()> {
        let from = Reference::parse(&self.from)?;
        let signers = self.signing.signers()?;
        let home = self.signing.home(&from.address, &signers, globals)?;
        let before = home.before(&self.alias, &signers)?;
        let promoted = match &from.wanted {
            Wanted::Version(version) => vec![target(&home, *version)?],
            Wanted::Alias(alias) => home.known_alias(alias)?.0.statement.targets,
        };
        let targets = match self.weight {
            None | Some(100) => promoted,
            Some(percent) => match promoted[..] {
                [one] => registry::joined(before.targets()?, one, percent)?,
                _ => {
                    let found = format!("{} versions", promoted.len());
                    return Err(Error::new(Kind::BadOption, "--weight", "one version to promote", found)
                        .hint("Name it: ADDRESS@VERSION."));
                }
            },
        };
        let targets = vouched(&home, &targets)?;
        let previous = before.previous_of(&targets);
        home.check_conditional_writes()?;
        let moved = home.move_alias(&before, targets, previous, signing::expiry(self.expires), &signers)?;
        print(&told("promoted", &home, &moved, self.json))?;
        check_kept(&home, &moved)
    }
}

/// A version as an alias's target with the weight 1.
pub(super) fn target(home: &Home, version: u64) -> Result<Target> {
    Ok(Target { version, sha256: home.known_release(version)?.digest, weight: 1 })
}

/// The targets with what is there and signed by somebody believed, whatever an alias said of them.
pub(super) fn vouched(home: &Home, targets: &[Target]) -> Result<Vec<Target>> {
    targets.iter().map(|one| Ok(Target { weight: one.weight, ..target(home, one.version)? })).collect()
}

/// Tells where an alias is now.
pub(super) fn told(verb: &'static str, home: &Home, alias: &Alias, as_json: bool) -> String {
    if as_json {
        let Alias { alias, serial, created, expires, targets, previous, .. } = alias;
        let value = json!({
            "model": home.model,
            "alias": alias,
            "serial": serial,
            "created": created,
            "expires": expires,
            "targets": targets,
            "previous": previous,
        });
        return format!("{value:#}\n");
    }
    let targets: Vec<_> = match alias.targets[..] {
        [one] => vec![one.version.to_string()],
        _ => alias.targets.iter().map(|target| format!("{} (weight {})", target.version, target.weight)).collect(),
    };
    let mut told = vec![
        (verb, home.folder.place(&format!("aliases/{}", alias.alias))),
        ("version", targets.join(", ")),
        ("serial", alias.serial.to_string()),
    ];
    told.extend(alias.expires.map(|at| ("expires", shown_time(at))));
    push::lines(told)
}

/// Makes sure that no clean-up took away what the alias was moved to.
pub(super) fn check_kept(home: &Home, alias: &Alias) -> Result<()> {
    for target in &alias.targets {
        let blob = home.known_release(target.version)?.statement.blob.path();
        if home.folder.entry(&blob)?.is_none() {
            return Err(Error::new(
                Kind::Conflict,
                home.folder.place(&blob),
                "the bytes of the version",
                "nothing there",
            )
            .hint("It was cleaned up: promote another version, or publish the model again."));
        }
    }
    Ok(())
}
