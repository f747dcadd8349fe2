//! `edgelet push`.

use super::signing::{Signing, age};
use super::stdout::print;
use super::{Globals, model, network};
use crate::error::{Error, Kind, Result};
use crate::format::{self, Content};
use crate::native::registry::alias_name;
use crate::native::store::{self, CONTENT_TYPE, Destination, GZIP, Headers};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clap::Args;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::time::Duration;

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
///
/// With --alias or --release the destination is a model's folder of versions, and clients follow `DEST@ALIAS`. The bytes go
/// up first, under the name of their sha-256, then the release that describes them, at last the alias, which moves only if
/// nobody else moved it meanwhile. Whatever ends the program in between, the old version is still served.
#[derive(Args)]
#[command(after_long_help = MANUAL)]
pub struct Push {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// Where to: s3://, gs://, az://, file:// or a path; one that ends with / keeps the file's name. With --alias or
    /// --release it is the folder of all the model's versions, and its last part the model's name.
    pub(super) dest: String,
    /// Check everything and say what would be done, but send nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Publish it as the model's next version, and let this alias (production, canary …) be that version.
    #[arg(long, value_name = "NAME", value_parser = alias_name)]
    pub(super) alias: Option<String>,
    /// Publish it as the model's next version, and leave the aliases where they are.
    #[arg(long, conflicts_with = "alias")]
    release: bool,
    /// Until when clients take the alias's word: 7d, 12h; `edgelet promote` renews it [default: for ever].
    #[arg(long, value_name = "AGE", value_parser = age, requires = "alias")]
    pub(super) expires: Option<Duration>,
    /// Until when clients take this version, whatever an alias says [default: for ever].
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub(super) release_expires: Option<Duration>,
    /// For how long caches may keep it [default: public, max-age=60, must-revalidate].
    #[arg(long, value_name = "VALUE", value_parser = header_value, conflicts_with_all = ["alias", "release"])]
    cache_control: Option<String>,
    /// Caches may keep it for a year: for names that are never pushed again, such as churn-v3.edgelet.
    #[arg(long, conflicts_with_all = ["cache_control", "alias", "release"])]
    immutable: bool,
    /// Send the file's own bytes instead of gzip.
    #[arg(long)]
    no_compress: bool,
    /// Encrypt it with the app's key, a file of `edgelet keygen --symmetric`.
    #[arg(long, value_name = "KEYFILE")]
    pub(super) encrypt: Option<PathBuf>,
    /// The rows that it was trained on: what they look like goes with the version, so that clients can tell when what they
    /// are asked drifts away from it. The rows themselves stay here.
    #[arg(long, value_name = "ROWS")]
    pub(super) training: Option<String>,
    #[command(flatten)]
    pub(super) signing: Signing,
}

