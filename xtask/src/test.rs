//! Every test.

use crate::shell::{self, Result, cargo, root, stage};
use crate::{check, demo, matrix, pkg, setup, size};
use std::fs;
use std::process::Command;

/// Runs every test.
pub fn run() -> Result {
    setup::all()?;
    check::run()?;
    // Pages load from the buckets of the tests on the host.
    size::run()?;
    stage("tests: host");
    shell::run(cargo().args(["test", "--workspace"]).env("CHROMIUM", setup::chromium()?))?;
    stage("tests: wasm, under Node's WASI");
    // Node 20's fast calls of WASI crash where memory has grown before them.
    let wasi =
        format!("node --no-warnings --no-turbo-fast-api-calls {}", root().join("tests/everywhere/wasi.mjs").display());
    let tests = ["test", "--no-default-features", "--target", "wasm32-wasip1", "--lib", "--test", "everywhere"];
    let mut command = cargo();
    // With vectors, as the package has them: on the host the lanes are arrays.
    command.env("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS", "-Ctarget-feature=+simd128");
    shell::run(command.args(tests).env("CARGO_TARGET_WASM32_WASIP1_RUNNER", wasi))?;
    stage("tests: the npm package in every runtime, and its declarations");
    matrix::forget()?;
    node_tests("tests/npm/", "EDGELET_PACKAGE", &pkg::folder().display().to_string())?;
    matrix::check()?;
    let site = demo::Site::open()?;
    stage("tests: the page in Chromium");
    node_tests("tests/web/", "EDGELET_SITE", &site.address)
}

fn node_tests(folder: &str, variable: &str, value: &str) -> Result {
    let folder = root().join(folder);
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    // File by file: not every version of Node takes a folder here.
    let mut files: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut node = Command::new("node");
    node.current_dir(root()).arg("--test").args(files).env(variable, value).env("CHROMIUM", setup::chromium()?);
    // Built for the tests on the host.
    node.env("FIREFOX", setup::firefox()?);
    node.env("EDGELET_PROGRAM", root().join("target/debug/edgelet"));
    shell::run(&mut node)
}
