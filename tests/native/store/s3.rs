//! S3: what it does on moto, which checks no signatures, and its signatures on s3s-fs, which does.

use super::conformance::{self, Bucket, block_on};
use super::servers::{Process, Task, installed};
use super::{Program, models, pages};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use std::process::Command;
use tempfile::TempDir;

const KEY: &str = "AKIAEDGELETTEST";
const SECRET: &str = "a-secret-access-key-of-a-test";

pub fn moto() -> Process {
    let moto = installed("target/venv/bin/moto_server");
    let server = Process::start(|port| {
        let mut command = Command::new(moto);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        command
    });
    let bucket = format!("http://127.0.0.1:{}/models", server.port);
    let made = block_on(reqwest::Client::new().put(bucket).send()).expect("moto answers");
    assert!(made.status().is_success(), "{made:?}");
    server
}

/// s3s-fs over a folder, in this process.
fn s3s_fs(folder: &TempDir) -> Task {
    std::fs::create_dir(folder.path().join("models")).expect("a bucket is a folder");
    let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).expect("a store"));
    service.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let service = service.build();
    Task::start(move |listener| async move {
        while let Ok((socket, _)) = listener.accept().await {
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(hyper_util::rt::TokioIo::new(socket), service.clone());
            tokio::spawn(connection);
        }
    })
}

pub fn program(endpoint: &str) -> Program {
    Program::new(&[
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", endpoint),
    ])
}

fn client(endpoint: &str) -> AmazonS3 {
    AmazonS3Builder::new()
        .with_bucket_name("models")
        .with_region("us-east-1")
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_access_key_id(KEY)
        .with_secret_access_key(SECRET)
        .build()
        .expect("a client")
}

#[test]
fn moto_does_what_every_store_does() {
    let server = moto();
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let (program, client) = (program(&endpoint), client(&endpoint));
    conformance::check(&Bucket { program: &program, url: "s3://models", client: &client, secrets: &[SECRET] });

    let message = program.run(&["push", "line.edgelet", "s3://nobucket/line.edgelet"]).fails(1, "store");
    assert!(message.contains("NoSuchBucket") && message.contains("AWS_ENDPOINT_URL"), "{message}");
}

