//! Whose signatures are believed: options of every subcommand that reads a model.

use crate::error::Result;
use crate::native::registry::{PublicKey, Trust};
use clap::Args;
use std::env;

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
}

impl Trusting {
    /// Belief in these keys.
    pub fn of(public_key: Vec<String>) -> Self {
        Self { public_key, sticky: None }
    }

    /// What following a reference needs.
    ///
    /// # Errors
    /// [`Kind::BadOption`](crate::error::Kind::BadOption) for a key that is none.
    pub fn trust(&self) -> Result<Trust> {
        Ok(Trust { keys: public_keys(&self.public_key)?, sticky: self.sticky.clone() })
    }
}

/// The keys of the options and of the variable.
///
/// # Errors
/// [`Kind::BadOption`](crate::error::Kind::BadOption) for a key that is none.
pub fn public_keys(options: &[String]) -> Result<Vec<PublicKey>> {
    let variable = env::var(VARIABLE).unwrap_or_default();
    let separated = variable.split([',', ' ', '\n']).map(str::trim).filter(|text| !text.is_empty());
    let from_options =
        options.iter().map(|text| text.parse::<PublicKey>().map_err(|error| error.within("--public-key")));
    let from_variable = separated.map(|text| text.parse().map_err(|error: crate::error::Error| error.within(VARIABLE)));
    from_options.chain(from_variable).collect()
}
