//! Recordings and pictures → arrays, by what the network then carries: of a folder with a folder for each label, or of an array.

use super::super::options::{Options, Source};
use super::{pictures, sounds};
use crate::error::Result;
use crate::native::data::Labelled;
use crate::network::{Data, Dtype, Tensor};

/// What stands in a folder's name.
pub const LABEL: &str = "label";
/// Who speaks, or what else the names of files begin with.
pub const SPEAKER: &str = "speaker";

/// The arrays with features in the place of recordings or pictures, which are the array that no option names; what makes them gets
/// their length or size, unless it has one.
///
/// # Errors
/// Those of [`sounds::of_array`] and [`pictures::of_array`], with the array's name.
pub fn of_arrays(arrays: Vec<(String, Tensor)>, options: &mut Options) -> Result<Vec<(String, Tensor)>> {
    let (mut source, is_example) = (options.source.clone(), |name: &str| !options.names(name));
    let mut made = Vec::with_capacity(arrays.len());
    for (name, array) in arrays {
        let array = match &mut source {
            Some(_) if !is_example(&name) => Ok(array),
            Some(Source::Sounds(audio)) => sounds::of_array(array, audio),
            Some(Source::Pictures(image)) => pictures::of_array(array, image),
            None => Ok(array),
        };
        made.push((name.clone(), array.map_err(|error| error.within(&name))?));
    }
    options.source = source;
    Ok(made)
}

/// The features of the recordings or pictures in a folder, with their labels, and who speaks. `seen` is called for each.
///
/// # Errors
/// Those of [`sounds::of_folder`] and [`pictures::of_folder`].
pub fn of_folder(found: &[Labelled], source: &Source, seen: &(dyn Fn() + Sync)) -> Result<Vec<(String, Tensor)>> {
    let (name, features) = match source {
        Source::Sounds(audio) => ("sound", sounds::of_folder(found, audio, seen)?),
        Source::Pictures(image) => ("image", pictures::of_folder(found, image, seen)?),
    };
    let texts = |of: fn(&Labelled) -> &String| {
        Tensor::new(Dtype::Text, vec![found.len()], Data::Text(found.iter().map(|file| of(file).clone()).collect()))
    };
    let arrays = [features, texts(|file| &file.label)?, texts(|file| &file.speaker)?];
    Ok([name, LABEL, SPEAKER].map(str::to_owned).into_iter().zip(arrays).collect())
}

/// Batches of one as one batch.
///
/// # Errors
/// Of more numbers than there is room for.
pub(super) fn joined(made: Vec<Tensor>) -> Result<Tensor> {
    let count = made.len();
    let shape = made.first().map_or(vec![0, 1, 1], |first| [&[count], &first.shape()[1..]].concat());
    let numbers =
        made.into_iter().flat_map(|tensor| if let Data::F32(x) = tensor.into_data() { x } else { Vec::new() });
    Tensor::new(Dtype::F32, shape, Data::F32(numbers.collect()))
}
