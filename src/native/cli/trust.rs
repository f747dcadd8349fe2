//! Whose signatures are believed: options of every subcommand that reads a model.

use crate::error::{Error, Kind, Result};
use crate::native::registry::{AppKey, PublicKey, Trust};
use clap::Args;
use std::env;
use std::path::PathBuf;

/// The variable of the keys that are always believed.
const VARIABLE: &str = "EDGELET_PUBLIC_KEYS";

/// Whose signatures are believed.
#[derive(Args)]
#[command(next_help_heading = "Options for MODEL@ALIAS and MODEL@VERSION")]
pub struct Trusting {
    /// Believe only what this key signed: ed25519:…; several may be given [also: EDGELET_PUBLIC_KEYS].
    #[arg(long, value_name = "KEY")]
    public_key: Vec<String>,
    /// Of an alias's several versions, the one that this key always gets [default: drawn].
    #[arg(long, value_name = "TEXT")]
    sticky: Option<String>,
    /// The app's key of an encrypted model, a file of `edgelet keygen --symmetric`.
    #[arg(long, value_name = "KEYFILE")]
    decrypt: Option<PathBuf>,
}

impl Trusting {
    /// Belief in these keys.
    pub fn of(public_key: Vec<String>) -> Self {
        Self { public_key, sticky: None, decrypt: None }
    }

    /// What following a reference needs.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a key that is none; [`Kind::Io`] for a file that cannot be read.
    pub fn trust(&self) -> Result<Trust> {
        let app_key = self.decrypt.as_deref().map(AppKey::read).transpose()?;
        Ok(Trust { keys: public_keys(&self.public_key)?, sticky: self.sticky.clone(), app_key })
    }

    /// Refuses options that have no meaning for a file, whose reader would believe that they were heeded.
    ///
    /// # Errors
    /// [`Kind::BadOption`].
    pub fn check_unused(&self) -> Result<()> {
        let given = [
            ("--public-key", !self.public_key.is_empty()),
            ("--sticky", self.sticky.is_some()),
            ("--decrypt", self.decrypt.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => {
                Err(Error::new(Kind::BadOption, *option, "a reference: MODEL@ALIAS or MODEL@VERSION", "a file")
                    .hint("Only a model in a registry is signed, shared out or encrypted."))
            }
            None => Ok(()),
        }
    }
}

/// The keys of the options and of the variable.
///
/// # Errors
/// [`Kind::BadOption`] for a key that is none.
pub fn public_keys(options: &[String]) -> Result<Vec<PublicKey>> {
    let variable = env::var(VARIABLE).unwrap_or_default();
    let separated = variable.split([',', ' ', '\n']).map(str::trim).filter(|text| !text.is_empty());
    let from_options =
        options.iter().map(|text| text.parse::<PublicKey>().map_err(|error| error.within("--public-key")));
    let from_variable = separated.map(|text| text.parse().map_err(|error: Error| error.within(VARIABLE)));
    from_options.chain(from_variable).collect()
}
