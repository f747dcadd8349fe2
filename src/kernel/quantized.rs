//! Products of f32 rows with a matrix of whole numbers of 8 bits, each column of which has a scale.
//!
//! Wasm multiplies i16 pair by pair and adds both products as i32, in one instruction. So rows become whole numbers of 16 bits,
//! by a scale that the largest of each row asks for: what they are rounded off is 256 times less than what the matrix was, and no
//! calibration has to guess their range. Sums are of whole numbers and exact, and so the same on every machine.

use super::gemm::{Bounds, COLUMNS, UNBOUNDED, within};
use super::lanes::{Shorts, Singles, Wholes};
use std::array;

/// How many rows are multiplied at once.
const ROWS: usize = 4;
/// Two numbers of each of eight columns, which follow one another in the depth.
type Pairs = [i8; 2 * COLUMNS];
/// The largest whole number of a row.
const LARGEST: f32 = i16::MAX as f32;
/// How many products are summed at once, before their sum is a float: 2⁹ of less than 2¹⁵ · 2⁷ stay below 2³¹.
const DEPTH: usize = 512;
/// How many panels stay in the first cache while all rows pass by.
const PANELS: usize = 4;

/// The sums of products of so many rows with eight columns, at some of their depth.
type Sums<const R: usize> = fn(&[[i32; R]], &[Pairs]) -> [[Wholes; 2]; R];

/// A right matrix, eight columns side by side; past the last one zeros.
pub struct Columns {
    depth: usize,
    pairs: Vec<Pairs>,
    scales: Vec<[f32; COLUMNS]>,
}

impl Columns {
    /// Of the numbers at a depth and a column, and the columns' scales.
    pub fn packed(at: impl Fn(usize, usize) -> i8, depth: usize, scales: &[f32]) -> Self {
        let width = scales.len();
        let at = |k: usize, column: usize| if k < depth && column < width { at(k, column) } else { 0 };
        let mut pairs = Vec::with_capacity(width.div_ceil(COLUMNS) * depth.div_ceil(2));
        for column in (0..width).step_by(COLUMNS) {
            pairs.extend((0..depth).step_by(2).map(|k| -> Pairs { array::from_fn(|i| at(k + i % 2, column + i / 2)) }));
        }
        let eight = |scales: &[f32]| array::from_fn(|i| scales.get(i).copied().unwrap_or(0.0));
        Self { depth, pairs, scales: scales.chunks(COLUMNS).map(eight).collect() }
    }

    /// Adds the products of rows `[…, depth]` to `out`, and keeps what it becomes within bounds.
    pub fn multiply(&self, rows: &[f32], out: &mut [f32], width: usize, bounds: Option<Bounds>) {
        if width == 0 || self.depth == 0 {
            return;
        }
        match rows.len() / self.depth >= ROWS {
            true => self.multiply_rows::<ROWS>(rows, out, width, bounds, four_rows),
            false => self.multiply_rows::<1>(rows, out, width, bounds, one_row),
        }
    }

    /// The same, so many rows at a time.
    fn multiply_rows<const R: usize>(
        &self,
        rows: &[f32],
        out: &mut [f32],
        width: usize,
        bounds: Option<Bounds>,
        sums: Sums<R>,
    ) {
        let (deep, most) = (self.depth.div_ceil(2), DEPTH / 2);
        let blocks: Vec<Block<R>> = rows.chunks(R * self.depth).map(|rows| Block::new(rows, self.depth)).collect();
        for from in (0..deep).step_by(most) {
            let depth = from..deep.min(from + most);
            let bounds = bounds.filter(|_| depth.end == deep).unwrap_or(UNBOUNDED);
            let groups = self.pairs.chunks(PANELS * deep).zip(self.scales.chunks(PANELS)).enumerate();
            for (group, (panels, scales)) in groups {
                for (block, out) in blocks.iter().zip(out.chunks_mut(R * width)) {
                    let columns = (group * PANELS * COLUMNS..).step_by(COLUMNS);
                    for ((pairs, scales), first) in panels.chunks_exact(deep).zip(scales).zip(columns) {
                        let sums = sums(&block.pairs[depth.clone()], &pairs[depth.clone()]);
                        let end = width.min(first + COLUMNS);
                        for ((sums, scale), out) in sums.into_iter().zip(block.scales).zip(out.chunks_exact_mut(width))
                        {
                            add(&mut out[first..end], sums, scale, scales, bounds);
                        }
                    }
                }
            }
        }
    }
}

