//! The `edgelet` program: everything is in `edgelet::native::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    edgelet::native::cli::main()
}
