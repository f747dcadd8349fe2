//! A small server of Google Cloud Storage's XML API, for these tests only: it is not Google's. It keeps objects in memory,
//! with their headers and generations, takes multipart uploads, and checks each bearer token as Google does a service
//! account's: an RS256 JWT by the account's key, of this hour, for its own e-mail and a storage scope. What is stored in
//! gzip is decoded on the way, its length untold, for those who do not accept gzip ("decompressive transcoding"). Writes
//! may be conditional on a generation.

use super::gzip;
use super::servers::Task;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::{Router, body};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures::stream;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

/// The account whose tokens are good.
pub const EMAIL: &str = "tests@edgelet.iam.gserviceaccount.com";
/// The only bucket.
const BUCKET: &str = "/models";
/// The condition of a write: the generation that is there, 0 for none.
const CONDITION: &str = "x-goog-if-generation-match";
/// The largest body of one request.
const MAX_BODY: usize = 32 << 20;

#[derive(Clone)]
struct Object {
    bytes: Bytes,
    headers: HeaderMap,
    generation: usize,
}

struct Upload {
    headers: HeaderMap,
    parts: BTreeMap<usize, Bytes>,
}

#[derive(Default)]
struct Bucket {
    objects: HashMap<String, Object>,
    uploads: HashMap<String, Upload>,
    /// How many generations and uploads there were.
    made: usize,
}

/// The generation before the first: Google's are times, no small numbers.
const BEFORE_ALL: usize = 1_700_000_000_000_000;

#[derive(Clone)]
struct Server {
    public_key: Arc<Vec<u8>>,
    /// Whether anybody may read objects, and pages of any origin too.
    is_public: bool,
    bucket: Arc<Mutex<Bucket>>,
}

/// Starts the server for an account with this public key.
pub fn start(public_key: Vec<u8>) -> Task {
    serve(Server { public_key: Arc::new(public_key), is_public: false, bucket: Arc::default() })
}

/// The same with a public bucket that pages may read.
pub fn start_public(public_key: Vec<u8>) -> Task {
    serve(Server { public_key: Arc::new(public_key), is_public: true, bucket: Arc::default() })
}

fn serve(server: Server) -> Task {
    let router = Router::new().fallback(answer).with_state(server);
    Task::start(|listener| async move { axum::serve(listener, router).await.expect("a server") })
}

async fn answer(State(server): State<Server>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default();
    let query: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let Some(name) = head.uri.path().strip_prefix(BUCKET) else {
        return refusal(StatusCode::NOT_FOUND, "NoSuchBucket");
    };
    // A + of a path is no space.
    let query_like = name.trim_start_matches('/').replace('+', "%2B");
    let name: String = url::form_urlencoded::parse(query_like.as_bytes()).map(|(name, _)| name).collect();
    let is_reading = matches!(head.method, Method::GET | Method::HEAD) && !name.is_empty();
    let is_allowed = server.is_public && is_reading || server.accepts(&head.headers);
    if !is_allowed {
        return refusal(StatusCode::UNAUTHORIZED, "AuthenticationRequired");
    }
    let Ok(bytes) = body::to_bytes(body, MAX_BODY).await else {
        return refusal(StatusCode::BAD_REQUEST, "EntityTooLarge");
    };
    let mut bucket = server.bucket.lock().expect("no test panics in the server");
    match (head.method, query.get("uploadId")) {
        (Method::GET, None) if name.is_empty() => bucket.list(query.get("prefix").map_or("", String::as_str)),
        (Method::GET | Method::HEAD, None) => {
            let mut response = bucket.get(&name, &head.headers);
            if server.is_public {
                response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            }
            response
        }
        (Method::PUT, None) => bucket.put(name, bytes, head.headers),
        (Method::POST, None) if query.contains_key("uploads") => bucket.initiate(head.headers),
        (Method::PUT, Some(id)) => bucket.put_part(id, query.get("partNumber"), bytes),
        (Method::POST, Some(id)) => bucket.complete(name, id, &bytes),
        (Method::DELETE, Some(id)) => bucket.abort(id),
        (Method::DELETE, None) => bucket.remove(&name),
        _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
    }
}

impl Server {
    /// Whether the request has a token of the account.
    fn accepts(&self, headers: &HeaderMap) -> bool {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        token.is_some_and(|token| self.verify(token).is_some())
    }

    fn verify(&self, token: &str) -> Option<()> {
        let (message, signature) = token.rsplit_once('.')?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &**self.public_key);
        key.verify(message.as_bytes(), &signature).ok()?;
        let (_, claims) = message.split_once('.')?;
        let claims: serde_json::Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        let (issued, expires) = (claims["iat"].as_u64()?, claims["exp"].as_u64()?);
        let is_current = issued <= now + 60 && now < expires && expires - issued <= 3600;
        let is_account = claims["iss"] == EMAIL && claims["sub"] == EMAIL;
        let scope = claims["scope"].as_str()?;
        (is_current && is_account && scope.starts_with("https://www.googleapis.com/auth/")).then_some(())
    }
}

