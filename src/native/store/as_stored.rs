//! Objects as they are stored: asked for with `Accept-Encoding: gzip`.
//!
//! Of those who do not say that they take gzip, Google's servers and others' decode it on the way and tell no length,
//! without which `object_store` reads nothing. Nobody decodes the answers to its other requests, so those do not say it.

use super::coding::GZIP;
use futures::future::BoxFuture;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::{ClientOptions, GetOptions};
use reqwest::header::{ACCEPT_ENCODING, HeaderValue};

/// Marks a request.
#[derive(Clone)]
struct AsStored;

/// What to get an object with.
pub(super) fn options() -> GetOptions {
    let mut options = GetOptions::default();
    options.extensions.insert(AsStored);
    options
}

/// Makes the clients of buckets.
#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Client(ReqwestConnector::default().connect(options)?)))
    }
}

#[derive(Debug)]
struct Client(HttpClient);

impl HttpService for Client {
    fn call<'a, 'b>(&'a self, mut request: HttpRequest) -> BoxFuture<'b, Result<HttpResponse, HttpError>>
    where
        'a: 'b,
        Self: 'b,
    {
        if request.extensions().get::<AsStored>().is_some() {
            // The request is signed already; a signature covers the headers that it lists, and no others.
            request.headers_mut().insert(ACCEPT_ENCODING, HeaderValue::from_static(GZIP));
        }
        Box::pin(self.0.execute(request))
    }
}
