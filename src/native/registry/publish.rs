//! Publishing a version: first its bytes, then its release, at last the alias. Whatever ends it in between leaves the old
//! version served.

use super::alias::{self, Alias, Target};
use super::digest::Digest;
use super::envelope;
use super::home::{Doubt, Home, IMMUTABLE, MUTABLE, alias_path, envelope_headers, release_path};
use super::release::{self, Blob, Release};
use super::signer::Signer;
use super::statement::{FORMAT, Seconds, now};
use crate::error::{Error, Kind, Result};
use crate::native::store::{CONTENT_TYPE, GZIP, Headers, Seen};
use serde_json::{Map, Value};

/// How often another publisher may take a version first.
const ATTEMPTS: usize = 64;
/// A blob that is older is written again, so that no clean-up that began before takes it for forgotten.
const FRESH: Seconds = 24 * 60 * 60;

/// What is to be published.
pub struct Publication {
    /// The bytes of the blob.
    pub bytes: Vec<u8>,
    /// The same in gzip, if they are to be stored so.
    pub gzipped: Option<Vec<u8>>,
    /// What is known of them.
    pub blob: Blob,
    /// What the model takes and gives.
    pub schema: Map<String, Value>,
    /// Where the model comes from.
    pub provenance: Map<String, Value>,
    /// What the model saw in training.
    pub profile: Option<Value>,
    /// From when on nobody should use it.
    pub expires: Option<Seconds>,
}

impl Publication {
    /// The bytes as they are stored.
    fn stored(&self) -> &[u8] {
        self.gzipped.as_ref().unwrap_or(&self.bytes)
    }
}

/// An alias as it was before the publishing began.
pub struct Before {
    /// Its name.
    pub name: String,
    /// What it said, if it was there.
    pub state: Option<(Alias, Seen)>,
    /// Why its targets are not to be believed, if they are not. Its serial is taken anyway: whoever can write a false one
    /// could as well remove the alias.
    doubt: Doubt,
}

impl Before {
    /// The versions that the alias was.
    ///
    /// # Errors
    /// [`Kind::Signature`] if nobody trusted says so.
    pub fn targets(&self) -> Result<&[Target]> {
        match &self.doubt {
            Some(doubt) => Err(doubt.clone()),
            None => Ok(self.state.as_ref().map_or(&[], |(alias, _)| &alias.targets)),
        }
    }

    /// The version that the next one replaces, as far as that is known.
    pub fn replaced(&self) -> Option<u64> {
        self.believed().map(Alias::heaviest)
    }

    /// The version to go back to from these targets, as far as that is known.
    pub fn previous_of(&self, targets: &[Target]) -> Option<u64> {
        self.believed()?.previous_of(targets)
    }

    /// The version that the alias was before.
    ///
    /// # Errors
    /// [`Kind::Signature`] if nobody trusted says so.
    pub fn previous(&self) -> Result<Option<u64>> {
        self.targets()?;
        Ok(self.believed().and_then(|alias| alias.previous))
    }

    /// What the alias said, if it is to be believed.
    fn believed(&self) -> Option<&Alias> {
        self.state.as_ref().filter(|_| self.doubt.is_none()).map(|(alias, _)| alias)
    }
}

impl Home {
    /// An alias that is about to be moved.
    ///
    /// # Errors
    /// Those of [`alias`](Home::alias); [`Kind::Signature`] if it is signed and would not be any more.
    pub fn before(&self, name: &str, signers: &[Signer]) -> Result<Before> {
        let name = name.to_owned();
        let Some((signed, seen, doubt)) = self.doubted_alias(&name)? else {
            return Ok(Before { name, state: None, doubt: None });
        };
        if signers.is_empty() && !signed.key_ids.is_empty() {
            let found = format!("no key, and an alias signed by {}", signed.key_ids.join(", "));
            return Err(Error::new(Kind::Signature, format!("alias {name}"), "--sign KEY", found)
                .hint("Clients that pin the key would refuse an unsigned one."));
        }
        Ok(Before { name, state: Some((signed.statement, seen)), doubt })
    }

