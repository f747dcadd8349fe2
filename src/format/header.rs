//! The fixed header: what the file is, how long its parts are, and a checksum over all of it.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | magic |
//! | 8 | 2 | format version: 1 and 2 are models, 3 are networks |
//! | 10 | 2 | zero |
//! | 12 | 4 | zero |
//! | 16 | 8 | length of the body |
//! | 24 | 8 | length of the blobs |
//! | 32 | 8 | XXH64 (seed 0) of bytes 0–31 followed by everything after the header |
//! | 40 | 8 | length of the background: 0 in version 1, more in version 2 |
//!
//! All numbers are little-endian. The body is padded with zeros to a multiple of 16.

use super::limits::{self, MAX_BODY_BYTES, MAX_FILE_BYTES};
use crate::error::{Error, Kind, Result};
use std::hash::Hasher;
use std::ops::RangeInclusive;
use twox_hash::XxHash64;

/// The first bytes of every file. Like PNG's, they break visibly when a transfer mangles bytes or line ends.
pub const MAGIC: [u8; 8] = *b"\x89EDGE\r\n\x1a";
/// The version of a file without a background.
pub const VERSION: u16 = 1;
/// The version of a file that ends with a background.
pub const VERSION_WITH_BACKGROUND: u16 = 2;
/// The version of a file that holds a network.
#[cfg(feature = "tensors")]
pub const VERSION_OF_NETWORKS: u16 = 3;
/// How long the header is.
pub const HEADER_BYTES: usize = 48;
/// What the body and every blob are aligned to.
pub(super) const ALIGNMENT: usize = 16;

/// The checked header of a file.
pub(super) struct Header {
    body: usize,
    blobs: usize,
    background: usize,
}

/// Puts a file of a model together.
pub(super) fn assemble(body: &[u8], blobs: &[u8], background: &[u8]) -> Result<Vec<u8>> {
    let version = if background.is_empty() { VERSION } else { VERSION_WITH_BACKGROUND };
    assemble_version(version, body, blobs, background)
}

/// Puts a file of a version together.
pub(super) fn assemble_version(version: u16, body: &[u8], blobs: &[u8], background: &[u8]) -> Result<Vec<u8>> {
    let padded = body.len().next_multiple_of(ALIGNMENT);
    let total = HEADER_BYTES + padded + blobs.len() + background.len();
    check_size(total as u64)?;
    let mut file = Vec::with_capacity(total);
    file.extend(MAGIC);
    file.extend(version.to_le_bytes());
    file.extend([0; 6]);
    file.extend((body.len() as u64).to_le_bytes());
    file.extend((blobs.len() as u64).to_le_bytes());
    file.extend([0; 8]);
    file.extend((background.len() as u64).to_le_bytes());
    file.extend(body);
    file.resize(HEADER_BYTES + padded, 0);
    file.extend(blobs);
    file.extend(background);
    let checksum = checksum(&file);
    file[32..40].copy_from_slice(&checksum.to_le_bytes());
    Ok(file)
}

impl Header {
    /// Reads and checks the header, the lengths and the checksum of a file that holds a model.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        Self::read_versions(bytes, VERSION..=VERSION_WITH_BACKGROUND, "format version 1 or 2")
    }

    /// The same of a file of other versions.
    #[inline(always)]
    pub fn read_versions(bytes: &[u8], versions: RangeInclusive<u16>, expected: &'static str) -> Result<Self> {
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>().filter(|header| header.starts_with(&MAGIC)) else {
            return Err(not_a_model(bytes));
        };
        let version = u16::from_le_bytes([header[8], header[9]]);
        if !versions.contains(&version) {
            let found = format!("version {version}");
            return Err(Error::new(Kind::UnsupportedVersion, "byte 8", expected, found).hint(
                "Version 3 is a network, for edgelet/tensors. Of another, update edgelet or write the model again.",
            ));
        }
        let (body, blobs, background) = (u64_at(header, 16), u64_at(header, 24), u64_at(header, 40));
        let total = body.checked_next_multiple_of(ALIGNMENT as u64).and_then(|body| body.checked_add(blobs));
        let total = total.and_then(|total| total.checked_add(background));
        let total = total.and_then(|total| total.checked_add(HEADER_BYTES as u64)).unwrap_or(u64::MAX);
        check_size(total)?;
        limits::check("body", body as usize, MAX_BODY_BYTES)?;
        if total != bytes.len() as u64 {
            let kind = if total > bytes.len() as u64 { Kind::Truncated } else { Kind::Corrupt };
            return Err(Error::new(kind, "file", format!("{total} bytes"), format!("{} bytes", bytes.len()))
                .hint("Fetch or copy the file again; it was cut or something was added."));
        }
        let reserved_is_zero = header[10..16].iter().all(|&byte| byte == 0);
        let has_background = version == VERSION_WITH_BACKGROUND;
        if u64_at(header, 32) != checksum(bytes) || !reserved_is_zero || has_background != (background > 0) {
            return Err(Error::new(Kind::Corrupt, "file", "bytes that match their checksum", "changed bytes")
                .hint("Fetch or copy the file again; some of its bytes were changed."));
        }
        Ok(Self { body: body as usize, blobs: blobs as usize, background: background as usize })
    }

    /// The body and the blobs of the file whose header this is.
    pub fn split<'a>(&self, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8])> {
        let bytes = &bytes[..bytes.len() - self.background];
        let (body, blobs) = bytes[HEADER_BYTES..].split_at(bytes.len() - HEADER_BYTES - self.blobs);
        let (body, padding) = body.split_at(self.body);
        if padding.iter().any(|&byte| byte != 0) {
            return Err(Error::new(Kind::Corrupt, "padding after the body", "zeros", "other bytes"));
        }
        Ok((body, blobs))
    }
}

