//! A model's home: the folder of its blobs, releases and aliases, opened and checked one by one.

use super::alias::{self, Alias};
use super::digest::Digest;
use super::envelope::{self, MAX_BYTES, Opened};
use super::key::PublicKey;
use super::reference::{self, LARGEST, Wanted};
use super::release::{self, Release};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use crate::native::store::{Entry, Folder, Headers, Seen};

/// Caches may keep what never changes for a year, the longest there is.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// Caches may keep an alias for a minute; then they ask whether it moved.
pub(super) const MUTABLE: &str = "public, max-age=60, must-revalidate";
/// What envelopes are served as.
const JSON: &str = "application/json";

/// A model's home.
pub struct Home {
    /// The folder itself.
    pub folder: Folder,
    /// The model's name.
    pub model: String,
    /// One of these has to have signed what is read, if there are any.
    trusted: Vec<PublicKey>,
}

/// Why something is not to be believed, if it is not.
pub(super) type Doubt = Option<Error>;

/// What an envelope states, and who signed it.
#[derive(Debug)]
pub struct Signed<T> {
    /// What it states.
    pub statement: T,
    /// The sha-256 of the payload.
    pub digest: Digest,
    /// The ids beside its signatures, verified or not.
    pub key_ids: Vec<String>,
    /// The trusted key that it is signed by, if any was looked for.
    pub signed_by: Option<PublicKey>,
}

impl<T> Signed<T> {
    fn new(opened: Opened, read: impl FnOnce(&[u8]) -> Result<T>) -> Result<Self> {
        let Opened { payload, key_ids, signed_by } = opened;
        Ok(Self { statement: read(&payload)?, digest: Digest::of(&payload), key_ids, signed_by })
    }
}

/// Opens the envelope of version `version` of `model`. `place` is what messages call it.
///
/// # Errors
/// Those of [`envelope::open`] and [`Release::read`].
pub(super) fn open_release(
    bytes: &[u8],
    model: &str,
    version: u64,
    trusted: &[PublicKey],
    place: &str,
) -> Result<Signed<Release>> {
    let opened = envelope::open(bytes, release::PAYLOAD_TYPE, trusted, place)?;
    Signed::new(opened, |payload| Release::read(payload, model, version, place))
}

/// Opens the envelope of an alias of `model`. `place` is what messages call it.
///
/// # Errors
/// Those of [`envelope::open`] and [`Alias::read`].
pub(super) fn open_alias(
    bytes: &[u8],
    model: &str,
    name: &str,
    trusted: &[PublicKey],
    place: &str,
) -> Result<Signed<Alias>> {
    let opened = envelope::open(bytes, alias::PAYLOAD_TYPE, trusted, place)?;
    Signed::new(opened, |payload| Alias::read(payload, model, name, place))
}

/// Where the release of a version is, under the model's address.
pub(super) fn release_path(version: u64) -> String {
    format!("releases/{version}")
}

/// Where an alias is, under the model's address.
pub(super) fn alias_path(alias: &str) -> String {
    format!("aliases/{alias}")
}

/// The headers of an envelope.
pub(super) fn envelope_headers(cache_control: &str) -> Headers<'_> {
    Headers { content_type: JSON, cache_control, content_encoding: None }
}

impl Home {
    /// Opens the home at an address to read it.
    ///
    /// # Errors
    /// Those of [`Folder::to_read`]; [`Kind::BadOption`] for an address that ends with no name of a model.
    pub fn to_read(address: &str, trusted: Vec<PublicKey>, globals: Globals) -> Result<Self> {
        Ok(Self { model: reference::model(address)?, folder: Folder::to_read(address, globals)?, trusted })
    }

    /// Opens the home at an address to write to it.
    ///
    /// # Errors
    /// Those of [`to_read`](Self::to_read).
    pub fn to_write(address: &str, trusted: Vec<PublicKey>, globals: Globals) -> Result<Self> {
        Ok(Self { model: reference::model(address)?, folder: Folder::to_write(address, globals)?, trusted })
    }

