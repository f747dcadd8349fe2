//! Whether pages of the origin may read an object: the answer's own headers, and the preflight before a request that asks
//! whether something changed.

use super::{Examination, Role, Severity};
use crate::native::store::Answer;
use reqwest::Method;
use reqwest::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN,
    VARY,
};
use url::Url;

/// The header by which clients ask whether something changed.
const CONDITION: &str = "if-none-match";

impl Examination<'_> {
    /// Checks what browsers check.
    pub(super) fn cors(&mut self, url: &Url, answer: &Answer, role: Role) {
        if Url::parse(self.origin).is_ok_and(|origin| origin.origin() == url.origin()) {
            // Pages of the same origin need no permission.
            return;
        }
        let allowed = answer.header(&ACCESS_CONTROL_ALLOW_ORIGIN);
        if !self.is_allowed(allowed) {
            let found = allowed
                .map_or("no Access-Control-Allow-Origin".into(), |value| format!("{value:?} as the allowed origin"));
            let message = format!("pages of {} may not read it: {found}", self.origin);
            self.find(Severity::Error, "cors", url, message, self.allow());
            return;
        }
        if allowed != Some("*") && !lists(answer, &VARY, "origin") {
            let message =
                "allowed for one origin without Vary: Origin: a cache may give another origin's answer".into();
            self.find(
                Severity::Warning,
                "cors_vary",
                url,
                message,
                "Allow every origin, or let the server send Vary: Origin.",
            );
        }
        if !lists(answer, &ACCESS_CONTROL_EXPOSE_HEADERS, "etag") {
            let message = "the ETag is hidden from pages: they load everything again to see whether it changed".into();
            self.find(Severity::Warning, "cors_expose", url, message, self.allow());
        }
        self.preflight(url, role);
    }

    fn preflight(&mut self, url: &Url, role: Role) {
        let asked = [
            (ORIGIN, self.origin),
            (ACCESS_CONTROL_REQUEST_METHOD, "GET"),
            (ACCESS_CONTROL_REQUEST_HEADERS, CONDITION),
        ];
        let answer = match self.asker.ask(Method::OPTIONS, url, &asked, Vec::new()) {
            Ok(answer) => answer,
            Err(error) => {
                let message = format!("no answer to a preflight: {}", error.found());
                return self.find(Severity::Error, "cors_preflight", url, message, self.allow());
            }
        };
        let is_granted = (200..300).contains(&answer.status)
            && self.is_allowed(answer.header(&ACCESS_CONTROL_ALLOW_ORIGIN))
            && lists(&answer, &ACCESS_CONTROL_ALLOW_HEADERS, CONDITION);
        // GET is always allowed once the origin is, but some servers list methods without it and mean it.
        let has_method = answer.header(&ACCESS_CONTROL_ALLOW_METHODS).is_none()
            || lists(&answer, &ACCESS_CONTROL_ALLOW_METHODS, "get");
        if is_granted && has_method {
            return;
        }
        // Only aliases are asked for again.
        let severity = if role == Role::Alias { Severity::Error } else { Severity::Warning };
        let message = format!(
            "a preflight for If-None-Match is refused (status {}): pages cannot ask whether it changed",
            answer.status
        );
        self.find(severity, "cors_preflight", url, message, self.allow());
    }

    fn is_allowed(&self, allowed: Option<&str>) -> bool {
        allowed.is_some_and(|allowed| allowed == "*" || allowed == self.origin)
    }

    fn allow(&self) -> String {
        format!("edgelet cors {} --origin {} --apply", self.bucket, self.origin)
    }
}

/// Whether a header lists a name, or everything.
fn lists(answer: &Answer, header: &HeaderName, name: &str) -> bool {
    let values = answer.headers.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|value| value == "*" || value.eq_ignore_ascii_case(name))
}
