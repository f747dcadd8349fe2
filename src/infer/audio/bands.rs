//! Mel bands: triangles over frequencies, as `librosa.filters.mel`, torchaudio's `melscale_fbanks` and Kaldi have them.

use crate::math;
use crate::network::{Bands, MelScale};

/// Where Slaney's scale begins to be logarithmic, in Hz, how many Hz a mel has below, and by how much ln f grows with a mel above.
const BREAK: f64 = 1000.0;
const LINEAR: f64 = 200.0 / 3.0;
const STEP: f64 = 0.068_751_777_420_949_12;

/// The weights of a band, from the first frequency that has one.
pub struct Band {
    first: usize,
    weights: Vec<f64>,
}

impl Band {
    /// What a frame's magnitudes add up to.
    pub fn sum(&self, magnitudes: &[f64]) -> f64 {
        self.weights.iter().zip(&magnitudes[self.first..]).map(|(weight, x)| weight * x).sum()
    }
}

/// The bands of so many frequencies from 0 to half of the rate.
pub fn triangles(bands: &Bands, rate: f64, frequencies: usize) -> Vec<Band> {
    let (low, high) = (mel(bands.scale, bands.from), mel(bands.scale, bands.to));
    let step = (high - low) / (f64::from(bands.count) + 1.0);
    // Triangles are straight in what `place` says of a frequency.
    let place = |f: f64| if bands.scale == MelScale::Kaldi { mel(MelScale::Kaldi, f) } else { f };
    let corner = |i: u32| {
        let mels = low + step * f64::from(i);
        if bands.scale == MelScale::Kaldi { mels } else { hertz(bands.scale, mels) }
    };
    let places: Vec<f64> =
        (0..frequencies).map(|k| place(k as f64 * rate / (2.0 * (frequencies - 1) as f64))).collect();
    let band = |i: u32| {
        let [left, top, right] = [corner(i), corner(i + 1), corner(i + 2)];
        let height = if bands.same_area { 2.0 / (right - left) } else { 1.0 };
        let weight = |x: f64| ((x - left) / (top - left)).min((right - x) / (right - top)).max(0.0) * height;
        let first = places.iter().position(|x| weight(*x) > 0.0).unwrap_or(0);
        let weights = places[first..].iter().map(|x| weight(*x)).take_while(|x| *x > 0.0);
        Band { first, weights: weights.collect() }
    };
    (0..bands.count).map(band).collect()
}

/// Hz → mels.
fn mel(scale: MelScale, f: f64) -> f64 {
    match scale {
        MelScale::Htk | MelScale::Kaldi => 1127.0 * math::ln(1.0 + f / 700.0),
        MelScale::Slaney if f < BREAK => f / LINEAR,
        MelScale::Slaney => BREAK / LINEAR + math::ln(f / BREAK) / STEP,
    }
}

/// Mels → Hz.
fn hertz(scale: MelScale, mels: f64) -> f64 {
    match scale {
        MelScale::Htk | MelScale::Kaldi => 700.0 * (math::exp(mels / 1127.0) - 1.0),
        MelScale::Slaney if mels < BREAK / LINEAR => mels * LINEAR,
        MelScale::Slaney => BREAK * math::exp(STEP * (mels - BREAK / LINEAR)),
    }
}
