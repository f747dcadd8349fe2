//! What whoever can write to a bucket can try, against a client that pins a key.

use super::super::{Program, models};
use super::keygen;
use std::fs;

/// A signed model with two versions, the second in production, and the key that clients pin.
fn published() -> (Program, String) {
    let program = Program::new(&[]);
    let key = keygen(&program, "our.key");
    for (slope, model) in [(1.0, "churn"), (2.0, "churn"), (3.0, "other")] {
        push(&program, slope, model, &[]);
    }
    (program, key)
}

fn push(program: &Program, slope: f64, model: &str, options: &[&str]) {
    program.place("line.edgelet", &models::line(slope));
    let arguments = ["push", "line.edgelet", model, "--alias", "production", "--sign", "our.key"];
    program.run(&[&arguments, options].concat()).succeeds();
}

fn copy(program: &Program, from: &str, to: &str) {
    fs::copy(program.path(from), program.path(to)).unwrap_or_else(|error| panic!("{from} to {to}: {error}"));
}

#[test]
fn whatever_is_swapped_is_refused() {
    let (program, key) = published();
    let blob_of = |version: usize| {
        let sha256 = &super::listed(&program, "churn")["versions"][version - 1]["sha256"];
        format!("churn/blobs/{}.edgelet", sha256.as_str().expect("a hash"))
    };
    let (old, new) = (blob_of(1), blob_of(2));
    let cases: [(&str, &dyn Fn(), &str, &str); 8] = [
        ("an old blob", &|| copy(&program, &old, &new), &new, "integrity"),
        (
            "an old release",
            &|| copy(&program, "churn/releases/1", "churn/releases/2"),
            "churn/releases/2",
            "wrong_model",
        ),
        (
            "another model's",
            &|| copy(&program, "other/aliases/production", "churn/aliases/production"),
            "churn/aliases/production",
            "wrong_model",
        ),
        (
            "a release as alias",
            &|| copy(&program, "churn/releases/2", "churn/aliases/production"),
            "churn/aliases/production",
            "wrong_model",
        ),
        ("a longer blob", &|| program.place(&new, &[models::line(2.0), vec![0]].concat()), &new, "limit_exceeded"),
        ("a shorter blob", &|| program.place(&new, &models::line(2.0)[1..]), &new, "truncated"),
        (
            "endless JSON",
            &|| program.place("churn/aliases/production", &vec![b' '; (1 << 20) + 1]),
            "churn/aliases/production",
            "limit_exceeded",
        ),
        (
            "deep JSON",
            &|| program.place("churn/aliases/production", &vec![b'['; 1 << 20]),
            "churn/aliases/production",
            "corrupt",
        ),
    ];
    for (name, change, changed, code) in cases {
        let before = program.take(changed);
        change();
        let run = program.run(&["pull", "churn@production", "-o", "out", "--public-key", &key]);
        assert!(run.stderr.contains(changed), "{name}: {}", run.stderr);
        run.fails(1, code);
        assert!(!program.path("out").exists(), "{name}");
        program.place(changed, &before);
    }
    program.run(&["pull", "churn@production", "-o", "out", "--public-key", &key]).succeeds();
}

#[test]
fn releases_of_one_key_are_not_mixed() {
    let (program, key) = published();
    // A second history by the same key: its version 2 is signed, but it is not the one that the alias names.
    fs::rename(program.path("churn"), program.path("kept")).expect("a folder");
    for slope in [8.0, 9.0] {
        push(&program, slope, "churn", &[]);
    }
    fs::copy(program.path("churn/releases/2"), program.path("kept/releases/2")).expect("a file");
    fs::remove_dir_all(program.path("churn")).expect("a folder");
    fs::rename(program.path("kept"), program.path("churn")).expect("a folder");
    let message = program.run(&["pull", "churn@production", "-o", "out", "--public-key", &key]).fails(1, "integrity");
    assert!(message.contains("The alias names another release"), "{message}");
}

#[test]
fn an_old_state_is_not_put_back() {
    let (program, key) = published();
    copy(&program, "churn/aliases/production", "old");
    push(&program, 4.0, "churn", &[]);
    let pull = ["pull", "churn@production", "-o", "out", "--public-key", &key];
    program.run(&pull).succeeds();
    copy(&program, "old", "churn/aliases/production");
    let message = program.run(&pull).fails(1, "rollback");
    assert!(message.contains("expected serial 3 or a later one, found serial 2"), "{message}");
    assert_eq!(program.take("out"), models::line(4.0));
    // Another folder's model of that name is another one.
    std::fs::create_dir(program.path("elsewhere")).expect("a folder");
    let elsewhere = |arguments: &[&str]| {
        let output =
            program.command(arguments).current_dir(program.path("elsewhere")).output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    elsewhere(&["push", "../line.edgelet", "churn", "--alias", "production", "--sign", "../our.key"]);
    elsewhere(&["pull", "churn@production", "-o", "out", "--public-key", &key]);
    // A rollback by whoever holds the key is a move like any other.
    push(&program, 5.0, "churn", &[]);
    push(&program, 6.0, "churn", &[]);
    program.run(&["rollback", "churn@production", "--to", "1", "--sign", "our.key"]).succeeds();
    program.run(&pull).succeeds();
    assert_eq!(program.take("out"), models::line(1.0));
}

#[test]
fn nothing_is_kept_in_force_for_longer_than_it_says() {
    let (program, key) = published();
    push(&program, 4.0, "churn", &["--expires", "1s"]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let pull = ["pull", "churn@production", "-o", "out", "--public-key", &key];
    let message = program.run(&pull).fails(1, "expired");
    assert!(message.contains("aliases/production") && message.contains("edgelet promote"), "{message}");
    let renew = ["promote", "churn@production", "--alias", "production", "--expires", "1h", "--sign", "our.key"];
    program.run(&renew).succeeds();
    program.run(&pull).succeeds();
    push(&program, 5.0, "churn", &["--release-expires", "1s"]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(program.run(&pull).fails(1, "expired").contains("releases/4"));
}

#[test]
fn nothing_is_removed_that_is_not_understood() {
    let (program, _) = published();
    let before = super::super::names(&program.path("churn/releases"));
    copy(&program, "churn/aliases/production", "churn/aliases/stolen");
    program.run(&["gc", "churn", "--grace", "0s"]).fails(1, "wrong_model");
    assert_eq!(super::super::names(&program.path("churn/releases")), before);
}
