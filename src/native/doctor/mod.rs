//! Whether web pages of an origin can load a model, and whether others can do what they should not: everything between a
//! bucket and a `fetch`, each finding with the command or the step that ends it.

mod audit;
mod body;
mod caching;
mod cors;
mod exposure;
mod registry;
mod transport;

pub use audit::{Audited, Rigour, audit};

use crate::error::Result;
use crate::native::registry::{Reference, Trust};
use crate::native::store::Asker;
use serde::Serialize;
use url::Url;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It is good to know.
    Info,
    /// It works, but not as well or as safely as it could.
    Warning,
    /// It does not work, or it is open to others.
    Error,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// What it is about, for programs; stable.
    pub code: &'static str,
    /// Where, without what may be secret.
    pub at: String,
    /// What was found, and why it matters.
    pub message: String,
    /// What ends it.
    pub fix: String,
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A model's file under a name of its own.
    File,
    /// An alias, which moves.
    Alias,
    /// A release, which never changes.
    Release,
    /// A version's bytes, which never change.
    Blob,
}

/// What is examined, and what was found of it.
pub struct Examination<'a> {
    asker: Asker,
    /// The origin of the pages that load the model.
    origin: &'a str,
    /// How the bucket is called in commands.
    bucket: String,
    findings: Vec<Finding>,
}

/// What to examine.
pub enum Patient {
    /// A file at an address.
    File(Url),
    /// A model's versions, below an https address.
    Model(Reference),
}

/// Examines a file or a model for pages of an origin.
///
/// # Errors
/// If there is nothing to ask with; whatever else goes wrong is a finding.
pub fn examine(patient: &Patient, origin: &str, bucket: String, trust: &Trust) -> Result<Vec<Finding>> {
    let mut examination = Examination { asker: Asker::new()?, origin, bucket, findings: Vec::new() };
    match patient {
        Patient::File(url) => {
            examination.object(url, Role::File);
            examination.exposure(url);
        }
        Patient::Model(reference) => examination.model(reference, trust),
    }
    let Examination { mut findings, .. } = examination;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(findings)
}

impl Examination<'_> {
    /// One object: how it is reached, what it is, who may read it, for how long it is kept.
    fn object(&mut self, url: &Url, role: Role) {
        let Some((url, answer)) = self.reached(url) else { return };
        self.body(&url, &answer, role);
        self.cors(&url, &answer, role);
        self.caching(&url, &answer, role);
    }

    fn find(&mut self, severity: Severity, code: &'static str, url: &Url, message: String, fix: impl Into<String>) {
        let mut at = url.clone();
        at.set_query(None);
        let finding = Finding { severity, code, at: at.into(), message, fix: fix.into() };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}
