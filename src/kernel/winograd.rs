//! Convolutions of f32 with windows of 3 × 3, two by two places at once: 16 products where there are 36.
//!
//! Source: Lavin and Gray, Fast algorithms for convolutional neural networks, F(2 × 2, 3 × 3). A tile of 4 × 4 elements d and a
//! filter g make the places Aᵗ [(G g Gᵗ) ∘ (Bᵗ d B)] A, and the products in the middle, summed over channels, are those of
//! 16 matrices: filters by channels times channels by tiles. All factors are 1 and ½, so that little is lost.

use super::gemm::{Bounds, COLUMNS, Eight, Four, Panels, Rows, UNBOUNDED, multiply};
use super::lanes::Singles;
use std::ops::Range;

/// How many tiles of a row are brought into and out of their form at once.
const TILES: usize = 4;
/// How many numbers of tiles in their form are held at once, at most, if one row of them is not more.
const HELD: usize = 1 << 16;
/// How many numbers of filters in their form are held at once, at most, if four of them are not more. They are brought into it at each
/// run: it takes 16 numbers for nine.
const FORMED: usize = 1 << 19;

/// Filters of 3 × 3.
pub struct Filters {
    channels: usize,
    count: usize,
    fours: Vec<Four>,
}

impl Filters {
    /// Of filters `[M, C, 3, 3]`.
    pub fn new(weights: &[f32], channels: usize) -> Self {
        let depth = 9 * channels;
        Self { channels, count: weights.len() / depth.max(1), fours: Rows::packed(weights, depth) }
    }
}

/// G g Gᵗ of four filters, channel after channel: their 16 matrices lie `step` apart.
#[inline(never)]
fn form_filters(filters: &[Four], to: &mut [Four], step: usize) {
    for (i, filter) in filters.as_chunks::<9>().0.iter().enumerate() {
        let column =
            |j: usize| spread(Singles::of(&filter[j]), Singles::of(&filter[3 + j]), Singles::of(&filter[6 + j]));
        let (a, b, c) = (column(0), column(1), column(2));
        for row in 0..4 {
            let [first, second, third, fourth] = spread(a[row], b[row], c[row]);
            let mut put = |at: usize, four: Singles| to[(4 * row + at) * step + i] = four.to_array();
            put(0, first);
            put(1, second);
            put(2, third);
            put(3, fourth);
        }
    }
}

/// The rows of G: (1, 0, 0), (½, ½, ½), (½, −½, ½), (0, 0, 1).
#[inline(always)]
fn spread(a: Singles, b: Singles, c: Singles) -> [Singles; 4] {
    let half = Singles::splat(0.5);
    let around = a.plus(c);
    [a, around.plus(b).times(half), around.minus(b).times(half), c]
}

/// How an image lies with its pads, and what is made of it.
pub struct Tiling {
    /// How many rows and columns of places there are.
    pub places: [usize; 2],
}

impl Tiling {
    /// How many rows of tiles there are, and how many tiles each has: as many as are brought into their form at once, or a
    /// multiple of that.
    fn tiles(&self) -> [usize; 2] {
        let [rows, columns] = self.places;
        [rows.div_ceil(2), columns.div_ceil(2).next_multiple_of(TILES)]
    }

    /// How many rows and columns of an image with its pads the tiles take; what is past the real ones is never used.
    pub fn lengths(&self) -> [usize; 2] {
        self.tiles().map(|tiles| 2 * tiles + 2)
    }
}

/// One of the 16 matrices of channels by tiles.
struct Forms<'a> {
    channels: usize,
    eights: &'a [Eight],
}

impl Panels for Forms<'_> {
    fn panel<'a>(&'a self, panel: usize, depth: Range<usize>, _: &'a mut [Eight]) -> &'a [Eight] {
        &self.eights[panel * self.channels..][depth]
    }
}

