//! Google Cloud Storage, on [`gcs_server`].

use super::conformance::{self, Bucket};
use super::gcs_server::{self, EMAIL};
use super::servers::Task;
use super::{Program, models, pages};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use object_store::ClientOptions;
use object_store::gcp::GoogleCloudStorageBuilder;

/// A service account: what Google knows of it, and what its owner has.
struct Account {
    public_key: Vec<u8>,
    /// The body of the private key's PEM.
    private_key: String,
    /// The JSON that the console lets one download.
    json: String,
}

impl Account {
    fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
        let der: Pkcs8V1Der = pair.as_der().expect("PKCS #8");
        let private_key = BASE64_STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{private_key}\n-----END PRIVATE KEY-----\n");
        let json = serde_json::json!({
            "type": "service_account",
            "client_email": EMAIL,
            "private_key_id": "1",
            "private_key": pem,
        });
        Self { public_key: pair.public_key().as_ref().to_vec(), private_key, json: json.to_string() }
    }
}

fn program(server: &Task, account: &Account) -> Program {
    let program = Program::new(&[("GOOGLE_BASE_URL", &format!("http://{}", server.address))]);
    program.place("account.json", account.json.as_bytes());
    let path = program.path("account.json");
    let mut variables = program.variables.clone();
    variables.insert("GOOGLE_APPLICATION_CREDENTIALS".into(), path.to_str().expect("UTF-8").into());
    Program { variables, ..program }
}

#[test]
fn does_what_every_store_does() {
    let account = Account::new();
    let server = gcs_server::start(account.public_key.clone());
    let program = program(&server, &account);
    let as_stored = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]);
    let client = GoogleCloudStorageBuilder::new()
        .with_bucket_name("models")
        .with_base_url(&format!("http://{}", server.address))
        .with_client_options(ClientOptions::new().with_allow_http(true).with_default_headers(as_stored))
        .with_service_account_key(&account.json)
        .build()
        .expect("a client");
    let secrets = [&*account.private_key];
    conformance::check(&Bucket { program: &program, url: "gs://models", client: &client, secrets: &secrets });
}

#[test]
fn pages_load_from_it() {
    let account = Account::new();
    let server = gcs_server::start_public(account.public_key.clone());
    pages::load_in_chromium(&program(&server, &account), "gs://models");
}

#[test]
fn links_are_signed_by_the_account() {
    let account = Account::new();
    let server = gcs_server::start(account.public_key.clone());
    let link = program(&server, &account).run(&["presign", "gs://models/line.edgelet", "--expires", "5m"]).succeeds();
    let link = reqwest::Url::parse(link.trim()).expect("a link");
    assert_eq!((link.authority(), link.path()), (&*server.address.to_string(), "/models/line.edgelet"));
    let query: std::collections::HashMap<_, _> = link.query_pairs().into_owned().collect();
    assert!(query["X-Goog-Credential"].starts_with(EMAIL) && query["X-Goog-Expires"] == "300", "{query:?}");
    assert_eq!(query["X-Goog-Signature"].len(), 2 * 256, "of an RSA key of 2048 bits");
}

#[test]
fn the_key_may_be_in_the_variable_itself() {
    let account = Account::new();
    let server = gcs_server::start(account.public_key.clone());
    let base = format!("http://{}", server.address);
    let program = Program::new(&[("GOOGLE_BASE_URL", &base), ("GOOGLE_SERVICE_ACCOUNT_KEY", &account.json)]);
    program.place("line.edgelet", &models::line(3.0));
    program.run(&["push", "line.edgelet", "gs://models/"]).succeeds();
}

#[test]
fn another_accounts_key_is_refused_and_not_told() {
    let (account, other) = (Account::new(), Account::new());
    let server = gcs_server::start(account.public_key);
    let program = program(&server, &other);
    program.place("line.edgelet", &models::line(3.0));
    for arguments in [["push", "line.edgelet", "gs://models/"], ["pull", "gs://models/line.edgelet", "-oout"]] {
        let message = program.run(&arguments).fails(1, "store");
        assert!(message.contains("access refused (AuthenticationRequired"), "{message}");
        assert!(message.contains("GOOGLE_APPLICATION_CREDENTIALS"), "{message}");
        assert!(!message.contains(&other.private_key), "{message}");
    }
}

#[test]
fn a_key_that_is_none_is_told_before_anything_is_sent() {
    let program = Program::new(&[("GOOGLE_SERVICE_ACCOUNT_KEY", "{\"private_key\": \"not-a-key-at-all\"}")]);
    program.place("line.edgelet", &models::line(3.0));
    let message = program.run(&["push", "line.edgelet", "gs://models/", "--dry-run"]).fails(1, "store");
    assert!(!message.contains("not-a-key-at-all"), "{message}");
}
