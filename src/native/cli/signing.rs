//! Who signs: options of every subcommand that writes releases and aliases.

use super::trust::{Trusting, public_keys};
use super::{Globals, model};
use crate::error::Result;
use crate::native::registry::{Home, Reference, Seconds, Signer, now};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// Who signs, and whose signatures are believed.
#[derive(Args)]
pub struct Signing {
    /// Sign with this private key, a file of `edgelet keygen`; several may be given.
    #[arg(long, value_name = "KEY")]
    sign: Vec<PathBuf>,
    /// What is there may also be signed by this key: ed25519:… [also: EDGELET_PUBLIC_KEYS].
    #[arg(long, value_name = "KEY")]
    public_key: Vec<String>,
}

impl Signing {
    /// Whether any key was named.
    pub fn is_named(&self) -> bool {
        !self.sign.is_empty()
    }

    /// The bytes of a model that is to be written elsewhere.
    ///
    /// # Errors
    /// Those of [`model::fetch`].
    pub fn fetch(&self, location: &str, globals: Globals) -> Result<Vec<u8>> {
        let believed = Reference::find(location).map(|_| self.public_key.clone());
        model::fetch(location, &Trusting::of(believed.unwrap_or_default()), globals)
    }

    /// The keys that sign.
    ///
    /// # Errors
    /// Those of [`Signer::read`].
    pub fn signers(&self) -> Result<Vec<Signer>> {
        self.sign.iter().map(|path| Signer::read(path)).collect()
    }

    /// A model's home to write to. Whoever signs believes only what they or the named others signed, because a signature
    /// under somebody else's words would vouch for them.
    ///
    /// # Errors
    /// Those of [`Home::to_write`]; [`Kind::BadOption`](crate::error::Kind::BadOption) for a key that is none.
    pub fn home(&self, address: &str, signers: &[Signer], globals: Globals) -> Result<Home> {
        let mut trusted = public_keys(&self.public_key)?;
        trusted.extend(signers.iter().map(Signer::public_key));
        Home::to_write(address, trusted, globals)
    }
}

/// A time from now on, such as 90d, 12h or 1h 30m.
pub fn age(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "expected a time such as 90d, 12h or 30m".into())
}

/// When something that is made now expires.
pub fn expiry(after: Option<Duration>) -> Option<Seconds> {
    after.map(|after| now().saturating_add(after.as_secs()))
}

/// The ids of the keys that sign, as people read them.
pub fn ids(signers: &[Signer]) -> String {
    match signers {
        [] => "nobody: --sign KEY lets clients tell whose it is".into(),
        signers => signers.iter().map(|signer| signer.public_key().id()).collect::<Vec<_>>().join(", "),
    }
}