/// The sums of products of filters with what their places see of all channels of an image of [`Tiling::lengths`], and of each
/// filter's bias, if it has one.
pub fn convolve(filters: &Filters, bias: &[f32], x: &[f32], tiling: &Tiling, out: &mut [f32], bounds: Option<Bounds>) {
    let ([tile_rows, tiles], [height, width]) = (tiling.tiles(), tiling.lengths());
    let ([places, columns], channels) = (tiling.places, filters.channels);
    let at_once = (HELD / (16 * channels * tiles).max(1)).clamp(1, tile_rows.max(1));
    let (most, image) = (at_once * tiles, places * columns);
    // As many filters at once, four by four, and what they make.
    let fours = (FORMED / (64 * channels).max(1)).clamp(1, filters.count.div_ceil(4).max(1));
    let parts = filters.fours.chunks(fours * 9 * channels).zip(out.chunks_mut((4 * fours * image).max(1)));
    let mut matrices = vec![Four::default(); 16 * fours * channels];
    let mut forms = vec![Eight::default(); 16 * most.div_ceil(COLUMNS) * channels];
    let mut sums = vec![0.0; 16 * 4 * fours * most];
    for ((part, out), bias) in parts.zip((0..).step_by(4 * fours).map(|first| bias.get(first..).unwrap_or_default())) {
        let (in_part, matrix) = (out.len() / image.max(1), part.len() / 9);
        for (four, first) in part.chunks_exact(9 * channels).zip((0..).step_by(channels)) {
            form_filters(four, &mut matrices[first..], matrix);
        }
        for from in (0..tile_rows).step_by(at_once) {
            let rows = from..tile_rows.min(from + at_once);
            let count = rows.len() * tiles;
            let (formed, summed) = (count.div_ceil(COLUMNS) * channels, in_part * count);
            for first in (0..count).step_by(TILES) {
                let (row, tile) = (from + first / tiles, first % tiles);
                let to = &mut forms[first / COLUMNS * channels..];
                form(&x[2 * (row * width + tile)..], [height * width, width], to, formed, first % COLUMNS / TILES);
            }
            let all = forms.chunks_exact(formed.max(1)).zip(sums.chunks_exact_mut(summed.max(1)));
            for ((eights, sums), matrix) in all.zip(matrices.chunks_exact(matrix.max(1)).take(16)) {
                let rows = Rows { fours: matrix, depth: channels };
                multiply(rows, &Forms { channels, eights }, Some(&[]), sums, count, None);
            }
            for (filter, out) in out.chunks_exact_mut(image.max(1)).enumerate() {
                let bias = bias.get(filter).copied().unwrap_or(0.0);
                for (row, first) in rows.clone().zip((filter * count..).step_by(tiles)) {
                    let out = &mut out[2 * row * columns..];
                    unform(&sums[first..], [summed, tiles], out, columns, bias, bounds.unwrap_or(UNBOUNDED));
                }
            }
        }
    }
}

/// Bᵗ d B of four tiles of a row, of each channel: their 16 numbers go `step` apart, into one half of the eights.
#[inline(never)]
fn form(x: &[f32], [channel, width]: [usize; 2], to: &mut [Eight], step: usize, half: usize) {
    for (i, x) in x.chunks(channel).enumerate() {
        let (a, b, c, d) = (seen(x), seen(&x[width..]), seen(&x[2 * width..]), seen(&x[3 * width..]));
        let mut put = |at: usize, four: Singles| to[at * step + i][half] = four.to_array();
        // The rows of Bᵗ: (1, 0, −1, 0), (0, 1, 1, 0), (0, −1, 1, 0), (0, 1, 0, −1).
        for j in 0..4 {
            put(j, a[j].minus(c[j]));
            put(4 + j, b[j].plus(c[j]));
            put(8 + j, c[j].minus(b[j]));
            put(12 + j, b[j].minus(d[j]));
        }
    }
}

/// d B of a row of four tiles.
#[inline(always)]
fn seen(x: &[f32]) -> [Singles; 4] {
    let (now, next) = (fours(x), fours(&x[2..]));
    let [a, b] = [now[0].evens(now[1]), now[0].odds(now[1])];
    let [c, d] = [next[0].evens(next[1]), next[0].odds(next[1])];
    [a.minus(c), b.plus(c), c.minus(b), b.minus(d)]
}

