//! A release: what version n of a model is, down to every chunk of its bytes.

use super::cipher::{Encryption, TAG_BYTES};
use super::digest::Digest;
use super::reference::LARGEST;
use super::statement::{Seconds, check_expiry, check_format, check_subject, parse};
use crate::error::{Error, Kind, Result};
use crate::format::limits::MAX_FILE_BYTES;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The type of its payload.
pub const PAYLOAD_TYPE: &str = "application/vnd.edgelet.release+json";
/// How many bytes a chunk has in what this program writes.
const CHUNK_SIZE: u64 = 1 << 20;
/// The most chunks there may be.
const MAX_CHUNKS: u64 = 1 << 14;
/// The most bytes of a chunk.
const MAX_CHUNK_SIZE: u64 = 1 << 24;

/// What a version of a model is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The format of this statement.
    pub format: u64,
    /// The model's name.
    pub model: String,
    /// The version: 1, 2, …
    pub version: u64,
    /// The version that this one was made to replace.
    #[serde(default)]
    pub parent: Option<u64>,
    /// When it was made.
    pub created: Seconds,
    /// From when on nobody should use it.
    #[serde(default)]
    pub expires: Option<Seconds>,
    /// The bytes.
    pub blob: Blob,
    /// What the model takes and gives, as `edgelet inspect --json` shows it.
    #[serde(default)]
    pub schema: Map<String, Value>,
    /// Where the model comes from, as `edgelet inspect --json` shows it.
    #[serde(default)]
    pub provenance: Map<String, Value>,
    /// What the model saw in training.
    #[serde(default)]
    pub profile: Option<Value>,
}

/// The bytes of a version, as they are stored once any content coding is undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blob {
    /// Of all of them; it names them, too.
    pub sha256: Digest,
    /// How many there are.
    pub size: u64,
    /// How many each chunk has; the last may be shorter.
    pub chunk_size: u64,
    /// Of each chunk.
    pub chunks: Vec<Digest>,
    /// How they are encrypted.
    #[serde(default)]
    pub encryption: Option<Encryption>,
}

impl Release {
    /// Reads the payload of version `version` of `model`, and checks that it can be one.
    ///
    /// # Errors
    /// [`Kind::Corrupt`], [`Kind::UnsupportedVersion`], [`Kind::LimitExceeded`]; [`Kind::WrongModel`] for a release of
    /// something else.
    pub fn read(payload: &[u8], model: &str, version: u64, place: &str) -> Result<Self> {
        let release: Self = parse(payload, place)?;
        check_format(release.format, place)?;
        check_subject("model", model, &release.model, place)?;
        check_subject("version", &version.to_string(), &release.version.to_string(), place)?;
        if release.parent.is_some_and(|parent| !(1..=LARGEST).contains(&parent)) {
            return Err(Error::new(Kind::Corrupt, place.to_owned(), "a version as its parent", "another number"));
        }
        release.blob.check(place)?;
        Ok(release)
    }

    /// Refuses one that expired before `now`.
    ///
    /// # Errors
    /// [`Kind::Expired`].
    pub fn check_expiry(&self, now: Seconds, place: &str) -> Result<()> {
        check_expiry(self.expires, now, place, "Publish the model again with `edgelet push`.")
    }
}

impl Blob {
    /// What is to be known of some bytes, that may be encrypted.
    pub fn of(bytes: &[u8], encryption: Option<Encryption>) -> Self {
        let chunks = bytes.chunks(CHUNK_SIZE as usize).map(Digest::of).collect();
        let (sha256, size) = (Digest::of(bytes), bytes.len() as u64);
        Self { sha256, size, chunk_size: CHUNK_SIZE, chunks, encryption }
    }

    /// Where it is, under the model's address.
    pub fn path(&self) -> String {
        format!("blobs/{}.edgelet", self.sha256)
    }

