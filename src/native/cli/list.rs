//! `edgelet list`.

use super::stdout::print;
use super::trust::public_keys;
use super::{Globals, cost};
use crate::error::{Error, Kind, Result};
use crate::native::registry::{Alias, Home, Release, Signed, now, shown_time};
use crate::native::store;
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Show the versions and aliases of a model in a bucket.
///
/// A version or an alias that cannot be read, or that no named key signed, is shown with the reason.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet list s3://bucket/models/churn
  edgelet list s3://bucket/models/churn --price-per-gb 0.09
  edgelet list s3://bucket/models/churn --public-key ed25519:… --json")]
pub struct List {
    /// The model's address: s3://, gs://, az://, file:// or a path.
    address: String,
    /// Check that this key signed everything: ed25519:… [also: EDGELET_PUBLIC_KEYS].
    #[arg(long, value_name = "KEY")]
    public_key: Vec<String>,
    /// Tell what a million loads of a version cost at this price of traffic, for 10⁹ bytes.
    #[arg(long, value_name = "PRICE")]
    price_per_gb: Option<f64>,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

/// A version as it is listed.
struct Version {
    number: u64,
    /// What is stored of its blob; `None` if that is gone.
    stored: Option<u64>,
    /// What a million loads cost, if a price is known.
    cost: Option<f64>,
    release: Result<Signed<Release>>,
}

impl List {
    /// Reads all of them and shows them.
    pub fn run(self, globals: Globals) -> Result<()> {
        cost::check_price(self.price_per_gb)?;
        let home = Home::to_read(&self.address, public_keys(&self.public_key)?, globals)?;
        let stored: BTreeMap<_, _> =
            home.folder.list("blobs")?.into_iter().map(|blob| (blob.name, blob.size)).collect();
        let aliases: Vec<_> =
            home.aliases()?.into_iter().map(|name| (home.known_alias(&name).map(|(alias, _)| alias), name)).collect();
        let versions: Vec<_> = home
            .versions()?
            .into_iter()
            .map(|(number, _)| {
                let release = home.known_release(number);
                let stored =
                    release.as_ref().ok().and_then(|release| stored.get(&release.statement.blob.path()).copied());
                let cost = stored.zip(self.price_per_gb).map(|(stored, price)| cost::of_a_million_loads(stored, price));
                Version { number, stored, cost, release }
            })
            .collect();
        let shown = store::shown(&self.address);
        if aliases.is_empty() && versions.is_empty() {
            return Err(Error::new(Kind::Store, shown, "a model's versions", "none")
                .hint("Publish one with `edgelet push MODEL ADDRESS --alias NAME`."));
        }
        match self.json {
            true => print(&format!(
                "{:#}\n",
                json!({
                    "address": shown,
                    "model": home.model,
                    "aliases": aliases.iter().map(|(alias, name)| alias_json(name, alias)).collect::<Vec<_>>(),
                    "versions": versions.iter().map(Version::json).collect::<Vec<_>>(),
                })
            )),
            false => {
                let mut text = format!("{shown}\n\naliases\n");
                text.extend(aliases.iter().map(|(alias, name)| format!("  {name:<14} {}\n", alias_text(alias))));
                text += "\nversions\n";
                text.extend(versions.iter().map(|version| format!("  {:<14} {}\n", version.number, version.text())));
                print(&text)
            }
        }
    }
}

impl Version {
    fn text(&self) -> String {
        let Signed { statement: release, key_ids, .. } = match &self.release {
            Ok(release) => release,
            Err(error) => return failure(error),
        };
        let estimator = release.provenance.get("estimator").and_then(Value::as_str).unwrap_or_default();
        let stored = self.stored.map_or("the blob is gone".into(), |stored| format!("{stored} stored"));
        let cost = self.cost.map(|cost| format!(", {cost:.2} per million loads")).unwrap_or_default();
        format!(
            "{}  {} bytes, {stored}{cost}  {}{}  {}",
            shown_time(release.created),
            release.blob.size,
            signatures(key_ids),
            expiry(release.expires),
            estimator.escape_debug(),
        )
    }

    fn json(&self) -> Value {
        match &self.release {
            Ok(Signed { statement: release, digest, key_ids, signed_by }) => json!({
                "version": release.version,
                "parent": release.parent,
                "created": release.created,
                "expires": release.expires,
                "sha256": release.blob.sha256,
                "size": release.blob.size,
                "stored": self.stored,
                "cost_per_million_loads": self.cost,
                "release_sha256": digest,
                "key_ids": key_ids,
                "signed_by": signed_by.map(|key| key.to_string()),
                "schema": release.schema,
                "provenance": release.provenance,
            }),
            Err(error) => json!({ "version": self.number, "error": failure_json(error) }),
        }
    }
}

fn alias_text(alias: &Result<Signed<Alias>>) -> String {
    let Signed { statement: alias, key_ids, .. } = match alias {
        Ok(alias) => alias,
        Err(error) => return failure(error),
    };
    let sum: u64 = alias.targets.iter().map(|target| target.weight).sum();
    let share = |weight: u64| match alias.targets.len() {
        1 => String::new(),
        _ => format!(" ({:.1} %)", 100.0 * weight as f64 / sum as f64),
    };
    let targets: Vec<_> =
        alias.targets.iter().map(|target| format!("{}{}", target.version, share(target.weight))).collect();
    let moved = shown_time(alias.created);
    format!(
        "{}  serial {}  {moved}  {}{}",
        targets.join(", "),
        alias.serial,
        signatures(key_ids),
        expiry(alias.expires)
    )
}

fn alias_json(name: &str, alias: &Result<Signed<Alias>>) -> Value {
    match alias {
        Ok(Signed { statement: alias, key_ids, signed_by, .. }) => json!({
            "alias": alias.alias,
            "serial": alias.serial,
            "created": alias.created,
            "expires": alias.expires,
            "targets": alias.targets,
            "key_ids": key_ids,
            "signed_by": signed_by.map(|key| key.to_string()),
        }),
        Err(error) => json!({ "alias": name, "error": failure_json(error) }),
    }
}

fn signatures(key_ids: &[String]) -> String {
    if key_ids.is_empty() { "unsigned".into() } else { format!("signed by {}", key_ids.join(", ")) }
}

fn expiry(expires: Option<u64>) -> String {
    match expires {
        Some(at) if at <= now() => format!("  EXPIRED {}", shown_time(at)),
        Some(at) => format!("  expires {}", shown_time(at)),
        None => String::new(),
    }
}

fn failure(error: &Error) -> String {
    format!("error[{}]: {error}", error.kind().code())
}

fn failure_json(error: &Error) -> Value {
    json!({ "code": error.kind().code(), "message": error.to_string() })
}
