//! Confidential models: AES-256-GCM of the file under a key of its own, and that key under the app's. What lies in the
//! bucket is of use only to who has the app's key: `aes256:<base64 of 32 bytes>`.

use super::digest::Digest;
use crate::error::{Error, Kind, Result};
use crate::native::store::secret;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The one algorithm there is, by its name in JSON Web Algorithms.
const ALGORITHM: &str = "A256GCM";
/// What a written key begins with.
const PREFIX: &str = "aes256:";
/// What is hashed in front of a key to name it, so that its id is no hash that anything else uses.
const ID_OF: &[u8] = b"edgelet key id";
/// How many bytes longer encrypted bytes are: the tag.
pub const TAG_BYTES: u64 = 16;

/// How a blob is encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    algorithm: String,
    nonce: String,
    key_id: String,
    wrapped_key: String,
    size: u64,
}

/// The key of an app.
pub struct AppKey([u8; 32]);

impl AppKey {
    /// A new one.
    ///
    /// # Errors
    /// [`Kind::Io`] if the system has no random numbers.
    pub fn generate() -> Result<Self> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| no_random())?;
        Ok(Self(bytes))
    }

    /// The one in a file.
    ///
    /// # Errors
    /// [`Kind::Io`] for a file that cannot be read, [`Kind::BadOption`] for one that holds no such key.
    pub fn read(path: &Path) -> Result<Self> {
        let text = String::from_utf8(secret::read(path)?).unwrap_or_default();
        let bytes =
            text.trim().strip_prefix(PREFIX).and_then(|rest| BASE64_STANDARD.decode(rest).ok()?.try_into().ok());
        bytes.map(Self).ok_or_else(|| {
            let expected = "aes256: and the base64 of 32 bytes";
            Error::new(Kind::BadOption, path.display().to_string(), expected, "another file")
                .hint("Make one with `edgelet keygen --symmetric`.")
        })
    }

    /// Writes it to a new file that only its owner can read.
    ///
    /// # Errors
    /// [`Kind::Io`], also if the file is there already.
    pub fn write(&self, path: &Path) -> Result<()> {
        secret::write(path, format!("{PREFIX}{}\n", BASE64_STANDARD.encode(self.0)).as_bytes())
    }

    /// By what a release names it.
    pub fn id(&self) -> String {
        Digest::of(&[ID_OF, &self.0].concat()).short()
    }

    /// Encrypts the file of a model.
    ///
    /// # Errors
    /// [`Kind::Io`] if the system has no random numbers.
    pub fn encrypt(&self, file: &[u8], model: &str) -> Result<(Vec<u8>, Encryption)> {
        let own = Self::generate()?;
        let (nonce, bytes) = seal(&own.0, file, model)?;
        let (wrapping_nonce, wrapped) = seal(&self.0, &own.0, model)?;
        let encryption = Encryption {
            algorithm: ALGORITHM.to_owned(),
            nonce: BASE64_STANDARD.encode(nonce),
            key_id: self.id(),
            wrapped_key: BASE64_STANDARD.encode([&wrapping_nonce[..], &wrapped].concat()),
            size: file.len() as u64,
        };
        Ok((bytes, encryption))
    }
}

impl Encryption {
    /// The id of the app's key.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The file of a model in an encrypted blob. `place` is what messages call the blob.
    ///
    /// # Errors
    /// [`Kind::Decryption`] without the key, with another one, and for bytes that were changed.
    pub fn decrypt(&self, bytes: Vec<u8>, key: Option<&AppKey>, model: &str, place: &str) -> Result<Vec<u8>> {
        let failed = |expected: String, found: String, hint: &'static str| {
            Err(Error::new(Kind::Decryption, place.to_owned(), expected, found).hint(hint))
        };
        if self.algorithm != ALGORITHM {
            let found = self.algorithm.escape_debug().to_string();
            return failed(format!("the algorithm {ALGORITHM}"), found, "A newer edgelet may know it.");
        }
        let wanted = format!("the key {}", self.key_id.escape_debug());
        let Some(key) = key else {
            return failed(wanted, "none".into(), "The model is encrypted: --decrypt KEYFILE names the app's key.");
        };
        if key.id() != self.key_id {
            return failed(wanted, format!("the key {}", key.id()), "It was encrypted with another key.");
        }
        match self.opened(bytes, key, model) {
            Some(file) if file.len() as u64 == self.size => Ok(file),
            _ => failed("a model encrypted with this key".into(), "another".into(), "Push it again."),
        }
    }

    fn opened(&self, bytes: Vec<u8>, key: &AppKey, model: &str) -> Option<Vec<u8>> {
        let wrapped = BASE64_STANDARD.decode(&self.wrapped_key).ok()?;
        let (nonce, wrapped) = wrapped.split_first_chunk::<NONCE_LEN>()?;
        let own = open(&key.0, *nonce, wrapped.to_vec(), model)?;
        let nonce = BASE64_STANDARD.decode(&self.nonce).ok()?.try_into().ok()?;
        open(&own, nonce, bytes, model)
    }
}

/// Encrypts bytes with a key and a nonce that is drawn for them, which is returned with them.
fn seal(key: &[u8; 32], bytes: &[u8], model: &str) -> Result<([u8; NONCE_LEN], Vec<u8>)> {
    let mut sealed = bytes.to_vec();
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| no_random())?;
    let nonce = key.seal_in_place_append_tag(Aad::from(model.as_bytes()), &mut sealed).map_err(|_| no_random())?;
    Ok((*nonce.as_ref(), sealed))
}

fn open(key: &[u8], nonce: [u8; NONCE_LEN], mut bytes: Vec<u8>, model: &str) -> Option<Vec<u8>> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
    let nonce = Nonce::assume_unique_for_key(nonce);
    let length = key.open_in_place(nonce, Aad::from(model.as_bytes()), &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

fn no_random() -> Error {
    Error::new(Kind::Io, "key", "random numbers of the system", "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(encryption: &Encryption, bytes: &[u8], key: Option<&AppKey>, model: &str) -> Option<Kind> {
        encryption.decrypt(bytes.to_vec(), key, model, "blob").err().map(|error| error.kind())
    }

    #[test]
    fn opens_with_its_key_for_its_model_and_not_otherwise() {
        let [key, other] = [(); 2].map(|()| AppKey::generate().expect("a key"));
        let (bytes, encryption) = key.encrypt(b"a model", "churn").expect("encrypted");
        assert_eq!(bytes.len() as u64, 7 + TAG_BYTES);
        assert_eq!(encryption.decrypt(bytes.clone(), Some(&key), "churn", "blob").expect("the file"), b"a model");
        for (key, model) in [(None, "churn"), (Some(&other), "churn"), (Some(&key), "fraud")] {
            assert_eq!(kind(&encryption, &bytes, key, model), Some(Kind::Decryption));
        }
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(kind(&encryption, &changed, Some(&key), "churn"), Some(Kind::Decryption));
        }
        for wrong in [
            Encryption { nonce: "AAAA".into(), ..encryption.clone() },
            Encryption { wrapped_key: "AAAA".into(), ..encryption.clone() },
            Encryption { size: 8, ..encryption.clone() },
            Encryption { algorithm: "none".into(), ..encryption.clone() },
        ] {
            assert_eq!(kind(&wrong, &bytes, Some(&key), "churn"), Some(Kind::Decryption));
        }
        assert_eq!(kind(&encryption, &[], Some(&key), "churn"), Some(Kind::Decryption));
    }
}
