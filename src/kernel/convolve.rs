//! Convolutions of f32 as products of matrices: filters by what each of the window's places sees, which is put together a few
//! places at a time, so that it never lies in memory as a whole. Filters of one channel are summed where they are.

use super::gemm::{self, Bounds, COLUMNS, Eight, Four, Panels, Rows};
use super::lanes::Singles;
use std::array;
use std::ops::Range;

/// How many numbers past the end of the last channel of a [`View`] may be read, though none is used.
pub const SLACK: usize = 8;

/// The places of a window over channels that hold their pads: how far apart what they see is.
pub struct View {
    /// How many elements apart two channels are.
    pub channel: usize,
    /// Where each element of the window is, from its first.
    pub taps: Vec<usize>,
    /// Where the first place of each row is.
    pub rows: Vec<usize>,
    /// How many places a row has.
    pub width: usize,
    /// How far apart two places in a row are.
    pub step: usize,
}

impl View {
    /// How many places there are.
    pub fn places(&self) -> usize {
        self.rows.len() * self.width
    }
}

/// The sums of products of filters with what their places see of all channels, and of each filter's bias, if it has one.
pub fn convolve(
    filters: &[Four],
    bias: &[f32],
    x: &[f32],
    view: &View,
    channels: usize,
    out: &mut [f32],
    bounds: Option<Bounds>,
) {
    let taps: Vec<usize> =
        (0..channels).flat_map(|channel| view.taps.iter().map(move |tap| channel * view.channel + tap)).collect();
    let filters = Rows { fours: filters, depth: taps.len() };
    gemm::multiply(filters, &Seen { x, view, taps }, Some(bias), out, view.places(), bounds);
}

/// What places see, as a matrix: a column for each place.
struct Seen<'a> {
    x: &'a [f32],
    view: &'a View,
    /// Where each row's elements are, from the place.
    taps: Vec<usize>,
}

impl Panels for Seen<'_> {
    fn needs_room(&self) -> bool {
        true
    }

    fn panel<'a>(&'a self, panel: usize, depth: Range<usize>, room: &'a mut [Eight]) -> &'a [Eight] {
        let (first, last) = (panel * COLUMNS, self.view.places() - 1);
        let place = |i: usize| self.view.rows[i / self.view.width] + i % self.view.width * self.view.step;
        let places: [usize; COLUMNS] = array::from_fn(|i| place(last.min(first + i)));
        let taps = &self.taps[depth];
        // Places only ever go on: seven further at the eighth, they are neighbours.
        match places[COLUMNS - 1] == places[0] + COLUMNS - 1 {
            true => neighbours(&self.x[places[0]..], taps, room),
            false => scattered(self.x, &places, taps, room),
        }
        room
    }
}

#[inline(never)]
fn neighbours(x: &[f32], taps: &[usize], room: &mut [Eight]) {
    for (eight, &tap) in room.iter_mut().zip(taps) {
        eight.as_flattened_mut().copy_from_slice(&x[tap..tap + COLUMNS]);
    }
}

#[inline(never)]
fn scattered(x: &[f32], places: &[usize; COLUMNS], taps: &[usize], room: &mut [Eight]) {
    for (eight, &tap) in room.iter_mut().zip(taps) {
        let x = &x[tap..];
        for (number, &place) in eight.as_flattened_mut().iter_mut().zip(places) {
            *number = x[place];
        }
    }
}

/// The sums of a filter's products with what its places see of one channel, and of its bias.
pub fn convolve_one(filter: &[f32], bias: f32, x: &[f32], view: &View, out: &mut [f32], bounds: Option<Bounds>) {
    let bounds = bounds.unwrap_or(gemm::UNBOUNDED);
    let rows = view.rows.iter().zip(out.chunks_exact_mut(view.width.max(1)));
    if view.width < 4 || view.step > 2 {
        for (&start, out) in rows {
            for (i, sum) in out.iter_mut().enumerate() {
                let x = &x[start + i * view.step..];
                let pairs = view.taps.iter().zip(filter);
                *sum = gemm::within(pairs.fold(bias, |sum, (tap, weight)| sum + x[*tap] * weight), bounds);
            }
        }
        return;
    }
    let is_next = view.step == 1;
    match (filter.try_into(), lines_of_three(&view.taps)) {
        (Ok(nine), Some(lines)) => {
            let row = if is_next { row_of_nine::<1> } else { row_of_nine::<2> };
            rows.for_each(|(&start, out)| row(nine, bias, lines.map(|line| &x[start + line..]), out, bounds));
        }
        _ => {
            let row = if is_next { row::<1> } else { row::<2> };
            rows.for_each(|(&start, out)| row(filter, bias, &x[start..], &view.taps, out, bounds));
        }
    }
}

