//! Azure Blob Storage, wholly on azurite, which checks signatures.

use super::conformance::{self, Bucket, block_on};
use super::servers::{Process, installed};
use super::{Program, models, pages};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use object_store::azure::MicrosoftAzureBuilder;
use sha2::{Digest, Sha256};
use std::process::Command;

/// The account of every emulator, and its key: published, and so no secret but to these tests.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
/// The version of the protocol that requests of this file speak.
const VERSION: &str = "2021-08-06";

/// azurite with the container `models`.
pub fn azurite() -> Process {
    let main = installed("tests/node_modules/azurite/dist/src/blob/main.js");
    let server = Process::start(|port| {
        let mut command = Command::new("node");
        command.arg(main).args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string(), "--inMemoryPersistence"]);
        command.args(["--silent", "--disableTelemetry", "--skipApiVersionCheck"]);
        command
    });
    put(&server, "", &[]);
    server
}

/// Makes the container, or sets a part of it.
pub fn put(server: &Process, part: &str, headers: &[(&str, &str)]) {
    let date = "Mon, 01 Jan 2024 00:00:00 GMT";
    let kept: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let (signed_part, part) = match part {
        "" => (String::new(), String::new()),
        part => (format!("comp:{part}\n"), format!("&comp={part}")),
    };
    let to_sign = format!(
        "PUT\n\n\n\n\n\n\n\n\n\n\n\n{kept}x-ms-date:{date}\nx-ms-version:{VERSION}\n/{ACCOUNT}/{ACCOUNT}/models\n{signed_part}restype:container"
    );
    let mut request = reqwest::Client::new()
        .put(format!("{}/models?restype=container{part}", endpoint(server)))
        .header("x-ms-date", date)
        .header("x-ms-version", VERSION)
        .header("authorization", format!("SharedKey {ACCOUNT}:{}", signed(&to_sign)))
        .header("content-length", 0);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = block_on(request.send()).expect("azurite answers");
    assert!(answer.status().is_success(), "{answer:?}");
}

/// The program with the account's key.
pub fn program(server: &Process) -> Program {
    Program::new(&[("AZURE_STORAGE_CONNECTION_STRING", &connection_string(server, KEY))])
}

fn endpoint(server: &Process) -> String {
    format!("http://127.0.0.1:{}/{ACCOUNT}", server.port)
}

fn connection_string(server: &Process, key: &str) -> String {
    format!("AccountName={ACCOUNT};AccountKey={key};BlobEndpoint={};", endpoint(server))
}

#[test]
fn azurite_does_what_every_store_does() {
    let server = azurite();
    let program = program(&server);
    let client = MicrosoftAzureBuilder::new()
        .with_account(ACCOUNT)
        .with_access_key(KEY)
        .with_endpoint(endpoint(&server))
        .with_allow_http(true)
        .with_container_name("models")
        .build()
        .expect("a client");
    conformance::check(&Bucket { program: &program, url: "az://models", client: &client, secrets: &[KEY] });
}

#[test]
fn pages_load_from_azurite() {
    let server = azurite();
    let program = program(&server);
    put(&server, "acl", &[("x-ms-blob-public-access", "blob")]);
    program.run(&["cors", "az://models", "--apply"]).succeeds();
    pages::load_in_chromium(&program, "az://models");
}

#[test]
fn a_wrong_key_is_refused_and_not_told() {
    let server = azurite();
    let wrong_key = BASE64_STANDARD.encode("another key of the same account");
    let program = Program::new(&[("AZURE_STORAGE_CONNECTION_STRING", &connection_string(&server, &wrong_key))]);
    program.place("line.edgelet", &models::line(3.0));
    for arguments in [["push", "line.edgelet", "az://models/"], ["pull", "az://models/line.edgelet", "-oout"]] {
        let message = program.run(&arguments).fails(1, "store");
        assert!(message.contains("access refused") && message.contains("AZURE_STORAGE_ACCOUNT_KEY"), "{message}");
        assert!(!message.contains(&wrong_key), "{message}");
    }
}

