//! A batch on its way through the layers and back. It goes in parts of a few examples, each by one thread; where a batch norm
//! needs all of the batch they wait for each other. Parts are of the batch alone and not of the threads, and their sums are
//! added in their order: the bits are the same on any number of threads.

use super::batch_norm::{self, Affine, Moments, Sums};
use super::convolution::Places;
use super::head::{Dropout, Head};
use super::pool;
use super::shape::{Block, Shape};
use crate::native::train::random::Random;
use rayon::prelude::*;

/// The most examples of a part, and about how many places it has in all.
const EXAMPLES: usize = 8;
const PLACES: usize = 1 << 13;
/// Into how many parts examples that are only answered go.
const PARTS: usize = 16;

/// What becomes of a batch.
#[derive(Default)]
pub struct Batch {
    parts: Vec<Part>,
}

/// What is learned of a batch.
pub struct Lesson<'a> {
    /// The shape.
    pub shape: &'a Shape,
    /// The parameters.
    pub parameters: &'a [f32],
    /// What batch norms know of each block's channels.
    pub moments: &'a mut [Vec<Moments>],
    /// The share of the numbers that are left out before the last layer.
    pub dropout: f64,
    /// Decides which those are, and how examples are moved: the batch's own number.
    pub seed: (u64, u64),
}

/// Puts an example, channel after channel, into a place of that size.
pub type Fill<'a> = dyn Fn(usize, &mut Random, &mut [f32]) + Sync + 'a;

/// Some examples of a batch.
#[derive(Default)]
struct Part {
    count: usize,
    blocks: Vec<Floor>,
    head: Head,
    gradient: Vec<f32>,
    loss: f64,
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

/// How many examples a part has.
fn share(shape: &Shape) -> usize {
    (PLACES / shape.blocks[0].places()).clamp(1, EXAMPLES)
}

/// How many examples are answered at once.
pub fn at_once(shape: &Shape) -> usize {
    PARTS * share(shape)
}

impl Batch {
    /// The sum of the losses of a batch, by `truth` with how much each counts, and in `gradient` its slopes by the
    /// parameters. What batch norms know moves towards the batch.
    pub fn learn(
        &mut self,
        lesson: Lesson<'_>,
        rows: &[usize],
        fill: &Fill<'_>,
        truth: &[(f64, f64)],
        gradient: &mut [f32],
    ) -> f64 {
        let Lesson { shape, parameters, moments, dropout, seed } = lesson;
        let (each, of_blocks, last) = (share(shape), shape.of_blocks(), shape.blocks.len() - 1);
        let randoms = |part: usize| Random::new(seed.0, 1 + (seed.1 << 16 | part as u64));
        let parts = rows.len().div_ceil(each);
        self.parts.resize_with(self.parts.len().max(parts), Part::default);
        let active = &mut self.parts[..parts];
        active.par_iter_mut().zip(rows.par_chunks(each)).enumerate().with_max_len(1).for_each(|(i, (part, rows))| {
            part.begin(shape, rows.len());
            let mut random = randoms(i);
            part.see(shape, rows, |row, to| fill(row, &mut random, to));
            part.make(shape, parameters, 0);
        });
        let mut known: Vec<(Vec<Moments>, Vec<Affine>)> = Vec::with_capacity(shape.blocks.len());
        for (i, block) in shape.blocks.iter().enumerate() {
            let count = (rows.len() * block.places()) as f64;
            let sums = batch_norm::total(active.iter().map(|part| &part.blocks[i].sums));
            let own: Vec<Moments> = sums.into_iter().map(|sums| Moments::of(sums, count)).collect();
            moments[i].iter_mut().zip(&own).for_each(|(known, own)| known.follow(*own, count));
            let affine = affine(&own, parameters, &of_blocks[i]);
            active.par_iter_mut().zip(truth.par_chunks(each)).enumerate().with_max_len(1).for_each(
                |(at, (part, truth))| {
                    part.hand_on(shape, i, &affine);
                    if i < last {
                        part.make(shape, parameters, i + 1);
                    } else {
                        // Not the numbers that examples are moved by.
                        let mut random = randoms(at | 1 << 15);
                        part.head.forward(shape, parameters, Some(Dropout { share: dropout, random: &mut random }));
                        part.loss = part.head.backward(shape, parameters, truth, &mut part.gradient);
                        part.gather_slopes(shape);
                        part.sum_slopes(shape, last, &own);
                    }
                },
            );
            known.push((own, affine));
        }
        for (i, block) in shape.blocks.iter().enumerate().rev() {
            let sums = batch_norm::total(active.iter().map(|part| &part.blocks[i].sums));
            let [_, factors, shifts] = &of_blocks[i];
            for (channel, [sum, products]) in sums.iter().enumerate() {
                gradient[factors.start + channel] = *products as f32;
                gradient[shifts.start + channel] = *sum as f32;
            }
            let (own, affine) = &known[i];
            let count = (rows.len() * block.places()) as f64;
            active.par_iter_mut().with_max_len(1).for_each(|part| {
                let floor = &mut part.blocks[i];
                batch_norm::through_moments(&mut floor.made, own, &parameters[factors.clone()], &sums, count);
                pool::backward(block, &floor.slopes, &floor.which, affine, &mut floor.made);
                part.go_below(shape, parameters, i);
                if i > 0 {
                    part.sum_slopes(shape, i - 1, &known[i - 1].0);
                }
            });
        }
        for [weights, _, _] in &of_blocks {
            add_parts(active, weights.clone(), gradient);
        }
        for ranges in shape.of_dense() {
            ranges.into_iter().for_each(|range| add_parts(active, range, gradient));
        }
        active.iter().map(|part| part.loss).sum()
    }

