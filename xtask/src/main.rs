//! The one developer tool of edgelet. `cargo xtask` lists what it does.

mod bench;
mod check;
mod demo;
mod difference;
mod install;
mod lazy;
mod matrix;
mod pkg;
mod relaxed;
mod runtime;
mod setup;
mod shell;
mod size;
mod test;
mod words;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  demo [--no-serve]   build, train, push to a local bucket, predict over http, serve the page
  site                the page with its models as static files: target/site
  test                every test: host, wasm, every runtime of the npm package, buckets
  check               formatting and lints
  audit               licences, sources and use of every dependency
  pkg                 the npm package: target/npm/edgelet-<version>.tgz
  core NAME           one core of the last package again, with the names of its functions: explain, tensors; or those inside
                      packages of one model: packages
  install             the program, with what `edgelet package` makes packages of
  matrix              write what the last tests proved of runtimes into README.md
  size                what a visitor downloads, part by part, against the budget
  bench               speed beside onnxruntime-web and a bare wasm kernel, in one run
  setup               only install what the others need (each does so by itself)

Options:
  --no-serve          demo: end after the table instead of serving the page";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["demo"] => demo::run(true),
        ["demo", "--no-serve"] => demo::run(false),
        ["site"] => demo::build_site(),
        ["test"] => test::run(),
        ["check"] => check::run(),
        ["audit"] => check::audit(),
        ["pkg"] => pkg::run().map(|_| ()),
        ["core", "packages"] => runtime::run(),
        ["core", name] => pkg::core_again(name),
        ["install"] => install::run(),
        ["matrix"] => matrix::write(),
        ["size"] => size::run(),
        ["bench"] => bench::run(),
        ["setup"] => setup::all(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(format!("unknown command: {}\n\n{HELP}", words.join(" "))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
