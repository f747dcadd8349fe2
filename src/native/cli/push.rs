//! `edgelet push`.

use super::stdout::print;
use super::{Globals, model};
use crate::error::Result;
use crate::format;
use crate::native::store::{self, CONTENT_TYPE, Destination, GZIP, Headers};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::Args;
use sha2::{Digest, Sha256};

/// Caches may keep a model at a name that can be pushed again for a minute; then they ask whether it changed.
const MUTABLE: &str = "public, max-age=60, must-revalidate";
/// Caches may keep a model at a name that is never pushed again for a year, the longest there is.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Upload a model to a bucket, where browsers and workers fetch it from.
///
/// The model is decoded and predicts its own test rows before anything is sent: what does not hold here is not
/// published. Large files go up in parts; what fails is tried again, and a failed or interrupted upload leaves what was
/// there before.
///
/// Buckets get it in gzip, if that makes it at least 5 % smaller, with the header by which every browser and worker decodes
/// it. Files and paths keep no headers, so what is written there is never compressed.
#[derive(Args)]
#[command(after_long_help = MANUAL)]
pub struct Push {
    /// The model: a path, or any URL that can be read.
    model: String,
    /// Where to: s3://, gs://, az://, file:// or a path; one that ends with / keeps the file's name.
    dest: String,
    /// Check everything and say what would be done, but send nothing.
    #[arg(long)]
    dry_run: bool,
    /// For how long caches may keep it [default: public, max-age=60, must-revalidate].
    #[arg(long, value_name = "VALUE", value_parser = header_value)]
    cache_control: Option<String>,
    /// Caches may keep it for a year: for names that are never pushed again, such as churn-v3.edgelet.
    #[arg(long, conflicts_with = "cache_control")]
    immutable: bool,
    /// Send the file's own bytes instead of gzip.
    #[arg(long)]
    no_compress: bool,
}

const MANUAL: &str = "\
Examples:
  edgelet push churn.edgelet s3://models/churn.edgelet
  edgelet push churn.edgelet s3://models/churn/ --dry-run
  edgelet push churn-v3.edgelet gs://models/ --immutable
  edgelet push churn.edgelet az://models/churn.edgelet --cache-control 'private, max-age=0'
  AWS_ENDPOINT_URL=http://127.0.0.1:9000 edgelet push churn.edgelet s3://models/

It prints the integrity that load(url, { integrity }) checks, which is that of the file however it is sent, and the
address to load. The object is served as application/octet-stream, with Content-Encoding: gzip if it was compressed;
for web pages of other origins to fetch it, the bucket must allow them (CORS).

Environment:
  S3       AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION,
           AWS_ENDPOINT_URL (R2, MinIO and others; http:// is allowed), web identities and container roles.
           Profiles are not read: eval \"$(aws configure export-credentials --format env)\".
  Google   GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_SERVICE_ACCOUNT (paths), GOOGLE_SERVICE_ACCOUNT_KEY (JSON),
           GOOGLE_BEARER_TOKEN, GOOGLE_BASE_URL (another server), gcloud's application-default login.
  Azure    AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME with AZURE_STORAGE_ACCOUNT_KEY,
           AZURE_STORAGE_SAS_TOKEN or AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_TENANT_ID;
           AZURE_STORAGE_ENDPOINT (another server), AZURE_STORAGE_USE_EMULATOR=true (azurite).
  All      EDGELET_TIMEOUT: for how many seconds a server may stay silent (60).";

impl Push {
    /// Checks the model, then uploads it.
    pub fn run(self, globals: Globals) -> Result<()> {
        let destination = Destination::open(&self.named_destination()?)?;
        let bytes = store::read(&self.model, globals)?;
        prove(&bytes).map_err(|error| error.within(&store::shown(&self.model)))?;
        let compresses = destination.keeps_headers() && !self.no_compress;
        let gzipped = if compresses { store::gzip(&bytes)? } else { None };
        let report = self.report(&destination, &bytes, gzipped.as_deref());
        if !self.dry_run {
            let content_encoding = gzipped.is_some().then_some(GZIP);
            let headers = Headers { cache_control: self.cache_control(), content_encoding };
            destination.write(gzipped.unwrap_or(bytes), headers, globals)?;
        }
        print(&report)
    }

    /// The destination with the file's name, if it asks for it.
    fn named_destination(&self) -> Result<String> {
        if !self.dest.ends_with('/') {
            return Ok(self.dest.clone());
        }
        let name = store::file_name(&self.model)?;
        Ok(format!("{}{name}", self.dest))
    }

    fn cache_control(&self) -> &str {
        match &self.cache_control {
            Some(value) => value,
            None if self.immutable => IMMUTABLE,
            None => MUTABLE,
        }
    }

    fn content_encoding(&self, is_gzipped: bool) -> &'static str {
        match (is_gzipped, self.no_compress) {
            (true, _) => GZIP,
            (false, true) => "none",
            (false, false) => "none: gzip saves less than 5 %",
        }
    }

    fn report(&self, destination: &Destination, bytes: &[u8], gzipped: Option<&[u8]>) -> String {
        let title = if self.dry_run { "would push" } else { "pushed" };
        let mut lines = vec![(title, destination.to_string()), ("bytes", bytes.len().to_string())];
        lines.extend(gzipped.map(|gzipped| {
            let share = 100.0 * gzipped.len() as f64 / bytes.len() as f64;
            ("compressed", format!("{} ({share:.1} %)", gzipped.len()))
        }));
        lines.push(("integrity", format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))));
        if destination.keeps_headers() {
            lines.push(("parts", destination.parts(gzipped.unwrap_or(bytes).len()).to_string()));
            lines.push(("content type", CONTENT_TYPE.to_owned()));
            lines.push(("content encoding", self.content_encoding(gzipped.is_some()).to_owned()));
            lines.push(("cache control", self.cache_control().to_owned()));
        }
        lines.extend(destination.web_address().map(|address| ("url", address)));
        lines.into_iter().map(|(name, value)| format!("{name:<18}{value}\n")).collect()
    }
}

/// Refuses bytes that are no sound model, and a model that does not predict its own test rows here.
fn prove(bytes: &[u8]) -> Result<()> {
    model::prove(&format::decode(bytes)?).map_err(|error| {
        error.hint("The model does not predict what it was made to predict: make it again before it is published.")
    })
}

/// What may stand in a header.
fn header_value(text: &str) -> Result<String, String> {
    let is_plain = !text.trim().is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_plain { Ok(text.trim().to_owned()) } else { Err("expected printable ASCII characters".into()) }
}
