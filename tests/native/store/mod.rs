//! Buckets, against real servers on loopback: moto and s3s-fs for S3, azurite for Azure, and for Google Cloud Storage,
//! whose XML API nothing installable speaks, a server of it in [`gcs_server`]. Every store passes [`conformance::check`].
//!
//! All of it goes through the program, whose environment each test makes from nothing.

mod azure;
mod conformance;
mod doctor;
mod file;
mod gcs;
mod gcs_server;
mod gzip;
mod http;
mod models;
mod pages;
mod proxy;
mod registry;
mod s3;
mod scoring;
mod serve;
mod servers;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The program, its environment and a folder to work in.
struct Program {
    folder: TempDir,
    variables: BTreeMap<String, String>,
}

/// How a run of the program ended.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Program {
    /// With these variables and no others.
    fn new(variables: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { folder, variables }
    }

    /// The same with one variable changed, in a folder of its own.
    fn with(&self, name: &str, value: &str) -> Self {
        let mut variables = self.variables.clone();
        variables.insert(name.to_owned(), value.to_owned());
        Self { folder: TempDir::new().expect("a temporary folder"), variables }
    }

    /// Runs it in its folder.
    fn run(&self, arguments: &[&str]) -> Run {
        let Output { status, stdout, stderr } = self.command(arguments).output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// The command to run it in its folder.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        // A home without credentials.
        command.env("HOME", self.folder.path()).envs(&self.variables);
        command
    }

    /// A path in its folder.
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts a file into its folder.
    fn place(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("a file in the temporary folder");
    }

    /// What a file in its folder holds.
    fn take(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

impl Run {
    /// Asserts success and returns what it printed.
    #[track_caller]
    fn succeeds(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Asserts a failure with this exit code and stable error code, and returns its message.
    #[track_caller]
    fn fails(self, exit: i32, code: &str) -> String {
        assert_eq!(self.code, Some(exit), "{}{}", self.stdout, self.stderr);
        assert!(self.stderr.starts_with(&format!("error[{code}]: ")), "{}", self.stderr);
        assert_eq!(self.stdout, "", "a failure prints no result");
        self.stderr
    }
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}
