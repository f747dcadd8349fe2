//! Google Cloud Storage: `gs://bucket/key`.
//!
//! `GOOGLE_APPLICATION_CREDENTIALS` or `GOOGLE_SERVICE_ACCOUNT` (paths), `GOOGLE_SERVICE_ACCOUNT_KEY` (the JSON itself),
//! `GOOGLE_BEARER_TOKEN`, or what `gcloud auth application-default login` left behind. `GOOGLE_BASE_URL` names another
//! server of the XML API.

use super::as_stored::Connector;
use super::cloud::Access;
use super::patience::Patience;
use super::variables::Variables;
use object_store::gcp::{GoogleCloudStorage, GoogleCloudStorageBuilder};
use std::path::Path;
use url::Url;

/// Any of these is an attempt at credentials.
pub(super) const CREDENTIALS: [&str; 6] = [
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_SERVICE_ACCOUNT",
    "GOOGLE_SERVICE_ACCOUNT_PATH",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_BEARER_TOKEN",
    "GOOGLE_SKIP_SIGNATURE",
];

/// Where gcloud leaves credentials, under the home folder.
const DEFAULT_CREDENTIALS: &str = ".config/gcloud/application_default_credentials.json";

/// The bucket that a URL names.
pub(super) fn open(
    url: &Url,
    variables: &Variables,
    patience: Patience,
    access: Access,
) -> object_store::Result<GoogleCloudStorage> {
    let is_http = variables.get("GOOGLE_BASE_URL").is_some_and(|base| base.starts_with("http://"));
    let has_credentials = variables.has_any(&CREDENTIALS) || has_default_credentials(variables);
    let mut builder = GoogleCloudStorageBuilder::new()
        .with_client_options(patience.client_options(is_http))
        .with_http_connector(Connector)
        .with_retry(patience.retries(has_credentials))
        .with_url(url.as_str());
    for (name, value) in variables.settings("GOOGLE_") {
        if let Ok(key) = name.parse() {
            builder = builder.with_config(key, value);
        }
    }
    if access == Access::Anonymous {
        builder = builder.with_skip_signature(true);
    }
    builder.build()
}

/// The address under which the web sees the bucket's objects.
pub(super) fn web_root(url: &Url, variables: &Variables) -> Option<Url> {
    let base = variables.get("GOOGLE_BASE_URL").unwrap_or("https://storage.googleapis.com");
    Url::parse(&format!("{}/{}", base.trim_end_matches('/'), url.host_str()?)).ok()
}

/// Whether gcloud left credentials behind.
pub(super) fn has_default_credentials(variables: &Variables) -> bool {
    variables.get("HOME").is_some_and(|home| Path::new(home).join(DEFAULT_CREDENTIALS).exists())
}
