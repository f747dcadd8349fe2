//! `edgelet train` as a program: its exit codes, what it prints and what it writes.

use edgelet::format;
use edgelet::predict::Predictor;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

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
    for says in [
        "linear on 5 rows",
        "regression: ",
        "mse",
        "coefficients of y",
        "0.80000",
        "wrote line.edgelet (",
        "a visitor downloads",
    ] {
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
    let cases: [(&[&str], i32, &str); 9] = [
        (&["--target", "y", "--model", "forest"], 2, "auto, linear, ridge, lasso, elastic-net, logistic, boosting"),
        (&[], 2, "--target"),
        (&["--target", "y", "--set", "alpha=-1", "--model", "ridge"], 2, "--set alpha"),
        (&["--target", "y", "--set", "penalty=l1"], 2, "--model NAME"),
        (&["--target", "y", "--model", "ridge", "--search", "alpha=3..1"], 2, "--search"),
        (&["--target", "y", "--max-size", "10B"], 1, "a model of at most 10 bytes"),
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
    for says in ["Examples:", "l1_ratio", "--search", "--unknown", "SOURCE_DATE_EPOCH"] {
        assert!(help.contains(says), "{says}");
    }
}

/// What was trained on texts takes them as they are written, numbers among them.
#[test]
fn texts_go_through_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let row = |i: usize| format!("{},\"{}, it is\"\n", ["bad", "good"][i % 2], if i % 2 == 1 { "Great" } else { "12" });
    let rows: String = (0..40).map(row).collect();
    fs::write(folder.path().join("rows.csv"), format!("stars,review\n{rows}")).expect("a file");
    fs::write(folder.path().join("new.csv"), "review\n12\nGREAT\n").expect("a file");
    let arguments =
        ["train", "rows.csv", "-t", "stars", "--text", "review", "-m", "logistic", "--cv", "2", "--explain"];
    let run = edgelet(folder.path(), &arguments);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    for (arguments, says) in [
        (&["predict", "rows.edgelet", "new.csv"][..], "bad\ngood"),
        (&["explain", "rows.edgelet", "new.csv"], "review"),
        (&["inspect", "rows.edgelet"], "text"),
    ] {
        let run = edgelet(folder.path(), arguments);
        let out = String::from_utf8_lossy(&run.stdout);
        assert!(out.contains(says), "{arguments:?}: {out}{}", String::from_utf8_lossy(&run.stderr));
    }
}

/// A page is one file: it runs nothing, fetches nothing, and no name of the rows becomes more than a text.
#[test]
fn a_report_is_a_page_of_pictures() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: String =
        (0..200).map(|i| format!("{},{},{}\n", i * 37 % 101, ["a", "b"][i % 2], i * 37 % 101 > 50)).collect();
    let evil = "<script>alert(1)</script>";
    fs::write(folder.path().join("rows.csv"), format!("{evil},\"b&\"\"c\",y\n{rows}")).expect("a file");
    let arguments =
        ["train", "rows.csv", "-t", "y", "-m", "boosting", "--set", "min_samples_leaf=5", "--report", "fit.html"];
    let run = edgelet(folder.path(), &arguments);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let page = fs::read_to_string(folder.path().join("fit.html")).expect("the page");
    for says in [
        "&lt;script&gt;alert",
        "b&amp;&quot;c",
        "aria-label=\"ROC\"",
        "Calibration",
        "Loss after each iteration",
        "held out",
        "<td>log_loss",
    ] {
        assert!(page.contains(says), "{says:?} is not in the page");
    }
    for never in ["<script", "http", "src=", "NaN"] {
        assert!(!page.contains(never), "{never:?} is in the page");
    }
}

/// Ctrl-C ends the program and leaves nothing, or with --keep-best ends the fit and leaves the best so far.
#[cfg(unix)]
#[test]
fn an_interruption_leaves_nothing_or_the_best_so_far() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: String =
        (0..20_000_u64).map(|i| format!("{},{},{}\n", i * 7919 % 1009, i * 104_729 % 997, i * i % 1013)).collect();
    fs::write(folder.path().join("rows.csv"), format!("a,b,y\n{rows}")).expect("a file");
    for keeps in [false, true] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        command.args(["train", "rows.csv", "-t", "y", "-m", "boosting", "--cv", "0", "--set", "max_iter=1000000"]);
        command.args(["--set", "early_stopping=false"]).args(keeps.then_some("--keep-best"));
        command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut fit = command.spawn().expect("the program");
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(fit.try_wait().expect("a process"), None, "still fitting");
        let pid = fit.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        let run = fit.wait_with_output().expect("an end");
        let report = String::from_utf8_lossy(&run.stdout);
        assert_eq!(run.status.success(), keeps, "{report}{}", String::from_utf8_lossy(&run.stderr));
        let written = fs::read(folder.path().join("rows.edgelet"));
        assert_eq!(written.is_ok(), keeps);
        if let Ok(bytes) = written {
            let model = format::decode(&bytes).expect("a model");
            assert_eq!(Predictor::new(&model).prove(model.tests()), Ok(()));
            assert!(report.contains("ended early"), "{report}");
        }
    }
}
