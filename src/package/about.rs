//! What a package's scripts know of their model, and how it is put into them.

use super::{Options, escape};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The name in the scripts in whose place it is put.
const PLACE: &str = "EDGELET_PACKAGE";
/// Adds what scripts know of any model: its package's version, whether it is set up in the wasm, and where its file is.
pub fn add(about: &mut Map<String, Value>, options: &Options, bytes: &[u8], is_set_up: bool) {
    about.insert("version".into(), options.version.to_string().into());
    about.insert("isSetUp".into(), is_set_up.into());
    if let Some(address) = &options.address {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        about.insert("source".into(), json!({ "url": address.to_string(), "sha256": hash }));
    }
}

/// A script with what it knows put in; what is put in is not looked at again.
pub fn put(script: &str, about: &Map<String, Value>) -> String {
    script.replace(PLACE, &escape::script(&about.clone().into()))
}
