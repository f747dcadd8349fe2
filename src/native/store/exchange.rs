//! One request and its whole answer, just as the server gives it: no redirect is followed, nothing is decoded, nothing is
//! tried again.

use super::coding::Coding;
use super::inbox::check_size;
use super::location::shown_url;
use super::patience::Patience;
use super::runtime;
use super::variables::Variables;
use crate::error::{Error, Kind, Result};
use crate::format::limits::MAX_FILE_BYTES;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use std::error::Error as StdError;
use tokio::runtime::Runtime;
use url::Url;

/// Asks servers, as somebody without any credentials.
pub struct Asker {
    client: Client,
    runtime: Runtime,
}

/// A whole answer.
pub struct Answer {
    /// The status: 200.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as it was sent.
    pub body: Vec<u8>,
}

impl Asker {
    /// One that waits for as long as the environment says.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for an environment that makes no sense, [`Kind::Io`] for a system without TLS.
    pub fn new() -> Result<Self> {
        let patience = Patience::from_variables(&Variables::from_environment())?;
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(patience.connect())
            .read_timeout(patience.silence)
            .build()
            .map_err(|error| Error::new(Kind::Io, "program", "a client for https", error.to_string()))?;
        Ok(Self { client, runtime: runtime()? })
    }

    /// The answer to a request.
    ///
    /// # Errors
    /// [`Kind::Network`] if there is none; [`Kind::LimitExceeded`] for one larger than a model may be.
    pub fn ask(&self, method: Method, url: &Url, headers: &[(HeaderName, &str)], body: Vec<u8>) -> Result<Answer> {
        let place = shown_url(url);
        let mut request = self.client.request(method, url.clone()).body(body);
        for (name, value) in headers {
            let value = HeaderValue::from_str(value)
                .map_err(|_| Error::new(Kind::BadOption, name.to_string(), "the value of a header", "another text"))?;
            request = request.header(name, value);
        }
        self.runtime.block_on(async {
            let mut response = request.send().await.map_err(|error| network(&place, error))?;
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| network(&place, error))? {
                check_size(&place, (body.len() + chunk.len()) as u64, MAX_FILE_BYTES)?;
                body.extend_from_slice(&chunk);
            }
            Ok(Answer { status, headers, body })
        })
    }
}

impl Answer {
    /// A header as text; of several the first.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, decoded.
    ///
    /// # Errors
    /// Those of a body that is not coded as its header says.
    pub fn decoded(&self, place: &str) -> Result<Vec<u8>> {
        let coding = Coding::parse(self.header(&CONTENT_ENCODING).unwrap_or_default(), place)?;
        coding.decode(self.body.clone(), MAX_FILE_BYTES, place)
    }
}

fn network(place: &str, error: reqwest::Error) -> Error {
    // The URL may be signed, so the error must not repeat it.
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &dyn StdError), |&cause| cause.source());
    let found = causes.last().map(ToString::to_string).unwrap_or_default();
    Error::new(Kind::Network, place.to_owned(), "an answer", found)
}