    /// The release of a version; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this model by somebody trusted.
    pub fn release(&self, version: u64) -> Result<Option<Signed<Release>>> {
        let path = release_path(version);
        let Some(seen) = self.folder.read(&path, MAX_BYTES)? else { return Ok(None) };
        open_release(&seen.bytes, &self.model, version, &self.trusted, &self.folder.place(&path)).map(Some)
    }

    /// The release of a version that has to be there.
    ///
    /// # Errors
    /// Those of [`release`](Self::release); [`Kind::Store`] if there is none.
    pub fn known_release(&self, version: u64) -> Result<Signed<Release>> {
        self.release(version)?.ok_or_else(|| self.missing(&release_path(version)))
    }

    /// An alias, and what was read of it; `None` if there is none.
    ///
    /// # Errors
    /// If it cannot be read, or is none of this model by somebody trusted.
    pub fn alias(&self, name: &str) -> Result<Option<(Signed<Alias>, Seen)>> {
        let path = alias_path(name);
        let Some(seen) = self.folder.read(&path, MAX_BYTES)? else { return Ok(None) };
        let alias = open_alias(&seen.bytes, &self.model, name, &self.trusted, &self.folder.place(&path))?;
        Ok(Some((alias, seen)))
    }

    /// An alias, also if nobody trusted signed it: then with the reason to doubt it.
    ///
    /// # Errors
    /// Those of [`alias`](Self::alias), but for [`Kind::Signature`].
    pub(super) fn doubted_alias(&self, name: &str) -> Result<Option<(Signed<Alias>, Seen, Doubt)>> {
        let path = alias_path(name);
        let Some(seen) = self.folder.read(&path, MAX_BYTES)? else { return Ok(None) };
        let open =
            |trusted: &[PublicKey]| open_alias(&seen.bytes, &self.model, name, trusted, &self.folder.place(&path));
        let (alias, doubt) = match open(&self.trusted) {
            Err(doubt) if doubt.kind() == Kind::Signature => (open(&[])?, Some(doubt)),
            alias => (alias?, None),
        };
        Ok(Some((alias, seen, doubt)))
    }

    /// An alias that has to be there.
    ///
    /// # Errors
    /// Those of [`alias`](Self::alias); [`Kind::Store`] if there is none.
    pub fn known_alias(&self, name: &str) -> Result<(Signed<Alias>, Seen)> {
        self.alias(name)?.ok_or_else(|| self.missing(&alias_path(name)))
    }

    /// The versions that are there, oldest first, with what a listing says of their releases.
    ///
    /// # Errors
    /// Those of [`Folder::list`].
    pub fn versions(&self) -> Result<Vec<(u64, Entry)>> {
        let entries = self.folder.list("releases")?.into_iter();
        let mut versions: Vec<_> = entries
            .filter_map(|entry| match entry.name.strip_prefix("releases/")?.parse() {
                Ok(Wanted::Version(version)) => Some((version, entry)),
                _ => None,
            })
            .collect();
        versions.sort();
        Ok(versions)
    }

    /// The names of the aliases that are there.
    ///
    /// # Errors
    /// Those of [`Folder::list`].
    pub fn aliases(&self) -> Result<Vec<String>> {
        let entries = self.folder.list("aliases")?.into_iter();
        let names = entries.filter_map(|entry| reference::alias_name(entry.name.strip_prefix("aliases/")?).ok());
        Ok(names.collect())
    }

    /// The version after the largest one that is there.
    ///
    /// # Errors
    /// Those of [`Folder::list`]; [`Kind::LimitExceeded`] after the last one there can be.
    pub fn next_version(&self) -> Result<u64> {
        let largest = self.versions()?.last().map_or(0, |(version, _)| *version);
        if largest < LARGEST {
            return Ok(largest + 1);
        }
        let expected = format!("a version less than {LARGEST}");
        Err(Error::new(Kind::LimitExceeded, self.folder.place("releases"), expected, "the last one there can be"))
    }

    fn missing(&self, path: &str) -> Error {
        Error::new(Kind::Store, self.folder.place(path), "an object that can be read", "nothing there")
            .hint("`edgelet list` shows the versions and aliases that are there.")
    }
}
