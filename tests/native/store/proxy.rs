//! A proxy in front of a real server, which loses what a network or a careless store would lose.

use super::servers::Task;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

/// What goes wrong on the way.
#[derive(Clone)]
pub enum Fault {
    /// The request of this number, from 1, never reaches the server.
    LostRequest(usize, mpsc::Sender<()>),
    /// The server does what the request of this number asks, but its answer is lost.
    LostAnswer(usize, mpsc::Sender<()>),
    /// The server is not told under which conditions to write, as if it did not know any.
    NoConditions,
}

#[derive(Clone)]
struct Proxy {
    client: reqwest::Client,
    port: u16,
    fault: Fault,
    asked: Arc<AtomicUsize>,
}

/// Starts a proxy of the server on a port. Whoever waits for an answer that is lost waits for ever.
pub fn start(port: u16, fault: Fault) -> Task {
    let proxy = Proxy { client: reqwest::Client::new(), port, fault, asked: Arc::default() };
    let router = Router::new().fallback(answer).with_state(proxy);
    Task::start(|listener| async move { axum::serve(listener, router).await.expect("a server") })
}

async fn answer(State(proxy): State<Proxy>, request: Request) -> Response<Body> {
    let number = proxy.asked.fetch_add(1, Ordering::SeqCst) + 1;
    match &proxy.fault {
        Fault::LostRequest(lost, told) if *lost == number => lose(told).await,
        Fault::LostAnswer(lost, told) if *lost == number => {
            proxy.forward(request).await;
            lose(told).await
        }
        _ => proxy.forward(request).await,
    }
}

async fn lose(told: &mpsc::Sender<()>) -> Response<Body> {
    told.send(()).expect("a test that waits");
    std::future::pending().await
}

impl Proxy {
    async fn forward(&self, request: Request) -> Response<Body> {
        let (head, body) = request.into_parts();
        let mut headers = without_hops(head.headers);
        if matches!(self.fault, Fault::NoConditions) {
            headers.remove(header::IF_MATCH);
            headers.remove(header::IF_NONE_MATCH);
        }
        let body = to_bytes(body, usize::MAX).await.expect("a whole request");
        let url = format!("http://127.0.0.1:{}{}", self.port, head.uri);
        let answered = self.client.request(head.method, url).headers(headers).body(body).send().await;
        let Ok(answered) = answered else {
            return Response::builder().status(StatusCode::BAD_GATEWAY).body(Body::empty()).expect("an answer");
        };
        let mut response = Response::builder().status(answered.status());
        *response.headers_mut().expect("a good status") = without_hops(answered.headers().clone());
        response.body(Body::from(answered.bytes().await.expect("a whole answer"))).expect("an answer")
    }
}

/// The headers that are not about the connection.
fn without_hops(mut headers: HeaderMap) -> HeaderMap {
    for name in [header::HOST, header::CONNECTION, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
    headers
}
