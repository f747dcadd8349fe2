//! The npm package: the wasm core, wasm-bindgen's glue for it, and `pkg-template` filled in.

use crate::difference::difference;
use crate::relaxed::relaxed;
use crate::shell::{self, Result, cargo, root, stage};
use crate::{runtime, setup};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// The scripts that people import.
const ENTRIES: [&str; 5] = ["edgelet.js", "monitor.js", "node.js", "slim.js", "worker.js"];
/// The scripts that workers run.
const THREADS: [&str; 2] = ["thread.js", "node-thread.js"];
/// The other cores, each with the feature that it is built with: `edgelet/explain` and `edgelet/tensors` have the entries of
/// `edgelet` itself over them, and the scripts of their workers.
const OTHERS: [&str; 2] = ["explain", NETWORKS];
/// The core of networks, which also is there with relaxed SIMD.
const NETWORKS: &str = "tensors";
/// What is otherwise in that one.
pub const RELAXED: &str = "edgelet-tensors.relaxed.bin";
/// The scripts that end up in those, the folder of those that only `slim.js` goes without, and the folder of those that are
/// loaded for workers only.
const PARTS: [&str; 8] =
    ["core.js", "dates.js", "errors.js", "explanation.js", "histogram.js", "model.js", "options.js", "rows.js"];
const FOLDERS: [&str; 2] = ["registry", "remote"];
/// The core of `edgelet` itself.
const CORE: &str = "edgelet.wasm";
/// Signatures, where the platform has none: it is bundled, with its licence.
const NOBLE: &str = "@noble/ed25519";

/// Nothing lies below address 1024 of the core (the stack comes first, and never is so deep), so that sums of addresses become
/// offsets.
pub const THOROUGH: [&str; 3] = ["--low-memory-unused", "--gufa-optimizing", "--converge"];

/// What wasm-bindgen's glue asks before it compiles what is no module.
const CHECK: &str = "!(module instanceof WebAssembly.Module)";

/// Where the package lies unpacked.
pub fn folder() -> PathBuf {
    root().join("target/npm/edgelet")
}

/// Where it is made: tests that run meanwhile find a whole package in [`folder`].
fn building() -> PathBuf {
    root().join("target/npm/building")
}

