//! How an object is reached: encrypted, without detours, by a link that holds, with status 200.

use super::{Examination, Severity};
use crate::native::store::{Answer, link_ended};
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, LOCATION, ORIGIN};
use url::{Host, Url};

/// How many redirects browsers follow, and more than anybody needs.
const MAX_REDIRECTS: usize = 20;

impl Examination<'_> {
    /// The address an object is at in the end, and what is there; nothing, if pages cannot get it.
    pub(super) fn reached(&mut self, url: &Url) -> Option<(Url, Answer)> {
        let mut url = url.clone();
        for _ in 0..MAX_REDIRECTS {
            self.encryption(&url);
            let headers = [(ORIGIN, self.origin), (ACCEPT_ENCODING, "gzip")];
            let answer = match self.asker.ask(Method::GET, &url, &headers, Vec::new()) {
                Ok(answer) => answer,
                Err(error) => {
                    let message = format!("no answer: {}", error.found());
                    self.find(
                        Severity::Error,
                        "network",
                        &url,
                        message,
                        "Check the address and the server's certificate.",
                    );
                    return None;
                }
            };
            match answer.status {
                200 => return Some((url, answer)),
                300..400 => url = self.redirected(&url, &answer)?,
                status => {
                    self.refused(&url, status);
                    return None;
                }
            }
        }
        let message = format!("more than {MAX_REDIRECTS} redirects");
        self.find(Severity::Error, "redirect", &url, message, "Load the model from where it is.");
        None
    }

    fn encryption(&mut self, url: &Url) {
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        if url.scheme() == "http" && !is_loopback {
            let message = "plain http: pages on https may not load it, and anybody on the way may change it".into();
            self.find(Severity::Error, "tls", url, message, "Load it by its https:// address.");
        }
    }

    /// Where a redirect leads.
    fn redirected(&mut self, url: &Url, answer: &Answer) -> Option<Url> {
        let target = answer.header(&LOCATION).and_then(|location| url.join(location).ok());
        let Some(target) = target.filter(|target| matches!(target.scheme(), "http" | "https")) else {
            let message = format!("status {} without a place to go to", answer.status);
            self.find(Severity::Error, "redirect", url, message, "Load the model from where it is.");
            return None;
        };
        let to = target.host_str().unwrap_or_default();
        if url.scheme() == "https" && target.scheme() == "http" {
            let message = format!("a redirect from https to plain http, at {to}");
            self.find(Severity::Error, "redirect", url, message, "Let the server redirect to https.");
        } else {
            let message = format!(
                "a redirect to {to}: each load takes another round trip, and each answer on the way needs CORS"
            );
            self.find(Severity::Warning, "redirect", url, message, "Load the model from where it is.");
        }
        Some(target)
    }

    fn refused(&mut self, url: &Url, status: u16) {
        if let Some(end) = link_ended(url) {
            let message =
                format!("status {status}, of a link that expired at {}", humantime::format_rfc3339_seconds(end));
            self.find(Severity::Error, "expired", url, message, "Make a new link: edgelet presign MODEL --expires 1h");
            return;
        }
        let fix = match status {
            401 | 403 => "Make the object public, or load it by a link: edgelet presign MODEL",
            404 | 410 => {
                "Check the address; edgelet list ADDRESS shows a model's versions, and edgelet push makes one."
            }
            500.. => "Try again later, or look into the server's log.",
            _ => "Check the address and the server's settings.",
        };
        self.find(Severity::Error, "status", url, format!("status {status} instead of 200"), fix);
    }
}