/// The first eight numbers.
#[inline(always)]
fn fours(x: &[f32]) -> [Singles; 2] {
    match x.as_chunks::<4>().0 {
        [a, b, ..] => [Singles::of(a), Singles::of(b)],
        _ => [Singles::splat(0.0); 2],
    }
}

/// Aᵗ m A of the tiles of a row, and a bias: two rows of places, as far as there are such. The 16 numbers of a tile lie `step`
/// apart.
#[inline(never)]
fn unform(sums: &[f32], [step, tiles]: [usize; 2], out: &mut [f32], columns: usize, bias: f32, bounds: Bounds) {
    let (first, rest) = out.split_at_mut(columns);
    let second = rest.get_mut(..columns).unwrap_or_default();
    let column = |at: usize, tile: usize| halved(&sums[at * step + tile..], step);
    for tile in (0..tiles).step_by(TILES) {
        let (a, b, c, d) = (column(0, tile), column(1, tile), column(2, tile), column(3, tile));
        put(first, 2 * tile, side([a[0], b[0], c[0], d[0]]), bias, bounds);
        put(second, 2 * tile, side([a[1], b[1], c[1], d[1]]), bias, bounds);
    }
}

/// A column of Aᵗ m, of four tiles.
#[inline(always)]
fn halved(sums: &[f32], step: usize) -> [Singles; 2] {
    let four = |at: usize| match sums[at * step..].first_chunk() {
        Some(four) => Singles::of(four),
        None => Singles::splat(0.0),
    };
    side([four(0), four(4), four(8), four(12)])
}

/// The rows of Aᵗ: (1, 1, 1, 0), (0, 1, −1, −1).
#[inline(always)]
fn side([a, b, c, d]: [Singles; 4]) -> [Singles; 2] {
    [a.plus(b).plus(c), b.minus(c).minus(d)]
}

/// Puts the left and the right numbers of four tiles, and a bias, into the places of a row from one on, as far as there are such.
#[inline(always)]
fn put(row: &mut [f32], from: usize, [left, right]: [Singles; 2], bias: f32, bounds: Bounds) {
    let [low, high] = left.in_turns(right);
    let (bias, least, largest) = (Singles::splat(bias), Singles::splat(bounds.0), Singles::splat(bounds.1));
    let (low, high) = (low.plus(bias).within(least, largest), high.plus(bias).within(least, largest));
    let out = row.get_mut(from..).unwrap_or_default();
    match out.as_chunks_mut::<4>().0 {
        [to_low, to_high, ..] => (*to_low, *to_high) = (low.to_array(), high.to_array()),
        _ => {
            let made = [low.to_array(), high.to_array()];
            out.iter_mut().zip(made.as_flattened()).for_each(|(out, made)| *out = *made);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_make_the_sums_of_products() {
        let (channels, count) = (3, 5);
        for places in [[1, 1], [2, 2], [3, 8], [7, 9], [40, 21]] {
            let tiling = Tiling { places };
            let [height, width] = tiling.lengths();
            let weights: Vec<f32> = (0..count * channels * 9).map(|i| (i % 7) as f32 - 3.0).collect();
            let x: Vec<f32> = (0..channels * height * width).map(|i| (i * 5 % 13) as f32 - 6.0).collect();
            let mut out = vec![f32::NAN; count * places[0] * places[1]];
            convolve(&Filters::new(&weights, channels), &[1.0; 4], &x, &tiling, &mut out, Some((-100.0, 150.0)));
            for (i, found) in out.iter().enumerate() {
                let (filter, row, column) = (i / places[0] / places[1], i / places[1] % places[0], i % places[1]);
                let seen = |channel: usize, at: usize| x[(channel * height + row + at / 3) * width + column + at % 3];
                let product = |k: usize| weights[filter * channels * 9 + k] * seen(k / 9, k % 9);
                let sum: f32 = (0..channels * 9).map(product).sum();
                // The last filter has no bias.
                let bias = if filter < 4 { 1.0 } else { 0.0 };
                assert_eq!(*found, (bias + sum).clamp(-100.0, 150.0), "{places:?} {i}");
            }
        }
    }
}
