//! Recordings → features that lie like images, by the front end that the network then carries: what it learns from is what it hears.

use super::source::joined;
use crate::error::{Error, Kind, Result};
use crate::infer::{FrontEnd, Sound};
use crate::native::data::{Labelled, Recording, read_wav};
use crate::native::store::file;
use crate::network::{Audio, Data, Dtype, Port, Tensor, shown};
use rayon::prelude::*;

/// What a 16-bit sample of 1 is.
const FULL_SCALE: f32 = 32_768.0;
/// The most bytes of a recording.
const MAX_BYTES: u64 = 1 << 30;

/// The features of the recordings in a folder. `heard` is called for each.
///
/// # Errors
/// [`Kind::BadOption`] for recordings without a common length, or a front end that leaves samples as they are; those of a sound that is
/// too short or no number, with its path.
pub fn of_folder(found: &[Labelled], audio: &Audio, heard: &(dyn Fn() + Sync)) -> Result<Tensor> {
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
    joined(found.par_iter().enumerate().map(of).collect::<Result<_>>()?)
}

/// The features of an array of recordings, whose length the front end gets unless it has one.
///
/// # Errors
/// [`Kind::BadRows`] for an array of anything else, and as of [`of_folder`], with the example's number.
pub fn of_array(recordings: Tensor, audio: &mut Audio) -> Result<Tensor> {
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
