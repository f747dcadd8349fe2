//! How sounds become an input: samples as they are, or frames of frequencies, mel bands or cepstral coefficients.

use super::{takes_shape, wrong};
use crate::error::Result;
use crate::network::{Dim, Port};
use serde::{Deserialize, Serialize};

/// The most samples a second.
pub const MAX_RATE: u32 = 768_000;
/// The most samples that a network takes of one sound.
pub const MAX_SAMPLES: u32 = 1 << 24;
/// The most samples of a frame.
const MAX_FFT: u32 = 1 << 15;
/// The most bands.
const MAX_BANDS: u32 = 1 << 10;

/// How samples become numbers, in the order in which it is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audio {
    /// Samples a second; sounds of another rate are resampled.
    pub rate: u32,
    /// What each sample, from −1 to 1, is multiplied by.
    pub scale: f64,
    /// How many samples are taken: what is longer is cut, zeros follow what is shorter.
    pub samples: Option<u32>,
    /// Samples get mean 0 and variance 1 before zeros follow; this is added to the variance first.
    pub normalized: Option<f64>,
    /// Frames of frequencies; without it the samples are the input.
    pub spectrum: Option<Spectrum>,
}

/// How samples become frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spectrum {
    /// How many samples are transformed: a frame, and zeros behind it.
    pub fft: u32,
    /// How many samples a frame has.
    pub length: u32,
    /// How many samples lie between the beginnings of frames.
    pub hop: u32,
    /// What a frame is multiplied by.
    pub window: Taper,
    /// The window is one period of a longer wave; else it is symmetric.
    pub periodic: bool,
    /// Where frames begin, and what is beyond the samples.
    pub around: Around,
    /// Each frame's mean is taken from it.
    pub without_mean: bool,
    /// The share of the sample before it that is taken from each.
    pub preemphasis: f64,
    /// Magnitudes are squared.
    pub squared: bool,
    /// Bands that frequencies are added up to; without them frequencies stay.
    pub bands: Option<Bands>,
    /// Magnitudes on a scale as ears have it.
    pub level: Option<Level>,
    /// How many frames are made: what is more is cut, frames of zeros follow what is less.
    pub frames: Option<u32>,
    /// The largest number is 0: it is taken from all.
    pub below_largest: bool,
    /// How far below the largest number the least is; what is less is raised to it.
    pub range: Option<f64>,
    /// How many coefficients of the orthonormal cosine transform (DCT-II) bands become.
    pub cosines: Option<u32>,
    /// What is then subtracted: one number, or one for each band.
    pub mean: Vec<f64>,
    /// What is then divided by.
    pub deviation: Vec<f64>,
    /// Bands are the dimension before frames; else frames are before bands.
    pub bands_first: bool,
}

/// What a frame is multiplied by.
#[allow(missing_docs, reason = "the field's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Taper {
    Hann,
    Hamming,
    Blackman,
    /// Kaldi's: Hann's to the power of 0.85.
    Povey,
    Ones,
}

/// Where frames begin, and what is beyond the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Around {
    /// The first begins with the first sample, and all of them lie within the samples.
    Nothing,
    /// The middle of the first is the first sample; zeros are beyond.
    Zeros,
    /// The same, with samples mirrored at the first and the last one.
    Mirrored,
}

/// Triangles over frequencies, evenly spaced on a mel scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// How many.
    pub count: u32,
    /// Where the first begins, in Hz.
    pub from: f64,
    /// Where the last ends, in Hz.
    pub to: f64,
    /// The scale.
    pub scale: MelScale,
    /// Each triangle has the same area (Slaney); else the same height.
    pub same_area: bool,
}

/// What a mel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MelScale {
    /// 2595 · log₁₀(1 + f / 700), as in HTK.
    Htk,
    /// Linear below 1 kHz, as in Slaney's Auditory Toolbox and librosa.
    Slaney,
    /// HTK's, and triangles are straight in mels instead of Hz, as in Kaldi and TensorFlow.
    Kaldi,
}

/// x becomes factor · ln(max(x + added, least)).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// 1 for natural logarithms, 1 / ln 10 for decimal ones, 10 / ln 10 for decibels.
    pub factor: f64,
    /// What is added first.
    pub added: f64,
    /// What less than it is raised to.
    pub least: f64,
}

impl Audio {
    /// The shape of what is made of one sound, for an input of that rank. Dimensions before those of samples, or of frames and
    /// bands, have length 1, and so has one behind them where the input says so. What is not known yet is nothing.
    pub fn dimensions(&self, frames: Option<u32>, port: &Port) -> Vec<Option<u32>> {
        let shape = port.shape.as_deref();
        let (mut made, usual) = match &self.spectrum {
            None => (vec![frames], 2),
            Some(spectrum) if spectrum.bands_first => (vec![Some(spectrum.numbers()), frames], 3),
            Some(spectrum) => (vec![frames, Some(spectrum.numbers())], 3),
        };
        let rank = shape.map_or(usual, <[Dim]>::len);
        if rank == made.len() + 2 && matches!(shape, Some([.., Dim::Fixed(1)])) {
            made.push(Some(1));
        }
        let before = rank.saturating_sub(made.len());
        [vec![Some(1); before], made].concat()
    }

