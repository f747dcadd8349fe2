//! `edgelet keygen`.

use super::Globals;
use super::stdout::print;
use crate::error::Result;
use crate::native::registry::{AppKey, Signer};
use clap::Args;
use std::path::PathBuf;

/// Make a key to sign models with, or to encrypt them with.
///
/// The private key is written to a new file that only its owner can read; it is never written over. The public key, which
/// is printed, is what clients pin: whatever a bucket serves, they take only what the private key signed.
#[derive(Args)]
#[command(after_long_help = MANUAL)]
pub struct Keygen {
    /// The file of the private key.
    #[arg(short, long, value_name = "PATH", default_value = "edgelet.key")]
    output: PathBuf,
    /// Make the key of an app instead, to encrypt models with.
    #[arg(long)]
    symmetric: bool,
}

const MANUAL: &str = "\
Examples:
  edgelet keygen -o churn.key
  edgelet push churn.edgelet s3://bucket/models/churn --alias production --sign churn.key
  edgelet keygen --symmetric -o app.key
  edgelet push churn.edgelet s3://bucket/models/churn --alias production --sign churn.key --encrypt app.key
  edgelet predict s3://bucket/models/churn@production new.csv --public-key ed25519:…

The file is PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it. Keep it where models are published, such
as in the secrets of a build server, and nowhere else. To change keys, sign with the old one and the new one (--sign
twice) until every client pins the new one.

An app's key opens every model that is encrypted with it. A page that predicts has to have it, and so has whoever reads the
page with care: it keeps models from those who can only read the bucket.";

impl Keygen {
    /// Makes the key.
    pub fn run(self, _: Globals) -> Result<()> {
        if self.symmetric {
            let key = AppKey::generate()?;
            key.write(&self.output)?;
            return print(&format!("{:<14}{}\n{:<14}{}\n", "app key", self.output.display(), "id", key.id()));
        }
        let signer = Signer::generate()?;
        signer.write(&self.output)?;
        let key = signer.public_key();
        print(&format!(
            "{:<14}{}\n{:<14}{key}\n{:<14}{}\n",
            "private key",
            self.output.display(),
            "public key",
            "id",
            key.id()
        ))
    }
}
