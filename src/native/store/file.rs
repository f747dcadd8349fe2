//! Files: read within a limit, and replaced as a whole or not at all.

use super::inbox::check_size;
use crate::error::{Error, Kind, Result};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// The bytes of a file.
///
/// # Errors
/// [`Kind::Io`] if it cannot be read; [`Kind::LimitExceeded`] if it is larger than `limit`.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let failed = |error: io::Error| io_error(path, "a file that can be read", &error);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(Error::new(Kind::Io, path.display().to_string(), "a file", "a folder"));
    }
    let place = path.display().to_string();
    check_size(&place, metadata.len(), limit)?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    // A pipe or a growing file has no length to check beforehand.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    check_size(&place, bytes.len() as u64, limit)?;
    Ok(bytes)
}

/// A part of a file below a folder: `length` bytes from `start`. Links are followed only within the folder.
///
/// # Errors
/// [`Kind::Io`] if it cannot be read, is shorter, or lies elsewhere.
pub fn read_part(folder: &Path, name: &str, start: u64, length: usize) -> Result<Vec<u8>> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let path = folder.join(name);
    let failed = |error: io::Error| io_error(&path, "a file that can be read", &error);
    let (real, within) = (path.canonicalize().map_err(failed)?, folder.canonicalize().map_err(failed)?);
    if !real.starts_with(&within) {
        return Err(Error::new(
            Kind::Io,
            path.display().to_string(),
            "a file in the model's folder",
            "a link out of it",
        ));
    }
    let mut file = File::open(&real).map_err(failed)?;
    let there = file.metadata().map_err(failed)?.len();
    if start.checked_add(length as u64).is_none_or(|end| end > there) {
        let expected = format!("{length} bytes from byte {start}");
        return Err(Error::new(Kind::Io, path.display().to_string(), expected, format!("{there} bytes in all")));
    }
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Writes a file under a temporary name beside it and renames it: whoever looks finds the old file or the new one.
///
/// # Errors
/// [`Kind::Io`], and nothing is left behind.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: io::Error| io_error(path, "a file that can be written", &error);
    if path.is_dir() || path.file_name().is_none() {
        return Err(Error::new(Kind::Io, path.display().to_string(), "the name of a file", "a folder")
            .hint("End it with / to keep the file's name, or add a name."));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // tempfile's own files are private; made like this, the umask decides, as for any other file.
    let make = |path: &Path| File::options().write(true).create_new(true).open(path);
    let mut file = tempfile::Builder::new().prefix(".edgelet-").make_in(folder, make).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

pub(super) fn io_error(path: &Path, expected: &'static str, error: &io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => "Check the path; a folder of it may be missing.",
        io::ErrorKind::PermissionDenied => "Check the permissions of the file and its folder.",
        _ => "",
    };
    Error::new(Kind::Io, path.display().to_string(), expected, error.to_string()).hint(hint)
}
