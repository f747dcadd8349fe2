//! `edgelet audit`.

use super::doctor::{conclude, findings_text};
use super::stdout::print;
use super::trust::public_keys;
use super::{Globals, cost};
use crate::error::Result;
use crate::native::doctor::{Audited, Rigour, audit};
use crate::native::store;
use clap::Args;
use serde_json::json;

/// Check every model under an address in a bucket.
///
/// Aliases have to hold and to lead to what they name, releases to be signed and readable, bytes to be there; with --deep
/// all of them are read and hashed.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet audit s3://bucket/models
  edgelet audit s3://bucket --public-key ed25519:… --deep --json

The exit status is 1 if any finding is an error.")]
pub struct Audit {
    /// The address: s3://, gs://, az://, file:// or a path.
    address: String,
    /// Check that this key signed everything: ed25519:… [also: EDGELET_PUBLIC_KEYS].
    #[arg(long, value_name = "KEY")]
    public_key: Vec<String>,
    /// Read and hash all bytes of all versions.
    #[arg(long)]
    deep: bool,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
}

impl Audit {
    /// Audits and tells.
    pub fn run(self, globals: Globals) -> Result<()> {
        let rigour = Rigour { keys: public_keys(&self.public_key)?, is_deep: self.deep };
        let (models, findings) = audit(&self.address, &rigour, globals)?;
        let shown = store::shown(&self.address);
        if self.json {
            print(&format!("{:#}\n", json!({ "address": shown, "models": models, "findings": findings })))?;
        } else {
            let told = models.iter().map(|Audited { address, versions, aliases, bytes }| {
                let aliases = if aliases.is_empty() { "no alias".to_owned() } else { aliases.join(", ") };
                format!("{address}  {versions} versions, {aliases}, {}\n", cost::bytes(*bytes))
            });
            print(&format!("{}\n{}", told.collect::<String>(), findings_text(&findings)))?;
        }
        conclude(&findings, shown)
    }
}