    /// Publishes a version: its bytes, then its release. Returns an alias's target for it, with the weight 1.
    ///
    /// # Errors
    /// If the store fails, or is none to publish to; [`Kind::Conflict`] if others take every version first.
    pub fn publish(&self, publication: &Publication, parent: Option<u64>, signers: &[Signer]) -> Result<Target> {
        self.check_conditional_writes()?;
        let path = publication.blob.path();
        let stored = publication.stored().len() as u64;
        let is_known = self.folder.entry(&path)?.is_some_and(|entry| {
            // Of another length it is something else, or coded in another way.
            entry.size == stored && now() < entry.modified.saturating_add(FRESH)
        });
        if !is_known {
            self.write_blob(publication)?;
        }
        let (version, payload) = self.write_release(publication, parent, signers)?;
        // A clean-up may have taken it for forgotten until now.
        if is_known && self.folder.entry(&path)?.is_none() {
            self.write_blob(publication)?;
        }
        Ok(Target { version, sha256: Digest::of(&payload), weight: 1 })
    }

    fn write_blob(&self, publication: &Publication) -> Result<()> {
        let Publication { gzipped, blob, .. } = publication;
        let content_encoding = gzipped.is_some().then_some(GZIP);
        let headers = Headers { content_type: CONTENT_TYPE, cache_control: IMMUTABLE, content_encoding };
        self.folder.write(&blob.path(), publication.stored().to_vec(), headers)
    }

    /// Writes the release under the next version that nobody has, and returns that and its payload.
    fn write_release(
        &self,
        publication: &Publication,
        parent: Option<u64>,
        signers: &[Signer],
    ) -> Result<(u64, Vec<u8>)> {
        for _ in 0..ATTEMPTS {
            let version = self.next_version()?;
            let release = Release {
                format: FORMAT,
                model: self.model.clone(),
                version,
                parent: parent.or(version.checked_sub(1).filter(|&before| before > 0)),
                created: now(),
                expires: publication.expires,
                blob: publication.blob.clone(),
                schema: publication.schema.clone(),
                provenance: publication.provenance.clone(),
                profile: publication.profile.clone(),
            };
            let (payload, envelope) = sealed(&release, release::PAYLOAD_TYPE, signers)?;
            let path = release_path(version);
            if self.folder.create(&path, envelope.clone(), envelope_headers(IMMUTABLE))?
                || self.holds(&path, &envelope)?
            {
                return Ok((version, payload));
            }
        }
        let expected = "a version that nobody else takes first";
        Err(Error::new(Kind::Conflict, self.folder.place("releases"), expected, format!("none in {ATTEMPTS} attempts"))
            .hint("Others are publishing: try again."))
    }

    /// Moves an alias from where it was to these targets; `previous` is the version to go back to.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if somebody else moved it since; if the store fails.
    pub fn move_alias(
        &self,
        before: &Before,
        targets: Vec<Target>,
        previous: Option<u64>,
        expires: Option<Seconds>,
        signers: &[Signer],
    ) -> Result<Alias> {
        let Before { name, state, .. } = before;
        let serial = state.as_ref().map_or(0, |(alias, _)| alias.serial) + 1;
        let (model, created) = (self.model.clone(), now());
        let moved = Alias { format: FORMAT, model, alias: name.clone(), serial, created, expires, targets, previous };
        let path = alias_path(name);
        let (payload, envelope) = sealed(&moved, alias::PAYLOAD_TYPE, signers)?;
        // What nobody would read is not written.
        let moved = Alias::read(&payload, &self.model, name, &self.folder.place(&path))?;
        let headers = envelope_headers(MUTABLE);
        let is_written = match state {
            None => self.folder.create(&path, envelope.clone(), headers)?,
            Some((_, seen)) => self.folder.replace(&path, seen, envelope.clone(), headers)?,
        };
        if is_written || self.holds(&path, &envelope)? {
            return Ok(moved);
        }
        let found = match state {
            None => "that somebody else made it".to_owned(),
            Some((alias, _)) => format!("that somebody else moved it since serial {}", alias.serial),
        };
        Err(Error::new(Kind::Conflict, self.folder.place(&path), "the alias as it was a moment ago", found))
    }

    /// Whether these bytes are there after all: a write whose answer was lost and that was tried again meets itself.
    fn holds(&self, path: &str, bytes: &[u8]) -> Result<bool> {
        Ok(self.folder.read(path, envelope::MAX_BYTES)?.is_some_and(|seen| seen.bytes == bytes))
    }
}

/// A statement as its payload, and in its envelope.
fn sealed<T: serde::Serialize>(statement: &T, payload_type: &str, signers: &[Signer]) -> Result<(Vec<u8>, Vec<u8>)> {
    let payload = serde_json::to_vec(statement)
        .map_err(|error| Error::new(Kind::Corrupt, payload_type.to_owned(), "texts and numbers", error.to_string()))?;
    let envelope = envelope::seal(&payload, payload_type, signers)?;
    Ok((payload, envelope))
}
