//! `edgelet pull`.

use super::stdout::print;
use super::trust::Trusting;
use super::{Globals, model};
use crate::error::Result;
use crate::format;
use crate::native::registry::{self, Reference};
use crate::native::store;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Download a model from a bucket or any URL.
///
/// What arrives is decoded before it is kept: a cut file, a login page or a changed byte never replaces a good model. The
/// file appears as a whole or not at all.
#[derive(Args)]
#[command(after_long_help = MANUAL)]
pub struct Pull {
    /// The model: s3://, gs://, az://, http(s)://, file:// or a path; or a reference: MODEL@ALIAS, MODEL@VERSION.
    source: String,
    /// Where to write it; a folder keeps the file's name [default: the file's name, here].
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Print what was pulled as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

const MANUAL: &str = "\
Examples:
  edgelet pull s3://models/churn.edgelet
  edgelet pull https://cdn.example.com/models/churn.edgelet -o models/
  edgelet pull s3://bucket/models/churn@production --public-key ed25519:…
  edgelet pull 'https://models.s3.eu-west-1.amazonaws.com/churn.edgelet?X-Amz-Signature=…' -o churn.edgelet

Public objects need no credentials. The environment's variables for private ones are those of `edgelet push --help`;
EDGELET_TIMEOUT says for how many seconds a server may stay silent (60).";

impl Pull {
    /// Fetches, checks, writes.
    pub fn run(self, globals: Globals) -> Result<()> {
        let output = self.named_output()?;
        let (mut version, mut signed_by) = (None, None);
        let bytes = match model::reference(&self.source, &self.trust)? {
            Some(reference) => {
                let followed = registry::follow(&reference, &self.trust.trust()?, globals)?;
                version = Some(followed.release.version);
                signed_by = followed.signed_by.map(|key| key.id());
                followed.bytes
            }
            None => store::read(&self.source, globals)?,
        };
        let shown = store::shown(&self.source);
        format::decode_any(&bytes).map_err(|error| error.within(&shown))?;
        store::file::write(&output, &bytes)?;
        let (to, size) = (output.display().to_string(), bytes.len());
        if self.json {
            let value = json!({"pulled": shown, "to": to, "bytes": size, "version": version, "signed_by": signed_by});
            return print(&format!("{value:#}\n"));
        }
        let mut told = vec![("pulled", shown), ("to", to), ("bytes", size.to_string())];
        told.extend(version.map(|version| ("version", version.to_string())));
        told.extend(signed_by.map(|key| ("signed by", key)));
        print(&told.into_iter().map(|(name, value)| format!("{name:<14}{value}\n")).collect::<String>())
    }

    fn named_output(&self) -> Result<PathBuf> {
        let ends_with_separator = |path: &Path| path.as_os_str().to_string_lossy().ends_with(['/', '\\']);
        match &self.output {
            Some(output) if output.is_dir() || ends_with_separator(output) => Ok(output.join(self.file_name()?)),
            Some(output) => Ok(output.clone()),
            None => self.file_name().map(PathBuf::from),
        }
    }

    /// The file's name, or the model's.
    fn file_name(&self) -> Result<String> {
        match Reference::find(&self.source) {
            Some(reference) => Ok(format!("{}.edgelet", registry::model(&reference.address)?)),
            None => store::file_name(&self.source),
        }
    }
}
