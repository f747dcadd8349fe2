//! What keeps pages from a model is found and told how to end: on buckets as they are made and then opened, and on servers
//! that do one thing wrong each.

use super::azure::azurite;
use super::conformance::block_on;
use super::registry::keygen;
use super::servers::Task;
use super::{Program, Run, azure, gzip, models, s3};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, Response, StatusCode, header};
use serde_json::Value;

const ORIGIN: &str = "https://app.example.com";

/// The codes of what is found, the errors first, and the exit status.
fn found(program: &Program, url: &str, options: &[&str]) -> (Vec<String>, Option<i32>) {
    let Run { code, stdout, stderr } = program.run(&[&["doctor", url, "--origin", ORIGIN, "--json"], options].concat());
    let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
    let findings = report["findings"].as_array().expect("findings");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    for finding in findings {
        assert!(!text(&finding["message"]).is_empty() && !text(&finding["fix"]).is_empty(), "{finding}");
    }
    let mut codes: Vec<_> =
        findings.iter().map(|finding| format!("{} {}", text(&finding["severity"]), text(&finding["code"]))).collect();
    codes.dedup();
    let has_errors = codes.iter().any(|code| code.starts_with("error"));
    assert_eq!(code, Some(i32::from(has_errors)), "{stdout}{stderr}");
    (codes, code)
}

#[track_caller]
fn finds(program: &Program, url: &str, options: &[&str], expected: &[&str]) {
    assert_eq!(found(program, url, options).0, expected, "{url}");
}

#[test]
fn a_bucket_is_opened_step_by_step() {
    let server = azurite();
    let program = azure::program(&server);
    let key = keygen(&program, "our.key");
    program.place("wide.edgelet", &models::wide());
    let push = ["push", "wide.edgelet", "az://models/churn", "--alias", "production", "--sign", "our.key"];
    program.run(&push).succeeds();
    let model = "az://models/churn@production";
    finds(&program, model, &[], &["error status"]);
    azure::put(&server, "acl", &[("x-ms-blob-public-access", "blob")]);
    finds(&program, model, &["--public-key", &key], &["error cors"]);
    // Another origin joins the first.
    for origin in [ORIGIN, "https://other.example.com"] {
        let apply = ["cors", "az://models", "--origin", origin, "--apply"];
        assert!(program.run(&apply).succeeds().starts_with("allowed  "));
        assert!(program.run(&apply).succeeds().starts_with("allowed already"));
    }
    finds(&program, model, &["--public-key", &key], &[]);
    finds(&program, model, &[], &["info signature"]);
    finds(&program, model, &["--public-key", &keygen(&program, "other.key")], &["error signature"]);
    program.run(&[&push[..], &["--expires", "1h"]].concat()).succeeds();
    finds(&program, model, &["--public-key", &key], &["warning expires"]);
    azure::put(&server, "acl", &[("x-ms-blob-public-access", "container")]);
    finds(&program, model, &["--public-key", &key], &["warning public_list", "warning expires"]);
}

#[test]
fn pages_are_let_into_s3() {
    let server = s3::moto();
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let program = s3::program(&endpoint);
    let rule = program.run(&["cors", "s3://models", "--origin", ORIGIN]).succeeds();
    assert!(rule.contains("aws s3api put-bucket-cors --bucket models") && rule.contains(ORIGIN), "{rule}");
    for (origin, said) in
        [(ORIGIN, "allowed  "), ("https://other.example.com", "allowed  "), (ORIGIN, "allowed already")]
    {
        assert!(
            program.run(&["cors", "s3://models/churn", "--origin", origin, "--apply"]).succeeds().starts_with(said)
        );
    }
    let rules = reqwest::Client::new().get(format!("{endpoint}/models?cors")).send();
    let rules = block_on(async { rules.await?.text().await }).expect("moto answers");
    assert_eq!(rules.matches("<CORSRule>").count(), 2, "{rules}");
    program.run(&["cors", "gs://models", "--apply"]).fails(2, "bad_option");
    program.run(&["cors", "s3://nobucket", "--apply"]).fails(1, "store");
}

/// A server that does one thing wrong, which the first part of the path names.
async fn answer(request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let fault = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let is_written = path.ends_with(".edgelet-doctor");
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CACHE_CONTROL, "public, max-age=60")
        .header(header::ETAG, "\"1\"")
        .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match, Range")
        .header(header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Content-Length");
    let headers = response.headers_mut().expect("good headers");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".parse().expect("a header"));
    let mut body = models::wide();
    let mut coding = Some("gzip");
    match fault {
        "page" => {
            headers.insert(header::CONTENT_TYPE, "text/html; charset=utf-8".parse().expect("a header"));
            body = b"<!doctype html><title>Sign in</title>".to_vec();
        }
        "other-origin" => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, "https://other.example.com".parse().expect("a header"));
        }
        "no-vary" => {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN.parse().expect("a header"));
        }
        "hidden" => drop(headers.remove(header::ACCESS_CONTROL_EXPOSE_HEADERS)),
        "no-preflight" if request.method() == Method::OPTIONS => response = response.status(StatusCode::FORBIDDEN),
        "uncached" => drop(headers.remove(header::CACHE_CONTROL)),
        "no-etag" => drop(headers.remove(header::ETAG)),
        "plain" | "unmarked" => coding = None,
        "moved" => {
            let location = "/good/wide.edgelet".parse().expect("a header");
            headers.insert(header::LOCATION, location);
            response = response.status(StatusCode::FOUND);
        }
        "guarded" if request.method() == Method::PUT => {
            return Response::builder().status(StatusCode::PRECONDITION_FAILED).body(Body::empty()).expect("an answer");
        }
        "writable" if is_written => {
            let bytes = if request.method() == Method::GET { Body::empty() } else { Body::from("ok") };
            return Response::new(bytes);
        }
        _ => {}
    }
    if path == "/listed" {
        return Response::new(Body::from("<?xml version=\"1.0\"?><ListBucketResult></ListBucketResult>"));
    }
    if is_written || request.method() == Method::PUT {
        return Response::builder().status(StatusCode::FORBIDDEN).body(Body::empty()).expect("an answer");
    }
    if coding.is_some() || fault == "unmarked" {
        body = gzip::coded(&body);
    }
    if let Some(coding) = coding {
        response = response.header(header::CONTENT_ENCODING, coding);
    }
    response.body(Body::from(body)).expect("an answer")
}

