//! What arrives from a server: counted, bounded, shown as progress.

use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use indicatif::{ProgressBar, ProgressStyle};

/// The most memory that is taken on a server's word alone; beyond it, memory follows the bytes that are there.
const TRUSTED_BYTES: u64 = 8 << 20;

/// Bytes that are arriving.
pub(super) struct Inbox<'a> {
    place: &'a str,
    bytes: Vec<u8>,
    limit: u64,
    bar: ProgressBar,
}

impl<'a> Inbox<'a> {
    /// An empty one for what a server says to be `declared` bytes, and what may be `limit`.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] if it is said to be more.
    pub fn new(place: &'a str, declared: Option<u64>, limit: u64, globals: Globals) -> Result<Self> {
        let declared = declared.unwrap_or(0);
        check_size(place, declared, limit)?;
        let bytes = Vec::with_capacity(declared.min(TRUSTED_BYTES) as usize);
        Ok(Self { place, bytes, limit, bar: progress_bar("fetching", declared, globals) })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] once there are more than the limit.
    pub fn take(&mut self, chunk: &[u8]) -> Result<()> {
        check_size(self.place, self.bytes.len() as u64 + chunk.len() as u64, self.limit)?;
        self.bytes.extend_from_slice(chunk);
        self.bar.inc(chunk.len() as u64);
        Ok(())
    }

    /// How many bytes have arrived.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// All of them.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bar.finish_and_clear();
        self.bytes
    }
}

/// Refuses more bytes than the limit.
pub(super) fn check_size(place: &str, bytes: u64, limit: u64) -> Result<()> {
    if bytes <= limit {
        return Ok(());
    }
    let expected = format!("at most {limit} bytes");
    Err(Error::new(Kind::LimitExceeded, place.to_owned(), expected, format!("{bytes} bytes or more")))
}

/// A bar on a terminal's stderr, hidden where it is not wanted.
pub(super) fn progress_bar(verb: &'static str, bytes: u64, globals: Globals) -> ProgressBar {
    if !globals.shows_progress() {
        return ProgressBar::hidden();
    }
    let template = match bytes {
        0 => "{msg} {spinner} {bytes} {bytes_per_sec}",
        _ => "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
    };
    // The templates are constant and sound; the default style is a bar as well.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style).with_message(verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_one_byte_past_the_limit() {
        assert!(check_size("url", 100, 100).is_ok());
        let error = check_size("url", 101, 100).expect_err("one byte more");
        assert_eq!(error.kind(), Kind::LimitExceeded);
    }
}
