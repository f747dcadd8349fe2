//! Any http URL, from servers that behave and from servers that do not.

use super::servers::Task;
use super::{Program, gzip, models, names};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode, header};
use futures::stream::{self, StreamExt};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A server that gives the line of slope 3, in a way that the path names.
fn server() -> Task {
    let asked = Arc::new(AtomicUsize::new(0));
    let router = Router::new().fallback(answer).with_state(asked);
    Task::start(|listener| async move { axum::serve(listener, router).await.expect("a server") })
}

async fn answer(State(asked): State<Arc<AtomicUsize>>, request: Request) -> Response<Body> {
    let model = models::line(3.0);
    let status =
        |status, body: &'static str| Response::builder().status(status).body(Body::from(body)).expect("an answer");
    let chunked = |pause: u64| {
        let chunks: Vec<Bytes> = model.chunks(100).map(Bytes::copy_from_slice).collect();
        Body::from_stream(stream::iter(chunks).then(move |chunk| async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            Ok::<_, Infallible>(chunk)
        }))
    };
    let coded = |coding: &str, body: Vec<u8>| {
        let response = Response::builder().header(header::CONTENT_ENCODING, coding);
        response.body(Body::from(body)).expect("an answer")
    };
    let gzipped = gzip::coded(&model);
    match request.uri().path() {
        "/gzip" if request.headers().get(header::ACCEPT_ENCODING).is_some_and(|accepted| accepted == "gzip") => {
            coded("gzip", gzipped)
        }
        "/decoded" => coded("gzip", model),
        "/unmarked" => Response::new(Body::from(gzipped)),
        "/cut-gzip" => coded("gzip", gzipped[..gzipped.len() - 9].to_vec()),
        "/more-gzip" => coded("gzip", [gzipped, b"x".to_vec()].concat()),
        "/brotli" => coded("br", gzipped),
        "/bomb" => coded("gzip", gzip::bomb()),
        "/chunked" => Response::new(chunked(0)),
        "/slow" => Response::new(chunked(400)),
        "/stalled" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            status(StatusCode::OK, "")
        }
        "/page" => status(StatusCode::OK, "<!doctype html><title>Sign in</title>"),
        "/forbidden" => status(StatusCode::FORBIDDEN, "no"),
        "/busy" if asked.fetch_add(1, Ordering::SeqCst) < 2 => status(StatusCode::SERVICE_UNAVAILABLE, "later"),
        "/busy" | "/model" => Response::new(Body::from(model)),
        "/moved" => {
            let moved = Response::builder().status(StatusCode::FOUND).header(header::LOCATION, "/model");
            moved.body(Body::empty()).expect("an answer")
        }
        "/endless" => {
            let zeros = Bytes::from(vec![0; 1 << 20]);
            Response::new(Body::from_stream(stream::repeat(Ok::<_, Infallible>(zeros))))
        }
        _ => status(StatusCode::NOT_FOUND, "nothing"),
    }
}

/// A server that answers every request with these bytes and hangs up.
fn raw_server(answer: Vec<u8>) -> Task {
    Task::start(|listener| async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                // The whole request fits; whoever hangs up first does not matter.
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                let _ = socket.write_all(&answer).await;
                let _ = socket.shutdown().await;
            });
        }
    })
}

fn declaring(length: u64, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").as_bytes(), body].concat()
}

