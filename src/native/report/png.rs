//! A small image inside a page: PNG (RFC 2083), 8 bits of red, green and blue, no filters, as a `data:` address.

use super::super::train::insight::Picture;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::io::Write;

/// The image's address; empty of an image without pixels.
pub fn address(picture: &Picture) -> String {
    let Some(height) = picture.pixels.len().checked_div(picture.width) else { return String::new() };
    let mut header = [picture.width as u32, height as u32].map(u32::to_be_bytes).concat();
    // 8 bits, colours, deflate, the five filters, not interlaced.
    header.extend([8, 2, 0, 0, 0]);
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    for line in picture.pixels.chunks_exact(picture.width) {
        // Each line says first that it has no filter. Writing to memory does not fail.
        let _ = packer.write_all(&[0]).and_then(|()| packer.write_all(line.as_flattened()));
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &packer.finish().unwrap_or_default());
    chunk(&mut png, b"IEND", &[]);
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

/// A length, a name, what it holds, and the checksum of both.
fn chunk(png: &mut Vec<u8>, name: &[u8; 4], holds: &[u8]) {
    png.extend((holds.len() as u32).to_be_bytes());
    let mut checksum = Crc::new();
    for part in [&name[..], holds] {
        checksum.update(part);
        png.extend(part);
    }
    png.extend(checksum.sum().to_be_bytes());
}
