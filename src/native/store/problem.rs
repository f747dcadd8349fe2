//! What a bucket's client says went wrong, as an [`Error`] that names the next step and no secret.

use super::cloud::Bucket;
use super::location::shown_url;
use super::variables::Variables;
use crate::error::{Error, Kind};
use object_store::client::{HttpError, HttpErrorKind};
use std::error::Error as StdError;

/// The longest answer of a server that is passed on.
const LONGEST_ANSWER: usize = 300;

/// What was tried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    Read,
    Write,
    Sign,
}

/// Whether a bucket refused because of who asks.
pub(super) fn is_denied(error: &object_store::Error) -> bool {
    use object_store::Error::{PermissionDenied, Unauthenticated};
    matches!(error, PermissionDenied { .. } | Unauthenticated { .. })
}

/// What to tell about a failed request for an object.
pub(super) fn explain(error: &object_store::Error, bucket: &Bucket, variables: &Variables, attempt: Attempt) -> Error {
    let found = variables.redact(&summary(error));
    let no_credentials = !bucket.cloud.has_credentials(variables);
    let (kind, found, hint) = match error {
        object_store::Error::NotFound { .. } => (Kind::Store, format!("nothing there ({found})"), address(bucket)),
        _ if is_denied(error) => (Kind::Store, format!("access refused ({found})"), access(bucket, variables)),
        // Asking the machine itself for credentials is all that could have failed to connect.
        _ if no_credentials && attempt != Attempt::Read => (Kind::Store, found, access(bucket, variables)),
        _ if is_network(error) => {
            (Kind::Network, found, "Check the connection and the address, then try again.".into())
        }
        _ => (Kind::Store, found, address(bucket)),
    };
    let expected = match attempt {
        Attempt::Read => "an object that can be read",
        Attempt::Write => "a bucket that can be written",
        Attempt::Sign => "credentials that can sign",
    };
    Error::new(kind, shown_url(&bucket.url), expected, found).hint(hint)
}

fn address(bucket: &Bucket) -> String {
    bucket.cloud.address_hint().to_owned()
}

fn access(bucket: &Bucket, variables: &Variables) -> String {
    bucket.cloud.access_hint(variables)
}

fn is_network(error: &object_store::Error) -> bool {
    chain(error).any(|cause| {
        let kind = cause.downcast_ref::<HttpError>().map(HttpError::kind);
        kind.is_some_and(|kind| kind != HttpErrorKind::Unknown)
    })
}

/// The server's own code and message, or else the innermost cause.
fn summary(error: &object_store::Error) -> String {
    let text = error.to_string();
    match (tag(&text, "Code"), tag(&text, "Message")) {
        (Some(code), Some(message)) => format!("{code}: {}", short(message)),
        (Some(code), None) => code.to_owned(),
        _ => {
            let innermost = chain(error).last().map(ToString::to_string).unwrap_or_default();
            without_queries(short(&innermost))
        }
    }
}

/// What is inside an XML tag.
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inside, _)| inside.trim())
}

/// The first line, cut if it is long.
fn short(text: &str) -> &str {
    let line = text.trim().lines().next().unwrap_or_default().trim_end_matches('.');
    line.char_indices().nth(LONGEST_ANSWER).map_or(line, |(at, _)| &line[..at])
}

/// The text with what follows a `?` in an address taken out: it may be a signature.
fn without_queries(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.split_once('?') {
        Some((address, _)) if address.contains("://") => address,
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn chain(error: &object_store::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(Some(error as &(dyn StdError + 'static)), |&cause| cause.source())
}
