//! Convolutions of several examples at once, and how a loss depends on their weights and on what they see: all three are
//! products by what each place of a window sees, which the kernel puts together as it goes.
//!
//! Numbers lie channel after channel, in each example after example. What is seen has its pads around each example.

use super::shape::Block;
use crate::kernel::convolve::{SLACK, View, convolve};
use crate::kernel::gemm::{COLUMNS, Eight, Panels, Rows, multiply};
use std::ops::Range;

/// Where everything is in so many examples.
pub struct Places {
    /// What the window sees from each place.
    view: View,
    /// How long a row with its pads is, and all of an example's channel.
    row: usize,
    plane: usize,
    pad: usize,
    height: usize,
    width: usize,
    count: usize,
}

impl Places {
    /// Of that many examples.
    pub fn new(block: &Block, count: usize) -> Self {
        let (pad, height, width) = (block.pad(), block.size.height, block.size.width);
        let row = width + 2 * pad;
        let plane = row * (height + 2 * pad);
        let taps = (0..block.kernel * block.kernel).map(|i| i / block.kernel * row + i % block.kernel).collect();
        let rows = (0..count * height).map(|i| i / height * plane + i % height * row).collect();
        let view = View { channel: count * plane, taps, rows, width, step: 1 };
        Self { view, row, plane, pad, height, width, count }
    }

    /// How many numbers channels with pads are.
    pub fn padded(&self, channels: usize) -> usize {
        channels * self.count * self.plane + SLACK
    }

    /// How many numbers they are without.
    pub fn bare(&self, channels: usize) -> usize {
        channels * self.count * self.height * self.width
    }

    /// Where the first number of a row of places is among those with pads.
    pub fn row(&self, channel: usize, example: usize, row: usize) -> usize {
        (channel * self.count + example) * self.plane + (row + self.pad) * self.row + self.pad
    }

    /// What filters make of what they see.
    pub fn forward(&self, block: &Block, weights: &[f32], seen: &[f32], made: &mut [f32]) {
        convolve(&Rows::packed(weights, block.depth()), &[], seen, &self.view, block.size.channels, made, None);
    }

    /// Adds how the loss depends on the weights, by how it depends on what they make.
    pub fn by_weights(&self, block: &Block, slopes: &[f32], seen: &[f32], sums: &mut [f32]) {
        let channels = 0..block.size.channels;
        let taps = channels.flat_map(|channel| self.view.taps.iter().map(move |tap| channel * self.view.channel + tap));
        let places = self.view.rows.iter().flat_map(|&row| row..row + self.view.width);
        let right = Sights { seen, taps: taps.collect(), places: places.collect() };
        let places = self.view.places();
        let slopes = Rows { fours: &Rows::packed(slopes, places), depth: places };
        multiply(slopes, &right, None, sums, block.depth(), None);
    }

    /// How the loss depends on what is seen, by how it depends on what is made, which comes with pads: a convolution by the
    /// same filters, turned around.
    pub fn by_sight(&self, block: &Block, weights: &[f32], slopes: &[f32], below: &mut [f32]) {
        let (depth, taps, filters) = (block.depth(), block.kernel * block.kernel, block.filters);
        let turned = |i: usize| {
            let (channel, filter, tap) = (i / (filters * taps), i / taps % filters, i % taps);
            weights[filter * depth + channel * taps + taps - 1 - tap]
        };
        let turned: Vec<f32> = (0..weights.len()).map(turned).collect();
        convolve(&Rows::packed(&turned, filters * taps), &[], slopes, &self.view, filters, below, None);
    }

    /// Puts numbers without pads into their places among pads.
    pub fn pad(&self, bare: &[f32], padded: &mut [f32]) {
        for (i, row) in bare.chunks_exact(self.width).enumerate() {
            let (plane, row_of) = (i / self.height, i % self.height);
            padded[self.row(0, plane, row_of)..][..self.width].copy_from_slice(row);
        }
    }
}

/// What places see, as a matrix with a row for each place.
struct Sights<'a> {
    seen: &'a [f32],
    /// Where each element of the window is, from the place.
    taps: Vec<usize>,
    /// Where each place is.
    places: Vec<usize>,
}

impl Panels for Sights<'_> {
    fn needs_room(&self) -> bool {
        true
    }

    fn panel<'a>(&'a self, panel: usize, depth: Range<usize>, room: &'a mut [Eight]) -> &'a [Eight] {
        let taps = &self.taps[panel * COLUMNS..];
        let taps = &taps[..taps.len().min(COLUMNS)];
        for (eight, &place) in room.iter_mut().zip(&self.places[depth]) {
            let seen = &self.seen[place..];
            eight.as_flattened_mut().iter_mut().zip(taps).for_each(|(to, &tap)| *to = seen[tap]);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::super::images::Size;
    use super::*;

    /// A convolution is linear in its weights and in what it sees: differences are slopes, but for f32's last bits.
    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        for (kernel, height, width) in [(1, 2, 3), (3, 4, 5), (5, 3, 9)] {
            let block = Block { size: Size { channels: 2, height, width }, filters: 3, kernel, pool: [2, 2] };
            let places = Places::new(&block, 2);
            let number = |i: usize| (i * 7919 % 101) as f32 / 50.0 - 1.0;
            let seen: Vec<f32> = (0..places.bare(2)).map(number).collect();
            let weights: Vec<f32> = (9..9 + 3 * block.depth()).map(number).collect();
            let slopes: Vec<f32> = (3..3 + places.bare(3)).map(number).collect();
            let padded = |channels: usize, bare: &[f32]| {
                let mut padded = vec![0.0; places.padded(channels)];
                places.pad(bare, &mut padded);
                padded
            };
            let loss = |weights: &[f32], seen: &[f32]| {
                let mut made = vec![0.0; places.bare(3)];
                places.forward(&block, weights, &padded(2, seen), &mut made);
                made.iter().zip(&slopes).map(|(x, slope)| f64::from(x * slope)).sum::<f64>()
            };
            let (mut by_weights, mut by_sight) = (vec![0.0; weights.len()], vec![9.0; seen.len()]);
            places.by_weights(&block, &slopes, &padded(2, &seen), &mut by_weights);
            places.by_sight(&block, &weights, &padded(3, &slopes), &mut by_sight);
            let nudged = |numbers: &[f32], i: usize, by: f32| {
                let mut numbers = numbers.to_vec();
                numbers[i] += by;
                numbers
            };
            for (i, &found) in by_weights.iter().enumerate() {
                let at = |by| loss(&nudged(&weights, i, by), &seen);
                let slope = (at(1.0) - at(-1.0)) / 2.0;
                assert!((slope - f64::from(found)).abs() < 1e-4, "weight {i} of {kernel}: {slope} {found}");
            }
            for (i, &found) in by_sight.iter().enumerate() {
                let at = |by| loss(&weights, &nudged(&seen, i, by));
                let slope = (at(1.0) - at(-1.0)) / 2.0;
                assert!((slope - f64::from(found)).abs() < 1e-4, "place {i} of {kernel}: {slope} {found}");
            }
        }
    }
}
