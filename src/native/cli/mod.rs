//! The command line: one file for each subcommand, whose doc comment is its `--help`.

mod audit;
mod bench;
mod cors;
mod cost;
mod description;
mod doctor;
mod explain;
mod gc;
mod import;
mod inspect;
mod keygen;
mod list;
mod model;
mod network;
mod optimize;
mod package;
mod predict;
mod preprocess;
mod presign;
mod progress;
mod promote;
mod publish;
mod pull;
mod push;
mod rollback;
mod serve;
mod signing;
mod source;
mod stdout;
mod train;
mod trust;
mod verify;

use crate::error::{Error, Kind};
use clap::{Args, Parser, Subcommand};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// Trained models where the user is: in the browser, in an edge worker, in Node, Deno or Bun.
///
/// Train a model on rows, push the one small file it becomes to a bucket, and predict from its URL with
/// `import { load } from "edgelet"`, or here.
#[derive(Parser)]
#[command(name = "edgelet", version, max_term_width = 100, after_help = EXAMPLES)]
struct Program {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    globals: Globals,
}

const EXAMPLES: &str = "\
Examples:
  edgelet train churn.csv --target churned -o churn.edgelet
  edgelet push churn.edgelet s3://models/churn.edgelet
  edgelet predict s3://models/churn.edgelet new.csv --method predict_proba
  edgelet push churn.edgelet s3://bucket/models/churn --alias production --sign churn.key
  edgelet predict s3://bucket/models/churn@production new.csv --public-key ed25519:…

Exit status: 0 ok, 1 failure, 2 usage, 4 predictions differ from the expected ones.
NO_COLOR and CI are respected; progress bars go to a terminal's stderr only.";

/// What every subcommand takes.
#[derive(Args, Clone, Copy)]
pub struct Globals {
    /// Print nothing but results and errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

impl Globals {
    /// Whether a progress bar would be seen and is wanted.
    pub fn shows_progress(self) -> bool {
        !self.quiet && std::env::var_os("CI").is_none() && io::stderr().is_terminal()
    }

    /// Tells the person at the terminal something that is not a result.
    pub fn note(self, text: impl std::fmt::Display) {
        if !self.quiet {
            // Whoever closed stderr does not want notes.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }
}

#[derive(Subcommand)]
enum Command {
    Train(train::Train),
    Import(import::Import),
    Predict(predict::Predict),
    Explain(explain::Explain),
    Verify(verify::Verify),
    Inspect(inspect::Inspect),
    Optimize(optimize::Optimize),
    Bench(bench::Bench),
    Push(push::Push),
    Package(package::Package),
    Pull(pull::Pull),
    Presign(presign::Presign),
    Keygen(keygen::Keygen),
    List(list::List),
    Promote(promote::Promote),
    Rollback(rollback::Rollback),
    Gc(gc::Gc),
    Cors(cors::AllowOrigins),
    Doctor(doctor::Doctor),
    Audit(audit::Audit),
    Serve(serve::Serve),
}

/// Runs the program and says how it went.
pub fn main() -> ExitCode {
    let Program { command, globals } = Program::parse();
    let result = match command {
        Command::Train(train) => train.run(globals),
        Command::Import(import) => import.run(globals),
        Command::Predict(predict) => predict.run(globals),
        Command::Explain(explain) => explain.run(globals),
        Command::Verify(verify) => verify.run(globals),
        Command::Inspect(inspect) => inspect.run(globals),
        Command::Optimize(optimize) => optimize.run(globals),
        Command::Bench(bench) => bench.run(globals),
        Command::Push(push) => push.run(globals),
        Command::Package(package) => package.run(globals),
        Command::Pull(pull) => pull.run(globals),
        Command::Presign(presign) => presign.run(globals),
        Command::Keygen(keygen) => keygen.run(globals),
        Command::List(list) => list.run(globals),
        Command::Promote(promote) => promote.run(globals),
        Command::Rollback(rollback) => rollback.run(globals),
        Command::Gc(gc) => gc.run(globals),
        Command::Cors(cors) => cors.run(globals),
        Command::Doctor(doctor) => doctor.run(globals),
        Command::Audit(audit) => audit.run(globals),
        Command::Serve(serve) => serve.run(globals),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error[{}]: {error}", error.kind().code());
            exit_code(&error)
        }
    }
}

fn exit_code(error: &Error) -> ExitCode {
    match error.kind() {
        Kind::BadOption => ExitCode::from(2),
        Kind::Parity => ExitCode::from(4),
        _ => ExitCode::FAILURE,
    }
}
