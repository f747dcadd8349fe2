//! `edgelet doctor`.

use super::Globals;
use super::stdout::print;
use super::trust::Trusting;
use crate::error::{Error, Kind, Result};
use crate::native::doctor::{self, Finding, Patient, Severity};
use crate::native::registry::Reference;
use crate::native::store;
use clap::Args;
use serde_json::json;
use url::Url;

/// Find out why a page cannot load a model, and who else can do what.
///
/// The model is asked for as a browser does it for a page of the origin, without any credentials: TLS, redirects, status,
/// content type, length and coding, CORS with exposed headers and preflight, caching, compression; of a reference also
/// signatures and expiry. Then a stranger's listing and writing are tried, under a condition that lets nothing be written.
/// Each finding names what ends it.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet doctor https://cdn.example.com/models/churn@production --origin https://app.example.com
  edgelet doctor s3://models/churn.edgelet --origin https://app.example.com --json

The exit status is 1 if any finding is an error. Findings have a stable code: network, tls, redirect, status, expired,
content_type, length, coding, content, compression, cors, cors_vary, cors_expose, cors_preflight, cache, etag, public_list,
public_write, signature, expires, rollback, wrong_model, registry.")]
pub struct Doctor {
    /// The model: http(s)://, or a bucket whose address on the web is known; a file, or MODEL@ALIAS, MODEL@VERSION.
    #[arg(value_name = "URL")]
    model: String,
    /// The origin of the pages that load it.
    #[arg(long, default_value = "https://app.example", value_parser = origin)]
    origin: String,
    /// JSON instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

impl Doctor {
    /// Examines it.
    pub fn run(self, _: Globals) -> Result<()> {
        let shown = store::shown(&self.model);
        let patient = self.patient()?;
        let bucket = store::bucket_of(&self.model).unwrap_or_else(|| "s3://BUCKET".into());
        let findings = doctor::examine(&patient, &self.origin, bucket, &self.trust.trust()?)?;
        match self.json {
            true => print(&format!("{:#}\n", json!({ "url": shown, "origin": self.origin, "findings": findings })))?,
            false => print(&findings_text(&findings))?,
        }
        conclude(&findings, shown)
    }

    fn patient(&self) -> Result<Patient> {
        let reference = super::model::reference(&self.model, &self.trust)?;
        let location = reference.as_ref().map_or(&self.model, |reference| &reference.address);
        let url = store::web_address(location)?.ok_or_else(|| {
            let expected = "an address that browsers can fetch: https://, or a bucket";
            Error::new(Kind::BadOption, store::shown(&self.model), expected, "a place without one")
                .hint("`edgelet serve` puts a folder on the web, for development.")
        })?;
        Ok(match reference {
            Some(Reference { wanted, .. }) => Patient::Model(Reference { address: url.into(), wanted }),
            None => Patient::File(url),
        })
    }
}

/// Fails if any finding is an error.
pub(super) fn conclude(findings: &[Finding], shown: String) -> Result<()> {
    match findings.iter().filter(|finding| finding.severity == Severity::Error).count() {
        0 => Ok(()),
        errors => Err(Error::new(Kind::Findings, shown, "no finding that is an error", errors.to_string())),
    }
}

/// Findings for people.
pub(super) fn findings_text(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "everything is as it should be\n".into();
    }
    let is_like =
        |one: &Finding, other: &Finding| (one.code, &one.message, &one.fix) == (other.code, &other.message, &other.fix);
    let told = findings.iter().enumerate().filter_map(|(i, finding)| {
        // What holds for several objects is told once.
        if findings[..i].iter().any(|earlier| is_like(earlier, finding)) {
            return None;
        }
        let Finding { severity, code, at, message, fix } = finding;
        let others: String = (findings[i + 1..].iter().filter(|later| is_like(later, finding)))
            .map(|later| format!("{:<24} {}\n", "", later.at))
            .collect();
        let severity = match severity {
            Severity::Error => "ERROR",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        Some(format!("{severity:<8} {code:<15} {at}\n{others}         {message}\n         fix: {fix}\n"))
    });
    told.collect::<Vec<_>>().join("\n")
}

/// An origin as browsers send it.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|_| "expected an origin such as https://app.example.com".to_owned())?;
    let origin = url.origin().ascii_serialization();
    if matches!(url.scheme(), "http" | "https") && origin == text.trim_end_matches('/') {
        return Ok(origin);
    }
    Err(format!("expected an origin without a path, such as {origin}"))
}
