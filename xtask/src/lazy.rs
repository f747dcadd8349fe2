//! What the page loads when it is needed: the importers with the eye for what is inside a model, and the packager, a wasm each
//! with wasm-bindgen's glue.

use crate::shell::{Result, stage};
use crate::{pkg, runtime};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Builds both into folders of their own, `importer` and `packager`.
pub fn into(site: &Path) -> Result {
    stage("the importers for the page");
    build("import", &site.join("importer"))?;
    stage("the packager for the page");
    let packager = site.join("packager");
    build("package", &packager)?;
    let runtime = runtime::file();
    let copied = fs::copy(&runtime, packager.join(runtime::NAME));
    copied.map(|_| ()).map_err(|error| format!("{}: {error}", runtime.display()))
}

/// Builds the wasm of a feature, `edgelet-<feature>.wasm`, and its script.
fn build(feature: &str, folder: &Path) -> Result {
    let wasm = pkg::build(feature)?;
    let name = format!("edgelet-{feature}");
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(wasm).out_name(&name).typescript(false).omit_default_module_path(true);
    let bound = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    bound.map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let bound = folder.join(format!("{name}_bg.wasm"));
    let failed = |error: std::io::Error| format!("{}: {error}", bound.display());
    pkg::optimize(&fs::read(&bound).map_err(failed)?, &folder.join(format!("{name}.wasm")), "--strip-debug", &[])?;
    fs::remove_file(&bound).map_err(failed)
}
