//! What strangers can do that they should not: list the bucket, and write to it.

use super::{Examination, Severity};
use reqwest::Method;
use reqwest::header::{HeaderName, IF_MATCH};
use url::Url;

/// The object that a stranger tries to write. No alias and no version can be called so.
const TRIED: &str = ".edgelet-doctor";
/// What listings of buckets begin with: S3's and Google's, Azure's.
const LISTINGS: [&str; 2] = ["<ListBucketResult", "<EnumerationResults"];

impl Examination<'_> {
    /// Tries both, as nobody.
    pub(super) fn exposure(&mut self, url: &Url) {
        self.listing(url);
        self.writing(url);
    }

    fn listing(&mut self, url: &Url) {
        let parts: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
        // A bucket is a host, or the first part of a path, or, behind an account, the second.
        for depth in 0..parts.len().min(3) {
            let path = format!("/{}", parts[..depth].join("/"));
            for query in ["list-type=2&max-keys=1", "restype=container&comp=list&maxresults=1"] {
                let mut listing = url.clone();
                listing.set_path(&path);
                listing.set_query(Some(query));
                let Ok(answer) = self.asker.ask(Method::GET, &listing, &[], Vec::new()) else { continue };
                let text = String::from_utf8_lossy(&answer.body);
                if answer.status == 200 && LISTINGS.iter().any(|listing| text.contains(listing)) {
                    let message =
                        "anybody can list the bucket: every model and version in it, also unannounced ones".into();
                    let fix = "Take s3:ListBucket, storage.objects.list or container access from the public; leave reading objects.";
                    return self.find(Severity::Warning, "public_list", &listing, message, fix);
                }
            }
        }
    }

    fn writing(&mut self, url: &Url) {
        let mut tried = url.clone();
        tried.set_query(None);
        if let Ok(mut parts) = tried.path_segments_mut() {
            parts.pop().push(TRIED);
        }
        // Stores ask who writes before they ask under which condition: whoever may write fails at this one, and whoever may
        // not is refused before it.
        let never = [(IF_MATCH, "\"never\""), (HeaderName::from_static("x-goog-if-generation-match"), "1")];
        let Ok(answer) = self.asker.ask(Method::PUT, &tried, &never, Vec::new()) else { return };
        let may_write = match answer.status {
            412 => true,
            404 => String::from_utf8_lossy(&answer.body).contains("<Code>NoSuchKey</Code>"),
            200..300 => self.is_written(&tried),
            _ => false,
        };
        if may_write {
            let message =
                "anybody can write to the bucket: a stranger can put another model in place of this one".into();
            let fix = "Take s3:PutObject, storage.objects.create or container write access from the public at once; sign versions with --sign.";
            self.find(Severity::Error, "public_write", &tried, message, fix);
        }
    }

    /// Whether a store that knows no conditions wrote the empty object, which is removed again: some servers answer 200 to
    /// whatever is asked.
    fn is_written(&self, tried: &Url) -> bool {
        let read = self.asker.ask(Method::GET, tried, &[], Vec::new());
        // Whoever may write may mostly remove; if not, the finding names what was left.
        let _ = self.asker.ask(Method::DELETE, tried, &[], Vec::new());
        read.is_ok_and(|read| read.status == 200 && read.body.is_empty())
    }
}
