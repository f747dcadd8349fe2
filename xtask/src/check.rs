//! Formatting and lints; and, apart from the tests because the tools take minutes to install, dependencies.

use crate::shell::{self, Result, cargo, stage};

/// Runs every check.
pub fn run() -> Result {
    stage("formatting");
    shell::run(cargo().args(["fmt", "--all", "--check"]))?;
    stage("lints: host");
    shell::run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    stage("lints: wasm");
    let wasm = ["--no-default-features", "--target", "wasm32-unknown-unknown"];
    shell::run(cargo().args(["clippy", "--lib"]).args(wasm).args(["--", "-D", "warnings"]))
}

/// Licences, sources and bans of all dependencies, and whether each is used: cargo-deny and cargo-machete, which are
/// installed if they are missing.
pub fn audit() -> Result {
    for tool in ["deny", "machete"] {
        if shell::read(cargo().args([tool, "--version"])).is_err() {
            stage(&format!("installing cargo-{tool}"));
            shell::run(cargo().args(["install", "--locked", &format!("cargo-{tool}")]))?;
        }
    }
    stage("licences, sources, bans");
    shell::run(cargo().args(["deny", "check", "licenses", "bans", "sources"]))?;
    stage("unused dependencies");
    shell::run(cargo().arg("machete"))
}