/// Rows as whole numbers, two in a word, side by side; past the last one zeros.
struct Block<const R: usize> {
    pairs: Vec<[i32; R]>,
    /// What the numbers of each row are multiples of.
    scales: [f32; R],
}

impl<const R: usize> Block<R> {
    fn new(rows: &[f32], depth: usize) -> Self {
        let mut block = Self { pairs: vec![[0; R]; depth.div_ceil(2)], scales: [0.0; R] };
        for (i, row) in rows.chunks_exact(depth).enumerate() {
            let (mut largest, mut odd) = (Singles::splat(0.0), Singles::splat(0.0));
            for_eights(row, |_, low, high| {
                largest = largest.raised_to(low).raised_to(high);
                // Of infinities and NaN this is NaN, and nothing else can be said of them.
                odd = odd.add_product(low, Singles::splat(0.0)).add_product(high, Singles::splat(0.0));
            });
            let largest = largest.to_array().into_iter().fold(0.0, |a, b| if b > a { b } else { a });
            block.scales[i] = largest / LARGEST + odd.to_array().into_iter().sum::<f32>();
            let factor = Singles::splat(if largest > 0.0 { LARGEST / largest } else { 0.0 });
            for_eights(row, |place, low, high| {
                let pairs = Shorts::nearest(low.times(factor), high.times(factor)).to_pairs();
                let to = &mut block.pairs[place / 2..];
                match to.as_flattened_mut().first_chunk_mut() {
                    Some(four) if R == 1 => *four = pairs,
                    _ => to.iter_mut().zip(pairs).for_each(|(to, pair)| to[i] = pair),
                }
            });
        }
        block
    }
}

/// Eight numbers of a row after eight, with the place of the first; past the last one zeros.
fn for_eights(row: &[f32], mut each: impl FnMut(usize, Singles, Singles)) {
    let (eights, rest) = row.as_chunks::<COLUMNS>();
    let mut each = |place: usize, eight: &[f32; COLUMNS]| {
        if let [low, high] = eight.as_chunks::<4>().0 {
            each(place, Singles::of(low), Singles::of(high));
        }
    };
    eights.iter().enumerate().for_each(|(i, eight)| each(i * COLUMNS, eight));
    if !rest.is_empty() {
        let mut eight = [0.0; COLUMNS];
        eight[..rest.len()].copy_from_slice(rest);
        each(row.len() - rest.len(), &eight);
    }
}

/// The sums of products of four rows with eight columns. Each has a name of its own, as in [`gemm`](super::gemm).
#[inline(never)]
fn four_rows(rows: &[[i32; ROWS]], pairs: &[Pairs]) -> [[Wholes; 2]; ROWS] {
    let zero = Wholes::ZERO;
    let (mut a_low, mut a_high, mut b_low, mut b_high) = (zero, zero, zero, zero);
    let (mut c_low, mut c_high, mut d_low, mut d_high) = (zero, zero, zero, zero);
    for (&[a, b, c, d], pairs) in rows.iter().zip(pairs) {
        let [low, high] = Shorts::widened(pairs);
        let (a, b, c, d) = (Shorts::splat(a), Shorts::splat(b), Shorts::splat(c), Shorts::splat(d));
        (a_low, a_high) = (a_low.add_products(a, low), a_high.add_products(a, high));
        (b_low, b_high) = (b_low.add_products(b, low), b_high.add_products(b, high));
        (c_low, c_high) = (c_low.add_products(c, low), c_high.add_products(c, high));
        (d_low, d_high) = (d_low.add_products(d, low), d_high.add_products(d, high));
    }
    [[a_low, a_high], [b_low, b_high], [c_low, c_high], [d_low, d_high]]
}

/// The same of one row, in two sums for each column: half as many steps.
#[inline(never)]
fn one_row(row: &[[i32; 1]], pairs: &[Pairs]) -> [[Wholes; 2]; 1] {
    let zero = Wholes::ZERO;
    let (mut a_low, mut a_high, mut b_low, mut b_high) = (zero, zero, zero, zero);
    let ((steps, rest), (twos, pairs_rest)) = (row.as_chunks::<2>(), pairs.as_chunks::<2>());
    for (&[[a], [b]], [pairs_a, pairs_b]) in steps.iter().zip(twos) {
        let ([low, high], a) = (Shorts::widened(pairs_a), Shorts::splat(a));
        (a_low, a_high) = (a_low.add_products(a, low), a_high.add_products(a, high));
        let ([low, high], b) = (Shorts::widened(pairs_b), Shorts::splat(b));
        (b_low, b_high) = (b_low.add_products(b, low), b_high.add_products(b, high));
    }
    for (&[a], pairs) in rest.iter().zip(pairs_rest) {
        let ([low, high], a) = (Shorts::widened(pairs), Shorts::splat(a));
        (a_low, a_high) = (a_low.add_products(a, low), a_high.add_products(a, high));
    }
    [[a_low.plus(b_low), a_high.plus(b_high)]]
}

