//! The compressed forms of joblib's files, told by their first bytes.

use super::limits::{MAX_BYTES, MAX_DICTIONARY_BYTES};
use crate::error::{Error, Kind, Result};
use std::io::{self, Read};

/// The bytes that a file's bytes are once decompressed, and the name of the compression, if they are compressed.
pub(super) fn decompress(bytes: &[u8]) -> Result<Option<(Vec<u8>, &'static str)>> {
    let limit_kib = (MAX_DICTIONARY_BYTES >> 10) as u32;
    let (name, mut reader): (_, Box<dyn Read + '_>) = match bytes {
        [0x78, ..] => ("zlib", Box::new(flate2::read::ZlibDecoder::new(bytes))),
        [0x1f, 0x8b, ..] => ("gzip", Box::new(flate2::read::MultiGzDecoder::new(bytes))),
        [b'B', b'Z', b'h', ..] => ("bz2", Box::new(bzip2::read::MultiBzDecoder::new(bytes))),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            ("xz", Box::new(lzma_rust2::XzReader::new_mem_limit(bytes, true, limit_kib)))
        }
        [0x5d, 0, ..] => match lzma_rust2::LzmaReader::new_mem_limit(bytes, limit_kib, None) {
            Ok(reader) => ("lzma", Box::new(reader)),
            Err(error) => return Err(damaged("lzma", &error)),
        },
        [0x04, 0x22, 0x4d, 0x18, ..] => ("lz4", Box::new(lz4_flex::frame::FrameDecoder::new(bytes))),
        [b'Z', b'F', ..] => {
            let found = "a file of joblib before 0.10";
            let error = Error::new(Kind::Unsupported, "byte 0", "a pickle or a file of joblib", found);
            return Err(error.hint("Load it with that joblib and write it again with a current one."));
        }
        _ => return Ok(None),
    };
    let mut decompressed = Vec::new();
    let read = reader.by_ref().take(MAX_BYTES + 1).read_to_end(&mut decompressed);
    read.map_err(|error| damaged(name, &error))?;
    if decompressed.len() as u64 > MAX_BYTES {
        let expected = format!("at most {MAX_BYTES} decompressed bytes");
        return Err(Error::new(Kind::LimitExceeded, name, expected, "more"));
    }
    Ok(Some((decompressed, name)))
}

fn damaged(name: &'static str, error: &io::Error) -> Error {
    Error::new(Kind::InvalidModel, name, "bytes that decompress", error.to_string()).hint("Copy the file again.")
}
