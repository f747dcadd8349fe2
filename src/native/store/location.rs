//! Where a model is, as people write it.

use super::cloud::{Bucket, Cloud};
use crate::error::{Error, Kind, Result};
use object_store::ObjectStoreScheme;
use object_store::path::Path as Key;
use std::fmt;
use std::path::PathBuf;
use url::Url;

/// Where a model is.
#[derive(Debug)]
pub(super) enum Location {
    /// A file of this machine.
    File(PathBuf),
    /// An object in a bucket.
    Bucket(Bucket),
    /// Anything else that is on the web; it can only be read.
    Http(Url),
}

impl Location {
    /// Reads a path or a URL.
    pub fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(refused("location", "no text"));
        }
        if !text.contains("://") && !text.starts_with("file:") {
            return Ok(Location::File(PathBuf::from(text)));
        }
        // What cannot be parsed cannot be shown safely either: its scheme alone says which argument it is.
        let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
        let url = Url::parse(text).map_err(|error| refused(&format!("{scheme}://…"), error.to_string()))?;
        let shown = shown_url(&url);
        match url.scheme() {
            "file" => match url.to_file_path() {
                Ok(path) => Ok(Location::File(path)),
                Err(()) => {
                    Err(refused(&shown, "a host in it").hint("Write file:///absolute/path, with three slashes."))
                }
            },
            "http" => Ok(Location::Http(url)),
            // A signed URL carries its own access in its query.
            "https" if url.query().is_some() => Ok(Location::Http(url)),
            // An address that only looks like a cloud's is read as the web reads it.
            "https" => Ok(bucket(&url).ok().flatten().map_or(Location::Http(url), Location::Bucket)),
            "s3" | "s3a" | "gs" | "az" | "azure" | "abfs" | "abfss" | "adl" => in_bucket(&url, &shown),
            scheme => Err(refused(&shown, format!("the scheme {scheme}"))),
        }
    }

    /// Reads the path or URL of a folder, which may be a whole bucket.
    pub fn parse_folder(text: &str) -> Result<Self> {
        Self::parse(text).or_else(|error| Self::parse_bucket(text).map(Self::Bucket).map_err(|_| error))
    }

    /// Reads the URL of a bucket, with or without an object's name.
    pub fn parse_bucket(text: &str) -> Result<Bucket> {
        let refused = |shown: &str, found: &str| {
            let expected = "a bucket: s3://, gs:// or az://";
            Error::new(Kind::BadOption, shown.to_owned(), expected, found.to_owned())
        };
        let url = Url::parse(text).map_err(|_| refused("bucket", "no URL"))?;
        let shown = shown_url(&url);
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused(&shown, "a `?` or `#`"));
        }
        bucket(&url).ok().flatten().ok_or_else(|| refused(&shown, "another place"))
    }

    /// The name of the file. From a URL, it is none that leads to another folder on any system.
    pub fn file_name(&self) -> Option<String> {
        let key = match self {
            Location::File(path) => return Some(path.file_name()?.to_string_lossy().into_owned()),
            Location::Bucket(bucket) => bucket.key.clone(),
            Location::Http(url) => Key::from_url_path(url.path()).ok()?,
        };
        key.filename().filter(|name| !name.contains(['\\', ':'])).map(str::to_owned)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(f, "{}", path.display()),
            Location::Bucket(bucket) => f.write_str(&shown_url(&bucket.url)),
            Location::Http(url) => f.write_str(&shown_url(url)),
        }
    }
}

/// The object that a URL of a cloud's own scheme names.
fn in_bucket(url: &Url, shown: &str) -> Result<Location> {
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused(shown, "a `?` or `#`").hint("In the name of an object, write them as %3F and %23."));
    }
    match bucket(url) {
        Ok(Some(bucket)) if bucket.key.parts().next().is_none() => {
            Err(refused(shown, "no name of an object").hint("Add one; to push, / at the end keeps the file's name."))
        }
        Ok(Some(bucket)) => Ok(Location::Bucket(bucket)),
        Ok(None) => Err(refused(shown, "no bucket")),
        Err(error) => Err(refused(shown, error.to_string())),
    }
}

