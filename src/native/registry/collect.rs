//! Cleaning up: which versions and blobs nobody can need any more, and their removal.
//!
//! Kept are the versions that an alias names, those they replaced and those they were before, the newest one (its number must not be given twice),
//! whatever is younger than the grace period, and every blob that a kept version names. Nothing is removed if anything
//! cannot be understood.

use super::digest::Digest;
use super::home::{Home, release_path};
use super::statement::Seconds;
use crate::error::Result;
use crate::native::store::Entry;
use std::collections::BTreeSet;

/// What nobody can need any more.
#[derive(Debug, Default, PartialEq)]
pub struct Garbage {
    /// Releases.
    pub releases: Vec<Entry>,
    /// Blobs.
    pub blobs: Vec<Entry>,
}

impl Garbage {
    /// How many bytes are stored for it.
    pub fn bytes(&self) -> u64 {
        self.releases.iter().chain(&self.blobs).map(|entry| entry.size).sum()
    }
}

impl Home {
    /// Finds what nobody can need any more, with this grace period, at this time.
    ///
    /// # Errors
    /// If an alias or a kept release cannot be read, or the store fails.
    pub fn garbage(&self, grace: Seconds, now: Seconds) -> Result<Garbage> {
        let is_old = |entry: &Entry| entry.modified.saturating_add(grace) <= now;
        // Blobs first: whoever publishes writes them before the release that keeps them.
        let blobs = self.folder.list("blobs")?;
        let versions = self.versions()?;
        let newest = versions.last().map(|(version, _)| *version);
        let named = self.named_versions()?;
        let is_kept =
            |(version, entry): &(u64, Entry)| Some(*version) == newest || named.contains(version) || !is_old(entry);
        let (kept, forgotten): (Vec<_>, Vec<_>) = versions.into_iter().partition(is_kept);
        let mut needed = BTreeSet::new();
        for (version, _) in &kept {
            needed.insert(self.known_release(*version)?.statement.blob.path());
        }
        let is_blob = |entry: &Entry| {
            let name = entry.name.strip_prefix("blobs/").and_then(|name| name.strip_suffix(".edgelet"));
            name.is_some_and(|name| Digest::try_from(name.to_owned()).is_ok())
        };
        let is_forgotten = |entry: &Entry| is_blob(entry) && is_old(entry) && !needed.contains(&entry.name);
        Ok(Garbage {
            releases: forgotten.into_iter().map(|(_, entry)| entry).collect(),
            blobs: blobs.into_iter().filter(is_forgotten).collect(),
        })
    }

    /// Removes garbage, unless it is needed again since it was found; returns what was removed.
    ///
    /// # Errors
    /// Those of [`garbage`](Self::garbage). What is left is found again the next time.
    pub fn remove(&self, garbage: &Garbage, grace: Seconds, now: Seconds) -> Result<Garbage> {
        let mut removed = Garbage::default();
        let named: Vec<_> = self.named_versions()?.into_iter().map(release_path).collect();
        for entry in garbage.releases.iter().filter(|entry| !named.contains(&entry.name)) {
            self.folder.remove(&entry.name)?;
            removed.releases.push(entry.clone());
        }
        // Whatever was published meanwhile keeps its blob.
        let still = self.garbage(grace, now)?;
        for entry in garbage.blobs.iter().filter(|entry| still.blobs.contains(entry)) {
            self.folder.remove(&entry.name)?;
            removed.blobs.push(entry.clone());
        }
        Ok(removed)
    }

    /// The versions that aliases name, and those that these replaced.
    fn named_versions(&self) -> Result<BTreeSet<u64>> {
        let mut named = BTreeSet::new();
        for alias in self.aliases()? {
            let alias = self.known_alias(&alias)?.0.statement;
            named.extend(alias.previous);
            for target in alias.targets {
                named.insert(target.version);
                named.extend(self.known_release(target.version)?.statement.parent);
            }
        }
        // A version to go back to may be gone since before.
        let there: BTreeSet<u64> = self.versions()?.into_iter().map(|(version, _)| version).collect();
        Ok(named.intersection(&there).copied().collect())
    }
}
