//! A batch on its way through the layers and back. It goes in parts of a few examples, each by one thread; where a batch norm
//! needs all of the batch they wait for each other. Parts are of the batch alone and not of the threads, and their sums are
//! added in their order: the bits are the same on any number of threads.

use super::super::random::Random;
use super::batch_norm::{self, Affine, Moments};
use super::head::{Dropout, Truth};
use super::part::{Known, Part};
use super::shape::{Block, Shape};
use rayon::prelude::*;
use std::ops::Range;

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
        truth: &[Truth],
        gradient: &mut [f32],
    ) -> f64 {
        let Lesson { shape, parameters, moments, dropout, seed } = lesson;
        let (each, of_blocks, last) = (share(shape), shape.of_blocks(), shape.blocks.len() - 1);
        let randoms = |part: usize| Random::new(seed.0, 1 + (seed.1 << 16 | part as u64));
        let parts = self.ready(shape, rows.len());
        parts.par_iter_mut().zip(rows.par_chunks(each)).enumerate().with_max_len(1).for_each(|(at, (part, rows))| {
            let mut random = randoms(at);
            part.see(shape, rows, |row, to| fill(row, &mut random, to));
            part.make(shape, parameters, 0);
        });
        let count = |block: &Block| (rows.len() * block.places()) as f64;
        let mut all: Vec<Known> = Vec::with_capacity(shape.blocks.len());
        for (i, block) in shape.blocks.iter().enumerate() {
            let sums = batch_norm::total(parts.iter().map(|part| part.sums(i)));
            let own: Vec<Moments> = sums.into_iter().map(|sums| Moments::of(sums, count(block))).collect();
            moments[i].iter_mut().zip(&own).for_each(|(known, own)| known.follow(*own, count(block)));
            let known = Known { affine: affine(&own, parameters, &of_blocks[i]), moments: own };
            let each_part = |(at, (part, truth)): (usize, (&mut Part, &[Truth]))| {
                part.hand_on(shape, i, &known.affine);
                if i < last {
                    part.make(shape, parameters, i + 1);
                } else {
                    // Not the numbers that examples are moved by.
                    let dropout = Dropout { share: dropout, random: &mut randoms(at | 1 << 15) };
                    part.turn(shape, parameters, truth, dropout, &known.moments);
                }
            };
            parts.par_iter_mut().zip(truth.par_chunks(each)).enumerate().with_max_len(1).for_each(each_part);
            all.push(known);
        }
        for (i, block) in shape.blocks.iter().enumerate().rev() {
            let sums = batch_norm::total(parts.iter().map(|part| part.sums(i)));
            let [_, factors, shifts] = &of_blocks[i];
            for (channel, [sum, products]) in sums.iter().enumerate() {
                gradient[factors.start + channel] = *products as f32;
                gradient[shifts.start + channel] = *sum as f32;
            }
            let sums = (&sums, count(block));
            parts.par_iter_mut().with_max_len(1).for_each(|part| part.back(shape, parameters, i, &all, sums));
        }
        for range in shape.weights().chain(shape.of_dense().into_iter().map(|[_, intercepts]| intercepts)) {
            add_parts(parts, range, gradient);
        }
        parts.iter().map(|part| part.loss).sum()
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
        let parts = self.ready(shape, rows.len());
        let each_part = |(part, rows): (&mut Part, &[usize])| {
            let mut random = Random::new(0, 0);
            part.see(shape, rows, |row, to| fill(row, &mut random, to));
            for (i, affine) in affine.iter().enumerate() {
                part.make(shape, parameters, i);
                part.hand_on(shape, i, affine);
            }
            part.answers(shape, parameters)
        };
        let answers: Vec<Vec<f32>> =
            parts.par_iter_mut().zip(rows.par_chunks(each)).with_max_len(1).map(each_part).collect();
        answers.concat()
    }

    /// Parts with room for a batch of that many examples.
    fn ready(&mut self, shape: &Shape, count: usize) -> &mut [Part] {
        let each = share(shape);
        let parts = count.div_ceil(each);
        self.parts.resize_with(self.parts.len().max(parts), Part::default);
        let parts = &mut self.parts[..parts];
        parts.iter_mut().enumerate().for_each(|(i, part)| part.begin(shape, each.min(count - i * each)));
        parts
    }
}

/// What norms with those moments are, with what is learned.
pub fn affine(moments: &[Moments], parameters: &[f32], [_, factors, shifts]: &[Range<usize>; 3]) -> Vec<Affine> {
    let learned = parameters[factors.clone()].iter().zip(&parameters[shifts.clone()]);
    moments.iter().zip(learned).map(|(moments, (&factor, &shift))| moments.affine(factor, shift)).collect()
}

/// The parts' slopes by some parameters, in the parts' order.
fn add_parts(parts: &[Part], range: Range<usize>, gradient: &mut [f32]) {
    let to = &mut gradient[range.clone()];
    to.fill(0.0);
    for part in parts {
        to.iter_mut().zip(&part.gradient[range.clone()]).for_each(|(sum, slope)| *sum += slope);
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
