//! Whether a store keeps its word: some answer 200 to a write that had to fail, and then two publishers lose each other's
//! work without a word.

use super::home::{Home, MUTABLE, envelope_headers};
use super::statement::Seconds;
use crate::error::{Error, Kind, Result};

/// The object that it is tried on. It says nothing, and is written again with the same bytes.
const PROBE: &str = "probe";
/// What is in it.
const BYTES: &[u8] = b"{}";

impl Home {
    /// Makes sure that the store refuses to write over what is there, and to replace what has changed.
    ///
    /// # Errors
    /// [`Kind::Store`] for a store that does not; those of [`Folder::create`](crate::native::store::Folder::create).
    pub fn check_conditional_writes(&self) -> Result<()> {
        let headers = envelope_headers(MUTABLE);
        let create = || self.folder.create(PROBE, BYTES.to_vec(), headers);
        // The first one may find nothing there; the second one has to fail.
        if create()? && create()? {
            return Err(
                self.unsafe_store("a write that had to fail, because something is there, succeeds (If-None-Match)")
            );
        }
        let Some(seen) = self.folder.read(PROBE, BYTES.len() as u64)? else {
            return Err(self.unsafe_store("what was written is not there"));
        };
        if self.folder.replace(PROBE, &seen.outdated(), BYTES.to_vec(), headers)? {
            return Err(self.unsafe_store("a write that had to fail, because something changed, succeeds (If-Match)"));
        }
        Ok(())
    }

    /// The time by the store's own clock, which is the one that says when things were written.
    ///
    /// # Errors
    /// Those of [`Folder::write`](crate::native::store::Folder::write); [`Kind::Store`] for a store that forgets.
    pub fn clock(&self) -> Result<Seconds> {
        self.folder.write(PROBE, BYTES.to_vec(), envelope_headers(MUTABLE))?;
        let written = self.folder.entry(PROBE)?.map(|entry| entry.modified);
        written.ok_or_else(|| self.unsafe_store("what was written is not there"))
    }

    fn unsafe_store(&self, found: &'static str) -> Error {
        let expected = "a store in which two publishers cannot overwrite each other";
        Error::new(Kind::Store, self.folder.place(PROBE), expected, found).hint(
            "Publish to a store with conditional writes (S3, R2, MinIO, Google Cloud Storage, Azure), or push files \
             without --alias and --release.",
        )
    }
}
