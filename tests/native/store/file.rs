//! Files: replaced as a whole or left as they were.

use super::{Program, gzip, models, names};

#[test]
fn paths_and_file_urls_are_stores_too() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    std::fs::create_dir(program.path("bucket")).expect("a folder");
    let url = format!("file://{}", program.path("bucket").display());

    let pushed = program.run(&["push", "line.edgelet", &format!("{url}/")]).succeeds();
    assert!(pushed.contains("integrity         sha256-") && !pushed.contains("url"), "{pushed}");
    program.run(&["push", "line.edgelet", "bucket/other.edgelet"]).succeeds();
    assert_eq!(names(&program.path("bucket")), ["line.edgelet", "other.edgelet"]);

    program.place("line.edgelet", &models::line(4.0));
    program.run(&["push", "line.edgelet", "bucket/"]).succeeds();
    program.run(&["pull", &format!("{url}/line.edgelet"), "-o", "pulled.edgelet"]).succeeds();
    assert_eq!(program.take("pulled.edgelet"), models::line(4.0));
    program.run(&["pull", "pulled.edgelet", "-o", "bucket"]).succeeds();
    assert_eq!(names(&program.path("bucket")), ["line.edgelet", "other.edgelet", "pulled.edgelet"]);
}

#[test]
fn what_keeps_no_headers_is_not_compressed() {
    let program = Program::new(&[]);
    program.place("wide.edgelet", &models::wide());
    let pushed = program.run(&["push", "wide.edgelet", "copy.edgelet"]).succeeds();
    assert!(!pushed.contains("gzip") && !pushed.contains("compressed"), "{pushed}");
    assert_eq!(program.take("copy.edgelet"), models::wide());
    program.place("wide.edgelet.gz", &gzip::coded(&models::wide()));
    let message = program.run(&["pull", "wide.edgelet.gz", "-o", "out"]).fails(1, "not_a_model");
    assert!(message.contains("gzip"), "{message}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    let said = program.run(&["push", "line.edgelet", "copy.edgelet", "--dry-run"]).succeeds();
    assert!(said.starts_with("would push        copy.edgelet\n"), "{said}");
    assert_eq!(names(program.folder.path()), ["line.edgelet"]);
}

#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    std::fs::create_dir(program.path("folder")).expect("a folder");
    for destination in ["missing/line.edgelet", "folder", "line.edgelet/below"] {
        program.run(&["push", "line.edgelet", destination]).fails(1, "io");
    }
    assert_eq!(names(program.folder.path()), ["folder", "line.edgelet"]);
    assert_eq!(names(&program.path("folder")), [""; 0]);
}

#[test]
fn what_is_no_model_replaces_none() {
    let program = Program::new(&[]);
    let model = models::line(3.0);
    program.place("good.edgelet", &model);
    program.place("cut.edgelet", &model[..model.len() - 1]);
    program.place("empty.edgelet", b"");
    program.run(&["pull", "cut.edgelet", "-o", "good.edgelet"]).fails(1, "truncated");
    program.run(&["pull", "empty.edgelet", "-o", "good.edgelet"]).fails(1, "not_a_model");
    program.run(&["pull", "missing.edgelet", "-o", "good.edgelet"]).fails(1, "io");
    assert_eq!(program.take("good.edgelet"), model);
    assert_eq!(names(program.folder.path()), ["cut.edgelet", "empty.edgelet", "good.edgelet"]);
}

#[test]
fn a_file_past_the_limit_is_not_read() {
    let program = Program::new(&[]);
    let file = std::fs::File::create(program.path("huge.edgelet")).expect("a file");
    // Sparse: it takes no space.
    file.set_len((1 << 30) + 1).expect("a large file");
    let message = program.run(&["pull", "huge.edgelet", "-o", "out.edgelet"]).fails(1, "limit_exceeded");
    assert!(message.contains("at most 1073741824 bytes"), "{message}");
}

#[test]
fn what_is_asked_wrongly_is_a_usage_error() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    for destination in ["ftp://host/a", "https://host/a", "s3://bucket/a?b", "s3://bucket", "s3://"] {
        program.run(&["push", "line.edgelet", destination]).fails(2, "bad_option");
    }
    for arguments in [
        &["push", "line.edgelet", "a", "--cache-control", "no\ncache"][..],
        &["push", "line.edgelet", "a", "--cache-control", "no-store", "--immutable"],
        &["push", "line.edgelet"],
        &["pull"],
    ] {
        assert_eq!(program.run(arguments).code, Some(2), "{arguments:?}");
    }
    program.with("EDGELET_TIMEOUT", "soon").run(&["pull", "https://host/a"]).fails(2, "bad_option");
    assert_eq!(names(program.folder.path()), ["line.edgelet"]);
}
