//! Formatting and lints; and, apart from the tests because the tools take minutes to install, dependencies.

use crate::shell::{self, Result, cargo, stage};
use std::process::Command;

/// Runs every check.
pub fn run() -> Result {
    stage("formatting");
    shell::run(cargo().args(["fmt", "--all", "--check"]))?;
    stage("lints: host");
    shell::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    stage("lints: wasm");
    let wasm = ["--no-default-features", "--target", "wasm32-unknown-unknown"];
    for features in ["", "explain", "import", "import,tensors", "package", "packaged", "tensors"] {
        let features = ["--features", features];
        let mut clippy = cargo();
        // With the vectors that are shipped.
        clippy.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-Ctarget-feature=+simd128");
        shell::run(clippy.args(["clippy", "--lib"]).args(wasm).args(features).args(["--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// Licences, sources and bans of all dependencies, and whether each is used: cargo-deny and cargo-machete, which are
/// installed if they are missing.
pub fn audit() -> Result {
    // By their own names: as cargo's subcommands, machete takes its name for a folder when a program calls it.
    for tool in ["cargo-deny", "cargo-machete"] {
        if shell::read(Command::new(tool).arg("--version")).is_err() {
            stage(&format!("installing {tool}"));
            shell::run(cargo().args(["install", "--locked", tool]))?;
        }
    }
    stage("licences, sources, bans");
    shell::run(Command::new("cargo-deny").args(["check", "licenses", "bans", "sources"]))?;
    stage("unused dependencies");
    shell::run(&mut Command::new("cargo-machete"))
}
