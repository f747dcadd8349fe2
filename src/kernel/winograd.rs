//! Convolutions of f32 with windows of 3 × 3, two by two places at once: 16 products where there are 36.
//!
//! Source: Lavin and Gray, Fast algorithms for convolutional neural networks, F(2 × 2, 3 × 3). A tile of 4 × 4 elements d and a
//! filter g make the places Aᵗ [(G g Gᵗ) ∘ (Bᵗ d B)] A, and the products in the middle, summed over channels, are those of
//! 16 matrices: filters by channels times channels by tiles. All factors are 1 and ½, so that little is lost.

use super::gemm::{Bounds, Columns, Rows, UNBOUNDED, multiply, within};
use super::lanes::Singles;
use std::array;

/// How many tiles of a row are brought into and out of their form at once.
const TILES: usize = 4;
/// How many numbers of tiles in their form are held at once, at most, if one row of them is not more.
const HELD: usize = 1 << 16;

/// Filters in their form: 16 matrices of filters by channels.
pub struct Filters {
    channels: usize,
    count: usize,
    matrices: Vec<Rows>,
}

impl Filters {
    /// Of filters `[M, C, 3, 3]`.
    pub fn new(weights: &[f32], channels: usize) -> Self {
        let pairs = weights.as_chunks::<9>().0;
        // G g Gᵗ with the rows (1, 0, 0), (½, ½, ½), (½, −½, ½), (0, 0, 1) of G.
        let side = |[a, b, c]: [f32; 3]| [a, (a + b + c) * 0.5, (a - b + c) * 0.5, c];
        let formed: Vec<[f32; 16]> = (pairs.iter())
            .map(|g| {
                let columns: [[f32; 4]; 3] = array::from_fn(|j| side([g[j], g[3 + j], g[6 + j]]));
                let rows: [[f32; 4]; 4] = array::from_fn(|i| side(array::from_fn(|j| columns[j][i])));
                array::from_fn(|at| rows[at / 4][at % 4])
            })
            .collect();
        let matrix = |at: usize| Rows::packed(&formed.iter().map(|form| form[at]).collect::<Vec<_>>(), channels);
        Self { channels, count: pairs.len() / channels.max(1), matrices: (0..16).map(matrix).collect() }
    }
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

/// Adds to each filter's places the products with what they see of all channels of an image of [`Tiling::lengths`].
pub fn convolve(filters: &Filters, x: &[f32], tiling: &Tiling, out: &mut [f32], bounds: Option<Bounds>) {
    let ([tile_rows, tiles], [height, width]) = (tiling.tiles(), tiling.lengths());
    let step = (HELD / (16 * filters.channels * tiles).max(1)).clamp(1, tile_rows.max(1));
    for from in (0..tile_rows).step_by(step) {
        let rows = from..tile_rows.min(from + step);
        let count = rows.len() * tiles;
        let mut forms: [Columns; 16] = array::from_fn(|_| Columns::zeros((filters.channels, count)));
        for (channel, image) in x.chunks_exact(height * width).enumerate() {
            for row in rows.clone() {
                let first = (row - from) * tiles;
                form(&image[2 * row * width..], width, tiles, |at, tile, four| {
                    forms[at].put(channel, first + tile, four);
                });
            }
        }
        let sums: [Vec<f32>; 16] = array::from_fn(|at| {
            let mut sums = vec![0.0; filters.count * count];
            multiply(&filters.matrices[at], &forms[at], &mut sums, count, None);
            sums
        });
        let [places, columns] = tiling.places;
        for (filter, out) in out.chunks_exact_mut((places * columns).max(1)).enumerate() {
            for row in rows.clone() {
                let first = filter * count + (row - from) * tiles;
                let sums: [&[f32]; 16] = array::from_fn(|at| &sums[at][first..first + tiles]);
                unform(sums, &mut out[2 * row * columns..], columns, bounds.unwrap_or(UNBOUNDED));
            }
        }
    }
}

/// Bᵗ d B of the tiles of a row, four at once: `put` gets which of the 16, which tile is the first, and the four.
fn form(x: &[f32], width: usize, tiles: usize, mut put: impl FnMut(usize, usize, [f32; TILES])) {
    // The rows of Bᵗ: (1, 0, −1, 0), (0, 1, 1, 0), (0, −1, 1, 0), (0, 1, 0, −1).
    let side = |[a, b, c, d]: [Singles; 4]| [a.minus(c), b.plus(c), c.minus(b), b.minus(d)];
    for tile in (0..tiles).step_by(TILES) {
        let row = |i: usize| {
            let x = &x[i * width + 2 * tile..][..2 * TILES + 2];
            let (now, next) = (fours(&x[..8]), fours(&x[2..]));
            side([now[0].evens(now[1]), now[0].odds(now[1]), next[0].evens(next[1]), next[0].odds(next[1])])
        };
        let rows: [[Singles; 4]; 4] = [row(0), row(1), row(2), row(3)];
        for (at, four) in [0, 1, 2, 3].map(|j| side(rows.map(|row| row[j]))).as_flattened().iter().enumerate() {
            put(at % 4 * 4 + at / 4, tile, four.to_array());
        }
    }
}

/// The first eight numbers.
fn fours(x: &[f32]) -> [Singles; 2] {
    match x.as_chunks::<4>().0 {
        [a, b, ..] => [Singles::of(a), Singles::of(b)],
        _ => [Singles::splat(0.0); 2],
    }
}

/// Adds Aᵗ m A of the tiles of a row to two rows of places, as far as there are such.
fn unform(sums: [&[f32]; 16], out: &mut [f32], columns: usize, bounds: Bounds) {
    // The rows of Aᵗ: (1, 1, 1, 0), (0, 1, −1, −1).
    let side = |[a, b, c, d]: [Singles; 4]| [a.plus(b).plus(c), b.minus(c).minus(d)];
    for tile in (0..sums[0].len()).step_by(TILES) {
        let m: [Singles; 16] = array::from_fn(|at| match sums[at][tile..].first_chunk() {
            Some(four) => Singles::of(four),
            None => Singles::splat(0.0),
        });
        let half: [[Singles; 2]; 4] = array::from_fn(|j| side([m[j], m[4 + j], m[8 + j], m[12 + j]]));
        for (i, out) in out.chunks_mut(columns.max(1)).take(2).enumerate() {
            let [left, right] = side([half[0][i], half[1][i], half[2][i], half[3][i]]).map(Singles::to_array);
            let made = left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]);
            let first = (2 * tile).min(out.len());
            out[first..].iter_mut().zip(made).for_each(|(out, made)| *out = within(*out + made, bounds));
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
            let mut out = vec![1.0; count * places[0] * places[1]];
            convolve(&Filters::new(&weights, channels), &x, &tiling, &mut out, Some((-100.0, 150.0)));
            for (i, found) in out.iter().enumerate() {
                let (filter, row, column) = (i / places[0] / places[1], i / places[1] % places[0], i % places[1]);
                let seen = |channel: usize, at: usize| x[(channel * height + row + at / 3) * width + column + at % 3];
                let product = |k: usize| weights[filter * channels * 9 + k] * seen(k / 9, k % 9);
                let sum: f32 = (0..channels * 9).map(product).sum();
                assert_eq!(*found, (1.0 + sum).clamp(-100.0, 150.0), "{places:?} {i}");
            }
        }
    }
}