/// Adds sums, times a row's and the columns' scales, to up to eight numbers.
fn add(out: &mut [f32], sums: [Wholes; 2], scale: f32, scales: &[f32; COLUMNS], bounds: Bounds) {
    let ([scales_low, scales_high], _) = scales.as_chunks::<4>() else { return };
    let scaled = |sums: Wholes, scales| sums.to_singles().times(Singles::splat(scale)).times(Singles::of(scales));
    let (low, high) = (scaled(sums[0], scales_low), scaled(sums[1], scales_high));
    let (least, largest) = (Singles::splat(bounds.0), Singles::splat(bounds.1));
    match out.as_chunks_mut::<4>() {
        ([out_low, out_high], _) => {
            *out_low = Singles::of(out_low).plus(low).within(least, largest).to_array();
            *out_high = Singles::of(out_high).plus(high).within(least, largest).to_array();
        }
        _ => {
            let sums = [low.to_array(), high.to_array()];
            out.iter_mut().zip(sums.as_flattened()).for_each(|(out, sum)| *out = within(*out + sum, bounds));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gives_the_sums_of_products() {
        for rows in [1, 3, 4, 5, 9] {
            for (depth, width) in [(1, 1), (2, 8), (7, 9), (5, 21), (DEPTH + 3, 11), (3 * DEPTH, 8)] {
                // Rows of whole numbers with the largest among them are not rounded.
                let row = |i: usize| if i.is_multiple_of(depth) { LARGEST } else { (i % 1013) as f32 - 500.0 };
                let a: Vec<f32> = (0..rows * depth).map(row).collect();
                let at = |k: usize, j: usize| ((k * 7 + j * 31) % 256) as u8 as i8;
                let scales: Vec<f32> = (0..width).map(|j| 0.5 / (1 << (j % 4)) as f32).collect();
                let columns = Columns::packed(at, depth, &scales);
                let (mut out, mut bounded) = (vec![1.0; rows * width], vec![1.0; rows * width]);
                columns.multiply(&a, &mut out, width, None);
                columns.multiply(&a, &mut bounded, width, Some((-5.0, 6.0)));
                for (place, &sum) in out.iter().enumerate() {
                    let (i, j) = (place / width, place % width);
                    let products = (0..depth).map(|k| f64::from(a[i * depth + k]) * f64::from(at(k, j)));
                    let expected = 1.0 + products.sum::<f64>() * f64::from(scales[j]);
                    assert!((f64::from(sum) - expected).abs() <= expected.abs() * 1e-6, "{rows} × {depth} × {width}");
                    assert_eq!(bounded[place], sum.clamp(-5.0, 6.0));
                }
            }
        }
    }

    #[test]
    fn the_largest_sums_stay_in_bounds() {
        let depth = 4 * DEPTH;
        let columns = Columns::packed(|_, _| i8::MIN, depth, &[1.0]);
        let mut out = [0.0];
        columns.multiply(&vec![2.0; depth], &mut out, 1, None);
        assert_eq!(out, [-256.0 * depth as f32]);
    }

    #[test]
    fn rows_of_anything_are_right_or_nan() {
        let columns = Columns::packed(|_, _| 1, 2, &[1.0]);
        let product = |row: [f32; 2]| {
            let mut out = [0.0];
            columns.multiply(&row, &mut out, 1, None);
            out[0]
        };
        assert_eq!(product([0.0, 0.0]), 0.0);
        assert_eq!(product([f32::MAX, -f32::MAX]), 0.0);
        let largest = Columns::packed(|_, _| 1, 8, &[1.0]);
        let mut out = [0.0];
        largest.multiply(&[f32::MAX, 0.0, 0.0, 0.0, -f32::MAX, 0.0, 0.0, 0.0], &mut out, 1, None);
        assert_eq!(out, [0.0]);
        assert!(product([1e-45, 1e-45]).abs() < 1e-37);
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(product([1.0, odd]).is_nan());
        }
    }
}
