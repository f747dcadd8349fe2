//! Files that hold keys: small, private to their owner, never written over.

use super::file::{self, io_error};
use crate::error::{Error, Kind, Result};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// No key file is larger.
const MAX_BYTES: u64 = 64 << 10;

/// What a file of a key holds.
///
/// # Errors
/// [`Kind::Io`]; [`Kind::LimitExceeded`] for a file too large to be one.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    file::read(path, MAX_BYTES)
}

/// Writes a new file that nobody but its owner can read.
///
/// # Errors
/// [`Kind::Io`], also if anything of that name is there already.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Error::new(Kind::Io, path.display().to_string(), "a name where nothing is", "a file")
                .hint("A key is never written over: what it signed or encrypted would be lost. Choose another name.")
        }
        _ => io_error(path, "a file that can be written", &error),
    })?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a key is none; the error that made it so is the news.
        let _ = std::fs::remove_file(path);
        io_error(path, "a file that can be written", &error)
    })
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

/// Elsewhere the folder's permissions decide.
#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}
