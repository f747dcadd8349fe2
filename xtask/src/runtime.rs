//! What `edgelet package` makes packages of one model of: a core with names, and scripts. It is one file for models of rows and one
//! for networks, in `target/runtime`, which `build.rs` puts into the program.

use crate::pkg;
use crate::shell::{self, Result, root, stage};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// The scripts, and how each is bundled beside what all are.
const SCRIPTS: [(&str, &[&str]); 5] = [
    ("index.js", &["--format=esm"]),
    ("node.js", &["--format=esm"]),
    ("node.cjs", &["--format=cjs", "--platform=node", "--define:import.meta.url=modelUrl", BANNER]),
    ("worker.js", &["--format=esm"]),
    ("cdn.js", &["--format=esm"]),
];
const BANNER: &str = "--banner:js=const modelUrl = require(\"node:url\").pathToFileURL(__filename).href;";
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// What there is for packages of models of rows, and for those of networks.
pub const KITS: [Kit; 2] = [
    Kit { file: "edgelet-runtime.bin", feature: "packaged", over: &[] },
    Kit {
        file: "edgelet-networks-runtime.bin",
        feature: "packaged,tensors",
        over: &[("tensors", ""), ("one-network", "one-model")],
    },
];

/// What packages of one kind are filled in from.
pub struct Kit {
    /// The file that it is.
    pub file: &'static str,
    /// The features that its core is built with.
    feature: &'static str,
    /// Folders of `pkg-template` whose scripts take the place of others.
    over: &'static [(&'static str, &'static str)],
}

impl Kit {
    /// Where the file is.
    pub fn path(&self) -> PathBuf {
        root().join("target/runtime").join(self.file)
    }

    fn build(&self) -> Result {
        let scratch = root().join("target/npm/runtime");
        if scratch.exists() {
            fs::remove_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
        }
        for (from, to) in [("", ""), ("one-model", "one-model")].iter().chain(self.over) {
            pkg::copy_texts(&root().join("pkg-template").join(from), &scratch.join(to), &[])?;
        }
        let bound = bind(&pkg::build(self.feature)?)?;
        let core = scratch.join("core.wasm");
        // The packager finds functions by their names.
        pkg::optimize(&bound, &core, "-g", &pkg::THOROUGH)?;
        let mut parts: Vec<(String, Vec<u8>)> = vec![("core.wasm".into(), read(&core)?)];
        for (name, how) in SCRIPTS {
            let bundled = scratch.join(name);
            let mut esbuild = Command::new(root().join("tests/node_modules/.bin/esbuild"));
            esbuild.arg(scratch.join("one-model").join(name.replace(".cjs", ".js")));
            esbuild.args(["--bundle", "--minify", "--target=es2022", "--log-level=warning"]).args(how);
            // A package explains nothing, and has no room for rows of f32: what model.js has for both is left out.
            esbuild
                .args(["--define:EXPLAINS=false", "--define:NARROWS=false", "--external:*.wasm", "--external:node:*"])
                .arg(format!("--outfile={}", bundled.display()))
                .arg("--allow-overwrite");
            shell::run(&mut esbuild)?;
            let script = fs::read_to_string(&bundled).map_err(|error| format!("{}: {error}", bundled.display()))?;
            if name == "worker.js" {
                parts.push(("edge.js".into(), pkg::as_modules(&script).into_bytes()));
            }
            parts.push((name.into(), script.into_bytes()));
        }
        for name in LICENCES {
            parts.push((name.into(), read(&root().join(name))?));
        }
        let bytes = postcard::to_allocvec(&parts).map_err(|error| error.to_string())?;
        let file = self.path();
        // A file that is the same keeps its time: the program is built anew only for another one.
        if fs::read(&file).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))
    }
}

/// Builds the runtimes.
pub fn run() -> Result {
    stage("the runtimes of packages of one model");
    let folder = root().join("target/runtime");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    KITS.iter().try_for_each(Kit::build)
}

/// The core with its plain exports alone: a package has no glue of wasm-bindgen's.
fn bind(wasm: &Path) -> Result<Vec<u8>> {
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(wasm).out_name("core").typescript(false).demangle(false);
    let bindgen = bindgen.web(true).map_err(|error| format!("{error:#}"))?;
    let mut output = bindgen.generate_output().map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let module = output.wasm_mut();
    let exports: Vec<_> = module.exports.iter().map(|export| (export.id(), export.name.clone())).collect();
    for (id, name) in exports {
        match name.strip_prefix("__") {
            Some("wbindgen_malloc") => module.exports.get_mut(id).name = "malloc".into(),
            Some(_) => module.exports.delete(id),
            None => {}
        }
    }
    Ok(module.emit_wasm())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
