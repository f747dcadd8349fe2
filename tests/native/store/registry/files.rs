//! A folder as a registry, and keys in files.

use super::super::conformance::Bucket;
use super::super::{Program, models, names};
use super::{check, keygen};
use object_store::local::LocalFileSystem;

#[test]
fn a_folder_does_what_every_store_does() {
    let program = Program::new(&[]);
    std::fs::create_dir(program.path("bucket")).expect("a folder");
    let client = LocalFileSystem::new_with_prefix(program.path("bucket")).expect("a folder");
    let url = format!("file://{}", program.path("bucket").display());
    check(&Bucket { program: &program, url: &url, client: &client, secrets: &[] });
    assert_eq!(names(&program.path("bucket/models/churn")), [".lock", "aliases", "blobs", "probe", "releases"]);
}

#[test]
fn a_key_is_private_and_never_written_over() {
    let program = Program::new(&[]);
    let public = keygen(&program, "churn.key");
    let private = program.take("churn.key");
    assert!(private.starts_with(b"-----BEGIN PRIVATE KEY-----\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(program.path("churn.key")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    program.run(&["keygen", "-o", "churn.key"]).fails(1, "io");
    assert_eq!(program.take("churn.key"), private);

    // Whoever takes one key for the other is told, and nothing of the key is.
    program.place("line.edgelet", &models::line(3.0));
    program.run(&["push", "line.edgelet", "churn", "--alias", "production", "--sign", "churn.key"]).succeeds();
    program.run(&["pull", "churn@production", "--public-key", &public]).succeeds();
    assert_eq!(program.take("churn.edgelet"), models::line(3.0));
    let secret = String::from_utf8(private).expect("PEM");
    let body = secret.lines().nth(1).expect("base64");
    let message = program.run(&["pull", "churn@production", "--public-key", body]).fails(2, "bad_option");
    assert!(!message.contains(body), "{message}");
    program.place("public.key", public.as_bytes());
    for key in ["public.key", "line.edgelet"] {
        program.run(&["push", "line.edgelet", "churn", "--alias", "a", "--sign", key]).fails(2, "bad_option");
    }
    let with_variable = program.with("EDGELET_PUBLIC_KEYS", &format!("{public},{public}"));
    let reference = format!("{}@production", program.path("churn").display());
    with_variable.run(&["pull", &reference]).succeeds();
    let of_small_order = "ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let message = program.run(&["pull", "churn@production", "--public-key", of_small_order]).fails(2, "bad_option");
    assert!(message.contains("small order"), "{message}");
}

#[test]
fn what_is_asked_wrongly_is_a_usage_error() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    for arguments in [
        &["push", "line.edgelet", "churn", "--alias", "7"][..],
        &["push", "line.edgelet", "churn", "--alias", "a/b"],
        &["push", "line.edgelet", "churn", "--alias", "a", "--release"],
        &["push", "line.edgelet", "churn", "--alias", "a", "--expires", "soon"],
        &["push", "line.edgelet", "churn", "--alias", "a", "--immutable"],
        &["push", "line.edgelet", "churn", "--sign", "churn.key"],
        &["push", "line.edgelet", "a model", "--alias", "a"],
        &["push", "line.edgelet", "https://host/churn", "--alias", "a"],
        &["promote", "churn", "--alias", "a"],
        &["promote", "churn@1", "--alias", "a", "--weight", "0"],
        &["rollback", "churn@1"],
        &["list", "https://host/churn"],
    ] {
        assert_eq!(program.run(arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(names(program.folder.path()), ["line.edgelet"]);
}
