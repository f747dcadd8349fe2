//! From scores to probabilities and decisions.

use super::column::divide;
use super::exp::exp_all;
use super::lanes::{LANES, Lanes};

/// The two probabilities of a binary score: `[1 - p, p]` with p its logistic function.
#[inline]
pub fn sigmoid_pair(scores: &[f64], out: &mut [f64]) {
    let powers = &mut out[..scores.len()];
    for (power, &score) in powers.iter_mut().zip(scores) {
        *power = -score;
    }
    exp_all(powers);
    // From the last one on: a pair lies where no power is that is still to be read.
    for i in (0..scores.len()).rev() {
        let p = 1.0 / (1.0 + out[i]);
        out[2 * i] = 1.0 - p;
        out[2 * i + 1] = p;
    }
}

/// The two probabilities `[1 - p, p]` of a probability p.
#[inline]
pub fn complement(probabilities: &[f64], out: &mut [f64]) {
    for (&p, out) in probabilities.iter().zip(out.as_chunks_mut::<2>().0) {
        *out = [1.0 - p, p];
    }
}

/// The softmax of each row of `width` scores: shifted by the row's maximum, summed in order, divided.
#[inline]
pub fn softmax(scores: &[f64], width: usize, out: &mut [f64]) {
    for (row, out) in scores.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let fours = row.as_chunks::<LANES>().0.iter();
        let top = match row.last_chunk() {
            Some(last) => fours.fold(Lanes::new(last), |tops, four| tops.or_larger(Lanes::new(four))).largest(),
            None => row.iter().fold(f64::NEG_INFINITY, |top, &x| if x > top { x } else { top }),
        };
        for (out, &x) in out.iter_mut().zip(row) {
            *out = x - top;
        }
    }
    exp_all(out);
    for row in out.chunks_exact_mut(width) {
        let sum = row.iter().fold(0.0, |sum, x| sum + x);
        divide(row, sum);
    }
}

/// The index of the largest of each row of `width` scores; of equal ones the first, as `numpy.argmax`, or the last.
#[inline]
pub fn arg_max(scores: &[f64], width: usize, takes_last: bool, out: &mut [f64]) {
    for (row, out) in scores.chunks_exact(width).zip(out) {
        let mut best = 0;
        for (i, &x) in row.iter().enumerate() {
            if x > row[best] || takes_last && x == row[best] {
                best = i;
            }
        }
        *out = best as f64;
    }
}

/// 1 where the score is above the threshold, else 0.
#[inline]
pub fn binarize(scores: &[f64], threshold: f64, out: &mut [f64]) {
    for (&x, out) in scores.iter().zip(out) {
        *out = f64::from(u8::from(x > threshold));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_even_for_huge_scores() {
        let mut out = [0.0; 3];
        softmax(&[1000.0, 1000.0, -1000.0], 3, &mut out);
        assert_eq!(out, [0.5, 0.5, 0.0]);
        let mut pair = [0.0; 4];
        sigmoid_pair(&[0.0, 40.0], &mut pair);
        assert_eq!(pair[..2], [0.5, 0.5]);
        assert_eq!(pair[2] + pair[3], 1.0);
    }

    #[test]
    fn softmax_is_by_its_definition_at_every_width() {
        for width in 1..20 {
            let scores: Vec<f64> = (0..3 * width).map(|i| f64::from(i * 7919 % 101) / 3.0 - 11.0).collect();
            let mut out = vec![0.0; scores.len()];
            softmax(&scores, width as usize, &mut out);
            for (row, out) in scores.chunks_exact(width as usize).zip(out.chunks_exact(width as usize)) {
                let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let powers: Vec<f64> = row.iter().map(|x| crate::math::exp(x - top)).collect();
                let sum = powers.iter().fold(0.0, |sum, x| sum + x);
                assert_eq!(out, powers.iter().map(|x| x / sum).collect::<Vec<_>>(), "{width}");
            }
        }
    }

    #[test]
    fn decisions_break_ties_as_numpy_does() {
        let mut best = [9.0; 2];
        arg_max(&[1.0, 3.0, 3.0, 2.0, 1.0, 0.0], 3, false, &mut best);
        assert_eq!(best, [1.0, 0.0]);
        arg_max(&[1.0, 3.0, 3.0, 2.0, 1.0, 0.0], 3, true, &mut best);
        assert_eq!(best, [2.0, 0.0]);
        let mut above = [9.0; 3];
        binarize(&[0.0, -1.0, 1e-300], 0.0, &mut above);
        assert_eq!(above, [0.0, 0.0, 1.0]);
    }
}
