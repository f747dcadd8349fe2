//! The program, installed with the runtime of packages in it.

use crate::pkg;
use crate::shell::{self, Result, cargo, root, stage};

/// Builds the npm package, and with it the runtime; then installs the program, which embeds it (`build.rs`).
pub fn run() -> Result {
    pkg::run()?;
    stage("the program");
    shell::run(cargo().args(["install", "--locked", "--path"]).arg(root()))
}
