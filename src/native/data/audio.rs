//! Sounds: WAV → samples from −1 to 1.

use crate::error::{Error, Kind, Result};
use hound::{SampleFormat, WavReader};
use std::io::Cursor;

/// A sound of one channel.
pub struct Recording {
    /// From −1 to 1.
    pub samples: Vec<f32>,
    /// How many of them are a second.
    pub rate: u32,
}

/// Whether bytes are those of a WAV.
pub fn is_wav(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WAVE")
}

/// The samples of a WAV, of whole numbers or of floats; several channels become their mean.
///
/// # Errors
/// [`Kind::BadRows`] for bytes that are damaged or encoded otherwise.
pub fn read_wav(bytes: &[u8]) -> Result<Recording> {
    let damaged = |error: hound::Error| {
        Error::new(Kind::BadRows, "samples", "a WAV of PCM or of 32-bit floats", error.to_string())
            .hint("`ffmpeg -i SOUND -c:a pcm_s16le sound.wav` makes one of whatever it reads.")
    };
    let mut reader = WavReader::new(Cursor::new(bytes)).map_err(damaged)?;
    let spec = reader.spec();
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect::<hound::Result<_>>().map_err(damaged)?,
        SampleFormat::Int => {
            let largest = f64::from(2).powi(i32::from(spec.bits_per_sample) - 1);
            let sample = |x: hound::Result<i32>| x.map(|x| (f64::from(x) / largest) as f32);
            reader.samples::<i32>().map(sample).collect::<hound::Result<_>>().map_err(damaged)?
        }
    };
    let channels = usize::from(spec.channels);
    let mean = |frame: &[f32]| (frame.iter().map(|x| f64::from(*x)).sum::<f64>() / channels as f64) as f32;
    let samples = if channels == 1 { samples } else { samples.chunks_exact(channels).map(mean).collect() };
    Ok(Recording { samples, rate: spec.sample_rate })
}