    /// The scores' answers for some examples, by what batch norms know: examples × outputs.
    pub fn answer(
        &mut self,
        shape: &Shape,
        parameters: &[f32],
        moments: &[Vec<Moments>],
        rows: &[usize],
        fill: &Fill<'_>,
    ) -> Vec<f32> {
        let (each, of_blocks) = (share(shape), shape.of_blocks());
        let affine: Vec<Vec<Affine>> =
            moments.iter().zip(&of_blocks).map(|(moments, ranges)| affine(moments, parameters, ranges)).collect();
        let parts = rows.len().div_ceil(each);
        self.parts.resize_with(self.parts.len().max(parts), Part::default);
        let active = &mut self.parts[..parts];
        active.par_iter_mut().zip(rows.par_chunks(each)).with_max_len(1).for_each(|(part, rows)| {
            part.begin(shape, rows.len());
            let mut random = Random::new(0, 0);
            part.see(shape, rows, |row, to| fill(row, &mut random, to));
            for (i, affine) in affine.iter().enumerate() {
                part.make(shape, parameters, i);
                part.hand_on(shape, i, affine);
            }
            part.head.forward(shape, parameters, None);
        });
        active.iter().flat_map(|part| part.head.answers(shape)).collect()
    }
}

/// What norms with those moments are, with what is learned.
fn affine(moments: &[Moments], parameters: &[f32], [_, factors, shifts]: &[std::ops::Range<usize>; 3]) -> Vec<Affine> {
    let learned = parameters[factors.clone()].iter().zip(&parameters[shifts.clone()]);
    moments.iter().zip(learned).map(|(moments, (&factor, &shift))| moments.affine(factor, shift)).collect()
}

/// The parts' slopes by some parameters, in the parts' order.
fn add_parts(parts: &[Part], range: std::ops::Range<usize>, gradient: &mut [f32]) {
    let to = &mut gradient[range.clone()];
    to.fill(0.0);
    for part in parts {
        to.iter_mut().zip(&part.gradient[range.clone()]).for_each(|(sum, slope)| *sum += slope);
    }
}

impl Part {
    /// Room for that many examples.
    fn begin(&mut self, shape: &Shape, count: usize) {
        if self.count != count {
            self.count = count;
            self.blocks = shape.blocks.iter().map(|block| Floor::new(block, count)).collect();
            self.gradient = vec![0.0; shape.parameters()];
        }
        self.gradient.fill(0.0);
    }

