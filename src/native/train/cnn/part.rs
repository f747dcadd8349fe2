//! Some examples of a batch on their way through the layers and back, step by step: what one thread does at once.

use super::batch_norm::{self, Affine, Moments, Sums};
use super::convolution::Places;
use super::head::{Dropout, Head, Truth};
use super::pool;
use super::shape::{Block, Shape};

/// Some examples of a batch.
#[derive(Default)]
pub struct Part {
    count: usize,
    blocks: Vec<Floor>,
    head: Head,
    /// The sums of the loss's slopes by the parameters, but for those of norms.
    pub gradient: Vec<f32>,
    /// The sum of the losses.
    pub loss: f64,
}

/// What is known of a block's channels in a batch: their moments, and what its norm is by them.
pub struct Known {
    /// The moments.
    pub moments: Vec<Moments>,
    /// The norm.
    pub affine: Vec<Affine>,
}

/// What a block makes of them.
struct Floor {
    places: Places,
    /// What it sees, with pads.
    seen: Vec<f32>,
    /// What its filters make; then how the loss depends on that.
    made: Vec<f32>,
    /// The same with pads.
    padded: Vec<f32>,
    /// What comes out, and how the loss depends on that.
    out: Vec<f32>,
    slopes: Vec<f32>,
    /// Which place of a window is the largest.
    which: Vec<u8>,
    sums: Sums,
}

impl Floor {
    fn new(block: &Block, count: usize) -> Self {
        let (places, out) = (Places::new(block, count), block.out().numbers() * count);
        Self {
            seen: vec![0.0; places.padded(block.size.channels)],
            made: vec![0.0; places.bare(block.filters)],
            padded: vec![0.0; places.padded(block.filters)],
            out: vec![0.0; out],
            slopes: vec![0.0; out],
            which: vec![0; out],
            sums: Sums::new(),
            places,
        }
    }
}

impl Part {
    /// Room for that many examples.
    pub fn begin(&mut self, shape: &Shape, count: usize) {
        if self.count != count {
            self.count = count;
            self.blocks = shape.blocks.iter().map(|block| Floor::new(block, count)).collect();
            self.gradient = vec![0.0; shape.parameters()];
        }
        self.gradient.fill(0.0);
    }

    /// Puts examples where the first block sees them.
    pub fn see(&mut self, shape: &Shape, rows: &[usize], mut fill: impl FnMut(usize, &mut [f32])) {
        let (size, count) = (shape.blocks[0].size, self.count);
        let Floor { places, seen, .. } = &mut self.blocks[0];
        let mut example = vec![0.0; size.numbers()];
        for (i, &row) in rows.iter().enumerate() {
            fill(row, &mut example);
            for (channel, plane) in example.chunks_exact(size.height * size.width).enumerate() {
                for (y, line) in plane.chunks_exact(size.width).enumerate() {
                    seen[places.row(channel, i, y)..][..size.width].copy_from_slice(line);
                }
            }
        }
        debug_assert_eq!(rows.len(), count);
    }

    /// What a block's filters make, and its sums.
    pub fn make(&mut self, shape: &Shape, parameters: &[f32], i: usize) {
        let block = &shape.blocks[i];
        let [weights, _, _] = &shape.of_blocks()[i];
        let Floor { places, seen, made, sums, .. } = &mut self.blocks[i];
        places.forward(block, &parameters[weights.clone()], seen, made);
        *sums = batch_norm::sums(made, block.filters);
    }

    /// What comes out of a block goes to the next, or to the layers behind the last.
    pub fn hand_on(&mut self, shape: &Shape, i: usize, affine: &[Affine]) {
        let block = &shape.blocks[i];
        let (before, after) = self.blocks.split_at_mut(i + 1);
        let Floor { made, out, which, .. } = &mut before[i];
        pool::forward(block, made, affine, out, which);
        match after.first_mut() {
            Some(next) => next.places.pad(out, &mut next.seen),
            None => {
                let (width, places) = (shape.features(), out.len() / self.count / block.filters);
                self.head.values.resize(1, Vec::new());
                let values = &mut self.head.values[0];
                values.clear();
                values.resize(self.count * width, 0.0);
                for (map, numbers) in out.chunks_exact(places).enumerate() {
                    let (channel, example) = (map / self.count, map % self.count);
                    match shape.averages {
                        true => values[example * width + channel] = numbers.iter().sum::<f32>() / places as f32,
                        false => values[example * width + channel * places..][..places].copy_from_slice(numbers),
                    }
                }
            }
        }
    }

    /// Through the layers behind the blocks, by truths with how much each counts, and back to what comes out of the last block.
    pub fn turn(
        &mut self,
        shape: &Shape,
        parameters: &[f32],
        truth: &[Truth],
        dropout: Dropout<'_>,
        moments: &[Moments],
    ) {
        self.head.forward(shape, parameters, Some(dropout));
        self.loss = self.head.backward(shape, parameters, truth, &mut self.gradient);
        self.gather_slopes(shape);
        self.sum_slopes(shape, shape.blocks.len() - 1, moments);
    }

    /// The answers to what comes out of the last block.
    pub fn answers(&mut self, shape: &Shape, parameters: &[f32]) -> Vec<f32> {
        self.head.forward(shape, parameters, None);
        self.head.answers(shape)
    }

    /// The two sums that a block's batch norm needs of each channel, of what was done last.
    pub fn sums(&self, i: usize) -> &Sums {
        &self.blocks[i].sums
    }

    /// The slopes by what comes out of the last block, from those of the layers behind it.
    fn gather_slopes(&mut self, shape: &Shape) {
        let Some((floor, block)) = self.blocks.last_mut().zip(shape.blocks.last()) else { return };
        let (width, places) = (shape.features(), floor.slopes.len() / self.count / block.filters);
        for (map, slopes) in floor.slopes.chunks_exact_mut(places).enumerate() {
            let (channel, example) = (map / self.count, map % self.count);
            match shape.averages {
                true => slopes.fill(self.head.slopes[example * width + channel] / places as f32),
                false => slopes.copy_from_slice(&self.head.slopes[example * width + channel * places..][..places]),
            }
        }
    }

    /// The sums that a block's batch norm needs on the way back.
    fn sum_slopes(&mut self, shape: &Shape, i: usize, moments: &[Moments]) {
        let floor = &mut self.blocks[i];
        floor.sums = pool::sums(&shape.blocks[i], &floor.made, moments, &floor.slopes, &floor.which);
    }

    /// From the slopes by what comes out of a block to those by its weights, and by what comes out of the block before, whose
    /// norm's sums follow. `sums` are those of all parts, over `count` numbers of each channel.
    pub fn back(&mut self, shape: &Shape, parameters: &[f32], i: usize, known: &[Known], (sums, count): (&Sums, f64)) {
        let block = &shape.blocks[i];
        let [weights, factors, _] = &shape.of_blocks()[i];
        let (before, after) = self.blocks.split_at_mut(i);
        let Floor { places, seen, made, padded, slopes, which, .. } = &mut after[0];
        batch_norm::through_moments(made, &known[i].moments, &parameters[factors.clone()], sums, count);
        pool::backward(block, slopes, which, &known[i].affine, made);
        places.by_weights(block, made, seen, &mut self.gradient[weights.clone()]);
        if let Some(below) = before.last_mut() {
            places.pad(made, padded);
            places.by_sight(block, &parameters[weights.clone()], padded, &mut below.slopes);
            self.sum_slopes(shape, i - 1, &known[i - 1].moments);
        }
    }
}
