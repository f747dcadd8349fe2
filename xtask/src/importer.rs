//! The page's second wasm: the importers and the eye for what is inside a model, with wasm-bindgen's glue.

use crate::pkg;
use crate::shell::{Result, stage};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Builds `edgelet-import.wasm` and `edgelet-import.js` into a folder.
pub fn into(folder: &Path) -> Result {
    stage("the importers for the page");
    let wasm = pkg::build("import")?;
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(wasm).out_name("edgelet-import").typescript(false).omit_default_module_path(true);
    let bound = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    bound.map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let bound = folder.join("edgelet-import_bg.wasm");
    let failed = |error: std::io::Error| format!("{}: {error}", bound.display());
    pkg::optimize(&fs::read(&bound).map_err(failed)?, &folder.join("edgelet-import.wasm"), "--strip-debug", &[])?;
    fs::remove_file(&bound).map_err(failed)
}
