//! S3 and what speaks like it: `s3://bucket/key`.
//!
//! `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` (or `AWS_DEFAULT_REGION`) and
//! `AWS_ENDPOINT_URL` (or `AWS_ENDPOINT_URL_S3`) for R2, MinIO and others; plain http is allowed when the endpoint says
//! http. `object_store` reads the rest of `AWS_*`, web identities and container roles among them. Profiles are not read.

use super::as_stored::Connector;
use super::cloud::Access;
use super::patience::Patience;
use super::variables::Variables;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, AwsAuthorizer};
use object_store::client::HttpRequest;
use url::Url;

/// Any of these is an attempt at credentials.
pub(super) const CREDENTIALS: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
];

/// The bucket that a URL names.
pub(super) fn open(
    url: &Url,
    variables: &Variables,
    patience: Patience,
    access: Access,
) -> object_store::Result<AmazonS3> {
    // An https address says itself where it is.
    let endpoint = endpoint(variables).filter(|_| url.scheme() != "https");
    let is_http = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = AmazonS3Builder::new()
        .with_client_options(patience.client_options(is_http))
        .with_http_connector(Connector)
        .with_retry(patience.retries(variables.has_any(&CREDENTIALS)))
        .with_url(url.as_str());
    for (name, value) in variables.settings("AWS_") {
        let key = name.parse().ok();
        let is_endpoint = matches!(key, Some(AmazonS3ConfigKey::Endpoint | AmazonS3ConfigKey::S3Endpoint));
        if let Some(key) = key.filter(|_| !is_endpoint) {
            builder = builder.with_config(key, value);
        }
    }
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if access == Access::Anonymous {
        builder = builder.with_skip_signature(true);
    }
    builder.build()
}

/// Signs a request for what `object_store` has no words for.
pub(super) async fn authorize(
    url: &Url,
    variables: &Variables,
    patience: Patience,
    request: &mut HttpRequest,
) -> object_store::Result<()> {
    let credential = open(url, variables, patience, Access::Signed)?.credentials().get_credential().await?;
    AwsAuthorizer::new(&credential, "s3", region(variables)).try_authorize(request, None)
}

/// The address under which the web sees the bucket's objects.
pub(super) fn web_root(url: &Url, variables: &Variables) -> Option<Url> {
    let bucket = url.host_str()?;
    let region = region(variables);
    let root = match endpoint(variables) {
        Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        // The certificate of *.s3.… does not cover names with dots.
        None if bucket.contains('.') => format!("https://s3.{region}.amazonaws.com/{bucket}"),
        None => format!("https://{bucket}.s3.{region}.amazonaws.com"),
    };
    Url::parse(&root).ok()
}

fn region(variables: &Variables) -> &str {
    variables.get("AWS_REGION").or(variables.get("AWS_DEFAULT_REGION")).unwrap_or("us-east-1")
}

fn endpoint(variables: &Variables) -> Option<&str> {
    ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"].into_iter().find_map(|name| variables.get(name))
}
