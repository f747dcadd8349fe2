//! Sounds become the tensor that a network was trained on: samples as they are, or frames of frequencies as librosa, torchaudio,
//! Kaldi and Hugging Face's feature extractors make them.
//!
//! `network/preprocess/audio.rs` names each step; all of them are computed in f64, and rounded once to the input's type.

mod bands;
mod fourier;
mod resample;
mod taper;

use super::cast::cast;
use crate::error::{Error, Kind, Result};
use crate::math;
use crate::network::tensor::count as count_of;
use crate::network::{Around, Audio, Data, Dtype, Level, MAX_RATE, Port, Spectrum, Tensor};
use bands::Band;
use fourier::Fourier;
use std::f64::consts::PI;

/// A sound as it is given: one channel.
#[derive(Clone, Copy)]
pub struct Sound<'a> {
    /// From −1 to 1.
    pub samples: &'a [f32],
    /// How many of them are a second.
    pub rate: u32,
}

/// What makes tensors of sounds, for one input.
pub struct FrontEnd {
    input: usize,
    audio: Audio,
    frames: Option<Frames>,
}

/// What is the same for every frame.
struct Frames {
    taper: Vec<f64>,
    fourier: Fourier,
    bands: Vec<Band>,
    /// Coefficients × bands.
    cosines: Vec<Vec<f64>>,
}

impl FrontEnd {
    /// For an input.
    pub fn new(input: u32, audio: Audio) -> Self {
        let frames = audio.spectrum.as_ref().map(|spectrum| Frames {
            taper: taper::weights(spectrum),
            fourier: Fourier::new(spectrum.fft as usize),
            bands: spectrum.bands.as_ref().map_or(Vec::new(), |found| {
                bands::triangles(found, f64::from(audio.rate), spectrum.frequencies() as usize)
            }),
            cosines: spectrum.bands.iter().flat_map(|bands| cosines(spectrum.cosines, bands.count)).collect(),
        });
        Self { input: input as usize, audio, frames }
    }

    /// The input.
    pub fn input(&self) -> usize {
        self.input
    }

    /// The tensor of one sound.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] for a sound that is too short or a length that the input does not take, [`Kind::NotFinite`] for
    /// samples that are no numbers, [`Kind::LimitExceeded`] for a rate that is none.
    pub fn tensor(&self, sound: Sound<'_>, port: &Port) -> Result<Tensor> {
        let samples = self.samples(sound)?;
        let (numbers, length) = match (&self.audio.spectrum, &self.frames) {
            (Some(spectrum), Some(frames)) => frames.of(&samples, spectrum)?,
            _ => (samples.iter().map(|x| *x as f32).collect(), samples.len()),
        };
        let shape = self.audio.dimensions(u32::try_from(length).ok(), port);
        let shape = shape.into_iter().map(|length| length.unwrap_or_default() as usize).collect();
        let tensor = cast(&Tensor::new(Dtype::F32, shape, Data::F32(numbers))?, port.dtype)?;
        port.check(&tensor)?;
        Ok(tensor)
    }

    /// The samples as the network's rate has them, as many as it takes.
    fn samples(&self, Sound { samples, rate }: Sound<'_>) -> Result<Vec<f64>> {
        let Audio { rate: wanted, scale, normalized, samples: count, .. } = self.audio;
        if !(1..=MAX_RATE).contains(&rate) {
            let expected = format!("1 to {MAX_RATE} samples a second");
            return Err(Error::new(Kind::LimitExceeded, "sample rate", expected, rate.to_string()));
        }
        if samples.is_empty() {
            return Err(Error::new(Kind::WrongShape, "samples", "at least one", "none"));
        }
        if let Some(i) = samples.iter().position(|x| !x.is_finite()) {
            let (at, found) = (format!("samples[{i}]"), samples[i].to_string());
            return Err(Error::new(Kind::NotFinite, at, "a finite number", found));
        }
        let mut samples = resample::resampled(samples, rate, wanted)?;
        let count = count.map(|count| count as usize);
        samples.truncate(count.unwrap_or(usize::MAX));
        samples.iter_mut().for_each(|x| *x *= scale);
        if let Some(added) = normalized {
            let length = samples.len() as f64;
            let mean = samples.iter().sum::<f64>() / length;
            let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / length;
            let deviation = (variance + added).sqrt();
            // Silence stays silence.
            samples.iter_mut().for_each(|x| *x = if deviation == 0.0 { 0.0 } else { (*x - mean) / deviation });
        }
        samples.resize(count.unwrap_or(samples.len()), 0.0);
        Ok(samples)
    }
}

