//! The page's second wasm: the importers and the eye for what is inside a model, with wasm-bindgen's glue.

use crate::pkg;
use crate::shell::{Result, stage};
use std::path::Path;

/// Builds `edgelet-import.wasm` and `edgelet-import.js` into a folder.
pub fn into(folder: &Path) -> Result {
    stage("the importers for the page");
    let wasm = pkg::build("importer", &["--features", "import"])?;
    pkg::bind(&wasm, folder, "edgelet-import")?;
    pkg::optimize(&folder.join("edgelet-import_bg.wasm"), &folder.join("edgelet-import.wasm"), &[])
}
