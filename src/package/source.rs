//! Where a package fetches its model from.

use std::fmt;
use std::str::FromStr;

/// An address that browsers fetch: https, or http of this machine. It stands in the package for everybody to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(String);

/// What the queries of links that end, or that open what is private, have names of.
const SECRETS: [&str; 5] = ["signature", "sig=", "credential", "token", "accesskey"];

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => rest,
            (_, Some(rest)) if ["127.0.0.1", "localhost", "[::1]"].iter().any(|host| rest.starts_with(host)) => rest,
            _ => return Err("expected an https:// address".into()),
        };
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.is_empty()
            || text
                .bytes()
                .any(|byte| !(0x21..0x7f).contains(&byte) || matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'`'))
        {
            return Err("expected an https:// address".into());
        }
        if host.contains('@') || text.contains('#') {
            return Err("expected an address without a password and without #".into());
        }
        let query = rest.split_once('?').map_or("", |(_, query)| query).to_ascii_lowercase();
        if SECRETS.iter().any(|secret| query.contains(secret)) {
            return Err(
                "expected an address that may be published, found a signed one: everybody who has the package reads it"
                    .into(),
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
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