#[test]
fn gives_what_servers_give() {
    let server = server();
    let program = Program::new(&[("EDGELET_TIMEOUT", "5")]);
    // Slow is not stalled: each part resets the clock. Busy is asked again.
    for path in ["model", "chunked", "slow", "moved", "busy", "model?X-Amz-Signature=secret#secret"] {
        let said = program.run(&["pull", &format!("http://{}/{path}", server.address), "-o", "out"]).succeeds();
        assert_eq!(program.take("out"), models::line(3.0), "{path}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn keeps_the_name_of_the_file() {
    let server = server();
    let program = Program::new(&[]);
    program.run(&["pull", &format!("http://{}/model?signature=1", server.address)]).succeeds();
    assert_eq!(names(program.folder.path()), ["model"]);
}

#[test]
fn says_what_was_answered_instead() {
    let server = server();
    let program = Program::new(&[]);
    let cases = [
        ("missing", "http_status", "status 404 Not Found"),
        ("forbidden", "http_status", "status 403 Forbidden"),
        ("page", "not_a_model", "an HTML or XML page"),
    ];
    for (path, code, found) in cases {
        let url = format!("http://user:secret@{}/{path}?signature=secret", server.address);
        let message = program.run(&["pull", &url, "-o", "out"]).fails(1, code);
        assert!(message.contains(&format!("/{path}: ")) && message.contains(found), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    assert!(!program.path("out").exists());
}

#[test]
fn an_endless_body_ends_at_the_limit() {
    let server = server();
    let program = Program::new(&[]);
    let url = format!("http://{}/endless", server.address);
    let message = program.run(&["pull", &url, "-o", "out"]).fails(1, "limit_exceeded");
    assert!(message.contains("at most 1073741824 bytes"), "{message}");
    assert!(!program.path("out").exists());
}

#[test]
fn a_length_past_the_limit_is_refused_before_the_body() {
    let server = raw_server(declaring(1 << 60, b""));
    let url = format!("http://{}/model", server.address);
    Program::new(&[]).run(&["pull", &url, "-o", "out"]).fails(1, "limit_exceeded");
}

#[test]
fn decodes_gzip() {
    let server = server();
    let program = Program::new(&[]);
    // A server may decode and leave its header.
    for path in ["gzip", "decoded"] {
        program.run(&["pull", &format!("http://{}/{path}", server.address), "-o", "out"]).succeeds();
        assert_eq!(program.take("out"), models::line(3.0), "{path}");
    }
}

#[test]
fn a_coding_that_is_not_whole_or_not_known_is_refused() {
    let server = server();
    let program = Program::new(&[]);
    let cases = [
        ("unmarked", "not_a_model", "gzip-compressed bytes"),
        ("cut-gzip", "truncated", "expected gzip that decodes to its end"),
        ("more-gzip", "corrupt", "expected the end of the gzip, found 1 bytes after it"),
        ("brotli", "unsupported", "expected Content-Encoding: gzip, or none, found Content-Encoding: br"),
        ("bomb", "limit_exceeded", "at most 1073741824 bytes, decoded"),
    ];
    for (path, code, found) in cases {
        let url = format!("http://{}/{path}?signature=secret", server.address);
        let message = program.run(&["pull", &url, "-o", "out"]).fails(1, code);
        assert!(message.contains(&format!("/{path}: ")) && message.contains(found), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    assert!(!program.path("out").exists());
}

#[test]
fn a_connection_cut_midway_is_told() {
    let model = models::line(3.0);
    let server = raw_server(declaring(model.len() as u64, &model[..100]));
    let program = Program::new(&[]);
    let url = format!("http://{}/model?signature=secret", server.address);
    let message = program.run(&["pull", &url, "-o", "out"]).fails(1, "network");
    assert!(message.contains("expected the whole file, found 100 bytes and then"), "{message}");
    assert!(!message.contains("secret"), "{message}");
    assert!(!program.path("out").exists());
}

#[test]
fn a_length_that_is_too_short_cuts_the_model() {
    let model = models::line(3.0);
    let server = raw_server(declaring(model.len() as u64 - 8, &model));
    let url = format!("http://{}/model", server.address);
    Program::new(&[]).run(&["pull", &url, "-o", "out"]).fails(1, "truncated");
}

#[test]
fn a_server_that_is_silent_is_not_waited_for() {
    let server = server();
    let program = Program::new(&[("EDGELET_TIMEOUT", "1")]);
    let url = format!("http://{}/stalled?signature=secret", server.address);
    let message = program.run(&["pull", &url, "-o", "out"]).fails(1, "network");
    assert!(message.contains("no answer in time") && !message.contains("secret"), "{message}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let program = Program::new(&[]);
    let message = program.run(&["pull", "http://127.0.0.1:9/model?signature=secret"]).fails(1, "network");
    assert!(message.contains("expected an answer") && !message.contains("secret"), "{message}");
}
