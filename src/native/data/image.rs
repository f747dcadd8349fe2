//! Pictures: PNG, JPEG and WebP → rows of pixels, upright as browsers show them.

use crate::error::{Error, Kind, Result};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The most bytes of the pixels of one picture, and of what decoding it takes.
const MAX_BYTES: u64 = 1 << 30;

/// Rows of pixels, each of red, green and blue.
pub struct Picture {
    /// Row after row.
    pub bytes: Vec<u8>,
    /// How many rows.
    pub height: usize,
    /// How many pixels a row has.
    pub width: usize,
}

/// Whether bytes are those of a picture.
pub fn is_picture(bytes: &[u8]) -> bool {
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    image::guess_format(bytes).is_ok_and(|format| known.contains(&format))
}

/// The pixels of a picture, turned as its EXIF data say. What is transparent keeps its colours.
///
/// # Errors
/// [`Kind::BadRows`] for bytes that are damaged, or of too many pixels.
pub fn read_picture(bytes: &[u8]) -> Result<Picture> {
    let damaged = |error: image::ImageError| {
        Error::new(Kind::BadRows, "pixels", "a picture that can be decoded", error.to_string())
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| damaged(error.into()))?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    let picture = picture.into_rgb8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Ok(Picture { bytes: picture.into_raw(), height, width })
}
