//! A model's versions: whether they are signed and hold, and each object that a client fetches on the way.

use super::{Examination, Role, Severity};
use crate::error::Kind;
use crate::native::cli::Globals;
use crate::native::registry::{self, Located, Reference, Trust, Wanted, now, shown_time};
use url::Url;

/// How long before its end an alias is spoken of, in seconds.
const SOON: u64 = 24 * 60 * 60;

impl Examination<'_> {
    /// Checks alias, release and blob.
    pub(super) fn model(&mut self, reference: &Reference, trust: &Trust) {
        let url = |path: &str| Url::parse(&format!("{}/{path}", reference.address)).ok();
        let quiet = Globals { quiet: true };
        if let Wanted::Alias(alias) = &reference.wanted
            && let Some(url) = url(&format!("aliases/{alias}"))
        {
            self.object(&url, Role::Alias);
            self.exposure(&url);
        }
        let Some(at) = url("") else { return };
        let Located { release, alias, signatures, .. } = match registry::locate(reference, trust, quiet) {
            Ok(located) => located,
            Err(error) => {
                let code = match error.kind() {
                    Kind::Signature | Kind::Expired | Kind::Rollback | Kind::WrongModel => error.kind().code(),
                    // Why an object is not there has been told.
                    _ if self.findings.iter().any(|finding| finding.severity == Severity::Error) => return,
                    _ => "registry",
                };
                let message = format!("expected {}, found {}", error.expected(), error.found());
                return self.find(Severity::Error, code, &at, message, error.next_step().to_owned());
            }
        };
        if signatures == 0 {
            let message = "unsigned: whoever can write to the bucket chooses the model".into();
            let fix = "edgelet keygen -o churn.key, then edgelet push or edgelet promote with --sign churn.key";
            self.find(Severity::Warning, "signature", &at, message, fix);
        } else if trust.keys.is_empty() {
            let message = "signed, but no key was named to check it".into();
            self.find(Severity::Info, "signature", &at, message, "Name it: --public-key ed25519:…");
        }
        if let Some(expires) = alias.and_then(|alias| alias.expires).filter(|&at| at < now() + SOON) {
            let message = format!("the alias expires at {}", shown_time(expires));
            let fix = format!("edgelet promote {reference} --alias {} --expires 7d --sign KEY", reference.wanted);
            self.find(Severity::Warning, "expires", &at, message, fix);
        }
        for (path, role) in
            [(format!("releases/{}", release.version), Role::Release), (release.blob.path(), Role::Blob)]
        {
            if let Some(url) = url(&path) {
                self.object(&url, role);
            }
        }
    }
}