#[test]
fn shared_access_signatures_open_and_are_not_told() {
    let server = azurite();
    let variables = |token: &str| {
        Program::new(&[
            ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
            ("AZURE_STORAGE_ENDPOINT", &endpoint(&server)),
            ("AZURE_STORAGE_SAS_TOKEN", token),
        ])
    };
    let program = variables(&sas("2099-01-01T00:00:00Z"));
    program.place("line.edgelet", &models::line(3.0));
    program.run(&["push", "line.edgelet", "az://models/"]).succeeds();
    program.run(&["pull", "az://models/line.edgelet", "-o", "pulled.edgelet"]).succeeds();
    assert_eq!(program.take("pulled.edgelet"), models::line(3.0));

    let token = sas("2020-01-01T00:00:00Z");
    let signature = token.rsplit_once("sig=").expect("a signature").1;
    let expired = variables(&token);
    let message = expired.run(&["pull", "az://models/line.edgelet"]).fails(1, "store");
    assert!(message.contains("access refused") && !message.contains(signature), "{message}");
    // The same as a signed URL.
    let url = format!("{}/models/line.edgelet?{token}", endpoint(&server));
    let message = expired.run(&["pull", &url]).fails(1, "http_status");
    assert!(message.contains("/models/line.edgelet: expected status 200, found status 403"), "{message}");
    assert!(!message.contains(signature), "{message}");
    let url = format!("{}/models/line.edgelet?{}", endpoint(&server), sas("2099-01-01T00:00:00Z"));
    expired.run(&["pull", &url]).succeeds();
    assert_eq!(expired.take("line.edgelet"), models::line(3.0));
}

#[test]
fn links_are_signed_and_end() {
    let server = azurite();
    let program = program(&server);
    program.place("line.edgelet", &models::line(3.0));
    program.run(&["push", "line.edgelet", "az://models/churn", "--alias", "production"]).succeeds();
    let presigned = |expires: &str| {
        let said = program.run(&["presign", "az://models/churn@production", "--expires", expires, "--json"]).succeeds();
        serde_json::from_str::<serde_json::Value>(&said).expect("JSON")
    };
    let anyone = Program::new(&[]);
    let link = presigned("10m");
    anyone.run(&["pull", link["url"].as_str().expect("a link"), "-o", "out"]).succeeds();
    assert_eq!(anyone.take("out"), models::line(3.0));
    let integrity = format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(models::line(3.0))));
    assert_eq!(link["integrity"], integrity);
    let short = presigned("1s");
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let message = anyone.run(&["pull", short["url"].as_str().expect("a link")]).fails(1, "http_status");
    assert!(message.contains("of a link that expired at") && !message.contains("sig="), "{message}");
}

#[test]
fn pages_are_let_in() {
    let server = azurite();
    let program = program(&server);
    let rule = program.run(&["cors", "az://models"]).succeeds();
    assert!(rule.contains("az storage cors add --services b") && rule.contains("--origins '*'"), "{rule}");
    for (origin, said) in
        [("https://a.example", "allowed "), ("https://b.example", "allowed "), ("https://a.example", "allowed already")]
    {
        assert!(program.run(&["cors", "az://models", "--origin", origin, "--apply"]).succeeds().starts_with(said));
    }
    for origin in ["https://a.example", "https://b.example"] {
        let preflight = reqwest::Client::new()
            .request(reqwest::Method::OPTIONS, format!("{}/models/line.edgelet", endpoint(&server)))
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "if-none-match")
            .send();
        let answer = block_on(preflight).expect("azurite answers");
        assert_eq!(
            answer.headers().get("access-control-allow-origin").map(|value| value.as_bytes()),
            Some(origin.as_bytes())
        );
    }
}

/// An account's shared access signature for blobs, until `expiry`.
fn sas(expiry: &str) -> String {
    let to_sign = format!("{ACCOUNT}\nrwdlac\nb\nsco\n\n{expiry}\n\nhttp,https\n2018-11-09\n");
    let signature = signed(&to_sign).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let expiry = expiry.replace(':', "%3A");
    format!("sv=2018-11-09&ss=b&srt=sco&sp=rwdlac&se={expiry}&spr=http%2Chttps&sig={signature}")
}

/// The signature of the account's key: base64 of HMAC-SHA256.
fn signed(text: &str) -> String {
    let key = BASE64_STANDARD.decode(KEY).expect("base64");
    let pad = |byte: u8| (0..64).map(|i| key.get(i).unwrap_or(&0) ^ byte).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), text.into()].concat());
    BASE64_STANDARD.encode(Sha256::digest([pad(0x5c), inner.to_vec()].concat()))
}
