//! Bytes from wherever a model lies: a URL, a request, a response, a stream, or memory.
//!
//! A stream is copied chunk by chunk straight into this module's memory, never beyond the format's limit. Nothing is
//! decoded before all of it is there and its hash is right.

use super::error::throw;
use crate::error::Kind;
use crate::format::limits::MAX_FILE_BYTES;
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array};
use std::hint::black_box;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStream, ReadableStreamDefaultReader, Request, RequestInit, Response};

/// What a load takes beside the model, in bytes.
const ROOM: usize = 1 << 16;

#[wasm_bindgen]
extern "C" {
    /// The options of `load`, checked by the package before they come here.
    pub type LoadOptions;

    #[wasm_bindgen(method, getter)]
    fn signal(this: &LoadOptions) -> Option<AbortSignal>;
    /// A promise that rejects with the signal's reason once it is aborted, and never otherwise settles.
    #[wasm_bindgen(method, getter)]
    fn aborted(this: &LoadOptions) -> Promise;
    #[wasm_bindgen(method, getter, js_name = onProgress)]
    fn on_progress(this: &LoadOptions) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &LoadOptions) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn fetch(this: &LoadOptions) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    fn cache(this: &LoadOptions) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn integrity(this: &LoadOptions) -> Option<String>;

    #[wasm_bindgen(js_name = fetch, catch)]
    fn global_fetch(input: &JsValue, init: &RequestInit) -> Result<Promise, JsValue>;

    /// WebCrypto, undefined where a page is not served securely.
    #[wasm_bindgen(thread_local_v2, js_namespace = globalThis, js_name = crypto)]
    static CRYPTO: Option<Crypto>;
    type Crypto;
    #[wasm_bindgen(method, getter)]
    fn subtle(this: &Crypto) -> Option<Subtle>;
    type Subtle;
    #[wasm_bindgen(method, catch)]
    fn digest(this: &Subtle, algorithm: &str, bytes: &Uint8Array) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_name = btoa)]
    fn base64(binary: &str) -> String;
}

impl LoadOptions {
    /// Tells `onProgress` how far it is; the fraction is known only with a total, and never above 1.
    pub(super) fn report(&self, stage: &str, loaded: f64, total: Option<f64>) {
        let Some(on_progress) = self.on_progress() else { return };
        let progress = Object::new();
        let fraction = total.map(|total| if total > 0.0 { (loaded / total).min(1.0) } else { 1.0 });
        let number = |number: Option<f64>| number.map_or(JsValue::UNDEFINED, JsValue::from_f64);
        let fields = [
            ("stage", stage.into()),
            ("loaded", loaded.into()),
            ("total", number(total)),
            ("fraction", number(fraction)),
        ];
        for (name, value) in &fields {
            set(&progress, name, value);
        }
        // A listener's own failure must not stop the load.
        let _ = on_progress.call1(&JsValue::UNDEFINED, &progress);
    }

    /// Throws the signal's reason once it is aborted.
    fn check_abort(&self) -> Result<(), JsValue> {
        match self.signal() {
            Some(signal) if signal.aborted() => Err(signal.reason()),
            _ => Ok(()),
        }
    }

    /// Awaits a promise, but not beyond an abort: then, whatever became of the promise, it fails with the signal's reason.
    async fn settled(&self, promise: &Promise) -> Result<JsValue, JsValue> {
        let result = JsFuture::from(Promise::race(&Array::of2(&self.aborted(), promise))).await;
        self.check_abort()?;
        result
    }
}

/// Reads all bytes of a source and checks their hash.
pub(super) async fn read(source: JsValue, options: &LoadOptions) -> Result<Vec<u8>, JsValue> {
    options.check_abort()?;
    let source = match source.dyn_into::<Promise>() {
        Ok(promise) => options.settled(&promise).await?,
        Err(source) => source,
    };
    options.check_abort()?;
    let bytes = from_source(source, options).await?;
    options.check_abort()?;
    if let Some(integrity) = options.integrity() {
        options.report("verify", bytes.len() as f64, Some(bytes.len() as f64));
        check_integrity(&bytes, &integrity, options).await?;
    }
    options.report("decode", bytes.len() as f64, Some(bytes.len() as f64));
    options.check_abort()?;
    Ok(bytes)
}

