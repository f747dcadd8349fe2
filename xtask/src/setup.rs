//! Installs what the other commands need, each only when it is missing: the wasm target, npm packages, Python packages
//! (in `target/venv`), Chromium, Firefox and espeak-ng. Nothing but crates.io, npm, PyPI and the Linux distribution is asked.

use crate::shell::{Result, read, root, run, stage};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything.
pub fn all() -> Result {
    wasm_target("wasm32-unknown-unknown")?;
    wasm_target("wasm32-wasip1")?;
    rust_source()?;
    node_packages()?;
    python()?;
    chromium()?;
    firefox()?;
    espeak().map(|_| ())
}

/// A target of the Rust compiler.
pub fn wasm_target(target: &str) -> Result {
    let libraries = read(Command::new("rustc").args(["--print", "target-libdir", "--target", target]))?;
    if PathBuf::from(libraries.trim()).exists() {
        return Ok(());
    }
    stage(&format!("installing the Rust target {target}"));
    run(Command::new("rustup").args(["target", "add", target]))
}

/// The source of Rust's standard library.
pub fn rust_source() -> Result {
    let sysroot = read(Command::new("rustc").args(["--print", "sysroot"]))?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").exists() {
        return Ok(());
    }
    stage("installing the source of Rust's standard library");
    run(Command::new("rustup").args(["component", "add", "rust-src"]))
}

/// The npm packages of `tests/package.json`.
pub fn node_packages() -> Result {
    let tests = root().join("tests");
    // Not `npm ci`: it refuses a lock file that lacks the optional packages of other platforms, which not every registry
    // mirror has. `npm install` takes the same locked versions.
    when_changed("npm", &tests.join("package-lock.json"), &tests.join("node_modules"), || npm_install(&tests, &[]))
}

/// The npm packages that a folder locks, and some more that it does not.
pub fn npm_install(folder: &Path, more: &[&Path]) -> Result {
    let quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save"];
    run(Command::new("npm").arg("install").current_dir(folder).args(quietly).args(more))
}

/// A Python with the packages of `tests/requirements.txt`; returns its path.
pub fn python() -> Result<PathBuf> {
    python_for("venv", &root().join("tests/requirements.txt"))
}

/// A Python in a folder of `target` with the packages that a file names; returns its path.
pub fn python_for(folder: &str, requirements: &Path) -> Result<PathBuf> {
    let venv = root().join("target").join(folder);
    let python = venv.join("bin/python");
    when_changed("Python", requirements, &venv, || {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements))
    })?;
    Ok(python)
}

/// Chromium; returns its path. `CHROMIUM` names another one.
pub fn chromium() -> Result<PathBuf> {
    program("Chromium", &["chromium", "chromium-browser", "google-chrome"])
}

/// Firefox; returns its path. `FIREFOX` names another one.
pub fn firefox() -> Result<PathBuf> {
    program("Firefox", &["firefox-esr", "firefox"])
}

/// What speaks; returns its path. `ESPEAK` names another one.
pub fn espeak() -> Result<PathBuf> {
    program("espeak", &["espeak-ng"])
}

/// A program; returns its path. `programs` are what it may be called, first as the Linux distribution calls its package.
fn program(name: &str, programs: &[&str]) -> Result<PathBuf> {
    let variable = name.to_uppercase();
    let named = std::env::var_os(&variable).map(PathBuf::from);
    let usual = programs.iter().map(|program| PathBuf::from(format!("/usr/bin/{program}")));
    let places: Vec<_> = named.into_iter().chain(usual).collect();
    let found = || places.iter().find(|path| path.exists()).cloned();
    if let Some(path) = found() {
        return Ok(path);
    }
    stage(&format!("installing {name}"));
    let as_root = |arguments: &[&str]| {
        let is_root = read(Command::new("id").arg("-u"))?.trim() == "0";
        let mut command = if is_root { Command::new("apt-get") } else { Command::new("sudo") };
        if !is_root {
            command.arg("apt-get");
        }
        run(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    as_root(&["update", "-qq"])?;
    as_root(&["install", "-y", "-qq", "--no-install-recommends", programs[0]])?;
    found().ok_or_else(|| format!("{name} is not where it is usually installed: name it in {variable}"))
}

/// Runs `install` unless it has succeeded with the same `lock` file before and what it made is still there.
fn when_changed(what: &str, lock: &Path, made: &Path, install: impl FnOnce() -> Result) -> Result {
    let wanted = fs::read_to_string(lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let stamp = made.join(".edgelet-lock");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    stage(&format!("installing {what} packages"));
    install()?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}
