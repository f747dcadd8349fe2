//! The compressed forms of joblib's files, told by their first bytes.

use super::limits::{MAX_BYTES, MAX_DICTIONARY_BYTES};
use crate::error::{Error, Kind, Result};
use std::io::{self, Read};

/// The bytes that a file's bytes are once decompressed, and the name of the compression, if they are compressed.
pub(super) fn decompress(bytes: &[u8]) -> Result<Option<(Vec<u8>, &'static str)>> {
    decompress_to(bytes, MAX_BYTES)
}

/// [`decompress`], up to a number of bytes.
fn decompress_to(bytes: &[u8], limit: u64) -> Result<Option<(Vec<u8>, &'static str)>> {
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
    let read = reader.by_ref().take(limit + 1).read_to_end(&mut decompressed);
    read.map_err(|error| damaged(name, &error))?;
    if decompressed.len() as u64 > limit {
        let expected = format!("at most {limit} decompressed bytes");
        return Err(Error::new(Kind::LimitExceeded, name, expected, "more"));
    }
    Ok(Some((decompressed, name)))
}

fn damaged(name: &'static str, error: &io::Error) -> Error {
    if error.kind() == io::ErrorKind::OutOfMemory {
        let expected = format!("a dictionary of at most {MAX_DICTIONARY_BYTES} bytes");
        return Error::new(Kind::LimitExceeded, name, expected, "a larger one");
    }
    Error::new(Kind::InvalidModel, name, "bytes that decompress", error.to_string()).hint("Copy the file again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Zeros, compressed in the ways that this crate has a compressor for.
    fn compressed(count: usize) -> Vec<(&'static str, Vec<u8>)> {
        let zeros = vec![0; count];
        let level = flate2::Compression::best();
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), level);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), level);
        let mut bzip = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
        let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
        let writers: [&mut dyn Write; 4] = [&mut zlib, &mut gzip, &mut bzip, &mut lz4];
        writers.into_iter().for_each(|writer| writer.write_all(&zeros).expect("memory"));
        vec![
            ("zlib", zlib.finish().expect("memory")),
            ("gzip", gzip.finish().expect("memory")),
            ("bz2", bzip.finish().expect("memory")),
            ("lz4", lz4.finish().expect("memory")),
        ]
    }

    #[test]
    fn a_bomb_is_cut_off_at_the_limit() {
        for (name, bytes) in compressed(1 << 20) {
            let (zeros, found) = decompress_to(&bytes, 1 << 20).expect("at the limit").expect("compressed");
            assert_eq!((zeros.len(), found), (1 << 20, name));
            let error = decompress_to(&bytes, (1 << 20) - 1).expect_err("one past it");
            assert_eq!((error.kind(), error.at()), (Kind::LimitExceeded, name));
        }
    }

    #[test]
    fn a_decompressor_takes_no_more_memory_than_allowed() {
        // The sizes of the dictionaries: 4 GiB of lzma, and of xz, whose header has a checksum.
        let lzma = [&[0x5d, 0, 0, 0xff, 0xff][..], &[0xff; 8], &[0; 20]].concat();
        assert_eq!(decompress(&lzma).expect_err("a large dictionary").kind(), Kind::LimitExceeded);
        let xz = b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36\x02\0\x21\x01\x28\0\0\0\xe6\xa0\x11\xb3";
        let error = decompress(xz).expect_err("a large dictionary");
        assert_eq!(error.kind(), Kind::LimitExceeded, "{error}");
    }
}
