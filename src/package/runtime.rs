//! What packages are made of: see xtask/src/runtime.rs, which makes it.

use crate::error::{Error, Kind, Result};
use crate::format;

/// Which runtime a package is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kit {
    /// That of models of rows.
    Rows,
    /// That of networks.
    Networks,
}

impl Kit {
    /// The one for a file.
    pub fn of(file: &[u8]) -> Self {
        if format::is_network(file) { Self::Networks } else { Self::Rows }
    }
}

/// The core and the scripts that a package is filled in from.
#[derive(Clone, Debug)]
pub struct Runtime {
    pub(super) core: Vec<u8>,
    pub(super) scripts: Vec<(String, String)>,
    pub(super) licences: Vec<(String, Vec<u8>)>,
}

impl Runtime {
    /// Reads `edgelet-runtime.bin` or `edgelet-networks-runtime.bin`.
    ///
    /// # Errors
    /// [`Kind::Corrupt`] for other bytes.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let corrupt = || {
            Error::new(Kind::Corrupt, "the runtime of packages", "what `cargo xtask pkg` writes", "other bytes")
                .hint("Install the program again: `cargo xtask install`.")
        };
        let parts: Vec<(String, Vec<u8>)> = postcard::from_bytes(bytes).map_err(|_| corrupt())?;
        let mut runtime = Self { core: Vec::new(), scripts: Vec::new(), licences: Vec::new() };
        for (name, bytes) in parts {
            match name.rsplit_once('.').map(|(_, kind)| kind) {
                Some("wasm") => runtime.core = bytes,
                Some("js" | "cjs") => {
                    runtime.scripts.push((name, String::from_utf8(bytes).map_err(|_| corrupt())?));
                }
                _ => runtime.licences.push((name, bytes)),
            }
        }
        if runtime.core.is_empty() { Err(corrupt()) } else { Ok(runtime) }
    }
}