/// The bucket and object that a URL names, if it is a cloud's.
fn bucket(url: &Url) -> object_store::Result<Option<Bucket>> {
    let (scheme, key) = ObjectStoreScheme::parse(url)?;
    let cloud = match scheme {
        ObjectStoreScheme::AmazonS3 => Cloud::S3,
        ObjectStoreScheme::GoogleCloudStorage => Cloud::Gcs,
        ObjectStoreScheme::MicrosoftAzure => Cloud::Azure,
        _ => return Ok(None),
    };
    Ok(Some(Bucket { cloud, url: url.clone(), key }))
}

/// A URL as a message may show it: without the query, the password and the fragment, which may be credentials.
pub(super) fn shown_url(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    if matches!(url.scheme(), "http" | "https") && !url.username().is_empty() {
        // Both fail only on URLs that have no user.
        let _ = (shown.set_username(""), shown.set_password(None));
    }
    let _ = shown.set_password(None);
    shown.into()
}

fn refused(shown: &str, found: impl Into<String>) -> Error {
    let expected = "a path, or a URL of file://, s3://, gs://, az:// or https://";
    Error::new(Kind::BadOption, shown.to_owned(), expected, found.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(text: &str) -> &'static str {
        match Location::parse(text) {
            Ok(Location::File(_)) => "file",
            Ok(Location::Bucket(bucket)) => bucket.cloud.name(),
            Ok(Location::Http(_)) => "http",
            Err(_) => "refused",
        }
    }

    #[test]
    fn knows_every_form() {
        let cases = [
            ("model.edgelet", "file"),
            ("C:\\models\\a.edgelet", "file"),
            ("file:///models/a.edgelet", "file"),
            ("file://host/models/a.edgelet", "refused"),
            ("s3://bucket/a.edgelet", "S3"),
            ("gs://bucket/a.edgelet", "Google Cloud Storage"),
            ("az://container/a.edgelet", "Azure"),
            ("abfss://container@account.dfs.core.windows.net/a.edgelet", "Azure"),
            ("https://bucket.s3.eu-west-1.amazonaws.com/a.edgelet", "S3"),
            ("https://bucket.s3.eu-west-1.amazonaws.com/a.edgelet?X-Amz-Signature=1", "http"),
            ("https://account.blob.core.windows.net/container/a.edgelet", "Azure"),
            ("https://cdn.example.com/a.edgelet", "http"),
            ("http://127.0.0.1:8080/a.edgelet", "http"),
            ("ftp://example.com/a.edgelet", "refused"),
            ("s3://bucket/a?b", "refused"),
            ("s3://bucket", "refused"),
            ("s3://bucket/", "refused"),
            ("https://", "refused"),
            ("", "refused"),
        ];
        for (text, expected) in cases {
            assert_eq!(kind_of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_folder_may_be_a_whole_bucket() {
        for text in ["s3://bucket", "s3://bucket/", "gs://bucket/models", "az://container", "models", "file:///models"]
        {
            assert!(Location::parse_folder(text).is_ok(), "{text}");
        }
        for text in
            ["", "s3://", "s3://bucket?secret", "ftp://user:secret@host/a?secret", "https://[secret", "no bucket://"]
        {
            let message = Location::parse_folder(text).map(|_| ()).expect_err(text).to_string();
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn names_no_other_folder() {
        let cases = [
            ("https://host/models/churn.edgelet?sig=1", Some("churn.edgelet")),
            ("s3://bucket/models/churn.edgelet", Some("churn.edgelet")),
            ("models/churn.edgelet", Some("churn.edgelet")),
            ("https://host/models/%2e%2e%2fchurn.edgelet", None),
            ("https://host/a%5C..%5Cb", None),
            ("https://host/", None),
        ];
        for (text, name) in cases {
            let location = Location::parse(text).expect(text);
            assert_eq!(location.file_name().as_deref(), name, "{text}");
        }
    }

    #[test]
    fn shows_no_credentials() {
        let parsed = Location::parse("https://user:secret@example.com/a.edgelet?sig=secret#secret");
        assert_eq!(parsed.map(|location| location.to_string()).ok().as_deref(), Some("https://example.com/a.edgelet"));
        for text in ["ftp://user:secret@host/a?secret", "https://secret:x@[bad/a", "s3://user:secret@b/a?secret"] {
            let message = Location::parse(text).map(|_| ()).expect_err("a refusal").to_string();
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
