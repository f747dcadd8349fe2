//! Work that treats every column by its own parameters: selecting, filling, scaling, one-hot encoding.

use super::lanes::{LANES, Lanes};

/// Copies the columns `picks` of each row of `width` numbers.
#[inline]
pub fn select(rows: &[f64], width: usize, picks: &[u32], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(picks.len())) {
        for (out, &pick) in out.iter_mut().zip(picks) {
            *out = row[pick as usize];
        }
    }
}

/// Copies each row of `width` numbers into `out`, whose rows are `out_width` long, starting at column `at`.
#[inline]
pub fn place(rows: &[f64], width: usize, at: usize, out_width: usize, out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(out_width)) {
        out[at..at + width].copy_from_slice(row);
    }
}

/// Replaces NaN by the fill value of its column.
#[inline]
pub fn impute(rows: &[f64], fills: &[f64], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(fills.len()).zip(out.chunks_exact_mut(fills.len())) {
        for ((out, &x), &fill) in out.iter_mut().zip(row).zip(fills) {
            *out = if x.is_nan() { fill } else { x };
        }
    }
}

/// `(x - offset) / divisor` of each column: a subtraction and then a division, as scikit-learn's scalers do.
#[inline]
pub fn scale(rows: &[f64], offsets: &[f64], divisors: &[f64], out: &mut [f64]) {
    let ((offsets, last_offsets), (divisors, last_divisors)) = (offsets.as_chunks(), divisors.as_chunks());
    let width = offsets.len() * LANES + last_offsets.len();
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let ((row, last_row), (out, last_out)) = (row.as_chunks(), out.as_chunks_mut());
        for (((out, x), offset), divisor) in out.iter_mut().zip(row).zip(offsets).zip(divisors) {
            *out = Lanes::new(x).minus(Lanes::new(offset)).over(Lanes::new(divisor)).to_array();
        }
        for (((out, &x), &offset), &divisor) in last_out.iter_mut().zip(last_row).zip(last_offsets).zip(last_divisors) {
            *out = (x - offset) / divisor;
        }
    }
}

/// Divides every number.
#[inline]
pub fn divide(numbers: &mut [f64], divisor: f64) {
    let (fours, rest) = numbers.as_chunks_mut::<LANES>();
    for four in fours {
        *four = Lanes::new(four).over(Lanes::splat(divisor)).to_array();
    }
    for x in rest {
        *x /= divisor;
    }
}

/// Turns each column, a category's index, into as many columns as it has categories: 1 at the index, 0 elsewhere.
/// An index outside of its range (an unknown category is -1) and NaN give zeros only.
#[inline]
pub fn one_hot(rows: &[f64], categories: &[u32], out_width: usize, out: &mut [f64]) {
    out.fill(0.0);
    for (row, out) in rows.chunks_exact(categories.len()).zip(out.chunks_exact_mut(out_width)) {
        let mut at = 0;
        for (&index, &count) in row.iter().zip(categories) {
            if index >= 0.0 && index < f64::from(count) {
                out[at + index as usize] = 1.0;
            }
            at += count as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hot_leaves_unknown_and_missing_at_zero() {
        let mut out = [9.0; 10];
        one_hot(&[1.0, 2.0, -1.0, f64::NAN], &[2, 3], 5, &mut out);
        assert_eq!(out, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn columns_are_picked_filled_scaled_and_placed() {
        let rows = [1.0, f64::NAN, 3.0, 4.0, 5.0, 6.0];
        let mut picked = [0.0; 4];
        select(&rows, 3, &[1, 0], &mut picked);
        let mut filled = [0.0; 4];
        impute(&picked, &[-7.0, 0.0], &mut filled);
        assert_eq!(filled, [-7.0, 1.0, 5.0, 4.0]);
        let mut scaled = [0.0; 4];
        scale(&filled, &[1.0, 0.0], &[2.0, 4.0], &mut scaled);
        assert_eq!(scaled, [-4.0, 0.25, 2.0, 1.0]);
        let mut placed = [0.0; 6];
        place(&scaled, 2, 1, 3, &mut placed);
        assert_eq!(placed, [0.0, -4.0, 0.25, 0.0, 2.0, 1.0]);
    }
}
