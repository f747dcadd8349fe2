//! Where a package fetches its model from.

use crate::error::{Error, Kind, Result};
use std::fmt;
use std::str::FromStr;

/// An address that browsers fetch: https, or http of this machine. It stands in the package for everybody to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// What the queries of links that end, or that open what is private, have names of.
const SECRETS: [&str; 5] = ["signature", "sig=", "credential", "token", "accesskey"];

impl FromStr for Address {
    type Err = Error;

    /// Whatever is refused may be a secret: no error repeats it.
    fn from_str(text: &str) -> Result<Self> {
        let refused = |expected, found: &'static str| Err(Error::new(Kind::BadOption, "url", expected, found));
        let rest = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => rest,
            (_, Some(rest)) if ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| rest.starts_with(host)) => rest,
            (_, Some(_)) => {
                return refused("an https:// address", "one of http://, which pages of https:// do not fetch");
            }
            _ => return refused("an https:// address", "something else"),
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_foreign = |byte: u8| !(0x21..0x7f).contains(&byte) || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`');
        if host.is_empty() {
            return refused("an https:// address", "one without a host");
        }
        if text.bytes().any(is_foreign) {
            return refused("an https:// address", "characters that have to be escaped in one, as %20");
        }
        if host.contains('@') || text.contains('#') {
            return refused("an address without a password and without #", "one with");
        }
        let query = rest.split_once('?').map_or("", |(_, query)| query).to_ascii_lowercase();
        if SECRETS.iter().any(|secret| query.contains(secret)) {
            return refused(
                "an address that may be published",
                "a signed one, which everybody who has the package would read",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_may_be_published() {
        for text in ["https://cdn.example.com/churn.edgelet", "http://127.0.0.1:8080/a", "https://a.b/c?v=3"] {
            assert!(text.parse::<Address>().is_ok(), "{text}");
        }
        for text in [
            "s3://a/b",
            "http://example.com/a",
            "https://",
            "https:///a",
            "https://user:pw@a.b/c",
            "https://a.b/c#d",
            "https://a.b/\"c",
            "https://a.b/c?X-Amz-Signature=1",
            "https://a.b/c?sig=1",
            "javascript:alert(1)",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert!(["pw", "=1"].iter().all(|secret| !error.to_string().contains(secret)), "{error}");
        }
    }
}
