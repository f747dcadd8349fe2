//! Content codings: what a file is sent as, and what arrives in place of it.
//!
//! gzip (RFC 1952) it is, because every `fetch` decodes it, and browsers accept brotli over https only.

use crate::error::{Error, Kind, Result};
use flate2::Compression;
use flate2::bufread::{GzDecoder, GzEncoder};
use std::io::{self, Read};

/// The one coding that files are sent with, as `Content-Encoding` names it.
pub const GZIP: &str = "gzip";
/// What gzip begins with, and no model does.
const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The most that may be left of a file, in percent, for its compression to be worth the decompressing.
const WORTHWHILE: u64 = 95;

/// The bytes in gzip, always the same for the same bytes, if that makes them at least 5 % smaller.
///
/// # Errors
/// [`Kind::Io`], which memory has no reason for.
pub fn gzip(bytes: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut coded = Vec::new();
    // This encoder's header has no name and no time.
    GzEncoder::new(bytes, Compression::best())
        .read_to_end(&mut coded)
        .map_err(|error| Error::new(Kind::Io, GZIP, "bytes that compress", error.to_string()))?;
    let is_worthwhile = coded.len() as u64 * 100 <= bytes.len() as u64 * WORTHWHILE;
    Ok(is_worthwhile.then_some(coded))
}

/// How a body is coded, by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    Gzip,
}

impl Coding {
    /// Reads the value of a `Content-Encoding`; an empty one is none.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] for any other coding than gzip.
    pub fn parse(header: &str, place: &str) -> Result<Self> {
        let names = header.split(',').map(|name| name.trim().to_ascii_lowercase());
        // Some stores keep how S3's clients frame uploads, which is no coding of what they give.
        let names: Vec<_> = names.filter(|name| !matches!(&**name, "" | "identity" | "aws-chunked")).collect();
        match names.iter().map(|name| &**name).collect::<Vec<_>>()[..] {
            [] => Ok(Coding::Plain),
            ["gzip" | "x-gzip"] => Ok(Coding::Gzip),
            _ => {
                let found = format!("Content-Encoding: {}", names.join(", "));
                let error = Error::new(Kind::Unsupported, place.to_owned(), "Content-Encoding: gzip, or none", found);
                Err(error.hint("Upload it again with `edgelet push`."))
            }
        }
    }

    /// The file in a body.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] if it is larger than `limit`; [`Kind::Truncated`] and [`Kind::Corrupt`] for gzip that
    /// is not whole.
    pub fn decode(self, body: Vec<u8>, limit: u64, place: &str) -> Result<Vec<u8>> {
        // Google's servers may have decoded what their header still calls gzip: the bytes have the last word.
        match self {
            Coding::Gzip if body.starts_with(&MAGIC) => gunzip(&body, limit, place),
            _ => Ok(body),
        }
    }
}

fn gunzip(mut body: &[u8], limit: u64, place: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut decoder = GzDecoder::new(&mut body);
    decoder.by_ref().take(limit + 1).read_to_end(&mut bytes).map_err(|error| {
        let kind = match error.kind() {
            io::ErrorKind::UnexpectedEof => Kind::Truncated,
            _ => Kind::Corrupt,
        };
        let found = format!("{} bytes and then: {error}", bytes.len());
        Error::new(kind, place.to_owned(), "gzip that decodes to its end", found).hint("Upload it again.")
    })?;
    if bytes.len() as u64 > limit {
        let expected = format!("at most {limit} bytes, decoded");
        return Err(Error::new(Kind::LimitExceeded, place.to_owned(), expected, "more"));
    }
    match body.len() {
        0 => Ok(bytes),
        left => {
            let found = format!("{left} bytes after it");
            Err(Error::new(Kind::Corrupt, place.to_owned(), "the end of the gzip", found).hint("Upload it again."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u64 = 1 << 20;

    fn coded() -> (Vec<u8>, Vec<u8>) {
        let bytes = b"edge".repeat(1000);
        let coded = gzip(&bytes).expect("memory").expect("much smaller");
        (bytes, coded)
    }

    #[test]
    fn compresses_what_becomes_smaller_to_the_same_bytes_each_time() {
        let (bytes, first) = coded();
        assert_eq!(first, coded().1);
        // No flags, no time, the best level, no system.
        assert_eq!(first[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
        assert_eq!(Coding::Gzip.decode(first, LIMIT, "url").expect("whole"), bytes);
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(gzip(&all).expect("memory"), None);
        assert_eq!(gzip(b"").expect("memory"), None);
    }

    #[test]
    fn reads_headers() {
        for header in ["", "identity", "aws-chunked"] {
            assert_eq!(Coding::parse(header, "url"), Ok(Coding::Plain), "{header}");
        }
        for header in ["gzip", "GZIP", "x-gzip", "aws-chunked,gzip", "gzip, identity"] {
            assert_eq!(Coding::parse(header, "url"), Ok(Coding::Gzip), "{header}");
        }
        for header in ["br", "zstd", "deflate", "gzip, br", "gzip, gzip"] {
            let error = Coding::parse(header, "url").expect_err(header);
            assert_eq!((error.kind(), error.found()), (Kind::Unsupported, &*format!("Content-Encoding: {header}")));
        }
    }

    #[test]
    fn the_header_and_the_bytes_must_agree() {
        let (bytes, coded) = coded();
        // joblib's own gzip comes without a header; Google's servers decode and may leave the header.
        assert_eq!(Coding::Plain.decode(coded.clone(), LIMIT, "url").expect("as it is"), coded);
        assert_eq!(Coding::Gzip.decode(bytes.clone(), LIMIT, "url").expect("as it is"), bytes);
    }

    #[test]
    fn every_cut_every_change_and_every_addition_is_refused() {
        let (_, coded) = coded();
        for end in MAGIC.len()..coded.len() {
            let error = Coding::Gzip.decode(coded[..end].to_vec(), LIMIT, "url").expect_err("a cut");
            assert_eq!(error.kind(), Kind::Truncated, "{end}: {error}");
        }
        let mut changed = coded.clone();
        let checksum = coded.len() - 8;
        changed[checksum] ^= 1;
        for damaged in [changed, [&*coded, b"x"].concat(), coded.repeat(2)] {
            let error = Coding::Gzip.decode(damaged, LIMIT, "url").expect_err("damage");
            assert_eq!(error.kind(), Kind::Corrupt, "{error}");
        }
    }

    #[test]
    fn decodes_up_to_the_limit_and_not_one_byte_more() {
        let (bytes, coded) = coded();
        let limit = bytes.len() as u64;
        assert_eq!(gunzip(&coded, limit, "url").expect("at the limit"), bytes);
        let error = gunzip(&coded, limit - 1, "url").expect_err("one byte more");
        assert_eq!(error.kind(), Kind::LimitExceeded);
    }
}
