//! Speed beside the peers, in one run: prints ratios, asserts nothing (the machine is shared).

use crate::shell::{self, Result, root, stage};
use crate::{pkg, setup};
use std::process::Command;

/// Builds the package and runs `benches/run.mjs`.
pub fn run() -> Result {
    let package = pkg::run()?;
    let benches = root().join("benches");
    stage("the peers");
    setup::npm_install(&benches, &[&package])?;
    let kernel = root().join("target/dot.wasm");
    let assembler = root().join("tests/node_modules/.bin/wasm-as");
    shell::run(Command::new(assembler).arg("--enable-simd").arg(benches.join("dot.wat")).arg("-o").arg(&kernel))?;
    stage("racing");
    shell::run(Command::new("node").current_dir(&benches).arg("run.mjs").arg(&kernel))
}
