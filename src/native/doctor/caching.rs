//! For how long caches keep an object: an alias for a minute, what never changes for ever.

use super::{Examination, Role, Severity};
use crate::native::store::Answer;
use reqwest::header::{CACHE_CONTROL, ETAG, LAST_MODIFIED};
use url::Url;

/// The longest that an alias should be kept, in seconds.
const LONGEST_ALIAS: u64 = 300;
/// The shortest that what never changes should be kept, in seconds.
const SHORTEST_IMMUTABLE: u64 = 24 * 60 * 60;

impl Examination<'_> {
    /// Checks `Cache-Control` and what a cache can ask with whether something changed.
    pub(super) fn caching(&mut self, url: &Url, answer: &Answer, role: Role) {
        let value = answer.header(&CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
        let directives: Vec<_> = value.split(',').map(str::trim).collect();
        let has = |name: &str| directives.contains(&name);
        let seconds =
            |name: &str| directives.iter().find_map(|directive| directive.strip_prefix(name)?.parse::<u64>().ok());
        let age = seconds("max-age=");
        let fix = || format!("Upload it again: edgelet push MODEL {}/…", self.bucket);
        let finding = match role {
            Role::Alias if age.is_some_and(|age| age > LONGEST_ALIAS) || has("immutable") => Some((
                Severity::Error,
                format!("an alias that is kept for {} s: clients do not see that it moves", age.unwrap_or_default()),
                "Publish it again: edgelet promote ADDRESS@ALIAS --alias ALIAS; or shorten what the CDN sets."
                    .to_owned(),
            )),
            Role::Release | Role::Blob if has("no-store") || age.is_none_or(|age| age < SHORTEST_IMMUTABLE) => {
                Some((Severity::Warning, "what never changes is loaded again each time".to_owned(), fix()))
            }
            Role::File if value.is_empty() => {
                let message = "no Cache-Control: browsers guess for how long to keep it, and may keep an old model";
                Some((Severity::Warning, message.to_owned(), fix()))
            }
            Role::File if has("no-store") => {
                Some((Severity::Warning, "never kept: every page loads all of it again".to_owned(), fix()))
            }
            _ => None,
        };
        if let Some((severity, message, fix)) = finding {
            self.find(severity, "cache", url, message, fix);
        }
        if answer.header(&ETAG).is_none() && answer.header(&LAST_MODIFIED).is_none() {
            let message = "neither ETag nor Last-Modified: whoever has it cannot ask whether it changed".into();
            self.find(Severity::Warning, "etag", url, message, "Let the server or CDN pass the bucket's ETag on.");
        }
    }
}
