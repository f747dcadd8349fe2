//! `edgelet train` as a program: its exit codes, what it prints and what it writes.

use edgelet::format;
use edgelet::predict::Predictor;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const ROWS: &str = "x,y\n1,1\n2,3\n3,2\n4,5\n5,4\n";

fn edgelet(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
    command.args(arguments).current_dir(folder).env("SOURCE_DATE_EPOCH", "1700000000");
    command.output().expect("the program")
}

fn folder_with_rows() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("line.csv"), ROWS).expect("a file");
    folder
}

#[test]
fn writes_the_same_file_again_and_prints_a_report() {
    let folder = folder_with_rows();
    let run = edgelet(folder.path(), &["train", "line.csv", "--target", "y"]);
    let report = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for says in ["linear on 5 rows", "regression: ", "mse", "coefficients of y", "0.80000", "wrote line.edgelet ("] {
        assert!(report.contains(says), "{says:?} is not in\n{report}");
    }
    let first = fs::read(folder.path().join("line.edgelet")).expect("the model");
    let model = format::decode(&first).expect("a model");
    assert_eq!(Predictor::new(&model).prove(model.tests()), Ok(()));
    assert_eq!(model.provenance().trained_at, Some(1_700_000_000));
    assert!(edgelet(folder.path(), &["train", "line.csv", "--target", "y", "-o", "again.edgelet"]).status.success());
    assert_eq!(first, fs::read(folder.path().join("again.edgelet")).expect("the model"));
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|entry| entry.expect("a file").file_name()).collect();
    assert_eq!(left.len(), 3, "no temporary files: {left:?}");
}

#[test]
fn json_holds_the_whole_report() {
    let folder = folder_with_rows();
    let run = edgelet(folder.path(), &["train", "line.csv", "--target", "y", "--model", "Ridge", "--json", "--quiet"]);
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!((report["estimator"].as_str(), report["task"].as_str()), (Some("Ridge"), Some("regression")));
    assert_eq!(report["file"], "line.edgelet");
    let written = fs::metadata(folder.path().join("line.edgelet")).expect("the model").len();
    assert_eq!(report["bytes"], written);
}

#[test]
fn exit_codes_tell_usage_from_failure_and_nothing_is_written() {
    let folder = folder_with_rows();
    let cases: [(&[&str], i32, &str); 7] = [
        (&["--target", "y", "--model", "forest"], 2, "auto, linear, ridge, lasso, elastic-net, logistic"),
        (&[], 2, "--target"),
        (&["--target", "y", "--alpha", "-1", "--model", "ridge"], 2, "--alpha"),
        (&["--target", "y", "--penalty", "l1"], 2, "--model logistic"),
        (&["--target", "y", "--model", "ridge", "--task", "classification"], 2, "--task"),
        (&["--target", "z"], 1, "error[bad_target]"),
        (&["--target", "y", "-o", "no/such/folder/m.edgelet"], 1, "error[io]"),
    ];
    for (arguments, code, says) in cases {
        let run = edgelet(folder.path(), &[&["train", "line.csv"], arguments].concat());
        let errors = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(says), "{arguments:?}: {errors}");
    }
    assert!(!folder.path().join("line.edgelet").exists());
}

#[test]
fn help_is_a_manual() {
    let run = edgelet(Path::new("."), &["train", "--help"]);
    let help = String::from_utf8_lossy(&run.stdout);
    for says in ["Examples:", "--l1-ratio", "--unknown", "SOURCE_DATE_EPOCH"] {
        assert!(help.contains(says), "{says}");
    }
}
