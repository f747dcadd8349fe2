//! Every model under an address: whether its aliases hold and lead somewhere, its releases are signed and its bytes there.

use super::{Finding, Severity};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use crate::native::registry::{Alias, Home, PublicKey, Signed, now, shown_time};
use crate::native::store::Folder;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How long before its end an alias is spoken of, in seconds.
const SOON: u64 = 24 * 60 * 60;
/// For how long what nobody needs is left alone, in seconds.
const GRACE: u64 = 30 * 24 * 60 * 60;

/// A model that was audited.
#[derive(Debug, Serialize)]
pub struct Audited {
    /// Its address.
    pub address: String,
    /// How many versions it has.
    pub versions: usize,
    /// Its aliases.
    pub aliases: Vec<String>,
    /// How many bytes are stored for it.
    pub bytes: u64,
}

/// How thoroughly, and whose signatures count.
pub struct Rigour {
    /// One of these keys has to have signed everything, if there are any.
    pub keys: Vec<PublicKey>,
    /// Whether every byte of every version is read and hashed.
    pub is_deep: bool,
}

/// Audits every model under an address.
///
/// # Errors
/// If it cannot be listed; whatever else goes wrong is a finding.
pub fn audit(address: &str, rigour: &Rigour, globals: Globals) -> Result<(Vec<Audited>, Vec<Finding>)> {
    let folder = Folder::to_read(address, globals)?;
    let (mut bytes, mut findings) = (BTreeMap::<String, u64>::new(), Vec::new());
    let mut models = BTreeSet::new();
    for entry in folder.list("")? {
        let (below, name) = entry.name.rsplit_once('/').unwrap_or(("", &entry.name));
        let (model, kind) = below.rsplit_once('/').unwrap_or(("", below));
        match kind {
            "releases" | "aliases" => drop(models.insert(model.to_owned())),
            "blobs" => {}
            _ if name.ends_with(".edgelet") => findings.push(Finding {
                severity: Severity::Info,
                code: "loose",
                at: folder.place(&entry.name),
                message: "a file without versions: nobody can tell an old one, or roll it back".into(),
                fix: "edgelet push MODEL ADDRESS --alias production --sign KEY".into(),
            }),
            _ => continue,
        }
        *bytes.entry(model.to_owned()).or_default() += entry.size;
    }
    let mut audited = Vec::new();
    for model in models {
        let at =
            if model.is_empty() { address.to_owned() } else { format!("{}/{model}", address.trim_end_matches('/')) };
        let home = Home::to_read(&at, rigour.keys.clone(), globals)?;
        let (versions, aliases) = (home.versions()?, home.aliases()?);
        let mut examined = Examined { home: &home, rigour, findings: &mut findings };
        aliases.iter().for_each(|alias| examined.alias(alias));
        versions.iter().for_each(|(version, _)| examined.version(*version));
        examined.garbage();
        let bytes = bytes.get(&model).copied().unwrap_or(0);
        audited.push(Audited { address: home.folder.address().to_owned(), versions: versions.len(), aliases, bytes });
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok((audited, findings))
}

struct Examined<'a> {
    home: &'a Home,
    rigour: &'a Rigour,
    findings: &'a mut Vec<Finding>,
}

impl Examined<'_> {
    fn alias(&mut self, name: &str) {
        let path = format!("aliases/{name}");
        let Signed { statement: alias, key_ids, .. } = match self.home.known_alias(name) {
            Ok((alias, _)) => alias,
            Err(error) => return self.failed(&path, &error),
        };
        self.signatures(&path, &key_ids);
        self.expiry(&path, &alias);
        for target in &alias.targets {
            match self.home.known_release(target.version) {
                Ok(release) if release.digest == target.sha256 => {}
                Ok(release) => {
                    let (expected, found) = (target.sha256.to_string(), release.digest.to_string());
                    let error = Error::new(
                        Kind::Integrity,
                        "",
                        format!("version {} with sha-256 {expected}", target.version),
                        found,
                    );
                    self.failed(&path, &error.hint("edgelet promote ADDRESS@VERSION --alias ALIAS"));
                }
                Err(error) => self.failed(&path, &error),
            }
        }
    }

    fn expiry(&mut self, path: &str, alias: &Alias) {
        let Some(expires) = alias.expires.filter(|&at| at < now() + SOON) else { return };
        let renew = "edgelet promote ADDRESS@ALIAS --alias ALIAS --expires 7d --sign KEY";
        match expires <= now() {
            true => {
                self.find(Severity::Error, "expired", path, format!("it expired at {}", shown_time(expires)), renew)
            }
            false => {
                self.find(Severity::Warning, "expires", path, format!("it expires at {}", shown_time(expires)), renew)
            }
        }
    }

    fn version(&mut self, version: u64) {
        let path = format!("releases/{version}");
        let Signed { statement: release, key_ids, .. } = match self.home.known_release(version) {
            Ok(release) => release,
            Err(error) => return self.failed(&path, &error),
        };
        self.signatures(&path, &key_ids);
        let blob = release.blob.path();
        let again = "edgelet push MODEL ADDRESS --release: the same model has the same bytes";
        let is_there = match self.rigour.is_deep {
            false => self.home.folder.entry(&blob).map(|entry| entry.is_some()),
            true => self.home.folder.read(&blob, release.blob.size).and_then(|seen| match seen {
                Some(seen) => release.blob.check_bytes(&seen.bytes, &blob).map(|()| true),
                None => Ok(false),
            }),
        };
        match is_there {
            Ok(true) => {}
            Ok(false) => self.find(Severity::Error, "missing_blob", &path, "its bytes are gone".into(), again),
            Err(error) => self.failed(&blob, &error),
        }
    }

    fn signatures(&mut self, path: &str, key_ids: &[String]) {
        if key_ids.is_empty() {
            let message = "unsigned: whoever can write to the bucket chooses the model".into();
            self.find(Severity::Warning, "signature", path, message, "edgelet push or edgelet promote with --sign KEY");
        }
    }

    fn garbage(&mut self) {
        // What cannot be understood was told already.
        let Ok(garbage) = self.home.garbage(GRACE, now()) else { return };
        if garbage.bytes() > 0 {
            let message = format!("{} bytes that nobody has needed for 30 days", garbage.bytes());
            self.find(Severity::Info, "garbage", "", message, "edgelet gc ADDRESS");
        }
    }

    fn failed(&mut self, path: &str, error: &Error) {
        let message = format!("expected {}, found {}", error.expected(), error.found());
        let fix = error.next_step();
        let fix = if fix.is_empty() { "Publish it again, and find out who changed it." } else { fix };
        self.find(Severity::Error, error.kind().code(), path, message, fix);
    }

    fn find(&mut self, severity: Severity, code: &'static str, path: &str, message: String, fix: &str) {
        self.findings.push(Finding { severity, code, at: self.home.folder.place(path), message, fix: fix.to_owned() });
    }
}
