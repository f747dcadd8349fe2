//! Which pages may read a bucket: the rule as each cloud writes it down, and its addition to the rules that are there.

use super::as_stored::Connector;
use super::cloud::{Bucket, Cloud};
use super::location::Location;
use super::patience::Patience;
use super::problem::{Attempt, explain};
use super::variables::Variables;
use super::{azure, runtime, s3};
use crate::error::{Error, Kind, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use object_store::client::{HttpClient, HttpConnector, HttpRequest};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What pages may do.
const METHODS: [&str; 2] = ["GET", "HEAD"];
/// What pages see of an answer, besides what they always do.
const EXPOSED: [&str; 3] = ["ETag", "Content-Length", "Content-Range"];
/// For how many seconds a browser need not ask again whether it may.
const MAX_AGE: u64 = 3600;

/// Who may read a bucket.
pub struct Cors {
    bucket: Bucket,
    name: String,
    origins: Vec<String>,
}

impl Cors {
    /// That pages of these origins may read the bucket at a location, with or without an object's name.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for what is in no bucket.
    pub fn new(location: &str, origins: Vec<String>) -> Result<Self> {
        let bucket = Location::parse_bucket(location)?;
        let name = bucket.name().unwrap_or_default();
        Ok(Self { bucket, name, origins })
    }

    /// How commands call the bucket.
    pub fn bucket(&self) -> &str {
        &self.name
    }

    /// The rules as the cloud's own tool takes them.
    pub fn document(&self) -> Value {
        match self.bucket.cloud {
            Cloud::S3 => json!({ "CORSRules": [{
                "AllowedOrigins": self.origins,
                "AllowedMethods": METHODS,
                "AllowedHeaders": ["*"],
                "ExposeHeaders": EXPOSED,
                "MaxAgeSeconds": MAX_AGE,
            }] }),
            // Google has one list for what may be asked and what may be seen.
            Cloud::Gcs => json!([{
                "origin": self.origins,
                "method": METHODS,
                "responseHeader": ["ETag", "Content-Length", "Content-Range", "Content-Type", "If-None-Match", "Range"],
                "maxAgeSeconds": MAX_AGE,
            }]),
            Cloud::Azure => json!({
                "AllowedOrigins": self.origins.join(","),
                "AllowedMethods": METHODS.join(","),
                "AllowedHeaders": "*",
                "ExposedHeaders": EXPOSED.join(","),
                "MaxAgeInSeconds": MAX_AGE,
            }),
        }
    }

    /// The command of the cloud's own tool that sets the rules. Of S3 and Google it replaces what is there.
    pub fn command(&self) -> String {
        let name = self.name.split_once("://").map_or(&*self.name, |(_, name)| name);
        match self.bucket.cloud {
            Cloud::S3 => {
                format!("aws s3api put-bucket-cors --bucket {name} --cors-configuration '{}'", self.document())
            }
            Cloud::Gcs => {
                format!(
                    "gcloud storage buckets update gs://{name} --cors-file=cors.json    # with the rule above in it"
                )
            }
            Cloud::Azure => format!(
                "az storage cors add --services b --methods {} --origins {} --allowed-headers '*' --exposed-headers {} \
                 --max-age {MAX_AGE}    # for the whole account",
                METHODS.join(" "),
                self.origins.iter().map(|origin| format!("'{origin}'")).collect::<Vec<_>>().join(" "),
                EXPOSED.join(" "),
            ),
        }
    }

    /// Adds the rule to those of the bucket, or of the account in Azure, and says whether it was missing.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for Google, whose own tool has to do it; [`Kind::Store`] or [`Kind::Network`] if the store does not
    /// let it.
    pub fn apply(&self) -> Result<bool> {
        let variables = Variables::from_environment();
        let patience = Patience::from_variables(&variables)?;
        let failed = |error: object_store::Error| explain(&error, &self.bucket, &variables, Attempt::Write);
        let url = match self.bucket.cloud {
            Cloud::S3 => s3::web_root(&self.bucket.url, &variables).map(|root| format!("{root}?cors")),
            Cloud::Azure => azure::service_root(&self.bucket.url, &variables)
                .map(|root| format!("{root}?restype=service&comp=properties")),
            Cloud::Gcs => {
                return Err(Error::new(Kind::BadOption, "--apply", "S3 or Azure", "Google Cloud Storage")
                    .hint(format!("Run: {}", self.command())));
            }
        };
        let url = url.ok_or_else(|| {
            Error::new(Kind::Store, self.name.clone(), "an address to send the rule to", "none")
                .hint(self.bucket.cloud.address_hint())
        })?;
        let client = Connector.connect(&patience.client_options(url.starts_with("http://"))).map_err(failed)?;
        runtime()?.block_on(async {
            let current = self.sent(&client, &variables, patience, Method::GET, &url, String::new()).await?;
            let current = match current {
                (404, _) => String::new(),
                (200, rules) => rules,
                (status, text) => return Err(self.refused(status, &text, &variables)),
            };
            let Some(rules) = self.added(&current) else { return Ok(false) };
            match self.sent(&client, &variables, patience, Method::PUT, &url, rules).await? {
                (200..300, _) => Ok(true),
                (status, text) => Err(self.refused(status, &text, &variables)),
            }
        })
    }

    /// The status and body of the answer to a signed request.
    async fn sent(
        &self,
        client: &HttpClient,
        variables: &Variables,
        patience: Patience,
        method: Method,
        url: &str,
        body: String,
    ) -> Result<(u16, String)> {
        let failed = |error: object_store::Error| explain(&error, &self.bucket, variables, Attempt::Write);
        let unsent = |error: &dyn std::fmt::Display| {
            Error::new(Kind::Network, self.name.clone(), "an answer", variables.redact(&error.to_string()))
        };
        let checksum = BASE64_STANDARD.encode(Sha256::digest(&body));
        let mut request = HttpRequest::new(body.into());
        *request.uri_mut() = url.parse().map_err(|error| unsent(&error))?;
        *request.method_mut() = method.clone();
        if method == Method::PUT {
            let headers = [("content-type", "application/xml"), ("x-amz-checksum-sha256", &checksum)];
            let of_cloud =
                headers.iter().filter(|(name, _)| self.bucket.cloud == Cloud::S3 || !name.starts_with("x-amz"));
            for &(name, value) in of_cloud {
                request.headers_mut().insert(name, value.parse().map_err(|error| unsent(&error))?);
            }
            let length = request.body().content_length().to_string();
            request.headers_mut().insert("content-length", length.parse().map_err(|error| unsent(&error))?);
        }
        match self.bucket.cloud {
            Cloud::S3 => s3::authorize(&self.bucket.url, variables, patience, &mut request).await,
            _ => azure::authorize(&self.bucket.url, variables, patience, &mut request).await,
        }
        .map_err(failed)?;
        let response = client.execute(request).await.map_err(|error| unsent(&error))?;
        let status = response.status().as_u16();
        let text = response.into_body().bytes().await.map_err(|error| unsent(&error))?;
        Ok((status, String::from_utf8_lossy(&text).into_owned()))
    }

    /// The rules with this one, or nothing if it is among them.
    fn added(&self, current: &str) -> Option<String> {
        let (tags, list, envelope, rule) = match self.bucket.cloud {
            Cloud::Azure => (&AZURE, "Cors", Some("StorageServiceProperties"), "CorsRule"),
            _ => (&S3, "CORSConfiguration", None, "CORSRule"),
        };
        let ours = self.rule(tags, rule);
        let theirs = elements(current, rule);
        if theirs.iter().any(|other| tags.iter().all(|tag| set(other, tag) == set(&ours, tag))) {
            return None;
        }
        let kept: String = theirs.iter().map(|other| format!("<{rule}>{other}</{rule}>")).collect();
        let rules = format!("<{list}>{kept}{ours}</{list}>");
        Some(match envelope {
            Some(envelope) => format!("<{envelope}>{rules}</{envelope}>"),
            None => rules,
        })
    }

    /// This rule in XML.
    fn rule(&self, [origin, method, header, exposed, age]: &[&str; 5], rule: &str) -> String {
        let is_listed = self.bucket.cloud == Cloud::Azure;
        let element = |tag: &str, values: &[&str]| match is_listed {
            true => format!("<{tag}>{}</{tag}>", values.join(",")),
            false => values.iter().map(|value| format!("<{tag}>{value}</{tag}>")).collect(),
        };
        let origins: Vec<&str> = self.origins.iter().map(String::as_str).collect();
        let parts = [
            element(origin, &origins),
            element(method, &METHODS),
            element(header, &["*"]),
            element(exposed, &EXPOSED),
            element(age, &[&MAX_AGE.to_string()]),
        ];
        format!("<{rule}>{}</{rule}>", parts.concat())
    }

    fn refused(&self, status: u16, text: &str, variables: &Variables) -> Error {
        let code = elements(text, "Code").first().map(|code| format!(": {code}")).unwrap_or_default();
        let found = variables.redact(&format!("status {status}{code}"));
        Error::new(Kind::Store, self.name.clone(), "a bucket whose rules can be set", found).hint(format!(
            "{} Or set it by hand: {}",
            self.bucket.cloud.access_hint(variables),
            self.command()
        ))
    }
}

/// The names of a rule's parts: origins, methods, headers, exposed headers, age.
const S3: [&str; 5] = ["AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds"];
const AZURE: [&str; 5] = ["AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposedHeaders", "MaxAgeInSeconds"];

/// What is inside of each element of that name.
fn elements<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = text.split(&open).skip(1);
    parts.filter_map(|part| part.split_once(&close).map(|(inside, _)| inside.trim())).collect()
}

/// The values of a part of a rule, in any order, in one element or in several.
fn set(rule: &str, tag: &str) -> Vec<String> {
    let mut values: Vec<String> = elements(rule, tag)
        .iter()
        .flat_map(|inside| inside.split(','))
        .map(|value| value.trim().to_ascii_lowercase())
        .filter(|value| !value.is_empty())
        .collect();
    values.sort();
    values.dedup();
    values
}
