//! npm's rules for names and versions.

use crate::error::{Error, Kind, Result};
use std::fmt;
use std::str::FromStr;

/// The longest name that npm takes.
const LONGEST: usize = 214;
/// Names that npm keeps for itself.
const TAKEN: [&str; 2] = ["node_modules", "favicon.ico"];

/// A package's name: `churn` or `@acme/churn`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageName(String);

/// A package's version: `1.4.0`, `2.0.0-beta.1`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(String);

impl PackageName {
    /// The name without the scope.
    pub fn last(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

impl Version {
    /// The version of a registry's nth release.
    pub fn of_release(number: u64) -> Self {
        Self(format!("{number}.0.0"))
    }
}

impl Default for Version {
    fn default() -> Self {
        Self("0.1.0".to_owned())
    }
}

impl FromStr for PackageName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let refused = |expected: String, found| Err(Error::new(Kind::BadOption, "name", expected, found));
        let parts: Vec<&str> = match name.strip_prefix('@') {
            Some(scoped) => scoped.split('/').collect(),
            None => vec![name],
        };
        let is_whole = parts.len() == if name.starts_with('@') { 2 } else { 1 };
        let is_part = |part: &&str| {
            let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~');
            part.bytes().all(allowed) && !part.is_empty() && !part.starts_with(['.', '_']) && !TAKEN.contains(part)
        };
        if !is_whole || !parts.iter().all(is_part) {
            let expected = "a name by npm's rules: churn, @acme/churn; small letters, digits, - _ . ~";
            return refused(expected.to_owned(), format!("{name:?}"));
        }
        if name.len() > LONGEST {
            return refused(format!("at most {LONGEST} characters"), name.len().to_string());
        }
        Ok(Self(name.to_owned()))
    }
}

impl FromStr for Version {
    type Err = Error;

    fn from_str(version: &str) -> Result<Self> {
        let (rest, build) = version.split_once('+').map_or((version, None), |(rest, build)| (rest, Some(build)));
        let (core, pre) = rest.split_once('-').map_or((rest, None), |(core, pre)| (core, Some(pre)));
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let is_number = |word: &str| {
            (1..=15).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_digit())
                && (word == "0" || !word.starts_with('0'))
        };
        let is_digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
        let words = |text: Option<&str>| text.is_none_or(|text| text.split('.').all(is_word));
        let is_pre = pre.is_none_or(|pre| pre.split('.').all(|word| !is_digits(word) || is_number(word)));
        if core.split('.').count() == 3 && core.split('.').all(is_number) && words(pre) && words(build) && is_pre {
            return Ok(Self(version.to_owned()));
        }
        let expected = "a semantic version: 1.4.0, 2.0.0-beta.1";
        Err(Error::new(Kind::BadOption, "version", expected, format!("{version:?}")))
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_npm_takes() {
        for name in ["churn", "@acme/churn", "a", "@a/b.c_d-e~f", "1"] {
            assert!(name.parse::<PackageName>().is_ok(), "{name}");
        }
        let long = "a".repeat(215);
        for name in
            ["", "Churn", "@acme", "@/churn", "@acme/", "@acme/a/b", "a/b", ".a", "_a", "a b", "ä", "../a", "@acme/.."]
                .into_iter()
                .chain([long.as_str(), "node_modules", "@acme/node_modules", "a\"", "a\n"])
        {
            assert!(name.parse::<PackageName>().is_err(), "{name}");
        }
        for version in ["1.4.0", "0.0.0", "2.0.0-beta.1", "1.0.0+7.a", "1.0.0-a-b+c"] {
            assert!(version.parse::<Version>().is_ok(), "{version}");
        }
        for version in
            ["", "1", "1.2", "01.2.3", "1.2.3.4", "v1.2.3", "1.2.3-", "1.2.3-01", "1.2.3+", "1.2.3\n", "1.2.x"]
        {
            assert!(version.parse::<Version>().is_err(), "{version}");
        }
    }
}
