//! `edgelet presign`.

use super::signing::{age, expiry};
use super::stdout::print;
use super::trust::Trusting;
use super::{Globals, model};
use crate::error::Result;
use crate::native::{registry, store};
use clap::Args;
use serde_json::json;
use std::time::Duration;

/// Make a link by which anyone can read a model from a private bucket, for a while.
///
/// Of a reference, the link is to the bytes of the version, and the version's signature is checked as usual; whoever loads
/// the link should check the integrity that is told.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet presign s3://bucket/churn.edgelet
  edgelet presign s3://bucket/models/churn@production --expires 15m --public-key ed25519:… --json

The first line on stdout is the link. It is a secret: it works for whoever sees it. Links of S3 and Google hold at most
7d, and no longer than temporary credentials that signed them. The variables are those of `edgelet push --help`.")]
pub struct Presign {
    /// The model: s3://, gs:// or az://, or a reference in one of them: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// For how long the link works.
    #[arg(long, value_name = "AGE", value_parser = age, default_value = "1h")]
    expires: Duration,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

impl Presign {
    /// Signs.
    pub fn run(self, globals: Globals) -> Result<()> {
        let trust = self.trust.trust()?;
        let (location, sha256) = match model::reference(&self.model, &self.trust)? {
            Some(reference) => {
                let located = registry::locate(&reference, &trust, globals)?;
                (located.location, Some(located.release.blob.sha256))
            }
            None => (self.model.clone(), None),
        };
        let url = store::presign(&location, self.expires)?;
        if self.json {
            let value = json!({
                "url": url.as_str(),
                "expires": expiry(Some(self.expires)),
                "integrity": sha256.map(|sha256| sha256.integrity()),
            });
            return print(&format!("{value:#}\n"));
        }
        let integrity = sha256.map(|sha256| format!("integrity {}\n", sha256.integrity())).unwrap_or_default();
        print(&format!("{url}\n{integrity}"))
    }
}
