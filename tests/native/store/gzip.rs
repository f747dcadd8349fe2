//! gzip as servers store it, and as nobody should.

use flate2::bufread::{GzDecoder, GzEncoder};
use flate2::{Compress, Compression, FlushCompress};
use std::io::Read;

/// The bytes, in gzip.
pub fn coded(bytes: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    GzEncoder::new(bytes, Compression::fast()).read_to_end(&mut coded).expect("memory");
    coded
}

/// What gzip holds.
pub fn decoded(coded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(coded).read_to_end(&mut bytes).expect("gzip");
    bytes
}

/// About a megabyte of gzip that never ends: zeros, more than a model may have.
pub fn bomb() -> Vec<u8> {
    let zeros = vec![0; 1 << 20];
    let mut block = Vec::with_capacity(1 << 16);
    // After a full flush nothing refers back, so the block can be repeated.
    Compress::new(Compression::best(), false).compress_vec(&zeros, &mut block, FlushCompress::Full).expect("deflate");
    [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255][..], &block.repeat((1 << 10) + 1)].concat()
}
