//! Private keys: PKCS #8 in PEM, as `edgelet keygen` and `openssl genpkey -algorithm ed25519` write them.

use super::key::PublicKey;
use crate::error::{Error, Kind, Result};
use crate::native::store::secret;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use std::path::Path;

/// A key that signs.
pub struct Signer {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl Signer {
    /// A new one.
    ///
    /// # Errors
    /// [`Kind::Io`] if the system has no random numbers.
    pub fn generate() -> Result<Self> {
        Self::of(Ed25519KeyPair::generate().map_err(|_| no_random())?)
    }

    /// The one in a file.
    ///
    /// # Errors
    /// [`Kind::Io`] for a file that cannot be read, [`Kind::BadOption`] for one that holds no such key.
    pub fn read(path: &Path) -> Result<Self> {
        let pem = secret::read(path)?;
        let refused = || {
            let expected = "an Ed25519 private key, PKCS #8 in PEM";
            Error::new(Kind::BadOption, path.display().to_string(), expected, "another file")
                .hint("Make one with `edgelet keygen`.")
        };
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| refused())?;
        Self::of(Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| refused())?)
    }

    fn of(pair: Ed25519KeyPair) -> Result<Self> {
        let bytes = pair.public_key().as_ref().try_into().map_err(|_| no_random())?;
        Ok(Self { public: PublicKey::new(bytes)?, pair })
    }

    /// Writes it to a new file that only its owner can read.
    ///
    /// # Errors
    /// [`Kind::Io`], also if the file is there already.
    pub fn write(&self, path: &Path) -> Result<()> {
        // Version 1 of the format is the one that every other program reads.
        let der = self.pair.to_pkcs8v1().map_err(|_| no_random())?;
        let body = BASE64_STANDARD.encode(der.as_ref());
        secret::write(path, format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n").as_bytes())
    }

    /// What clients pin.
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// Its signature of some bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }
}

fn no_random() -> Error {
    Error::new(Kind::Io, "key", "random numbers of the system", "none")
}
