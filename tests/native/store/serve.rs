//! The local bucket: what it tells, what it gives, what it refuses.

use super::conformance::block_on;
use super::{Program, models};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

/// A whole answer. It is read to its end in one runtime: a connection ends with the runtime that opened it.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// A running `edgelet serve bucket`, killed at the end.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(program: &Program) -> Self {
        let mut command = program.command(&["serve", "bucket", "--port", "0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let url = line.trim_end().strip_prefix("serving bucket at ").unwrap_or_else(|| panic!("{line}")).to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { child, url }
    }

    fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Client::new().request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        block_on(async {
            let response = request.send().await.expect("an answer");
            let (status, headers) = (response.status(), response.headers().clone());
            Answer { status, headers, body: response.bytes().await.expect("a body").to_vec() }
        })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program whose folder has `bucket/` with a model and a file of each kind that pages need.
fn program() -> Program {
    let program = Program::new(&[]);
    std::fs::create_dir(program.path("bucket")).expect("a folder");
    program.place("bucket/line.edgelet", &models::line(3.0));
    for name in ["index.html", "edgelet.wasm", "edgelet.js", "edgelet.mjs"] {
        program.place(&format!("bucket/{name}"), b"x");
    }
    program.place("secret.txt", b"outside");
    program
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.headers.get(name).unwrap_or_else(|| panic!("no {name}: {answer:?}"));
    value.to_str().expect("text")
}

#[test]
fn pulls_from_it() {
    let program = program();
    let served = Served::start(&program);
    program.run(&["pull", &format!("{}/line.edgelet", served.url), "-o", "out"]).succeeds();
    assert_eq!(program.take("out"), models::line(3.0));
    program.run(&["pull", &format!("{}/missing.edgelet", served.url)]).fails(1, "http_status");
}

#[test]
fn serves_pages_of_every_origin() {
    let program = program();
    let served = Served::start(&program);
    let types = [
        ("/line.edgelet", "application/octet-stream"),
        ("/", "text/html"),
        ("/edgelet.wasm", "application/wasm"),
        ("/edgelet.js", "text/javascript"),
        ("/edgelet.mjs", "text/javascript"),
    ];
    for (path, content_type) in types {
        let response = served.ask(Method::GET, path, &[("origin", "https://example.com")]);
        assert_eq!(response.status, StatusCode::OK, "{path}");
        assert_eq!(header(&response, "content-type"), content_type);
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        assert_eq!(header(&response, "access-control-expose-headers"), "etag,content-length,content-range");
        assert_eq!(header(&response, "cache-control"), "no-cache");
    }
    let preflight = [
        ("origin", "https://example.com"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "range"),
    ];
    let response = served.ask(Method::OPTIONS, "/line.edgelet", &preflight);
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
}

#[test]
fn gives_ranges_and_says_what_has_not_changed() {
    let program = program();
    let served = Served::start(&program);
    let part = served.ask(Method::GET, "/line.edgelet", &[("range", "bytes=0-7")]);
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(header(&part, "content-range"), format!("bytes 0-7/{}", models::line(3.0).len()));
    assert_eq!(part.body, edgelet::format::MAGIC[..]);

    let whole = served.ask(Method::HEAD, "/line.edgelet", &[]);
    assert_eq!(header(&whole, "content-length"), models::line(3.0).len().to_string());
    for (question, answer) in [("if-none-match", "etag"), ("if-modified-since", "last-modified")] {
        let again = served.ask(Method::GET, "/line.edgelet", &[(question, header(&whole, answer))]);
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{question}");
    }
}

#[test]
fn gives_nothing_outside_of_it_and_takes_nothing() {
    let program = program();
    let served = Served::start(&program);
    let host = served.url.strip_prefix("http://").expect("http");
    for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt", "//etc/passwd"] {
        // Clients tidy paths up, so the request is written by hand.
        let mut socket = TcpStream::connect(host).expect("a connection");
        write!(socket, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("a request");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
    for method in [Method::PUT, Method::POST, Method::DELETE] {
        assert_eq!(served.ask(method, "/line.edgelet", &[]).status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(program.take("bucket/line.edgelet"), models::line(3.0));
}

#[test]
fn says_why_it_cannot_serve() {
    let program = program();
    program.run(&["serve", "missing"]).fails(1, "io");
    program.run(&["serve", "secret.txt"]).fails(1, "io");
    let served = Served::start(&program);
    let port = served.url.rsplit_once(':').expect("a port").1;
    let message = program.run(&["serve", "bucket", "--port", port]).fails(1, "network");
    assert!(message.contains("Choose another --port"), "{message}");
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_it_well() {
    let program = program();
    let mut served = Served::start(&program);
    let killed = std::process::Command::new("kill").args(["-INT", &served.child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    assert_eq!(served.child.wait().expect("an end").code(), Some(0));
}
