//! What this machine's user has seen of an alias: its latest serial, kept so that nobody can put an older state back.
//! It is kept under `$XDG_STATE_HOME/edgelet` or `~/.local/state/edgelet`; without a home, nothing is remembered.

use super::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::native::store::{self, file};
use std::env;
use std::fs;
use std::path::PathBuf;

/// No serial is longer.
const MAX_BYTES: u64 = 32;

/// The place of an alias's serial.
pub(super) struct Serial(Option<PathBuf>);

impl Serial {
    /// That of the alias at a location.
    pub fn of(location: &str) -> Self {
        let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let state = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")));
        // A path means another alias in another folder.
        let file = store::existing_file(location).and_then(|path| path.canonicalize().ok());
        let location = file.map_or_else(|| location.to_owned(), |path| path.to_string_lossy().into_owned());
        Self(state.map(|state| state.join("edgelet/serials").join(Digest::of(location.as_bytes()).to_string())))
    }

    /// The latest serial, 0 if none was seen.
    pub fn seen(&self) -> u64 {
        let text = self.0.as_ref().and_then(|path| file::read(path, MAX_BYTES).ok());
        text.and_then(|text| String::from_utf8(text).ok()?.trim().parse().ok()).unwrap_or(0)
    }

    /// The file that it is kept in, for people.
    pub fn place(&self) -> String {
        self.0.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }

    /// Remembers a serial that is not older.
    ///
    /// # Errors
    /// [`Kind::Io`].
    pub fn see(&self, serial: u64) -> Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        if serial == self.seen() {
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .map_err(|error| Error::new(Kind::Io, folder.display().to_string(), "a folder", error.to_string()))?;
        }
        file::write(path, format!("{serial}\n").as_bytes())
    }
}