const MANUAL: &str = "\
Examples:
  edgelet push churn.edgelet s3://models/churn.edgelet
  edgelet push churn.edgelet s3://models/churn/ --dry-run
  edgelet push churn-v3.edgelet gs://models/ --immutable
  edgelet push churn.edgelet s3://bucket/models/churn --alias production --sign churn.key --expires 30d
  edgelet push churn.edgelet s3://bucket/models/churn --release
  edgelet push churn.edgelet s3://bucket/models/churn --alias canary --training churn.csv --encrypt app.key
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
        let is_version = self.alias.is_some() || self.release;
        if !is_version {
            self.check_unused()?;
        }
        let destination = if is_version { None } else { Some(Destination::open(&self.named_destination()?)?) };
        let bytes = self.signing.fetch(&self.model, globals)?;
        let content = prove(&bytes).map_err(|error| error.within(&store::shown(&self.model)))?;
        match destination {
            Some(destination) => self.upload(&destination, bytes, globals),
            None => self.publish(&content, bytes, globals),
        }
    }

    /// Refuses options that have no meaning for a file, whose owner would believe that they were heeded.
    fn check_unused(&self) -> Result<()> {
        let given = [
            ("--sign", self.signing.is_named()),
            ("--encrypt", self.encrypt.is_some()),
            ("--training", self.training.is_some()),
            ("--release-expires", self.release_expires.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(Error::new(Kind::BadOption, *option, "--alias NAME or --release", "neither")
                .hint("Only a version of a model is signed, encrypted, described or expires, and not a file.")),
            None => Ok(()),
        }
    }

    fn upload(&self, destination: &Destination, bytes: Vec<u8>, globals: Globals) -> Result<()> {
        let compressed = if destination.keeps_headers() { self.compressed(&bytes)? } else { Compressed::Never };
        let report = self.report(destination, &bytes, &compressed);
        if !self.dry_run {
            let content_encoding = compressed.bytes().is_some().then_some(GZIP);
            let headers = Headers { content_type: CONTENT_TYPE, cache_control: self.cache_control(), content_encoding };
            destination.write(compressed.bytes().unwrap_or(bytes), headers, globals)?;
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

    /// The bytes in gzip, if they are to be sent so.
    pub(super) fn compressed(&self, bytes: &[u8]) -> Result<Compressed> {
        if self.no_compress {
            return Ok(Compressed::Never);
        }
        Ok(store::gzip(bytes)?.map_or(Compressed::NotWorthwhile, Compressed::Gzip))
    }

    fn report(&self, destination: &Destination, bytes: &[u8], compressed: &Compressed) -> String {
        let title = if self.dry_run { "would push" } else { "pushed" };
        let mut told = vec![(title, destination.to_string()), ("bytes", bytes.len().to_string())];
        told.extend(compressed.told(bytes.len()));
        told.push(("integrity", format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))));
        if destination.keeps_headers() {
            let sent = compressed.len().unwrap_or(bytes.len());
            told.push(("parts", destination.parts(sent).to_string()));
            told.push(("content type", CONTENT_TYPE.to_owned()));
            told.push(("content encoding", compressed.content_encoding().to_owned()));
            told.push(("cache control", self.cache_control().to_owned()));
        }
        told.extend(destination.web_address().map(|address| ("url", address)));
        lines(told)
    }
}

/// How bytes are sent.
pub(super) enum Compressed {
    /// In gzip.
    Gzip(Vec<u8>),
    /// As they are, because gzip saves too little.
    NotWorthwhile,
    /// As they are, because it is wanted so or no headers are kept.
    Never,
}

impl Compressed {
    /// The gzip.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Gzip(gzipped) => Some(gzipped.clone()),
            _ => None,
        }
    }

    fn len(&self) -> Option<usize> {
        match self {
            Self::Gzip(gzipped) => Some(gzipped.len()),
            _ => None,
        }
    }

    /// How the header is told.
    pub fn content_encoding(&self) -> &'static str {
        match self {
            Self::Gzip(_) => GZIP,
            Self::NotWorthwhile => "none: gzip saves less than 5 %",
            Self::Never => "none",
        }
    }

    /// What is told of how much it saves.
    pub fn told(&self, bytes: usize) -> Option<(&'static str, String)> {
        let length = self.len()?;
        let share = 100.0 * length as f64 / bytes as f64;
        Some(("compressed", format!("{length} ({share:.1} %)")))
    }
}

/// A report: a name and a value on each line.
pub(super) fn lines(told: Vec<(&str, String)>) -> String {
    told.into_iter().map(|(name, value)| format!("{name:<18}{value}\n")).collect()
}

/// Refuses bytes that are no sound model or network, and one that does not predict its own test rows here.
fn prove(bytes: &[u8]) -> Result<Content> {
    let content = format::decode_any(bytes)?;
    let proved = match &content {
        Content::Model(model) => model::prove(model),
        Content::Network(network) => network::prove(network).map(|_| ()),
    };
    proved.map_err(|error| {
        error.hint("The model does not predict what it was made to predict: make it again before it is published.")
    })?;
    Ok(content)
}

/// What may stand in a header.
fn header_value(text: &str) -> Result<String, String> {
    let is_plain = !text.trim().is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if is_plain { Ok(text.trim().to_owned()) } else { Err("expected printable ASCII characters".into()) }
}