impl Bucket {
    fn get(&self, name: &str, asked: &HeaderMap) -> Response<Body> {
        let Some(object) = self.objects.get(name) else { return refusal(StatusCode::NOT_FOUND, "NoSuchKey") };
        let mut response = Response::builder().header(header::LAST_MODIFIED, "Mon, 01 Jan 2024 00:00:00 GMT");
        for (name, value) in &object.headers {
            response = response.header(name, value);
        }
        let is_gzip = |headers: &HeaderMap, name| {
            headers.get(name).is_some_and(|value| value.as_bytes().windows(4).any(|part| part == b"gzip"))
        };
        if is_gzip(&object.headers, header::CONTENT_ENCODING) && !is_gzip(asked, header::ACCEPT_ENCODING) {
            let decoded = Bytes::from(gzip::decoded(&object.bytes));
            let body = Body::from_stream(stream::iter([Ok::<_, Infallible>(decoded)]));
            return finish(response, object.generation, body);
        }
        let response = response.header(header::CONTENT_LENGTH, object.bytes.len());
        finish(response, object.generation, Body::from(object.bytes.clone()))
    }

    fn put(&mut self, name: String, bytes: Bytes, headers: HeaderMap) -> Response<Body> {
        let generation = self.objects.get(&name).map_or(0, |object| object.generation).to_string();
        if headers.get(CONDITION).is_some_and(|condition| condition != &*generation) {
            return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        self.made += 1;
        let generation = BEFORE_ALL + self.made;
        self.objects.insert(name, Object { bytes, headers: kept(headers), generation });
        finish(Response::builder(), generation, Body::empty())
    }

    fn list(&self, prefix: &str) -> Response<Body> {
        let listed = self.objects.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(name, object)| {
            format!(
                "<Contents><Key>{name}</Key><LastModified>2024-01-01T00:00:00Z</LastModified><ETag>{}</ETag><Size>{}</Size>\
                 </Contents>",
                object.generation,
                object.bytes.len()
            )
        });
        Response::new(Body::from(format!("<ListBucketResult>{}</ListBucketResult>", listed.collect::<String>())))
    }

    fn remove(&mut self, name: &str) -> Response<Body> {
        match self.objects.remove(name) {
            Some(_) => Response::builder().status(StatusCode::NO_CONTENT).body(Body::empty()).expect("a response"),
            None => refusal(StatusCode::NOT_FOUND, "NoSuchKey"),
        }
    }

    fn initiate(&mut self, headers: HeaderMap) -> Response<Body> {
        self.made += 1;
        let id = format!("upload-{}", self.made);
        self.uploads.insert(id.clone(), Upload { headers: kept(headers), parts: BTreeMap::new() });
        let answer =
            format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
        Response::new(Body::from(answer))
    }

    fn put_part(&mut self, id: &str, number: Option<&String>, bytes: Bytes) -> Response<Body> {
        let number = number.and_then(|text| text.parse().ok());
        let (Some(upload), Some(number)) = (self.uploads.get_mut(id), number) else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        upload.parts.insert(number, bytes);
        finish(Response::builder(), number, Body::empty())
    }

    fn complete(&mut self, name: String, id: &str, listed: &[u8]) -> Response<Body> {
        let Some(upload) = self.uploads.remove(id) else { return refusal(StatusCode::NOT_FOUND, "NoSuchUpload") };
        let listed = String::from_utf8_lossy(listed).matches("<PartNumber>").count();
        if listed != upload.parts.len() {
            return refusal(StatusCode::BAD_REQUEST, "InvalidPart");
        }
        let bytes: Vec<u8> = upload.parts.into_values().flatten().collect();
        self.put(name, bytes.into(), upload.headers);
        let answer = "<CompleteMultipartUploadResult><ETag>\"whole\"</ETag></CompleteMultipartUploadResult>";
        finish(Response::builder(), BEFORE_ALL + self.made, Body::from(answer))
    }

    fn abort(&mut self, id: &str) -> Response<Body> {
        self.uploads.remove(id);
        Response::builder().status(StatusCode::NO_CONTENT).body(Body::empty()).expect("a response")
    }
}

/// The headers that are kept with an object.
fn kept(headers: HeaderMap) -> HeaderMap {
    let names = [header::CONTENT_TYPE, header::CACHE_CONTROL, header::CONTENT_ENCODING];
    names.into_iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

fn finish(response: axum::http::response::Builder, generation: usize, body: Body) -> Response<Body> {
    let response = response.header(header::ETAG, format!("\"{generation}\"")).header("x-goog-generation", generation);
    response.body(body).expect("a response")
}

fn refusal(status: StatusCode, code: &str) -> Response<Body> {
    let body = format!("<?xml version='1.0'?><Error><Code>{code}</Code><Message>As the tests want.</Message></Error>");
    Response::builder().status(status).body(Body::from(body)).expect("a response")
}
