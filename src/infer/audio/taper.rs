//! The weights of a window's samples.

use crate::math;
use crate::network::{Spectrum, Taper};
use std::f64::consts::TAU;

/// One for each sample of a frame: sums of cosines, as numpy and scipy have them.
pub fn weights(spectrum: &Spectrum) -> Vec<f64> {
    let (a, b, c) = match spectrum.window {
        Taper::Hann | Taper::Povey => (0.5, 0.5, 0.0),
        Taper::Hamming => (0.54, 0.46, 0.0),
        Taper::Blackman => (0.42, 0.5, 0.08),
        Taper::Ones => (1.0, 0.0, 0.0),
    };
    let length = spectrum.length;
    let wave = f64::from(if spectrum.periodic { length } else { length - 1 }.max(1));
    let weight = |i: u32| {
        let angle = TAU * f64::from(i) / wave;
        let weight = a - b * libm::cos(angle) + c * libm::cos(2.0 * angle);
        if spectrum.window == Taper::Povey { math::pow(weight, 0.85) } else { weight }
    };
    // One sample alone is what it is.
    if length == 1 { vec![1.0] } else { (0..length).map(weight).collect() }
}
