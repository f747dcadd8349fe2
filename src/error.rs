//! The one error of the crate: what kind, where, what was expected, what was found, and the next step.
//!
//! The same value becomes a line on the terminal and an `EdgeletError` in JavaScript, so a message is written once.

use std::{borrow::Cow, fmt};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Defines [`Kind`] with the stable code of each kind beside it.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal,)*) => {
        /// What went wrong, for programs. [`Kind::code`] is stable: people match on it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            /// Every kind, in the order they are documented.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            /// The stable code, the same on the command line and in JavaScript.
            pub const fn code(self) -> &'static str {
                match self { $(Kind::$kind => $code,)* }
            }
        }
    };
}

kinds! {
    // the file
    /// The bytes are something else: an HTML page, a zip, a pickle.
    NotAModel = "not_a_model",
    /// The bytes end before the header says they do.
    Truncated = "truncated",
    /// The bytes do not match their checksum or do not follow the format.
    Corrupt = "corrupt",
    /// The format version is not one this build reads.
    UnsupportedVersion = "unsupported_version",
    /// A named limit is exceeded.
    LimitExceeded = "limit_exceeded",
    /// The bytes decode, but the model in them is not sound.
    InvalidModel = "invalid_model",
    // rows
    /// A row has a feature that the model does not know (thrown by the npm package).
    UnknownFeature = "unknown_feature",
    /// A row lacks a feature.
    MissingFeature = "missing_feature",
    /// A value is missing where the model was made without missing values.
    MissingValue = "missing_value",
    /// A category that the model has never seen, where it refuses those.
    UnknownCategory = "unknown_category",
    /// A value of another type than its feature's.
    WrongType = "wrong_type",
    /// A number of values that does not fit the model.
    WrongShape = "wrong_shape",
    /// An infinite number.
    NotFinite = "not_finite",
    /// Rows that cannot be read: a ragged CSV, a bad JSON line.
    BadRows = "bad_rows",
    /// A target column that cannot be trained on.
    BadTarget = "bad_target",
    // calls
    /// An option that does not exist, or a value it does not take.
    BadOption = "bad_option",
    /// The model has no such output.
    UnsupportedMethod = "unsupported_method",
    /// The model was disposed of (thrown by the npm package).
    Disposed = "disposed",
    /// There is no memory for a model or for its texts in the wasm core.
    OutOfMemory = "out_of_memory",
    /// Predictions differ from the expected ones.
    Parity = "parity",
    /// The model is not kept, and nothing else was allowed (thrown by the npm package).
    NotCached = "not_cached",
    // the road
    /// The server answered with another status than success.
    HttpStatus = "http_status",
    /// The connection failed or was cut.
    Network = "network",
    /// The bytes do not have the hash they should have.
    Integrity = "integrity",
    /// A registry's file was made for another place: another model, alias or version.
    WrongModel = "wrong_model",
    /// A signature by a trusted key was expected and is not there.
    Signature = "signature",
    /// An encrypted model without its key.
    Decryption = "decryption",
    /// What is there was meant to be replaced or renewed by now.
    Expired = "expired",
    /// What is there is older than what was seen before.
    Rollback = "rollback",
    /// Somebody else changed it first.
    Conflict = "conflict",
    /// Something was examined, and what was found has to be put right.
    Findings = "findings",
    /// A bucket operation failed.
    Store = "store",
    /// A file could not be read or written.
    Io = "io",
    /// A fit did not succeed.
    Training = "training",
    /// Another framework's file that edgelet does not read, or whose numbers it could not reproduce.
    Unsupported = "unsupported",
}

/// What went wrong: see the module's documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug, PartialEq)]
struct Details {
    kind: Kind,
    at: Cow<'static, str>,
    expected: Cow<'static, str>,
    found: Cow<'static, str>,
    hint: Cow<'static, str>,
}

impl Error {
    /// An error of `kind` at a place (a byte offset, a row and a feature, a step's path), with what was expected there
    /// and what was found.
    pub fn new(
        kind: Kind,
        at: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
        found: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Details {
            kind,
            at: text(at),
            expected: text(expected),
            found: text(found),
            hint: Cow::Borrowed(""),
        }))
    }

    /// The same error with the next step to take: a sentence.
    pub fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = text(hint);
        self
    }

    /// The same error, with the place it happened in put in front: `rows.csv: line 3`.
    pub fn within(mut self, place: &str) -> Self {
        self.0.at = match self.0.at.is_empty() {
            true => Cow::Owned(String::from(place)),
            false => Cow::Owned(format!("{place}: {}", self.0.at)),
        };
        self
    }

    /// What kind of error.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// Where it happened.
    pub fn at(&self) -> &str {
        &self.0.at
    }

    /// What was expected there.
    pub fn expected(&self) -> &str {
        &self.0.expected
    }

    /// What was found instead.
    pub fn found(&self) -> &str {
        &self.0.found
    }

    /// The next step, a sentence; empty if there is none to name.
    pub fn next_step(&self) -> &str {
        &self.0.hint
    }
}

/// A text of an error, but in a package of one model of rows: there nothing can go wrong that would have to be told in words,
/// and every visitor would download them.
#[inline(always)]
fn text(text: impl Into<Cow<'static, str>>) -> Cow<'static, str> {
    if cfg!(all(feature = "packaged", not(feature = "tensors"))) { Cow::Borrowed("") } else { text.into() }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { at, expected, found, hint, .. } = &*self.0;
        write!(f, "{at}: expected {expected}, found {found}")?;
        if !hint.is_empty() {
            write!(f, ". {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_sentence_with_the_place_in_front() {
        let error = Error::new(Kind::WrongType, "age", "a number", "\"x\"").hint("Pass a number.").within("row 2");
        assert_eq!(error.to_string(), "row 2: age: expected a number, found \"x\". Pass a number.");
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = Kind::ALL.iter().map(|kind| kind.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Kind::ALL.len());
    }
}
