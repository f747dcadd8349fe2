//! `s3://bucket/models/churn@production`: a model's address, and what of it is wanted.

use crate::error::{Error, Kind, Result};
use crate::native::store;
use std::fmt;

/// The longest name of a model or an alias.
const LONGEST_NAME: usize = 64;
/// The largest version and serial: the largest whole number that JavaScript holds.
pub const LARGEST: u64 = (1 << 53) - 1;
/// How a file's name ends, and a reference does not.
const FILE_ENDING: &str = ".edgelet";

/// What of a model is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A version.
    Version(u64),
    /// The version that an alias says.
    Alias(String),
}

/// A model's address and what of it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The folder of the model: a path, or a URL of any scheme.
    pub address: String,
    /// What of it.
    pub wanted: Wanted,
}

impl Reference {
    /// Takes a reference apart; `None` for what is the location of a file.
    ///
    /// Of a path that holds an @ and exists, the file is meant; so it is wherever `.edgelet` is at the end.
    pub fn find(text: &str) -> Option<Self> {
        let (address, wanted) = text.rsplit_once('@')?;
        let wanted = wanted.parse().ok()?;
        let is_meant = !text.ends_with(FILE_ENDING) && model(address).is_ok() && store::existing_file(text).is_none();
        is_meant.then(|| Self { address: address.trim_end_matches('/').to_owned(), wanted })
    }

    /// Takes a reference apart where nothing else makes sense.
    ///
    /// # Errors
    /// [`Kind::BadOption`].
    pub fn parse(text: &str) -> Result<Self> {
        Self::find(text).ok_or_else(|| {
            let found = store::shown(text);
            Error::new(Kind::BadOption, "reference", "ADDRESS@ALIAS or ADDRESS@VERSION", found)
                .hint("Such as s3://bucket/models/churn@production.")
        })
    }
}

impl std::str::FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let version = text.parse().ok().filter(|version| (1..=LARGEST).contains(version));
            let version = version.filter(|_| !text.starts_with('0'));
            return version.map(Self::Version).ok_or_else(|| format!("expected a version from 1 to {LARGEST}"));
        }
        alias_name(text).map(Self::Alias)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "{version}"),
            Self::Alias(alias) => f.write_str(alias),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", store::shown(&self.address), self.wanted)
    }
}

/// The name of the model at an address: the last part of its path.
///
/// # Errors
/// [`Kind::BadOption`] for an address of no known form, and for one that ends with no name.
pub fn model(address: &str) -> Result<String> {
    let name = store::file_name(address.trim_end_matches('/')).ok();
    name.filter(|name| is_name(name)).ok_or_else(|| {
        let expected = "an address whose last part is the model's name: 1 to 64 of a-z A-Z 0-9 . _ -";
        Error::new(Kind::BadOption, store::shown(address), expected, "another")
            .hint("Such as s3://bucket/models/churn.")
    })
}

/// An alias's name, for the command line.
///
/// # Errors
/// What is expected instead, for a name that is none.
pub fn alias_name(text: &str) -> Result<String, String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_name(text) && !is_number && !text.ends_with(FILE_ENDING) {
        return Ok(text.to_owned());
    }
    Err("expected 1 to 64 of a-z A-Z 0-9 . _ - that begin with a letter or a digit, and no number".into())
}

/// Whether a model or an alias may be called that.
pub fn is_name(text: &str) -> bool {
    let may_follow = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.len() <= LONGEST_NAME
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().all(may_follow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_references_and_leaves_files_alone() {
        let cases = [
            ("s3://bucket/models/churn@production", Some(("s3://bucket/models/churn", "production"))),
            ("s3://bucket/churn/@7", Some(("s3://bucket/churn", "7"))),
            (
                "https://cdn.example.com/models/churn@canary-2",
                Some(("https://cdn.example.com/models/churn", "canary-2")),
            ),
            (
                "az://container@account.blob.core.windows.net/churn@7",
                Some(("az://container@account.blob.core.windows.net/churn", "7")),
            ),
            ("models/churn@7", Some(("models/churn", "7"))),
            ("file:///models/churn@7", Some(("file:///models/churn", "7"))),
            ("az://container@account.blob.core.windows.net/churn.edgelet", None),
            ("https://user@host", None),
            ("https://user@host/churn.edgelet", None),
            ("models/churn@2x.edgelet", None),
            ("models/churn@", None),
            ("models/churn@07", None),
            ("models/churn@0", None),
            ("models/churn@a b", None),
            ("models/churn@9007199254740992", None),
            ("https://host/churn@7?signature=1", None),
            ("@7", None),
        ];
        for (text, expected) in cases {
            let found = Reference::find(text).map(|found| (found.address, found.wanted.to_string()));
            assert_eq!(found, expected.map(|(address, wanted)| (address.to_owned(), wanted.to_owned())), "{text}");
        }
    }

    #[test]
    fn names_are_short_and_plain() {
        for name in ["churn", "a", "9", "churn_v2.1-b", &"a".repeat(64)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", ".", "..", "-a", "_a", ".hidden", "a/b", "a b", "é", &"a".repeat(65)] {
            assert!(!is_name(name), "{name}");
        }
        assert!(alias_name("12").is_err() && alias_name("v12").is_ok());
    }
}