    /// Refuses other bytes.
    ///
    /// # Errors
    /// [`Kind::Truncated`] for too few, [`Kind::Integrity`] for others.
    pub fn check_bytes(&self, bytes: &[u8], place: &str) -> Result<()> {
        if bytes.len() as u64 != self.size {
            let (expected, found) = (format!("{} bytes", self.size), format!("{} bytes", bytes.len()));
            return Err(Error::new(Kind::Truncated, place.to_owned(), expected, found));
        }
        let chunks = bytes.chunks(self.chunk_size as usize).zip(&self.chunks);
        let found = match chunks.into_iter().position(|(chunk, digest)| Digest::of(chunk) != *digest) {
            Some(chunk) => format!("other bytes in chunk {chunk}"),
            None if Digest::of(bytes) != self.sha256 => "other bytes".to_owned(),
            None => return Ok(()),
        };
        Err(Error::new(Kind::Integrity, place.to_owned(), "the bytes that the release names", found))
    }

    fn check(&self, place: &str) -> Result<()> {
        let Self { size, chunk_size, chunks, .. } = self;
        let most = MAX_FILE_BYTES + self.encryption.as_ref().map_or(0, |_| TAG_BYTES);
        if !(1..=most).contains(size) {
            let expected = format!("a blob of 1 to {most} bytes");
            return Err(Error::new(Kind::LimitExceeded, place.to_owned(), expected, format!("{size} bytes")));
        }
        let count = chunks.len() as u64;
        let is_sound = (1..=MAX_CHUNK_SIZE).contains(chunk_size) && size.div_ceil(*chunk_size) == count;
        if !is_sound || count > MAX_CHUNKS {
            let expected = format!("the sha-256 of each chunk of {size} bytes, at most {MAX_CHUNKS} of them");
            let found = format!("{count} of chunks of {chunk_size} bytes");
            return Err(Error::new(Kind::Corrupt, place.to_owned(), expected, found));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn payload(changes: &[(&str, Value)]) -> Vec<u8> {
        let blob = serde_json::to_value(Blob::of(&[7; 10], None)).expect("JSON");
        let mut release = json!({"format": 1, "model": "churn", "version": 7, "created": 1, "blob": blob, "new": {}});
        for (pointer, value) in changes {
            *release.pointer_mut(pointer).expect("a field") = value.clone();
        }
        release.to_string().into_bytes()
    }

    fn kind(changes: &[(&str, Value)]) -> Result<(), Kind> {
        Release::read(&payload(changes), "churn", 7, "releases/7").map(|_| ()).map_err(|error| error.kind())
    }

    #[test]
    fn reads_what_a_release_is_and_refuses_the_rest() {
        let release = Release::read(&payload(&[]), "churn", 7, "releases/7").expect("a release");
        assert_eq!(release.blob, Blob::of(&[7; 10], None));
        let cases = [
            ("/format", json!(2), Kind::UnsupportedVersion),
            ("/model", json!("other"), Kind::WrongModel),
            ("/version", json!(8), Kind::WrongModel),
            ("/version", json!("7"), Kind::Corrupt),
            ("/created", json!(1.5), Kind::Corrupt),
            ("/blob/size", json!(0), Kind::LimitExceeded),
            ("/blob/size", json!(1_u64 << 40), Kind::LimitExceeded),
            ("/blob/size", json!(1 << 21), Kind::Corrupt),
            ("/blob/chunk_size", json!(0), Kind::Corrupt),
            ("/blob/chunk_size", json!(1), Kind::Corrupt),
            ("/blob/chunks", json!([]), Kind::Corrupt),
            ("/blob/sha256", json!("../../other"), Kind::Corrupt),
        ];
        for (pointer, value, expected) in cases {
            assert_eq!(kind(&[(pointer, value)]), Err(expected), "{pointer}");
        }
    }

    #[test]
    fn ends_at_the_second_it_expires() {
        let mut release = Release::read(&payload(&[]), "churn", 7, "releases/7").expect("a release");
        assert_eq!(release.check_expiry(u64::MAX, ""), Ok(()));
        release.expires = Some(100);
        assert_eq!(release.check_expiry(99, ""), Ok(()));
        assert_eq!(release.check_expiry(100, "").map_err(|error| error.kind()), Err(Kind::Expired));
    }
}
