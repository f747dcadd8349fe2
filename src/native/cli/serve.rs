//! `edgelet serve`.

use super::Globals;
use super::stdout::print;
use crate::error::{Error, Kind, Result};
use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use clap::Args;
use futures::future::poll_immediate;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tower_http::cors::{Any, CorsLayer};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// Serve a folder over http, as a public bucket would, for development.
///
/// Read-only: GET and HEAD with ranges, ETag and Last-Modified, open to pages of every origin. Caches must ask again each
/// time, so a model that is written again is seen at once. The first line on stdout tells the address; Ctrl-C ends it.
#[derive(Args)]
#[command(after_long_help = MANUAL)]
pub struct Serve {
    /// The folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The port; 0 takes a free one.
    #[arg(long, short, default_value_t = 8080)]
    port: u16,
    /// The address to listen on. 0.0.0.0 opens the folder to the network.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
}

const MANUAL: &str = "\
Examples:
  edgelet serve models
  edgelet serve models --port 0        # prints: serving models at http://127.0.0.1:PORT
  edgelet predict http://127.0.0.1:8080/churn.edgelet new.csv";

impl Serve {
    /// Serves until it is interrupted.
    pub fn run(self, globals: Globals) -> Result<()> {
        if !self.dir.is_dir() {
            let found = if self.dir.exists() { "a file" } else { "nothing" };
            return Err(Error::new(Kind::Io, self.dir.display().to_string(), "a folder to serve", found));
        }
        let runtime = tokio::runtime::Runtime::new().map_err(|error| failed("an async runtime", &error))?;
        runtime.block_on(self.serve(globals))
    }

    async fn serve(self, globals: Globals) -> Result<()> {
        let wanted = SocketAddr::new(self.host, self.port);
        let listener = TcpListener::bind(wanted).await.map_err(|error| {
            Error::new(Kind::Network, wanted.to_string(), "an address to listen on", error.to_string())
                .hint("Choose another --port; 0 takes a free one.")
        })?;
        let address = listener.local_addr().map_err(|error| failed("the address it listens on", &error))?;
        // Asked once, it listens: an interruption that comes as soon as the address is told is heard.
        let mut interruption = Box::pin(interrupted());
        if poll_immediate(&mut interruption).await.is_some() {
            return Ok(());
        }
        print(&format!("serving {} at http://{address}\n", self.dir.display()))?;
        globals.note("Ctrl-C ends it.");
        axum::serve(listener, bucket(&self.dir))
            .with_graceful_shutdown(interruption)
            .await
            .map_err(|error| failed("connections", &error))
    }
}

/// The folder as a public bucket: every origin may read it, nobody may write it.
fn bucket(dir: &Path) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers(Any)
        .expose_headers([header::ETAG, header::CONTENT_LENGTH, header::CONTENT_RANGE]);
    let no_cache = HeaderValue::from_static("no-cache");
    Router::new()
        .fallback_service(ServeDir::new(dir))
        .layer(SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, no_cache))
        .layer(SetResponseHeaderLayer::overriding(header::CONTENT_TYPE, script_type))
        .layer(cors)
}

/// Scripts by their one registered type (RFC 9239); the table of types still has its predecessor.
fn script_type(response: &Response) -> Option<HeaderValue> {
    let current = response.headers().get(header::CONTENT_TYPE)?;
    if current == "application/javascript" {
        Some(HeaderValue::from_static("text/javascript"))
    } else {
        Some(current.clone())
    }
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without the signal, only killing the process ends it.
        std::future::pending::<()>().await;
    }
}

fn failed(expected: &'static str, error: &io::Error) -> Error {
    Error::new(Kind::Io, "server", expected, error.to_string())
}