/// Builds and packs `target/npm/edgelet-<version>.tgz` and returns its path.
pub fn run() -> Result<PathBuf> {
    setup::wasm_target("wasm32-unknown-unknown")?;
    setup::node_packages()?;
    stage("the npm package");
    let folder = building();
    for folder in [folder.clone()].into_iter().chain(OTHERS.map(scripts_of)) {
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    prepare(&folder, CORE, "", "")?;
    bundle(&folder, &[&ENTRIES[..], &THREADS].concat(), "node.cjs", "--define:EXPLAINS=false")?;
    write(&folder.join("edge.js"), &as_modules(&read(&folder.join("worker.js"))?))?;
    for other in OTHERS {
        let scripts = scripts_of(other);
        let wasm = format!("edgelet-{other}.wasm");
        prepare(&scripts, &wasm, other, &format!("{other}-"))?;
        if other == NETWORKS {
            put_networks(&scripts, &wasm)?;
            write_relaxed(&folder.join(&wasm))?;
        }
        let entries = [
            format!("{other}=edgelet.js"),
            format!("{other}-node=node.js"),
            format!("{other}-worker=worker.js"),
            format!("{other}-thread=thread.js"),
            format!("{other}-node-thread=node-thread.js"),
        ];
        let explains = format!("--define:EXPLAINS={}", other == "explain");
        bundle(&scripts, &entries.each_ref().map(String::as_str), &format!("{other}.cjs"), &explains)?;
        let worker = read(&folder.join(format!("{other}-worker.js")))?;
        write(&folder.join(format!("{other}-edge.js")), &as_modules(&worker))?;
        fs::remove_dir_all(&scripts).map_err(|error| format!("{}: {error}", scripts.display()))?;
    }
    clear(&folder)?;
    let packed = pack(&folder)?;
    put_in_place(&folder)?;
    runtime::run()?;
    Ok(packed)
}

/// One core of the package that is there again, from what the source is now and with the names of its functions: for a profile,
/// or to try a kernel. The scripts stay.
pub fn core_again(other: &str) -> Result {
    if !OTHERS.contains(&other) {
        return Err(format!("no core {other}: there are {}", OTHERS.join(" and ")));
    }
    let core = bind(&build(other)?)?.core;
    let wasm = folder().join(format!("edgelet-{other}.wasm"));
    optimize(&core, &wasm, "--debuginfo", &THOROUGH)?;
    if other == NETWORKS { write_relaxed(&wasm) } else { Ok(()) }
}

/// Writes what is otherwise in the core of networks with relaxed SIMD.
fn write_relaxed(plain: &Path) -> Result {
    let core = fs::read(plain).map_err(|error| format!("{}: {error}", plain.display()))?;
    let path = plain.with_file_name(RELAXED);
    fs::write(&path, difference(&core, &relaxed(&core)?)).map_err(|error| format!("{}: {error}", path.display()))
}

/// Where the scripts of another core lie until they are bundled.
fn scripts_of(other: &str) -> PathBuf {
    root().join("target/npm").join(other)
}

/// Builds a core with a feature, and puts its glue and the scripts around it into a folder. The core itself goes where the
/// package is made.
fn prepare(scripts: &Path, wasm: &str, feature: &str, prefix: &str) -> Result {
    let Bound { core, glue } = bind(&build(feature)?)?;
    optimize(&core, &building().join(wasm), "--strip-debug", &THOROUGH)?;
    fill_in(scripts, &[("{{version}}", env!("CARGO_PKG_VERSION")), ("{{wasm}}", wasm), ("{{prefix}}", prefix)])?;
    write(&scripts.join("core.js"), &glue)
}

/// Puts the scripts of networks in the place of those of models of rows.
fn put_networks(scripts: &Path, wasm: &str) -> Result {
    let template = root().join("pkg-template/tensors");
    copy_texts(&template, scripts, &[("{{wasm}}", wasm)])?;
    let from = scripts.join("remote.js");
    fs::rename(&from, scripts.join("remote/model.js")).map_err(|error| format!("{}: {error}", from.display()))
}

/// Puts the finished package in the place of an older one.
fn put_in_place(finished: &Path) -> Result {
    let place = folder();
    let failed = |error: std::io::Error| format!("{}: {error}", place.display());
    if place.exists() {
        fs::remove_dir_all(&place).map_err(failed)?;
    }
    fs::rename(finished, &place).map_err(failed)
}

/// The crate's wasm as cargo builds it with some features (the core has none), with a standard library built for it: without
/// the texts and the formatting of panics, which abort here anyway. That is behind flags that a stable compiler takes only
/// with `RUSTC_BOOTSTRAP`.
pub fn build(features: &str) -> Result<PathBuf> {
    setup::rust_source()?;
    let target = ["--target", "wasm32-unknown-unknown", "--no-default-features", "--features", features];
    let standard_library = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
    let folder = root().join("target/core");
    let mut command = cargo();
    command.args(["rustc", "--lib", "--crate-type", "cdylib", "--profile", "wasm"]).args(target).args(standard_library);
    command.arg("--target-dir").arg(&folder).env("RUSTC_BOOTSTRAP", "1");
    command.env("RUSTFLAGS", "-Ctarget-feature=+simd128,+bulk-memory -Zunstable-options -Cpanic=immediate-abort");
    if features.contains(NETWORKS) {
        // LLVM rewrites the addresses in loops so that wasm's loads cannot hold their offsets: that takes the kernels of networks a
        // tenth of their speed, and 4 KB. Forests are a little faster with it.
        command.args(["--", "-Cllvm-args=-disable-lsr"]);
    }
    shell::run(&mut command)?;
    Ok(folder.join("wasm32-unknown-unknown/wasm/edgelet.wasm"))
}

/// A core's bytes and wasm-bindgen's glue for it.
struct Bound {
    core: Vec<u8>,
    glue: String,
}

/// Binds the core to JavaScript.
///
/// The imports get short names: wasm-bindgen's end with 16 hexadecimal digits, which no compression makes smaller.
fn bind(wasm: &Path) -> Result<Bound> {
    let mut bindgen = Bindgen::new();
    let bindgen = bindgen.input_path(wasm).out_name("core").typescript(false).omit_default_module_path(true);
    let bindgen = bindgen.web(true).map_err(|error| format!("{error:#}"))?;
    let mut output = bindgen.generate_output().map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let mut short_names: HashMap<String, String> = HashMap::new();
    for import in output.wasm_mut().imports.iter_mut() {
        let count = short_names.len();
        let short = short_names.entry(import.name.clone()).or_insert_with(|| format!("i{count}"));
        import.name = short.clone();
    }
    // The glue defines one import a line: `name: function(…) {`.
    let shortened = |line: &str| match line.split_once(": ").map(|(name, rest)| (short_names.get(name.trim()), rest)) {
        Some((Some(short), rest)) => (1, format!("{short}: {rest}\n")),
        _ => (0, format!("{line}\n")),
    };
    let (counts, lines): (Vec<usize>, Vec<String>) = output.js().lines().map(shortened).unzip();
    if counts.iter().sum::<usize>() != short_names.len() {
        return Err("wasm-bindgen's glue does not define its imports one a line, as this expects".into());
    }
    // The scripts say what is a module, and know one of another realm too.
    let glue = lines.concat();
    if !glue.contains(CHECK) {
        return Err("wasm-bindgen's glue does not check modules as this expects".into());
    }
    Ok(Bound { core: output.wasm_mut().emit_wasm(), glue: glue.replace(CHECK, "false") })
}

/// Makes it smaller. Kernels stay functions of their own, though some have one caller: in one huge function V8 keeps their
/// sums in memory, not in registers. `names` says what becomes of the functions' names, `more` what else is worth its time.
pub fn optimize(wasm: &[u8], smaller: &Path, names: &str, more: &[&str]) -> Result {
    let larger = smaller.with_extension("bound.wasm");
    fs::write(&larger, wasm).map_err(|error| format!("{}: {error}", larger.display()))?;
    let program = root().join("tests/node_modules/binaryen/bin/wasm-opt");
    let features = ["--enable-simd", "--enable-bulk-memory", "--enable-reference-types", "--enable-multivalue"];
    let others = ["--enable-nontrapping-float-to-int", "--enable-sign-ext", "--enable-mutable-globals"];
    let mut command = Command::new("node");
    shell::run(
        command
            .arg(program)
            .args(["-Oz", "--one-caller-inline-max-function-size=0"])
            .args(more)
            .args([names, "--strip-producers", "--strip-target-features"])
            .args(features)
            .args(others)
            .arg(&larger)
            .arg("-o")
            .arg(smaller),
    )?;
    fs::remove_file(&larger).map_err(|error| format!("{}: {error}", larger.display()))
}

/// Copies `pkg-template` and the licences; `blanks` are the version, the core's name and what the names of workers' scripts
/// begin with.
fn fill_in(folder: &Path, blanks: &[(&str, &str)]) -> Result {
    let template = root().join("pkg-template");
    for folder_of_parts in [""].into_iter().chain(FOLDERS) {
        copy_texts(&template.join(folder_of_parts), &folder.join(folder_of_parts), blanks)?;
    }
    let noble = root().join("tests/node_modules").join(NOBLE).join("LICENSE");
    let licences = ["LICENSE-MIT", "LICENSE-APACHE"].map(|name| (name, root().join(name)));
    for (name, path) in licences.into_iter().chain([("LICENSE-noble-ed25519", noble)]) {
        write(&folder.join(name), &read(&path)?)?;
    }
    // The declarations once more, for `require`.
    for name in ["edgelet"].into_iter().chain(OTHERS) {
        let declarations = read(&folder.join(format!("{name}.d.ts")))?.replace("./edgelet.js", "./edgelet.cjs");
        write(&folder.join(format!("{name}.d.cts")), &declarations)?;
    }
    Ok(())
}

/// Copies the files of a folder that are texts, with blanks filled in.
pub fn copy_texts(from: &Path, to: &Path, blanks: &[(&str, &str)]) -> Result {
    fs::create_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?;
    let entries = fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
    for file in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).filter(|path| path.is_file()) {
        let name = file.file_name().ok_or("a file without a name")?;
        let text = blanks.iter().fold(read(&file)?, |text, (blank, filling)| text.replace(blank, filling));
        write(&to.join(name), &text)?;
    }
    Ok(())
}