    /// Puts examples where the first block sees them.
    fn see(&mut self, shape: &Shape, rows: &[usize], mut fill: impl FnMut(usize, &mut [f32])) {
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
    fn make(&mut self, shape: &Shape, parameters: &[f32], i: usize) {
        let block = &shape.blocks[i];
        let [weights, _, _] = &shape.of_blocks()[i];
        let Floor { places, seen, made, sums, .. } = &mut self.blocks[i];
        places.forward(block, &parameters[weights.clone()], seen, made);
        *sums = batch_norm::sums(made, block.filters);
    }

    /// What comes out of a block goes to the next, or to the layers behind the last.
    fn hand_on(&mut self, shape: &Shape, i: usize, affine: &[Affine]) {
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

    /// From the slopes by what a block's filters made to those by its weights, and by what comes out of the block before.
    fn go_below(&mut self, shape: &Shape, parameters: &[f32], i: usize) {
        let block = &shape.blocks[i];
        let [weights, _, _] = &shape.of_blocks()[i];
        let (before, after) = self.blocks.split_at_mut(i);
        let Floor { places, seen, made, padded, .. } = &mut after[0];
        places.by_weights(block, made, seen, &mut self.gradient[weights.clone()]);
        if let Some(below) = before.last_mut() {
            places.pad(made, padded);
            places.by_sight(block, &parameters[weights.clone()], padded, &mut below.slopes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::images::Size;
    use super::super::shape::Dense;
    use super::*;
    use crate::native::train::answer::Answer;

    /// Two blocks, odd sides, both ways behind them, more parts than one.
    fn shape(averages: bool) -> Shape {
        let first = Block { size: Size { channels: 2, height: 5, width: 6 }, filters: 3, kernel: 3, pool: [2, 2] };
        let second = Block { size: first.out(), filters: 4, kernel: 3, pool: [2, 2] };
        let features = if averages { 4 } else { second.out().numbers() };
        let dense = vec![Dense { inputs: features, outputs: 3 }];
        Shape { blocks: vec![first, second], averages, dense, answer: Answer::Shares }
    }

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let rows: Vec<usize> = (0..10).collect();
        let truth: Vec<(f64, f64)> = rows.iter().map(|&row| ((row % 3) as f64, 1.0 + (row % 2) as f64)).collect();
        let fill = |row: usize, _: &mut Random, to: &mut [f32]| {
            to.iter_mut().enumerate().for_each(|(i, x)| *x = ((row * 61 + i) * 7919 % 101) as f32 / 50.0 - 1.0);
        };
        for averages in [false, true] {
            let shape = shape(averages);
            let parameters = shape.draw(&mut Random::new(5, 0));
            let mut batch = Batch::default();
            let mut learn = |parameters: &[f32]| {
                let mut moments = vec![vec![Moments::UNKNOWN; 3], vec![Moments::UNKNOWN; 4]];
                let lesson = Lesson { shape: &shape, parameters, moments: &mut moments, dropout: 0.0, seed: (0, 0) };
                let mut gradient = vec![9.0; parameters.len()];
                let loss = batch.learn(lesson, &rows, &fill, &truth, &mut gradient);
                (loss, gradient)
            };
            let (_, gradient) = learn(&parameters);
            let mut far = 0;
            for (i, &found) in gradient.iter().enumerate() {
                let mut at = |by: f32| {
                    let mut parameters = parameters.clone();
                    parameters[i] += by;
                    learn(&parameters).0
                };
                let slope = (at(1.0 / 512.0) - at(-1.0 / 512.0)) * 256.0;
                // Where another place becomes the largest within the step, the slope is between two.
                far += usize::from((slope - f64::from(found)).abs() > 5e-3 * (1.0 + slope.abs()));
            }
            assert!(far * 50 <= gradient.len(), "{far} of {} slopes", gradient.len());
        }
    }
}