    /// How many samples, or frames, are made of each sound, if that is always the same.
    pub fn length(&self) -> Option<u32> {
        match &self.spectrum {
            None => self.samples,
            Some(spectrum) => spectrum.frames.or(self.samples.and_then(|samples| spectrum.frames_of(samples))),
        }
    }

    /// Checks what is known before there are samples, and that it fits an input.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`](crate::error::Kind::InvalidModel), with the name of the setting.
    pub fn check(&self, port: &Port) -> Result<()> {
        within("rate", self.rate, MAX_RATE)?;
        self.samples.map_or(Ok(()), |samples| within("samples", samples, MAX_SAMPLES))?;
        if !self.scale.is_finite() || self.normalized.is_some_and(|added| !(added.is_finite() && added >= 0.0)) {
            return wrong("scale, normalize", "finite numbers".into(), "others".into());
        }
        if !port.dtype.is_float() {
            return wrong("dtype", "an input of floats".into(), port.dtype.name().into());
        }
        self.spectrum.as_ref().map_or(Ok(()), |spectrum| spectrum.check(self))?;
        takes_shape(port, "sounds", &self.dimensions(self.length(), port))
    }
}

impl Spectrum {
    /// How many frequencies a frame has: from 0 to half of the rate.
    pub fn frequencies(&self) -> u32 {
        self.fft / 2 + 1
    }

    /// How many numbers a frame becomes.
    pub fn numbers(&self) -> u32 {
        self.cosines.or(self.bands.as_ref().map(|bands| bands.count)).unwrap_or(self.frequencies())
    }

    /// How many frames lie in so many samples; nothing where they are too few for one.
    pub fn frames_of(&self, samples: u32) -> Option<u32> {
        match self.around {
            Around::Nothing => samples.checked_sub(self.length).map(|rest| rest / self.hop + 1),
            Around::Zeros | Around::Mirrored => Some(samples / self.hop + 1),
        }
    }

    fn check(&self, audio: &Audio) -> Result<()> {
        within("n_fft", self.fft, MAX_FFT)?;
        within("win_length", self.length, self.fft)?;
        within("hop_length", self.hop, MAX_SAMPLES)?;
        // The middle of an odd number of samples is not where all libraries look for it.
        let is_odd = self.fft % 2 == 1 || (self.around != Around::Nothing && self.length % 2 == 1);
        if is_odd {
            let found = format!("{} and {}", self.fft, self.length);
            return wrong("n_fft, win_length", "even numbers".into(), found);
        }
        let mut numbers = self.mean.iter().chain(&self.deviation).chain([&self.preemphasis]);
        let bounds = self.bands.iter().flat_map(|bands| [bands.from, bands.to]);
        let levels = self.level.iter().flat_map(|level| [level.factor, level.added, level.least]);
        let mut others = bounds.chain(levels).chain(self.range);
        if !(numbers.all(|x| x.is_finite()) && others.all(f64::is_finite)) || self.deviation.contains(&0.0) {
            return wrong("settings", "finite numbers, and std not 0".into(), "others".into());
        }
        if let Some(bands) = &self.bands {
            within("n_mels", bands.count, MAX_BANDS)?;
            let nyquist = f64::from(audio.rate) / 2.0;
            if !(0.0 <= bands.from && bands.from < bands.to && bands.to <= nyquist) {
                let found = format!("{} to {}", bands.from, bands.to);
                return wrong("fmin, fmax", format!("frequencies from 0 to {nyquist} Hz, fmin below fmax"), found);
            }
        }
        if let Some(cosines) = self.cosines {
            let most = self.bands.as_ref().map_or(0, |bands| bands.count);
            within("n_mfcc", cosines, most)?;
        }
        if let Some(frames) = self.frames {
            within("frames", frames, MAX_SAMPLES)?;
        }
        let numbers = self.numbers() as usize;
        for (name, given) in [("mean", &self.mean), ("std", &self.deviation)] {
            if given.len() != 1 && given.len() != numbers {
                return wrong(name, format!("1 number or {numbers}"), given.len().to_string());
            }
        }
        if self.frames.is_none() && audio.samples.is_some_and(|samples| self.frames_of(samples).is_none()) {
            let found = audio.samples.unwrap_or_default().to_string();
            return wrong("samples", format!("at least a frame of {}", self.length), found);
        }
        Ok(())
    }
}

/// Refuses a whole number outside of 1 to `most`.
fn within(name: &'static str, number: u32, most: u32) -> Result<()> {
    if (1..=most).contains(&number) {
        return Ok(());
    }
    wrong(name, format!("1 to {most}"), number.to_string())
}