#[test]
fn each_fault_is_told_by_its_code_and_nothing_else_is() {
    let router = Router::new().fallback(answer);
    let server = Task::start(|listener| async move { axum::serve(listener, router).await.expect("a server") });
    let program = Program::new(&[]);
    let cases: [(&str, &[&str]); 15] = [
        ("good", &[]),
        ("page", &["error content_type", "error content"]),
        ("other-origin", &["error cors"]),
        ("no-vary", &["warning cors_vary"]),
        ("hidden", &["warning cors_expose"]),
        ("no-preflight", &["warning cors_preflight"]),
        ("uncached", &["warning cache"]),
        ("no-etag", &["warning etag"]),
        ("plain", &["warning compression"]),
        ("unmarked", &["error coding"]),
        ("moved", &["warning redirect"]),
        ("listed", &["warning public_list"]),
        ("writable", &["error public_write"]),
        ("guarded", &["error public_write"]),
        ("good?X-Amz-Date=20240102T030405Z&X-Amz-Expires=60&X-Amz-Signature=secret", &[]),
    ];
    for (fault, expected) in cases {
        let (path, query) = fault.split_once('?').unwrap_or((fault, ""));
        finds(&program, &format!("http://{}/{path}/wide.edgelet?{query}", server.address), &[], expected);
    }
    finds(&program, "http://127.0.0.1:9/wide.edgelet", &[], &["error network"]);
    finds(&program, "http://edgelet.invalid/wide.edgelet", &[], &["error tls", "error network"]);
    let text = program.run(&["doctor", &format!("http://{}/page/wide.edgelet", server.address)]);
    assert!(text.stdout.contains("ERROR    content_type") && text.stdout.contains("fix: "), "{}", text.stdout);
    assert!(text.stderr.starts_with("error[findings]: "), "{}", text.stderr);
    for arguments in
        [&["doctor", "wide.edgelet"][..], &["doctor", "https://a/b", "--origin", "app"], &["cors", "bucket"]]
    {
        assert_eq!(program.run(arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn an_audit_looks_at_every_model_below() {
    let program = Program::new(&[]);
    let key = keygen(&program, "our.key");
    program.place("line.edgelet", &models::line(1.0));
    std::fs::create_dir(program.path("bucket")).expect("a folder");
    for model in ["bucket/a/churn", "bucket/fraud"] {
        program.run(&["push", "line.edgelet", model, "--alias", "production", "--sign", "our.key"]).succeeds();
    }
    let audit =
        |options: &[&str]| program.run(&[&["audit", "bucket", "--public-key", &key, "--json"], options].concat());
    let report: Value = serde_json::from_str(&audit(&["--deep"]).succeeds()).expect("JSON");
    assert_eq!(report["findings"], serde_json::json!([]));
    let names: Vec<_> =
        report["models"].as_array().expect("models").iter().map(|model| model["address"].clone()).collect();
    assert!(names.iter().all(|name| name.as_str().is_some_and(|name| name.starts_with("bucket"))), "{names:?}");
    assert_eq!(names.len(), 2);

    program.run(&["push", "line.edgelet", "bucket/loose.edgelet"]).succeeds();
    program.place("line.edgelet", &models::line(2.0));
    program.run(&["push", "line.edgelet", "bucket/fraud", "--release"]).succeeds();
    program.run(&["push", "line.edgelet", "bucket/unsigned", "--alias", "production", "--expires", "1h"]).succeeds();
    let blobs = program.path("bucket/a/churn/blobs");
    std::fs::write(blobs.join(&super::names(&blobs)[0]), models::line(9.0)).expect("a file");
    let codes = |run: Run| {
        let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
        assert_eq!(run.code, Some(1));
        let findings = report["findings"].as_array().expect("findings").iter();
        findings.map(|finding| finding["code"].as_str().expect("a code").to_owned()).collect::<Vec<_>>()
    };
    // Shallow: unsigned ones by somebody who is not believed; deep: the swapped bytes, too.
    assert_eq!(codes(audit(&[])), ["signature", "signature", "signature", "loose"]);
    assert_eq!(codes(audit(&["--deep"])), ["integrity", "signature", "signature", "signature", "loose"]);
    let without_key = program.run(&["audit", "bucket"]).succeeds();
    assert!(without_key.contains("unsigned") && without_key.contains("it expires at"), "{without_key}");
    program.run(&["audit", "nowhere"]).fails(1, "io");
    for arguments in
        [["audit", "s3://"], ["audit", "ftp://user:secret@host/x?secret"], ["list", "gs://"], ["cors", "file:///x"]]
    {
        let message = program.run(&arguments).fails(2, "bad_option");
        assert!(!message.contains("secret"), "{message}");
    }
}
