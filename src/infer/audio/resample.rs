//! Sounds at another rate, as `scipy.signal.resample_poly` makes them: zeros between the samples, a low-pass filter of a windowed sinc
//! (Kaiser, β = 5, ten samples of the lower rate to both sides), and every so many samples of that.

use crate::error::{Error, Kind, Result};
use crate::network::MAX_SAMPLES;
use std::f64::consts::PI;

/// How many samples of the lower rate a filter reaches to both sides.
const REACH: usize = 10;
/// The window's shape.
const BETA: f64 = 5.0;
/// The most weights of a filter.
const MAX_WEIGHTS: usize = 1 << 22;

/// The samples at another rate.
///
/// # Errors
/// [`Kind::LimitExceeded`] for rates that have so little in common that a filter would be too long, or that make too many samples.
pub fn resampled(samples: &[f32], from: u32, to: u32) -> Result<Vec<f64>> {
    if from == to {
        return Ok(samples.iter().map(|x| f64::from(*x)).collect());
    }
    let common = common_divisor(from, to);
    let (up, down) = ((to / common) as usize, (from / common) as usize);
    let half = REACH * up.max(down);
    if half > MAX_WEIGHTS / 2 {
        let expected = format!("a rate that has more in common with {to}");
        return Err(Error::new(Kind::LimitExceeded, "sample rate", expected, from.to_string())
            .hint("Resample it to the network's rate, or to 48000."));
    }
    let count = (samples.len() as u64 * up as u64).div_ceil(down as u64);
    let count = usize::try_from(count).ok().filter(|count| *count <= MAX_SAMPLES as usize);
    let count = count.ok_or_else(|| {
        let expected = format!("at most {}", MAX_SAMPLES);
        Error::new(Kind::LimitExceeded, "samples", expected, samples.len().to_string())
    })?;
    let phases = phases(&low_pass(half, up.max(down), up as f64), up);
    let sample = |i: usize| {
        // Between samples are up − 1 zeros, and places among them need 64 bits: what is at a multiple of `up` has the weights of
        // one phase.
        let middle = i as u64 * down as u64 + half as u64;
        let (last, phase) = ((middle / up as u64) as usize, &phases[(middle % up as u64) as usize]);
        let first = (last + 1).saturating_sub(phase.len());
        let weights = &phase[first + phase.len() - 1 - last..];
        let samples = samples.get(first..).unwrap_or_default();
        samples.iter().zip(weights).map(|(x, weight)| f64::from(*x) * weight).sum()
    };
    Ok((0..count).map(sample).collect())
}

/// A filter that lets through what both rates have, with 2 · `half` + 1 weights that add up to `gain`.
fn low_pass(half: usize, lower: usize, gain: f64) -> Vec<f64> {
    let weight = |i: usize| {
        let (place, end) = (i as f64 - half as f64, half as f64);
        let x = PI * place / lower as f64;
        let sinc = if place == 0.0 { 1.0 } else { libm::sin(x) / x };
        sinc * bessel(BETA * (1.0 - (place / end) * (place / end)).max(0.0).sqrt())
    };
    let weights: Vec<f64> = (0..=2 * half).map(weight).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|x| x * gain / sum).collect()
}

/// Every `up`th weight, from each of the first ones, the last before the others.
fn phases(weights: &[f64], up: usize) -> Vec<Vec<f64>> {
    let of = |phase: usize| {
        let mut weights: Vec<f64> = weights[phase..].iter().step_by(up).copied().collect();
        weights.reverse();
        weights
    };
    (0..up).map(of).collect()
}

/// The modified Bessel function of the first kind, of order 0, by its series (Abramowitz and Stegun 9.6.12).
fn bessel(x: f64) -> f64 {
    let square = x * x / 4.0;
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * f64::EPSILON / 4.0 {
        term *= square / (k * k);
        sum += term;
        k += 1.0;
    }
    sum
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
