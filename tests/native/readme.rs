//! The commands in README.md work as they stand there: each line of a `sh` block is run by a shell, in a folder with
//! rows of the kind the page speaks of. Only the bucket is another: `s3://models` is a folder.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The commands that build and test the whole repository, this test included.
const RUN_ELSEWHERE: [&str; 2] = ["cargo xtask demo", "cargo xtask test"];
/// The bucket of the examples.
const BUCKET: &str = "s3://models";

/// The lines of the `sh` blocks of README.md.
fn commands() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).expect("README.md");
    let (mut commands, mut is_sh) = (Vec::new(), false);
    for line in readme.lines() {
        match line.strip_prefix("```") {
            Some(language) => is_sh = language == "sh",
            None if is_sh && !line.is_empty() => commands.push(line.to_owned()),
            None => {}
        }
    }
    commands
}

/// 120 customers: who pays little for long is gone. New ones are not known to be.
fn place_rows(folder: &Path) {
    let (mut known, mut new) = (String::from("age,plan,spent,churned\n"), String::from("age,plan,spent\n"));
    for i in 0..120 {
        let (age, plan, spent) = (18 + i * 7 % 60, ["basic", "pro", "team"][i % 3], (i * 13 % 97) as f64 / 2.0);
        let churned = if spent < 20.0 && i % 11 != 0 { "yes" } else { "no" };
        writeln!(known, "{age},{plan},{spent},{churned}").expect("a line");
        writeln!(new, "{age},{plan},{spent}").expect("a line");
    }
    fs::write(folder.join("churn.csv"), known).expect("a file");
    fs::write(folder.join("new.csv"), new).expect("a file");
}

#[test]
fn its_commands_work_as_they_stand_there() {
    let folder = TempDir::new().expect("a temporary folder");
    place_rows(folder.path());
    fs::create_dir(folder.path().join("bucket")).expect("a folder");
    let bucket = format!("file://{}/bucket", folder.path().display());
    let program = Path::new(env!("CARGO_BIN_EXE_edgelet")).parent().expect("its folder");
    let inherited = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([program.to_owned()].into_iter().chain(env::split_paths(&inherited))).expect("a PATH");

    let mut answers = Vec::new();
    for command in commands() {
        if RUN_ELSEWHERE.iter().any(|elsewhere| command.starts_with(elsewhere)) {
            continue;
        }
        assert!(command.starts_with("edgelet "), "no test runs {command:?}");
        let command = command.replace(BUCKET, &bucket);
        let run = Command::new("sh").args(["-c", &command]).current_dir(folder.path()).env("PATH", &path).output();
        let run = run.expect("a shell");
        assert!(run.status.success(), "{command}: {}", String::from_utf8_lossy(&run.stderr));
        answers.push((command, String::from_utf8(run.stdout).expect("UTF-8")));
    }

    let answer = |name: &str| {
        let found = answers.iter().find(|(command, _)| command.starts_with(&format!("edgelet {name} ")));
        &found.unwrap_or_else(|| panic!("README.md shows no {name}")).1
    };
    assert!(answer("train").contains("wrote churn.edgelet"), "{}", answer("train"));
    let file = |name: &str| fs::read(folder.path().join(name)).expect("a model");
    assert_eq!(file("churn.edgelet"), file("bucket/churn.edgelet"), "pushed as it was trained");
    let predictions: Vec<&str> = answer("predict").lines().collect();
    assert_eq!((predictions[0], predictions.len()), ("prediction", 121));
    assert!(predictions[1..].iter().all(|label| ["yes", "no"].contains(label)), "{predictions:?}");
    for label in ["yes", "no"] {
        assert!(predictions.contains(&label), "both classes are predicted: {predictions:?}");
    }
}