async fn from_source(source: JsValue, options: &LoadOptions) -> Result<Vec<u8>, JsValue> {
    if let Some(buffer) = source.dyn_ref::<ArrayBuffer>() {
        return from_memory(&Uint8Array::new(buffer));
    }
    if ArrayBuffer::is_view(&source) {
        let field = |name: &str| Reflect::get(&source, &name.into());
        let number = |value: JsValue| value.as_f64().unwrap_or(0.0) as u32;
        let (start, length) = (number(field("byteOffset")?), number(field("byteLength")?));
        return from_memory(&Uint8Array::new_with_byte_offset_and_length(&field("buffer")?, start, length));
    }
    if let Some(stream) = source.dyn_ref::<ReadableStream>() {
        return drain(stream, None, options).await;
    }
    if let Some(response) = source.dyn_ref::<Response>() {
        return from_response(response, options).await;
    }
    let url = source.as_string().or_else(|| source.dyn_ref::<Request>().map(Request::url));
    let url = url.or_else(|| source.dyn_ref::<web_sys::Url>().map(web_sys::Url::href));
    let Some(url) = url else {
        let expected = "a URL, Request, Response, ArrayBuffer, typed array or ReadableStream";
        return Err(throw(Kind::WrongType, "source", expected, &type_of(&source), ""));
    };
    let input = if source.is_instance_of::<Request>() { source } else { url.as_str().into() };
    let response = request(&input, &url, options).await?;
    from_response(&response, options).await
}

async fn request(input: &JsValue, url: &str, options: &LoadOptions) -> Result<Response, JsValue> {
    let init = RequestInit::new();
    if let Some(signal) = options.signal() {
        init.set_signal(Some(&signal));
    }
    let mut headers = options.headers();
    if let Some(make_headers) = headers.dyn_ref::<Function>() {
        headers = make_headers.call0(&JsValue::UNDEFINED)?;
        if let Some(promise) = headers.dyn_ref::<Promise>() {
            headers = options.settled(promise).await?;
        }
        options.check_abort()?;
    }
    if headers.is_object() {
        init.set_headers(&headers);
    }
    match options.cache() {
        cache if cache.is_undefined() => {}
        cache if cache.as_bool() == Some(false) => set(&init, "cache", &"no-store".into()),
        cache => set(&init, "cache", &cache),
    }
    options.report("fetch", 0.0, None);
    let promise = match options.fetch() {
        Some(fetch) => Promise::resolve(&fetch.call2(&JsValue::UNDEFINED, input, &init)?),
        None => global_fetch(input, &init)?,
    };
    let response = options.settled(&promise).await;
    options.check_abort()?;
    let response = response.map_err(|cause| network(url, &cause))?;
    response.dyn_into::<Response>().map_err(|found| {
        throw(Kind::WrongType, "options.fetch", "a function that gives a Response", &type_of(&found), "")
    })
}

async fn from_response(response: &Response, options: &LoadOptions) -> Result<Vec<u8>, JsValue> {
    if !response.ok() {
        let hint = match response.status() {
            401 | 403 => "Check that the object may be read: a public object, a presigned URL or `headers`.",
            404 => "Check the path, and that the object was pushed.",
            _ => "Try again later, or ask whoever serves it.",
        };
        let found = format!("status {}", response.status());
        return Err(throw(Kind::HttpStatus, public(&response.url()), "status 200", &found, hint));
    }
    // Under a content coding the length is that of the coded bytes, which says nothing about the file's.
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let is_coded = header("content-encoding").is_some_and(|coding| coding != "identity");
    let total = if is_coded { None } else { header("content-length").and_then(|length| length.parse::<u64>().ok()) };
    let total = total.map(|length| length as f64);
    if response.body_used() {
        return Err(throw(Kind::WrongType, "source", "a response that was not read yet", "one that was", ""));
    }
    match response.body() {
        Some(stream) => drain(&stream, total, options).await,
        None => Ok(Vec::new()),
    }
    .map_err(|error| match options.check_abort() {
        Ok(()) if error.is_instance_of::<js_sys::TypeError>() => network(&response.url(), &error),
        _ => error,
    })
}

/// Reads a stream to its end, straight into memory; cancels it on the first error.
async fn drain(stream: &ReadableStream, total: Option<f64>, options: &LoadOptions) -> Result<Vec<u8>, JsValue> {
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let result = collect(&reader, total, options).await;
    if let Err(error) = &result {
        // The stream may have failed already; then there is nothing to cancel.
        let _ = JsFuture::from(reader.cancel_with_reason(error)).await;
    }
    result
}

