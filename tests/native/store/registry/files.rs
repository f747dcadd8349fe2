//! A folder as a registry, and keys in files.

use super::super::conformance::Bucket;
use super::super::{Program, models, names};
use super::{check, keygen, listed};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
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
fn what_is_encrypted_is_of_use_only_to_who_has_the_key() {
    let program = Program::new(&[]);
    for key in ["app.key", "other.key"] {
        let said = program.run(&["keygen", "--symmetric", "-o", key]).succeeds();
        let secret = String::from_utf8(program.take(key)).expect("text");
        assert!(secret.starts_with("aes256:") && !said.contains(secret.trim()), "{said}");
    }
    program.place("line.edgelet", &models::line(3.0));
    program.run(&["push", "line.edgelet", "churn", "--alias", "production", "--encrypt", "app.key"]).succeeds();
    let blob = names(&program.path("churn/blobs")).pop().expect("a blob");
    let stored = program.take(&format!("churn/blobs/{blob}"));
    assert_eq!(stored.len(), models::line(3.0).len() + 16);
    assert!(!stored.windows(8).any(|bytes| bytes == edgelet::format::MAGIC));
    // Not even the names of its inputs are told.
    let version = &listed(&program, "churn")["versions"][0];
    assert!(version["schema"] == serde_json::json!({}) && version["provenance"] == serde_json::json!({}), "{version}");

    let pull = ["--quiet", "pull", "churn@production", "-o", "out"];
    for options in [&[][..], &["--decrypt", "other.key"]] {
        let message = program.run(&[&pull, options].concat()).fails(1, "decryption");
        assert!(message.contains("expected the key "), "{message}");
    }
    program.run(&["pull", "churn@production", "-o", "out", "--decrypt", "line.edgelet"]).fails(2, "bad_option");
    assert!(!program.path("out").exists());
    program.run(&[&pull[..], &["--decrypt", "app.key"]].concat()).succeeds();
    assert_eq!(program.take("out"), models::line(3.0));
    // It was encrypted for this model: under another's name it opens nothing.
    std::fs::rename(program.path("churn"), program.path("fraud")).expect("a folder");
    program.run(&["--quiet", "pull", "fraud@production", "--decrypt", "app.key"]).fails(1, "wrong_model");
}

#[test]
fn what_was_seen_in_training_goes_with_the_version() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    program.place("rows.csv", b"x0,y\n1,2\n2,3\n3,4\n");
    program.run(&["push", "line.edgelet", "churn", "--release", "--training", "rows.csv"]).succeeds();
    let envelope: serde_json::Value = serde_json::from_slice(&program.take("churn/releases/1")).expect("JSON");
    let payload = BASE64_STANDARD.decode(envelope["payload"].as_str().expect("base64")).expect("base64");
    let release: serde_json::Value = serde_json::from_slice(&payload).expect("JSON");
    let expected = serde_json::json!({
        "rows": 3,
        "inputs": [{"name": "x0", "edges": [1.0, 2.0, 3.0], "counts": [1, 1, 1, 0], "missing": 0}],
        "outputs": [{"name": "prediction", "edges": [3.5, 6.5, 9.5], "counts": [1, 1, 1, 0], "missing": 0}],
    });
    assert_eq!(release["profile"], expected);
    let size = models::line(3.0).len() as f64;
    let priced = program.run(&["list", "churn", "--price-per-gb", "0.09", "--json"]).succeeds();
    let priced: serde_json::Value = serde_json::from_str(&priced).expect("JSON");
    assert_eq!(priced["versions"][0]["cost_per_million_loads"], size / 1e9 * 0.09 * 1e6);
    program.run(&["list", "churn", "--price-per-gb=-1"]).fails(2, "bad_option");
    let inspected = program.run(&["inspect", "churn@1", "--price-per-gb", "1000"]).succeeds();
    assert!(inspected.contains(" per million loads\n"), "{inspected}");
}

#[test]
fn a_file_is_not_taken_for_something_safer() {
    let program = Program::new(&[]);
    let key = keygen(&program, "our.key");
    program.place("line.edgelet", &models::line(3.0));
    for options in [&["--public-key", &*key][..], &["--sticky", "me"], &["--decrypt", "our.key"]] {
        program.run(&[&["inspect", "line.edgelet"], options].concat()).fails(2, "bad_option");
    }
    for options in [["--sign", "our.key"], ["--encrypt", "our.key"], ["--release-expires", "1d"]] {
        program.run(&[&["push", "line.edgelet", "copy.edgelet"], &options[..]].concat()).fails(2, "bad_option");
    }
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
