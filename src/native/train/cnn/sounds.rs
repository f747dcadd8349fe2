//! Recordings → features that lie like images, by the front end that the network then carries: what it learns from is what it hears.

use super::super::options::Options;
use crate::error::{Error, Kind, Result};
use crate::infer::{FrontEnd, Sound};
use crate::native::data::{Labelled, Recording, read_wav};
use crate::native::store::file;
use crate::network::{Audio, Data, Dtype, Port, Tensor, shown};
use rayon::prelude::*;

/// What a 16-bit sample of 1 is.
const FULL_SCALE: f32 = 32_768.0;
/// What the features of a folder are called, with what its names tell of each recording.
const NAMES: [&str; 3] = ["sound", LABEL, SPEAKER];
/// What is heard.
pub const LABEL: &str = "label";
/// Who speaks.
pub const SPEAKER: &str = "speaker";
/// The most bytes of a recording.
const MAX_BYTES: u64 = 1 << 30;

/// The arrays with features in the place of recordings, which are the array that no option names; the front end of the options
/// gets the length of a recording, unless it has one.
///
/// # Errors
/// [`Kind::BadRows`] for an array of anything else, [`Kind::BadOption`] for a front end that leaves samples as they are, and those
/// of a sound that is too short or no number, with its place.
pub fn of_arrays(arrays: Vec<(String, Tensor)>, options: &mut Options) -> Result<Vec<(String, Tensor)>> {
    let (mut audio, is_example) = (options.audio.clone(), |name: &str| !options.names(name));
    let mut made = Vec::with_capacity(arrays.len());
    for (name, array) in arrays {
        let array = match &mut audio {
            Some(audio) if is_example(&name) => features(array, audio).map_err(|error| error.within(&name))?,
            _ => array,
        };
        made.push((name, array));
    }
    options.audio = audio;
    Ok(made)
}

/// The features of the recordings in a folder, with their labels and who speaks. `heard` is called for each.
///
/// # Errors
/// As of [`of_arrays`], with the recording's path; [`Kind::BadOption`] for recordings without a common length.
pub fn of_folder(found: &[Labelled], audio: &Audio, heard: &(dyn Fn() + Sync)) -> Result<Vec<(String, Tensor)>> {
    if audio.length().is_none() {
        let expected = "how long each recording becomes: --audio-set samples=1s";
        return Err(Error::new(Kind::BadOption, "--audio-set samples", expected, "nothing"));
    }
    let front_end = FramesOf::new(audio)?;
    let of = |(i, recording): (usize, &Labelled)| {
        let shown = recording.path.display().to_string();
        let here = |error: Error| error.within(&shown);
        let bytes = file::read(&recording.path, MAX_BYTES)?;
        let Recording { samples, rate } = read_wav(&bytes).map_err(here)?;
        heard();
        front_end.of(i, Sound { samples: &samples, rate }).map_err(here)
    };
    let made: Vec<Tensor> = found.par_iter().enumerate().map(of).collect::<Result<_>>()?;
    let texts = |of: fn(&Labelled) -> &String| {
        Tensor::new(Dtype::Text, vec![found.len()], Data::Text(found.iter().map(|file| of(file).clone()).collect()))
    };
    let arrays = [joined(made)?, texts(|file| &file.label)?, texts(|file| &file.speaker)?];
    Ok(NAMES.map(str::to_owned).into_iter().zip(arrays).collect())
}

/// The features of an array of recordings.
fn features(recordings: Tensor, audio: &mut Audio) -> Result<Tensor> {
    let [_, length] = *recordings.shape() else {
        let expected = "recordings: [n, samples]";
        return Err(Error::new(Kind::BadRows, "shape", expected, shown(recordings.shape())));
    };
    audio.samples = audio.samples.or(u32::try_from(length).ok());
    let dtype = recordings.dtype();
    let samples: Vec<f32> = match recordings.into_data() {
        Data::F32(x) => x,
        Data::F64(x) => x.into_iter().map(|x| x as f32).collect(),
        Data::I64(x) if dtype == Dtype::I16 => x.into_iter().map(|x| x as f32 / FULL_SCALE).collect(),
        _ => {
            let expected = "samples as floats from -1 to 1, or of 16 bits";
            return Err(Error::new(Kind::BadRows, "array", expected, dtype.name()));
        }
    };
    let (rate, front_end) = (audio.rate, FramesOf::new(audio)?);
    let recordings: Vec<&[f32]> = samples.chunks_exact(length.max(1)).collect();
    let of = |(i, samples): (usize, &&[f32])| front_end.of(i, Sound { samples, rate });
    joined(recordings.par_iter().enumerate().map(of).collect::<Result<_>>()?)
}

/// A front end that makes frames, for no network's input yet.
struct FramesOf {
    front_end: FrontEnd,
    port: Port,
}

impl FramesOf {
    fn new(audio: &Audio) -> Result<Self> {
        if audio.spectrum.is_none() {
            let expected = "a front end that makes frames";
            return Err(Error::new(Kind::BadOption, "--audio", expected, "one that keeps samples")
                .hint("`--audio librosa` is one; --audio-set changes what of it is otherwise."));
        }
        let port = Port { name: String::new(), dtype: Dtype::F32, shape: None };
        audio.check(&port)?;
        Ok(Self { front_end: FrontEnd::new(0, audio.clone()), port })
    }

    fn of(&self, i: usize, sound: Sound<'_>) -> Result<Tensor> {
        self.front_end.tensor(sound, &self.port).map_err(|error| error.within(&format!("example {i}")))
    }
}

/// Batches of one as one batch.
fn joined(made: Vec<Tensor>) -> Result<Tensor> {
    let count = made.len();
    let shape = made.first().map_or(vec![0, 1, 1], |first| [&[count], &first.shape()[1..]].concat());
    let numbers =
        made.into_iter().flat_map(|tensor| if let Data::F32(x) = tensor.into_data() { x } else { Vec::new() });
    Tensor::new(Dtype::F32, shape, Data::F32(numbers.collect()))
}