impl Frames {
    /// The numbers of all frames as the input has them, and how many frames they are.
    fn of(&self, samples: &[f64], spectrum: &Spectrum) -> Result<(Vec<f32>, usize)> {
        let found = u32::try_from(samples.len()).ok().and_then(|count| spectrum.frames_of(count));
        let Some(found) = found else {
            let expected = format!("at least a frame of {}", spectrum.length);
            return Err(Error::new(Kind::WrongShape, "samples", expected, samples.len().to_string()));
        };
        let count = spectrum.frames.unwrap_or(found) as usize;
        let (width, bands) = (spectrum.numbers() as usize, self.width(spectrum));
        // What is made has to have a place before any of it is.
        count_of(&[count, width.max(bands)])?;
        let mut levels = Vec::with_capacity(count * bands);
        let mut frame = vec![0.0; spectrum.fft as usize];
        for i in 0..count.min(found as usize) {
            self.frame(samples, i, spectrum, &mut frame);
            let magnitudes = self.fourier.squares(&frame).map(|x| if spectrum.squared { x } else { x.sqrt() });
            let magnitudes: Vec<f64> = magnitudes.collect();
            let level = |x: f64| spectrum.level.map_or(x, |level| level.of(x));
            match &self.bands[..] {
                [] => levels.extend(magnitudes.into_iter().map(level)),
                bands => levels.extend(bands.iter().map(|band| level(band.sum(&magnitudes)))),
            }
        }
        levels.resize(count * bands, 0.0);
        let largest = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if let Some(range) = spectrum.range {
            levels.iter_mut().for_each(|x| *x = x.max(largest - range));
        }
        if spectrum.below_largest {
            levels.iter_mut().for_each(|x| *x -= largest);
        }
        if !self.cosines.is_empty() {
            let product = |frame: &[f64], row: &Vec<f64>| frame.iter().zip(row).map(|(x, y)| x * y).sum();
            let frames = levels.chunks_exact(bands);
            levels = frames.flat_map(|frame| self.cosines.iter().map(move |row| product(frame, row))).collect();
        }
        let of = |numbers: &[f64], band: usize| numbers[if numbers.len() == 1 { 0 } else { band }];
        let scaled = |frame: usize, band: usize| {
            ((levels[frame * width + band] - of(&spectrum.mean, band)) / of(&spectrum.deviation, band)) as f32
        };
        let numbers = 0..count * width;
        let numbers = match spectrum.bands_first {
            true => numbers.map(|i| scaled(i % count, i / count)).collect(),
            false => numbers.map(|i| scaled(i / width, i % width)).collect(),
        };
        Ok((numbers, count))
    }

    /// How many numbers a frame has before the cosine transform.
    fn width(&self, spectrum: &Spectrum) -> usize {
        if self.bands.is_empty() { spectrum.frequencies() as usize } else { self.bands.len() }
    }

    /// Takes a frame out of the samples and multiplies it by the window.
    fn frame(&self, samples: &[f64], i: usize, spectrum: &Spectrum, frame: &mut [f64]) {
        let (length, start) = (spectrum.length as usize, i * spectrum.hop as usize);
        let before = if spectrum.around == Around::Nothing { 0 } else { length / 2 };
        let last = samples.len() as isize - 1;
        let sample = |at: isize| match spectrum.around {
            // Back and forth, however short the sound is.
            Around::Mirrored if last > 0 => {
                let place = at.rem_euclid(2 * last);
                samples[place.min(2 * last - place) as usize]
            }
            Around::Mirrored => samples[0],
            _ => usize::try_from(at).ok().and_then(|at| samples.get(at)).copied().unwrap_or(0.0),
        };
        let frame = &mut frame[..length];
        match start.checked_sub(before).and_then(|start| samples.get(start..start + length)) {
            Some(samples) => frame.copy_from_slice(samples),
            None => frame.iter_mut().enumerate().for_each(|(j, x)| *x = sample((start + j) as isize - before as isize)),
        }
        if spectrum.without_mean {
            let mean = frame.iter().sum::<f64>() / length as f64;
            frame.iter_mut().for_each(|x| *x -= mean);
        }
        if spectrum.preemphasis != 0.0 {
            // From the end, since each takes what the one before it was.
            (1..length).rev().for_each(|j| frame[j] -= spectrum.preemphasis * frame[j - 1]);
            frame[0] *= 1.0 - spectrum.preemphasis;
        }
        frame.iter_mut().zip(&self.taper).for_each(|(x, weight)| *x *= weight);
    }
}

impl Level {
    fn of(self, x: f64) -> f64 {
        self.factor * math::ln((x + self.added).max(self.least))
    }
}

/// The rows of the orthonormal DCT-II, as scipy's `dct(norm="ortho")` has them; none where none are asked for.
fn cosines(coefficients: Option<u32>, bands: u32) -> impl Iterator<Item = Vec<f64>> {
    let count = f64::from(bands);
    (0..coefficients.unwrap_or(0)).map(move |k| {
        let factor = (if k == 0 { 1.0 } else { 2.0 } / count).sqrt();
        let weight = |n: u32| factor * libm::cos(PI * f64::from(k) * (2.0 * f64::from(n) + 1.0) / (2.0 * count));
        (0..bands).map(weight).collect()
    })
}
