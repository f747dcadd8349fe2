//! Any `http(s)://` URL: one GET, its body within the limit, tried again when that may help.

use super::coding::{Coding, GZIP};
use super::inbox::Inbox;
use super::patience::{Patience, RETRIES};
use super::presign;
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use reqwest::{Client, Response, StatusCode};
use std::error::Error as StdError;
use url::Url;

/// Who is asking.
const USER_AGENT: &str = concat!("edgelet/", env!("CARGO_PKG_VERSION"));

/// The body of the answer. `place` is the URL as messages may show it.
pub(super) async fn read(url: &Url, place: &str, limit: u64, patience: Patience, globals: Globals) -> Result<Vec<u8>> {
    let client = Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(patience.connect())
        .read_timeout(patience.silence)
        .build()
        .map_err(|error| network(place, 0, error).error)?;
    let mut attempt = 0;
    loop {
        match fetch(&client, url, place, limit, globals).await {
            Err(failure) if failure.may_pass && attempt < RETRIES => {
                tokio::time::sleep(Patience::wait(attempt)).await;
                attempt += 1;
            }
            result => return result.map_err(|failure| failure.error),
        }
    }
}

/// A failed attempt.
struct Failure {
    error: Error,
    /// Whether another attempt may succeed.
    may_pass: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, may_pass: false }
    }
}

async fn fetch(client: &Client, url: &Url, place: &str, limit: u64, globals: Globals) -> Result<Vec<u8>, Failure> {
    let request = client.get(url.clone()).header(ACCEPT_ENCODING, GZIP);
    let mut response = request.send().await.map_err(|error| network(place, 0, error))?;
    let status = response.status();
    if !status.is_success() {
        return Err(refusal(url, place, status));
    }
    let coding = Coding::parse(&content_encoding(&response), place)?;
    let mut inbox = Inbox::new(place, response.content_length(), limit, globals)?;
    while let Some(chunk) = response.chunk().await.map_err(|error| network(place, inbox.len(), error))? {
        inbox.take(&chunk)?;
    }
    Ok(coding.decode(inbox.into_bytes(), limit, place)?)
}

/// The codings of a body, of however many headers.
fn content_encoding(response: &Response) -> String {
    let values = response.headers().get_all(CONTENT_ENCODING).iter();
    values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(",")
}

fn refusal(url: &Url, place: &str, status: StatusCode) -> Failure {
    if let Some(end) = presign::ended(url).filter(|_| status.is_client_error()) {
        let end = humantime::format_rfc3339_seconds(end);
        let found = format!("status {status}, of a link that expired at {end}");
        let error = Error::new(Kind::HttpStatus, place.to_owned(), "status 200", found);
        return error.hint("Make a new link: `edgelet presign`.").into();
    }
    let hint = match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => "Nothing is there: check the address.",
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "Check the address; make the object public, use a signed URL, or read it as s3://, gs:// or az:// with \
             credentials."
        }
        StatusCode::TOO_MANY_REQUESTS => "The server asks for fewer requests: try again later.",
        _ if status.is_server_error() => "The server has a problem: try again later.",
        _ => "Check the address.",
    };
    let error = Error::new(Kind::HttpStatus, place.to_owned(), "status 200", format!("status {status}")).hint(hint);
    let passing = [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT];
    Failure { error, may_pass: status.is_server_error() || passing.contains(&status) }
}

/// A connection that was not made, or was lost after `received` bytes.
fn network(place: &str, received: usize, error: reqwest::Error) -> Failure {
    // The URL may be signed, so the error must not repeat it.
    let error = error.without_url();
    let found = if error.is_timeout() {
        "no answer in time".to_owned()
    } else {
        let causes = std::iter::successors(Some(&error as &dyn StdError), |&cause| cause.source());
        causes.last().map(ToString::to_string).unwrap_or_default()
    };
    let (expected, found) = match received {
        0 => ("an answer", found),
        _ => ("the whole file", format!("{received} bytes and then {found}")),
    };
    // A redirect that leads nowhere or an address that cannot be asked for stays as it is.
    let may_pass = !error.is_redirect() && !error.is_builder();
    let error = Error::new(Kind::Network, place.to_owned(), expected, found)
        .hint("Check the connection and the address, then try again.");
    Failure { error, may_pass }
}
