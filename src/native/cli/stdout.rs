//! Results on stdout.

use crate::error::{Error, Kind, Result};
use std::io::{self, Write};

/// Prints a text that ends with its own line end. A reader that has seen enough (`| head`) is no failure.
///
/// # Errors
/// [`Kind::Io`] if stdout cannot be written.
pub(super) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Error::new(Kind::Io, "stdout", "a stream that can be written", error.to_string()))
        }
        _ => Ok(()),
    }
}
