//! What comes behind a batch norm's sums: its factors, a ReLU, and the largest of each few places; and the way back.

use super::batch_norm::{Affine, Moments, Sums};
use super::shape::Block;

/// Of a place that the ReLU made 0: no number before it moves the loss.
const NONE: u8 = u8::MAX;

/// How far the places of a window are from its first.
fn offsets(block: &Block) -> Vec<usize> {
    let [down, across] = block.pool;
    (0..down * across).map(|i| i / across * block.size.width + i % across).collect()
}

/// Calls a function with each window's place among what comes out, and its first among what went in, map after map.
fn windows(block: &Block, maps: usize, mut each: impl FnMut(usize, usize)) {
    let ([down, across], out) = (block.pool, block.out());
    let mut at = 0;
    for row in 0..maps * out.height {
        let (map, row) = (row / out.height, row % out.height);
        let begin = (map * block.size.height + row * down) * block.size.width;
        for column in 0..out.width {
            each(at, begin + column * across);
            at += 1;
        }
    }
}

/// The largest of each window, once a channel is multiplied and added to, or 0; and which of the window it is.
pub fn forward(block: &Block, made: &[f32], affine: &[Affine], out: &mut [f32], which: &mut [u8]) {
    let offsets = offsets(block);
    let (length, out_length) = (made.len() / block.filters, out.len() / block.filters);
    let channels =
        made.chunks_exact(length).zip(out.chunks_exact_mut(out_length)).zip(which.chunks_exact_mut(out_length));
    for (((made, out), which), affine) in channels.zip(affine) {
        let (factor, shift) = (affine.factor as f32, affine.shift as f32);
        windows(block, length / block.places(), |at, begin| {
            let (mut largest, mut chosen) = (0.0, NONE);
            for (i, offset) in (0..).zip(&offsets) {
                let x = made[begin + offset] * factor + shift;
                (largest, chosen) = if x > largest { (x, i) } else { (largest, chosen) };
            }
            (out[at], which[at]) = (largest, chosen);
        });
    }
}

/// The sums of the slopes by what a batch norm made, and of their products with what it made before its factor.
pub fn sums(block: &Block, made: &[f32], moments: &[Moments], slopes: &[f32], which: &[u8]) -> Sums {
    let offsets = offsets(block);
    let (length, out_length) = (made.len() / block.filters, slopes.len() / block.filters);
    let of_channel = |(channel, moments): (usize, &Moments)| {
        let made = &made[channel * length..][..length];
        let out = channel * out_length..(channel + 1) * out_length;
        let (slopes, which) = (&slopes[out.clone()], &which[out]);
        let (mut sum, mut products, inverse) = (0.0, 0.0, moments.inverse());
        windows(block, length / block.places(), |at, begin| {
            if which[at] != NONE {
                let slope = f64::from(slopes[at]);
                sum += slope;
                products += slope * (f64::from(made[begin + offsets[usize::from(which[at])]]) - moments.mean) * inverse;
            }
        });
        [sum, products]
    };
    moments.iter().enumerate().map(of_channel).collect()
}

/// Adds to slopes by what a convolution made those that the largest of each window hands on.
pub fn backward(block: &Block, slopes: &[f32], which: &[u8], affine: &[Affine], by_made: &mut [f32]) {
    let offsets = offsets(block);
    let (length, out_length) = (by_made.len() / block.filters, slopes.len() / block.filters);
    let channels =
        by_made.chunks_exact_mut(length).zip(slopes.chunks_exact(out_length)).zip(which.chunks_exact(out_length));
    for (((by_made, slopes), which), affine) in channels.zip(affine) {
        let factor = affine.factor as f32;
        windows(block, length / block.places(), |at, begin| {
            if which[at] != NONE {
                by_made[begin + offsets[usize::from(which[at])]] += slopes[at] * factor;
            }
        });
    }
}