/// A row of at least four places, eight and four at a time; the last four may overlap those before.
#[inline(never)]
fn row<const STEP: usize>(filter: &[f32], bias: f32, x: &[f32], taps: &[usize], out: &mut [f32], bounds: Bounds) {
    let end = out.len() - 4;
    let (bias, least, largest) = (Singles::splat(bias), Singles::splat(bounds.0), Singles::splat(bounds.1));
    let seen = |x: &[f32]| match x.as_chunks::<4>().0 {
        [low, high, ..] if STEP == 2 => Singles::of(low).evens(Singles::of(high)),
        [four, ..] => Singles::of(four),
        [] => least,
    };
    let mut at = 0;
    while let [low, high, ..] = out[at..end].as_chunks_mut::<4>().0 {
        let (mut low_sums, mut high_sums) = (bias, bias);
        for (&tap, &weight) in taps.iter().zip(filter) {
            let (x, weight) = (&x[at * STEP + tap..][..8 * STEP], Singles::splat(weight));
            low_sums = low_sums.add_product(seen(x), weight);
            high_sums = high_sums.add_product(seen(&x[4 * STEP..]), weight);
        }
        *low = low_sums.within(least, largest).to_array();
        *high = high_sums.within(least, largest).to_array();
        at += 8;
    }
    while at < end + 4 {
        let from = at.min(end);
        let mut sums = bias;
        for (&tap, &weight) in taps.iter().zip(filter) {
            sums = sums.add_product(seen(&x[from * STEP + tap..][..4 * STEP]), Singles::splat(weight));
        }
        out[from..from + 4].copy_from_slice(&sums.within(least, largest).to_array());
        at += 4;
    }
}

/// Where three lines of three neighbours begin, if that is what a window sees.
fn lines_of_three(taps: &[usize]) -> Option<[usize; 3]> {
    match *taps {
        [a, _, b, c, _, d, e, _, f] if [a + 2, c + 2, e + 2] == [b, d, f] => Some([a, c, e]),
        _ => None,
    }
}

/// A row of at least four places of three by three neighbours, four at a time: its factors stay in registers. The last four may
/// overlap those before.
#[inline(never)]
fn row_of_nine<const STEP: usize>(filter: &[f32; 9], bias: f32, lines: [&[f32]; 3], out: &mut [f32], bounds: Bounds) {
    let [a, b, c, d, e, f, g, h, i] = *filter;
    let (a, b, c) = (Singles::splat(a), Singles::splat(b), Singles::splat(c));
    let (d, e, f) = (Singles::splat(d), Singles::splat(e), Singles::splat(f));
    let (g, h, i) = (Singles::splat(g), Singles::splat(h), Singles::splat(i));
    let (bias, least, largest) = (Singles::splat(bias), Singles::splat(bounds.0), Singles::splat(bounds.1));
    let [first, second, third] = lines;
    let end = out.len() - 4;
    let mut at = 0;
    while at < end + 4 {
        let from = at.min(end);
        let (x, y, z) = three::<STEP>(&first[from * STEP..]);
        let mut sums = bias.add_product(x, a).add_product(y, b).add_product(z, c);
        let (x, y, z) = three::<STEP>(&second[from * STEP..]);
        sums = sums.add_product(x, d).add_product(y, e).add_product(z, f);
        let (x, y, z) = three::<STEP>(&third[from * STEP..]);
        sums = sums.add_product(x, g).add_product(y, h).add_product(z, i);
        out[from..from + 4].copy_from_slice(&sums.within(least, largest).to_array());
        at += 4;
    }
}

/// What four places see of a line of three neighbours each.
#[inline(always)]
fn three<const STEP: usize>(line: &[f32]) -> (Singles, Singles, Singles) {
    let line = &line[..4 * STEP + 2];
    let four = |from: usize| match line[from..].first_chunk() {
        Some(four) => Singles::of(four),
        None => Singles::splat(0.0),
    };
    match STEP {
        2 => (four(0).evens(four(4)), four(0).odds(four(4)), four(2).evens(four(6))),
        _ => (four(0), four(1), four(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_one_channel_sum_what_they_see() {
        for (step, width) in [(1, 3), (1, 4), (1, 9), (1, 16), (1, 27), (2, 2), (2, 5), (2, 13), (3, 6)] {
            let row = (width - 1) * step + 3;
            let view = View {
                channel: 4 * row,
                taps: (0..9).map(|i| i / 3 * row + i % 3).collect(),
                rows: vec![0, row],
                width,
                step,
            };
            let x: Vec<f32> = (0..4 * row + SLACK).map(|i| (i * 7 % 11) as f32).collect();
            let filter: Vec<f32> = (0..9).map(|i| i as f32 - 3.0).collect();
            let mut out = vec![f32::NAN; 2 * width];
            convolve_one(&filter, 1.0, &x, &view, &mut out, Some((0.0, 90.0)));
            for (i, found) in out.iter().enumerate() {
                let start = view.rows[i / width] + i % width * step;
                let sum: f32 = view.taps.iter().zip(&filter).map(|(tap, weight)| x[start + tap] * weight).sum();
                assert_eq!(*found, (1.0 + sum).clamp(0.0, 90.0), "{step} {width} {i}");
            }
        }
    }
}
