//! What releases and aliases have in common: a format, a model, a time they were made and one they end.

use crate::error::{Error, Kind, Result};
use serde::de::DeserializeOwned;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The format of releases and aliases that this program writes and reads.
pub(super) const FORMAT: u64 = 1;

/// Seconds since 1970.
pub type Seconds = u64;

/// Now.
pub fn now() -> Seconds {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

/// The time as people and other programs read it: RFC 3339.
pub fn shown_time(seconds: Seconds) -> String {
    // Beyond the year 9999 there is no such text.
    let time = UNIX_EPOCH + Duration::from_secs(seconds.min(253_402_300_799));
    humantime::format_rfc3339_seconds(time).to_string()
}

/// Reads a payload as a statement of a type.
pub(super) fn parse<T: DeserializeOwned>(payload: &[u8], place: &str) -> Result<T> {
    serde_json::from_slice(payload)
        .map_err(|error| Error::new(Kind::Corrupt, place.to_owned(), "a payload of its type", error.to_string()))
}

/// Refuses another format than this program's.
pub(super) fn check_format(format: u64, place: &str) -> Result<()> {
    if format == FORMAT {
        return Ok(());
    }
    Err(Error::new(Kind::UnsupportedVersion, place.to_owned(), format!("format {FORMAT}"), format!("format {format}"))
        .hint("A newer edgelet may read it."))
}

/// Refuses what speaks of something else: a statement that was moved to another place.
pub(super) fn check_subject(what: &str, expected: &str, found: &str, place: &str) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let found = format!("{what} {}", found.escape_debug());
    Err(Error::new(Kind::WrongModel, place.to_owned(), format!("{what} {expected}"), found)
        .hint("It was made for another place: somebody mixed the files of models up."))
}

/// Refuses what should have been renewed before `now`.
pub(super) fn check_expiry(expires: Option<Seconds>, now: Seconds, place: &str, hint: &'static str) -> Result<()> {
    match expires {
        Some(expires) if expires <= now => {
            let found = format!("one that expired at {}", shown_time(expires));
            Err(Error::new(Kind::Expired, place.to_owned(), "a statement that holds", found).hint(hint))
        }
        _ => Ok(()),
    }
}
