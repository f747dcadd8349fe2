//! What is published in a bucket, loaded by a page of another origin in Chromium. `cargo xtask pkg` makes the package for it.

use super::registry::keygen;
use super::servers::installed;
use super::{Program, models};
use serde_json::{Value, json};
use std::process::Command;

/// Publishes a version in a bucket that pages may read, such as s3://models, and has a page load it from where the program
/// says.
pub fn load_in_chromium(program: &Program, bucket: &str) {
    let (key, other_key) = (keygen(program, "pages.key"), keygen(program, "other.key"));
    let bytes = models::wide();
    program.place("wide.edgelet", &bytes);
    let model = format!("{bucket}/pages");
    let push = ["push", "wide.edgelet", &model, "--alias", "production", "--sign", "pages.key"];
    let pushed = program.run(&push).succeeds();
    let address = pushed.lines().find_map(|line| line.strip_prefix("url ")).expect("an address").trim();
    installed("target/npm/edgelet/edgelet.js");
    let page = installed("tests/npm/another-origin.mjs");
    let output = Command::new("node").arg(page).args([address, &*key, &*other_key]).output().expect("node starts");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let expected = json!({
        "refused": "signature",
        "version": 1,
        "alias": "production",
        "prediction": 450,
        "downloaded": [bytes.len()],
    });
    assert_eq!(found, expected, "{address}");
}