/// Whether a file says that it holds a network.
#[cfg(feature = "tensors")]
pub fn is_network(file: &[u8]) -> bool {
    file.starts_with(&MAGIC) && file[MAGIC.len()..].starts_with(&VERSION_OF_NETWORKS.to_le_bytes())
}

/// The background in a file that was decoded; none if it has none, or is no file.
pub fn background(file: &[u8]) -> &[u8] {
    let length = file.first_chunk().map_or(0, |header| u64_at(header, 40));
    let start = usize::try_from(length).ok().and_then(|length| file.len().checked_sub(length));
    start.map_or(&[], |start| &file[start..])
}

fn u64_at(header: &[u8; HEADER_BYTES], at: usize) -> u64 {
    header[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn checksum(file: &[u8]) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    hash.write(&file[..32]);
    hash.write(&file[HEADER_BYTES..]);
    hash.finish()
}

fn check_size(total: u64) -> Result<()> {
    if total <= MAX_FILE_BYTES {
        return Ok(());
    }
    Err(Error::new(Kind::LimitExceeded, "file", format!("at most {MAX_FILE_BYTES} bytes"), format!("{total} bytes")))
}

/// Says what the bytes are instead, for the mistakes people make.
fn not_a_model(bytes: &[u8]) -> Error {
    let start = bytes.trim_ascii_start();
    let is_markup = start.first() == Some(&b'<');
    let (found, hint) = match bytes {
        [] => ("no bytes", "The file is empty: write or fetch it again."),
        _ if MAGIC.starts_with(bytes) || bytes.starts_with(&MAGIC) => {
            let found = format!("{} bytes", bytes.len());
            return Error::new(Kind::Truncated, "file", format!("at least {HEADER_BYTES} bytes"), found)
                .hint("Fetch or copy the file again; it was cut.");
        }
        _ if is_markup => (
            "an HTML or XML page",
            "The server answered with a page instead of the file: check the address and access.",
        ),
        [b'P', b'K', 3, 4, ..] => ("a zip archive", "Unpack it, or convert what is in it with `edgelet import`."),
        [0x80, 2..=5, ..] => ("a pickle", "Convert it with `edgelet import`."),
        [0x1f, 0x8b, ..] => ("gzip-compressed bytes", "Decompress it, or serve it with Content-Encoding: gzip."),
        [b'{' | b'[', ..] => ("JSON", "If it is another framework's model, convert it with `edgelet import`."),
        _ if bytes.starts_with(b"version https://git-lfs") => {
            ("a Git LFS pointer", "Fetch the file it points to with `git lfs pull`.")
        }
        _ => ("other bytes", "Write the model with `edgelet train` or `edgelet import`."),
    };
    Error::new(Kind::NotAModel, "byte 0", "an .edgelet file", found).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_people_mistake_for_a_model() {
        let cases: [(&[u8], Kind, &str); 7] = [
            (b"", Kind::NotAModel, "no bytes"),
            (b"\n <!doctype html>", Kind::NotAModel, "an HTML or XML page"),
            (b"PK\x03\x04....", Kind::NotAModel, "a zip archive"),
            (b"\x80\x04\x95", Kind::NotAModel, "a pickle"),
            (b"{\"learner\":", Kind::NotAModel, "JSON"),
            (b"\x89EDGE\n\x1a", Kind::NotAModel, "other bytes"),
            (b"\x89EDGE\r\n\x1a\x01", Kind::Truncated, "9 bytes"),
        ];
        for (bytes, kind, found) in cases {
            let error = Header::read(bytes).err().expect("an error");
            assert_eq!((error.kind(), error.found()), (kind, found));
        }
    }

    #[test]
    fn refuses_sizes_past_the_limit_before_it_looks_at_the_bytes() {
        let mut file = assemble(b"body", &[0; 16], &[]).expect("a small file");
        for (length, kind) in
            [(MAX_FILE_BYTES, Kind::LimitExceeded), (u64::MAX, Kind::LimitExceeded), (17, Kind::Truncated)]
        {
            file[24..32].copy_from_slice(&length.to_le_bytes());
            assert_eq!(Header::read(&file).err().map(|error| error.kind()), Some(kind), "{length}");
        }
    }
}
