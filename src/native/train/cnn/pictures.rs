//! Pictures → numbers that lie like images, by the preprocessing that the network then carries: what it learns from is what it sees.

use super::source::joined;
use crate::error::{Error, Kind, Result};
use crate::infer::{Pixels, pixels};
use crate::native::data::{Labelled, Picture, read_picture};
use crate::native::store::file;
use crate::network::{Colors, Data, Dim, Dtype, Filter, Image, Port, Sides, Tensor, shown};
use rayon::prelude::*;

/// The most bytes of a picture's file.
const MAX_BYTES: u64 = 1 << 30;

/// The numbers of the pictures in a folder. `seen` is called for each.
///
/// # Errors
/// [`Kind::BadOption`] for pictures without a common size; those of a file that is no picture, with its path.
pub fn of_folder(found: &[Labelled], image: &Image, seen: &(dyn Fn() + Sync)) -> Result<Tensor> {
    if image.crop.is_none() && !matches!(image.resize, Some((Sides::Both(..), _))) {
        let expected = "how large each picture becomes: --image-set resize=64x64, or crop=64 after resize=72";
        return Err(Error::new(Kind::BadOption, "--image-set resize", expected, "no height and width"));
    }
    let port = port(image);
    let of = |picture: &Labelled| {
        let shown = picture.path.display().to_string();
        let here = |error: Error| error.within(&shown);
        let Picture { bytes, height, width } = read_picture(&file::read(&picture.path, MAX_BYTES)?).map_err(here)?;
        seen();
        pixels::tensor(image, Pixels { bytes: &bytes, height, width }, &port).map_err(here)
    };
    joined(found.par_iter().map(of).collect::<Result<_>>()?)
}

/// The numbers of an array of pictures, whose size the preprocessing gets unless it has one.
///
/// # Errors
/// [`Kind::BadRows`] for an array of anything else; those of a size that cannot be made of theirs.
pub fn of_array(pictures: Tensor, image: &mut Image) -> Result<Tensor> {
    let (height, width, channels) = match *pictures.shape() {
        [_, height, width] => (height, width, 1),
        [_, height, width, channels @ (1 | 3 | 4)] => (height, width, channels),
        _ => {
            let expected = "pictures: [n, height, width], or with 1, 3 or 4 bytes of each pixel last";
            return Err(Error::new(Kind::BadRows, "shape", expected, shown(pictures.shape())));
        }
    };
    let (dtype, sides) = (pictures.dtype(), [height, width].map(u32::try_from));
    let bytes: Vec<u8> = match (pictures.into_data(), dtype) {
        (Data::I64(x), Dtype::U8) => x.into_iter().map(|x| x as u8).collect(),
        _ => return Err(Error::new(Kind::BadRows, "array", "pixels of bytes: uint8", dtype.name())),
    };
    if let (None, None, [Ok(height), Ok(width)]) = (&image.resize, &image.crop, sides) {
        image.resize = Some((Sides::Both(height, width), Filter::Bilinear));
    }
    let (image, port) = (&*image, port(image));
    let pictures: Vec<&[u8]> = bytes.chunks_exact((height * width * channels).max(1)).collect();
    let of = |(i, bytes): (usize, &&[u8])| {
        let made = pixels::tensor(image, Pixels { bytes, height, width }, &port);
        made.map_err(|error| error.within(&format!("example {i}")))
    };
    joined(pictures.par_iter().enumerate().map(of).collect::<Result<_>>()?)
}

/// What takes one picture as an example: gray ones have no dimension for their colours.
fn port(image: &Image) -> Port {
    let rank = if image.colors == Colors::Gray { 3 } else { 4 };
    Port { name: String::new(), dtype: Dtype::F32, shape: Some(vec![Dim::Any(String::new()); rank]) }
}