async fn collect(
    reader: &ReadableStreamDefaultReader,
    total: Option<f64>,
    options: &LoadOptions,
) -> Result<Vec<u8>, JsValue> {
    if total.is_some_and(|total| total > MAX_FILE_BYTES as f64) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    loop {
        // A server that hides its coding from other origins tells the length of the coded bytes: then nothing is known.
        let total = total.filter(|total| bytes.len() as f64 <= *total);
        options.report("download", bytes.len() as f64, total);
        let step = options.settled(&reader.read()).await?;
        if Reflect::get(&step, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let chunk = Reflect::get(&step, &"value".into())?;
        let Some(chunk) = chunk.dyn_ref::<Uint8Array>() else {
            return Err(throw(Kind::WrongType, "source", "a stream of bytes", &type_of(&chunk), ""));
        };
        append(&mut bytes, chunk)?;
    }
}

fn from_memory(source: &Uint8Array) -> Result<Vec<u8>, JsValue> {
    let mut bytes = Vec::new();
    append(&mut bytes, source)?;
    Ok(bytes)
}

/// Appends a chunk; refuses what exceeds the limit, or the memory there is, before it is taken.
fn append(bytes: &mut Vec<u8>, chunk: &Uint8Array) -> Result<(), JsValue> {
    let (start, length) = (bytes.len(), chunk.length() as usize);
    if (start + length) as u64 > MAX_FILE_BYTES {
        return Err(too_large());
    }
    if bytes.capacity() - start < length {
        // A vector's own growth would double it: memory that a page never gets back.
        reserve(bytes, length.max(start / 8))?;
    }
    bytes.resize(start + length, 0);
    chunk.copy_to(&mut bytes[start..]);
    Ok(())
}

fn reserve(bytes: &mut Vec<u8>, length: usize) -> Result<(), JsValue> {
    bytes.try_reserve_exact(length).map_err(|_| {
        let hint = "Dispose of other models to make room.";
        throw(Kind::OutOfMemory, "model", "memory enough for it", "less", hint)
    })
}

/// Checks that there is room for so many bytes, and for what a load takes beside them: without it, it would end in a trap,
/// which loses what was taken by then.
pub(super) fn check_room(bytes: usize) -> Result<(), JsValue> {
    // A compiler may leave out what is given back unused.
    let both = &mut [Vec::new(), Vec::new()];
    reserve(&mut black_box(&mut *both)[0], bytes)?;
    reserve(&mut black_box(both)[1], ROOM)
}

/// Checks a Subresource Integrity string: of several hashes, one of the strongest algorithm must match.
async fn check_integrity(bytes: &[u8], integrity: &str, options: &LoadOptions) -> Result<(), JsValue> {
    let hashes = || integrity.split_ascii_whitespace();
    let strongest =
        ["sha512-", "sha384-", "sha256-"].iter().find(|prefix| hashes().any(|hash| hash.starts_with(**prefix)));
    let Some(prefix) = strongest else {
        let expected = "sha256-, sha384- or sha512- and a base64 hash";
        return Err(throw(Kind::BadOption, "options.integrity", expected, integrity, "`edgelet push` prints it."));
    };
    let Some(subtle) = CRYPTO.with(|crypto| crypto.as_ref().and_then(Crypto::subtle)) else {
        let hint = "Serve the page over https or from localhost.";
        return Err(throw(Kind::Integrity, "options.integrity", "WebCrypto to check it with", "none", hint));
    };
    let algorithm = format!("SHA-{}", &prefix[3..6]);
    let digest = options.settled(&subtle.digest(&algorithm, &Uint8Array::from(bytes))?).await?;
    let binary: String = Uint8Array::new(&digest).to_vec().into_iter().map(char::from).collect();
    let found = format!("{prefix}{}", base64(&binary));
    // What follows a question mark are options that say nothing about the hash.
    if hashes().any(|hash| hash.bytes().take_while(|&byte| byte != b'?').eq(found.bytes())) {
        return Ok(());
    }
    let hint = "The file is not the one whose hash you pinned: do not use it before you know why.";
    Err(throw(Kind::Integrity, "source", integrity, &found, hint))
}

fn too_large() -> JsValue {
    let expected = format!("at most {MAX_FILE_BYTES} bytes");
    throw(Kind::LimitExceeded, "source", &expected, "more", "Is this the address of a model?")
}

fn network(url: &str, cause: &JsValue) -> JsValue {
    let message = Reflect::get(cause, &"message".into()).ok().and_then(|message| message.as_string());
    // Some platforms repeat the URL in their message, with its secrets.
    let is_safe = |message: &String| !message.bytes().any(|byte| matches!(byte, b'?' | b'@'));
    let found = message.filter(is_safe).unwrap_or_else(|| "a request that failed".into());
    let hint = "Check the address and the connection; from another origin the bucket must allow this one (CORS).";
    throw(Kind::Network, public(url), "a whole answer", &found, hint)
}

/// A URL without what may be secret in it: a presigned URL carries its signature in the query, others a password.
fn public(url: &str) -> &str {
    let end = url.bytes().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(url.len());
    let mut slashes = 0;
    let before_path = url[..end].bytes().take_while(|&byte| {
        slashes += usize::from(byte == b'/');
        slashes < 3
    });
    let start = before_path.enumerate().filter(|&(_, byte)| byte == b'@').last().map_or(0, |(at, _)| at + 1);
    if start == end { "response" } else { &url[start..end] }
}

fn type_of(value: &JsValue) -> String {
    value.js_typeof().as_string().unwrap_or_default()
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Setting a field of a plain object of our own cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}
