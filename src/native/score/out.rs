//! Where predictions go: stdout, a file or an object.

use crate::error::{Error, Kind, Result};
use crate::native::store::Outgoing;
use std::io::{self, Write};

/// A place that takes bytes.
pub enum Out {
    /// What the program prints.
    Stdout(io::Stdout),
    /// Something that is there as a whole or not at all.
    Whole(Outgoing),
}

/// What stands in the place of an error when nobody reads stdout any more.
const CLOSED: &str = "a reader of stdout";

impl Out {
    /// Whether an error is that the reader of stdout has gone.
    pub fn is_closed(error: &Error) -> bool {
        error.expected() == CLOSED
    }

    /// Puts what was written in its place.
    ///
    /// # Errors
    /// [`Kind::Io`], [`Kind::Store`] or [`Kind::Network`].
    pub fn finish(self) -> Result<()> {
        match self {
            Out::Stdout(mut stdout) => match stdout.flush().map_err(|error| failure(&error)) {
                Err(error) if Self::is_closed(&error) => Ok(()),
                result => result,
            },
            Out::Whole(outgoing) => outgoing.finish(),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Stdout(stdout) => stdout.write(bytes).map_err(|error| match error.kind() {
                io::ErrorKind::Interrupted => error,
                _ => io::Error::other(failure(&error)),
            }),
            Out::Whole(outgoing) => outgoing.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failure(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::new(Kind::Io, "stdout", CLOSED, "none"),
        _ => Error::new(Kind::Io, "stdout", "a stream that can be written", error.to_string()),
    }
}
