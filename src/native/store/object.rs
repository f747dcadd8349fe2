//! Objects in buckets: fetched within the limit, uploaded whole or in parts.

use super::as_stored;
use super::cloud::Bucket;
use super::coding::Coding;
use super::inbox::{Inbox, progress_bar};
use super::location::shown_url;
use super::patience::Patience;
use super::problem::{Attempt, explain};
use super::variables::Variables;
use super::ways::Ways;
use crate::error::{Error, Result};
use crate::native::cli::Globals;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, MultipartUpload, ObjectStore, PutMultipartOptions, PutOptions, UpdateVersion,
};

/// Files above this are uploaded in parts, each tried again by itself.
pub(super) const WHOLE_BYTES: usize = 16 << 20;
/// How large a part is. Every cloud takes parts of at least 5 MiB.
pub(super) const PART_BYTES: usize = 8 << 20;
/// How many parts are on their way at once.
const PARTS_AT_ONCE: usize = 3;

/// The bytes of an object.
pub(super) async fn read(
    bucket: &Bucket,
    variables: &Variables,
    limit: u64,
    patience: Patience,
    globals: Globals,
) -> Result<Vec<u8>> {
    let explained = |error: object_store::Error| explain(&error, bucket, variables, Attempt::Read);
    let ways = Ways::to_read(bucket, variables, patience).map_err(explained)?;
    let place = shown_url(&bucket.url);
    let object = ways.first_open(async |store| fetch(store, &bucket.key, &place, limit, globals).await).await;
    object.map(|object| object.bytes).map_err(|failure| failure.into_error(explained))
}

/// An object that was fetched.
pub(super) struct Fetched {
    /// Its bytes, decoded.
    pub bytes: Vec<u8>,
    /// Which state of the object they are.
    pub version: UpdateVersion,
}

/// What can go wrong in a transfer: the store fails, or the bytes are not what they should be.
pub(super) enum Failure {
    Store(object_store::Error),
    Bytes(Error),
}

impl From<object_store::Error> for Failure {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    pub fn into_error(self, explained: impl Fn(object_store::Error) -> Error) -> Error {
        match self {
            Failure::Store(error) => explained(error),
            Failure::Bytes(error) => error,
        }
    }
}

/// Fetches an object of at most `limit` bytes. `place` is what messages call it.
pub(super) async fn fetch(
    store: &dyn ObjectStore,
    key: &Key,
    place: &str,
    limit: u64,
    globals: Globals,
) -> Result<Fetched, Failure> {
    let object = store.get_opts(key, as_stored::options()).await?;
    let version = UpdateVersion { e_tag: object.meta.e_tag.clone(), version: object.meta.version.clone() };
    let coding = object.attributes.get(&Attribute::ContentEncoding).map_or("", |value| value);
    let coding = Coding::parse(coding, place).map_err(Failure::Bytes)?;
    let mut inbox = Inbox::new(place, Some(object.meta.size), limit, globals).map_err(Failure::Bytes)?;
    let mut chunks = object.into_stream();
    while let Some(chunk) = chunks.try_next().await? {
        inbox.take(&chunk).map_err(Failure::Bytes)?;
    }
    let bytes = coding.decode(inbox.into_bytes(), limit, place).map_err(Failure::Bytes)?;
    Ok(Fetched { bytes, version })
}

/// Uploads an object. Interrupted or failed, it leaves the old object served and no parts behind.
pub(super) async fn write(
    store: &dyn ObjectStore,
    key: &Key,
    bytes: Vec<u8>,
    attributes: Attributes,
    globals: Globals,
) -> object_store::Result<()> {
    let bytes = Bytes::from(bytes);
    let bar = progress_bar("uploading", bytes.len() as u64, globals);
    if bytes.len() <= WHOLE_BYTES {
        store.put_opts(key, bytes.into(), PutOptions { attributes, ..Default::default() }).await?;
        bar.finish_and_clear();
        return Ok(());
    }
    let options = PutMultipartOptions { attributes, ..Default::default() };
    let mut upload = store.put_multipart_opts(key, options).await?;
    let sent = tokio::select! {
        sent = send_parts(&mut *upload, &bytes, |part| bar.inc(part)) => sent,
        _ = tokio::signal::ctrl_c() => Err(interrupted()),
    };
    bar.finish_and_clear();
    if let Err(error) = sent {
        // What went wrong first is the news; parts that cannot be removed either are for the bucket's lifecycle rules.
        let _ = upload.abort().await;
        return Err(error);
    }
    upload.complete().await.map(|_| ())
}

async fn send_parts(upload: &mut dyn MultipartUpload, bytes: &Bytes, sent: impl Fn(u64)) -> object_store::Result<()> {
    let starts = (0..bytes.len()).step_by(PART_BYTES);
    let parts = starts.map(|start| bytes.slice(start..bytes.len().min(start + PART_BYTES)));
    let uploads = parts.map(|part| {
        let length = part.len() as u64;
        let uploading = upload.put_part(part.into());
        async move { uploading.await.map(|()| length) }
    });
    let mut uploads = stream::iter(uploads).buffer_unordered(PARTS_AT_ONCE);
    while let Some(length) = uploads.try_next().await? {
        sent(length);
    }
    Ok(())
}

fn interrupted() -> object_store::Error {
    object_store::Error::Generic { store: "upload", source: "an interruption: nothing was replaced".into() }
}