#[test]
fn pages_load_from_moto() {
    let server = moto();
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let program = program(&endpoint);
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::models/*"}]}"#;
    let put = reqwest::Client::new().put(format!("{endpoint}/models?policy")).body(policy);
    assert!(block_on(put.send()).expect("moto answers").status().is_success());
    program.run(&["cors", "s3://models", "--apply"]).succeeds();
    pages::load_in_chromium(&program, "s3://models");
}

#[test]
fn moto_gives_public_objects_and_no_others_to_those_without_credentials() {
    let server = moto();
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let program = program(&endpoint);
    program.place("line.edgelet", &models::line(3.0));
    let pushed = program.run(&["push", "line.edgelet", "s3://models/line.edgelet"]).succeeds();
    let address = pushed.lines().find_map(|line| line.strip_prefix("url")).expect("an address").trim();

    let anyone = Program::new(&[("AWS_ENDPOINT_URL", &endpoint), ("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")]);
    anyone.run(&["pull", address]).fails(1, "http_status");
    anyone.run(&["pull", "s3://models/line.edgelet"]).fails(1, "store");
    let address = address.replace("line.edgelet", "public.edgelet");
    let put = reqwest::Client::new().put(&address).header("x-amz-acl", "public-read").body(models::line(3.0));
    assert!(block_on(put.send()).expect("moto answers").status().is_success());
    for source in [&*address, "s3://models/public.edgelet"] {
        anyone.run(&["pull", source, "-o", "pulled.edgelet"]).succeeds();
        assert_eq!(anyone.take("pulled.edgelet"), models::line(3.0), "{source}");
    }
}

#[test]
fn signatures_are_right() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = s3s_fs(&folder);
    let endpoint = format!("http://{}", server.address);
    let program = program(&endpoint);
    for (name, bytes) in [("line.edgelet", models::line(3.0)), ("large.edgelet", models::large())] {
        program.place(name, &bytes);
        program.run(&["push", name, "s3://models/"]).succeeds();
        program.run(&["pull", &format!("s3://models/{name}"), "-o", "pulled.edgelet"]).succeeds();
        assert!(program.take("pulled.edgelet") == bytes, "{name}");
    }
}

#[test]
fn links_are_signed_and_end() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = s3s_fs(&folder);
    let endpoint = format!("http://{}", server.address);
    let program = program(&endpoint);
    program.place("line.edgelet", &models::line(3.0));
    program.run(&["push", "line.edgelet", "s3://models/a b/line.edgelet"]).succeeds();
    let presigned = |expires: &str| {
        program.run(&["presign", "s3://models/a b/line.edgelet", "--expires", expires]).succeeds().trim().to_owned()
    };
    let anyone = Program::new(&[]);
    let link = presigned("5m");
    assert!(link.starts_with(&format!("{endpoint}/models/a%20b/line.edgelet?")) && !link.contains(SECRET), "{link}");
    anyone.run(&["pull", &link, "-o", "out"]).succeeds();
    assert_eq!(anyone.take("out"), models::line(3.0));
    let longer = link.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
    anyone.run(&["pull", &longer, "-o", "out"]).fails(1, "http_status");
    let short = presigned("1s");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let message = anyone.run(&["pull", &short, "-o", "out"]).fails(1, "http_status");
    assert!(message.contains("of a link that expired at") && message.contains("edgelet presign"), "{message}");
    assert!(!message.contains("X-Amz"), "{message}");
    for (model, expires) in [("s3://models/line.edgelet", "8d"), ("line.edgelet", "1h"), (&*link, "1h")] {
        program.run(&["presign", model, "--expires", expires]).fails(2, "bad_option");
    }
    let nobody = Program::new(&[("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")]);
    let message = nobody.run(&["presign", "s3://models/line.edgelet"]).fails(1, "store");
    assert!(message.contains("set AWS_ACCESS_KEY_ID"), "{message}");
}

#[test]
fn wrong_signatures_are_refused() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = s3s_fs(&folder);
    let right = program(&format!("http://{}", server.address));
    right.place("line.edgelet", &models::line(3.0));
    right.run(&["push", "line.edgelet", "s3://models/"]).succeeds();

    let wrong_secret = "another-secret-access-key";
    for (name, value) in [("AWS_SECRET_ACCESS_KEY", wrong_secret), ("AWS_ACCESS_KEY_ID", "AKIANOBODY")] {
        let wrong = right.with(name, value);
        wrong.place("line.edgelet", &models::line(4.0));
        for arguments in [["push", "line.edgelet", "s3://models/other"], ["pull", "s3://models/line.edgelet", "-oout"]]
        {
            let message = wrong.run(&arguments).fails(1, "store");
            assert!(message.contains("access refused") && message.contains("AWS_SECRET_ACCESS_KEY"), "{message}");
            assert!(!message.contains(wrong_secret) && !message.contains(SECRET), "{message}");
        }
        assert!(!wrong.path("out").exists());
    }
    assert!(!folder.path().join("models/other").exists());
}

#[test]
fn those_without_credentials_are_told_at_once() {
    let folder = TempDir::new().expect("a temporary folder");
    let server = s3s_fs(&folder);
    // A machine that is no cloud's: nothing answers for its identity.
    let variables =
        [("AWS_ENDPOINT_URL", &*format!("http://{}", server.address)), ("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")];
    let nobody = Program::new(&variables);
    nobody.place("line.edgelet", &models::line(3.0));
    for arguments in [["push", "line.edgelet", "s3://models/"], ["pull", "s3://models/line.edgelet", "-oout"]] {
        let message = nobody.run(&arguments).fails(1, "store");
        assert!(message.contains("No S3 credentials are set: set AWS_ACCESS_KEY_ID"), "{message}");
    }
}
