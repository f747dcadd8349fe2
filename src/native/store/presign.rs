//! Presigned links: an address that carries its own permission to read one object, and how to see that it ended.

use super::cloud::Cloud;
use super::location::Location;
use super::patience::Patience;
use super::problem::{Attempt, explain};
use super::runtime;
use super::variables::Variables;
use crate::error::{Error, Kind, Result};
use reqwest::Method;
use std::time::{Duration, SystemTime};
use url::Url;

/// The longest that S3's and Google's signatures hold.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A link by which anyone can read the object at a location until that time is over.
///
/// # Errors
/// [`Kind::BadOption`] for what is in no bucket, and for a time that is too long; [`Kind::Store`] without credentials that
/// can sign.
pub fn presign(location: &str, expires: Duration) -> Result<Url> {
    let variables = Variables::from_environment();
    let patience = Patience::from_variables(&variables)?;
    let location = Location::parse(location)?;
    let Location::Bucket(bucket) = location else {
        let expected = "an object in a bucket: s3://, gs:// or az://";
        return Err(Error::new(Kind::BadOption, location.to_string(), expected, "another place"));
    };
    if expires.is_zero() || (bucket.cloud != Cloud::Azure && expires > LONGEST) {
        let found = humantime::format_duration(expires).to_string();
        return Err(Error::new(Kind::BadOption, "--expires", "a time of at most 7d", found));
    }
    let failed = |error: object_store::Error| explain(&error, &bucket, &variables, Attempt::Sign);
    let signer = bucket.signer(&variables, patience).map_err(failed)?;
    runtime()?.block_on(signer.signed_url(Method::GET, &bucket.key, expires)).map_err(failed)
}

/// When a link ended, if it is a presigned one that did.
pub fn ended(url: &Url) -> Option<SystemTime> {
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let seconds = |name: &str| value(name)?.parse().ok().map(Duration::from_secs);
    let signed_at = |cloud: &str| {
        // 20240102T030405Z
        let text = value(&format!("X-{cloud}-Date")).filter(|text| text.is_ascii() && text.len() == 16)?;
        let date = format!(
            "{}-{}-{}T{}:{}:{}",
            &text[..4],
            &text[4..6],
            &text[6..8],
            &text[9..11],
            &text[11..13],
            &text[13..15]
        );
        humantime::parse_rfc3339_weak(&date).ok()?.checked_add(seconds(&format!("X-{cloud}-Expires"))?)
    };
    let of_azure =
        || humantime::parse_rfc3339_weak(value("se").filter(|_| value("sig").is_some())?.trim_end_matches('Z')).ok();
    let end = signed_at("Amz").or_else(|| signed_at("Goog")).or_else(of_azure)?;
    (end <= SystemTime::now()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(query: &str) -> Option<String> {
        let url = Url::parse(&format!("https://host/a?{query}")).expect("a URL");
        ended(&url).map(|end| humantime::format_rfc3339_seconds(end).to_string())
    }

    #[test]
    fn knows_the_links_that_ended() {
        let cases = [
            ("X-Amz-Date=20240102T030405Z&X-Amz-Expires=60", Some("2024-01-02T03:05:05Z")),
            ("X-Goog-Date=20240102T030405Z&X-Goog-Expires=3600", Some("2024-01-02T04:04:05Z")),
            ("se=2024-01-02T03%3A04%3A05Z&sig=x", Some("2024-01-02T03:04:05Z")),
            ("X-Amz-Date=29990102T030405Z&X-Amz-Expires=60", None),
            ("X-Amz-Date=20240102T030405Z&X-Amz-Expires=18446744073709551615", None),
            ("X-Amz-Date=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9&X-Amz-Expires=60", None),
            ("se=2024-01-02T03%3A04%3A05Z", None),
            ("se=soon&sig=x", None),
            ("", None),
        ];
        for (query, expected) in cases {
            assert_eq!(end(query).as_deref(), expected, "{query}");
        }
    }
}
