//! What the page loads when it is needed: the importers with the eye for what is inside a model, those of networks, and the packager,
//! a wasm each with wasm-bindgen's glue.

use crate::shell::{Result, stage};
use crate::{pkg, runtime};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Builds each into a folder of its own, `importer`, `networks` and `packager`.
pub fn into(site: &Path) -> Result {
    stage("the importers for the page");
    build("import", "edgelet-import", &site.join("importer"))?;
    build("import,tensors", "edgelet-networks", &site.join("networks"))?;
    stage("the packager for the page");
    let packager = site.join("packager");
    build("package", "edgelet-package", &packager)?;
    for kit in runtime::KITS {
        let path = kit.path();
        fs::copy(&path, packager.join(kit.file)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Builds the wasm of some features and its script, with that name.
fn build(features: &str, name: &str, folder: &Path) -> Result {
    let wasm = pkg::build(features)?;
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(wasm).out_name(name).typescript(false).omit_default_module_path(true);
    let bound = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    bound.map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let bound = folder.join(format!("{name}_bg.wasm"));
    let failed = |error: std::io::Error| format!("{}: {error}", bound.display());
    pkg::optimize(&fs::read(&bound).map_err(failed)?, &folder.join(format!("{name}.wasm")), "--strip-debug", &[])?;
    fs::remove_file(&bound).map_err(failed)
}
