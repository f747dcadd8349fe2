//! What an object is: a model, all of it, told as what it is, no larger on its way than it has to be.

use super::{Examination, Role, Severity};
use crate::format;
use crate::native::store::{self, Answer};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use url::Url;

/// What gzip begins with.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

impl Examination<'_> {
    /// Checks type, length, coding and content.
    pub(super) fn body(&mut self, url: &Url, answer: &Answer, role: Role) {
        self.content_type(url, answer, role);
        let declared = answer.header(&CONTENT_LENGTH).and_then(|text| text.parse::<usize>().ok());
        if declared.is_some_and(|declared| declared != answer.body.len()) {
            let message = format!("{} bytes instead of the declared {declared:?}", answer.body.len());
            self.find(Severity::Error, "length", url, message, "Look into the proxy in front of the bucket.");
        }
        let bytes = match answer.decoded("body") {
            Ok(bytes) => bytes,
            Err(error) => {
                let message = format!("expected {}, found {}", error.expected(), error.found());
                self.find(Severity::Error, "coding", url, message, self.push());
                return;
            }
        };
        if matches!(role, Role::File) {
            self.model_file(url, answer, &bytes);
        }
        if matches!(role, Role::File | Role::Blob) && answer.header(&CONTENT_ENCODING).is_none() {
            self.compression(url, &bytes);
        }
    }

    fn content_type(&mut self, url: &Url, answer: &Answer, role: Role) {
        let found = answer.header(&CONTENT_TYPE).unwrap_or_default();
        let essence = found.split(';').next().unwrap_or_default().trim();
        let expected =
            if matches!(role, Role::Alias | Role::Release) { "application/json" } else { store::CONTENT_TYPE };
        if essence == "text/html" {
            let message = "an HTML page: a sign-in, an error, or a site that answers every address".into();
            self.find(
                Severity::Error,
                "content_type",
                url,
                message,
                "Check the address, and that no sign-in stands before it.",
            );
        } else if essence != expected {
            let message =
                format!("content type {essence:?} instead of {expected}: proxies may change or not compress it");
            self.find(Severity::Warning, "content_type", url, message, self.push());
        }
    }

    fn model_file(&mut self, url: &Url, answer: &Answer, bytes: &[u8]) {
        if answer.header(&CONTENT_ENCODING).is_none() && bytes.starts_with(&GZIP_MAGIC) {
            let message = "gzip without Content-Encoding: gzip, which no browser decodes".into();
            self.find(Severity::Error, "coding", url, message, self.push());
        } else if let Err(error) = format::decode_any(bytes) {
            let message = format!("no sound model: expected {}, found {}", error.expected(), error.found());
            self.find(Severity::Error, "content", url, message, self.push());
        }
    }

    fn compression(&mut self, url: &Url, bytes: &[u8]) {
        if let Ok(Some(gzipped)) = store::gzip(bytes) {
            let share = 100 - 100 * gzipped.len() / bytes.len();
            let message = format!("not compressed: gzip would save {share} % of {} bytes", bytes.len());
            self.find(Severity::Warning, "compression", url, message, self.push());
        }
    }

    fn push(&self) -> String {
        format!("Upload it again: edgelet push MODEL {}/…", self.bucket)
    }
}