/// The scripts as they are shipped: each entry, what all or some of them share in a file each, comments and long names gone; and Node's entry
/// once more as one CommonJS file, `required`. `explains` says whether models explain.
fn bundle(folder: &Path, entries: &[&str], required: &str, explains: &str) -> Result {
    let output = building();
    let esbuild = |arguments: &[&str]| {
        let mut command = Command::new(root().join("tests/node_modules/.bin/esbuild"));
        command.current_dir(folder).args(["--bundle", "--minify", "--target=es2022", "--log-level=warning", explains]);
        command.arg("--define:NARROWS=true").env("NODE_PATH", root().join("tests/node_modules"));
        shell::run(command.args(arguments))
    };
    let address = "--banner:js=const edgeletUrl = require(\"node:url\").pathToFileURL(__filename).href;";
    let define = "--define:import.meta.url=edgeletUrl";
    let outfile = format!("--outfile={}", output.join(required).display());
    esbuild(&["node.js", "--platform=node", "--format=cjs", define, address, &outfile])?;
    let shared =
        ["--format=esm", "--splitting", "--chunk-names=shared-[hash]", "--external:*.wasm", "--external:node:*"];
    let outdir = format!("--outdir={}", output.display());
    esbuild(&[entries, &shared, &[&outdir, "--allow-overwrite"]].concat())
}

/// A worker's script for Next.js, where `?module` says that a wasm is wanted as a module, and not as what it exports.
pub fn as_modules(script: &str) -> String {
    script.replace(".wasm\"", ".wasm?module\"")
}

/// Removes the scripts that are in others now.
fn clear(folder: &Path) -> Result {
    for part in PARTS {
        fs::remove_file(folder.join(part)).map_err(|error| format!("{part}: {error}"))?;
    }
    for name in FOLDERS {
        fs::remove_dir_all(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

fn pack(folder: &Path) -> Result<PathBuf> {
    let target = root().join("target/npm");
    let mut command = Command::new("npm");
    command.current_dir(folder).args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(&target);
    let name = shell::read(&mut command)?;
    let tarball = target.join(name.trim().lines().last().unwrap_or_default());
    println!("{}", tarball.strip_prefix(root()).unwrap_or(&tarball).display());
    Ok(tarball)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
