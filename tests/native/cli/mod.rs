//! The program on models and rows: predict, explain, verify, inspect and bench, as people and scripts run them.

mod bench;
mod disk;
mod explain;
mod inspect;
mod models;
mod predict;
mod verify;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder in which the program runs.
struct Folder(TempDir);

/// How a run of the program ended.
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Folder {
    /// With these files.
    fn with<const N: usize>(files: [(&str, &[u8]); N]) -> Self {
        let folder = Self(TempDir::new().expect("a temporary folder"));
        files.iter().for_each(|(name, bytes)| fs::write(folder.path(name), bytes).expect("a file"));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        command.args(arguments).current_dir(self.0.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::from(self.command(arguments).stdin(Stdio::null()).output().expect("the program starts"))
    }

    /// Runs it with a text on its stdin.
    fn run_on(&self, stdin: &str, arguments: &[&str]) -> Run {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        child.stdin.take().expect("a pipe").write_all(stdin.as_bytes()).expect("a program that reads");
        Run::from(child.wait_with_output().expect("its output"))
    }

    /// The names of the files in it.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
        names.sort();
        names
    }
}

impl From<Output> for Run {
    fn from(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

impl Run {
    /// Asserts success without a word on stderr, and returns what it printed.
    #[track_caller]
    fn succeeds(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// Asserts a failure with this exit code and stable error code in one line, and returns its message.
    #[track_caller]
    fn fails(self, exit: i32, code: &str) -> String {
        assert_eq!(self.code, Some(exit), "{}{}", self.stdout, self.stderr);
        let prefix = format!("error[{code}]: ");
        let message = self.stderr.strip_prefix(&prefix).unwrap_or_else(|| panic!("{}", self.stderr));
        assert_eq!(message.lines().count(), 1, "{message}");
        assert_eq!(self.stdout, "", "a failure prints no result");
        message.trim_end().to_owned()
    }

    /// Asserts that the arguments themselves are refused, and returns the message.
    #[track_caller]
    fn refuses_its_arguments(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "{}", self.stderr);
        self.stderr
    }
}

#[test]
fn help_is_a_manual() {
    let folder = Folder::with([]);
    let overview = folder.run(&["--help"]).succeeds();
    assert!(overview.contains("Examples:") && overview.contains("Exit status: 0 ok"), "{overview}");
    let commands = [
        "train", "import", "predict", "explain", "verify", "inspect", "bench", "push", "pull", "presign", "keygen",
        "list", "promote", "rollback", "gc", "cors", "doctor", "audit", "serve",
    ];
    for command in commands {
        assert!(overview.contains(&format!("\n  {command} ")), "{command}: {overview}");
        let help = folder.run(&[command, "--help"]).succeeds();
        assert!(help.contains("Example") && help.contains(&format!("\n  edgelet {command} ")), "{help}");
    }
    assert!(folder.run(&["--version"]).succeeds().starts_with("edgelet "));
    assert!(folder.run(&["predcit"]).refuses_its_arguments().contains("'predict'"));
    assert!(folder.run(&["predict"]).refuses_its_arguments().contains("<MODEL>"));
}
