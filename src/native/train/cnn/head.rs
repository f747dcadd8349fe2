//! The layers behind the blocks: linear functions with a ReLU between them, some numbers left out by chance before the last.

use super::super::answer::Answer;
use super::super::product::{View, add_product};
use super::super::random::Random;
use super::shape::Shape;

/// What examples are on their way through the layers; the room for it is used again.
#[derive(Default)]
pub struct Head {
    /// What goes into each layer, and what comes out of the last: examples × width.
    pub values: Vec<Vec<f32>>,
    /// The loss's slopes by what goes into the first.
    pub slopes: Vec<f32>,
    /// What each number before the last layer was multiplied by: 0 where it was left out; empty if none was.
    kept: Vec<f32>,
    above: Vec<f32>,
}

/// What an example is to be answered, and how much it counts.
pub type Truth = (f64, f64);

/// What numbers are left out by.
pub struct Dropout<'a> {
    /// The share of them.
    pub share: f64,
    /// Chance.
    pub random: &'a mut Random,
}

impl Head {
    /// Makes scores of the numbers in `values[0]`.
    pub fn forward(&mut self, shape: &Shape, parameters: &[f32], dropout: Option<Dropout<'_>>) {
        self.values.resize(shape.dense.len() + 1, Vec::new());
        self.kept.clear();
        let (layers, last) = (shape.dense.iter().zip(shape.of_dense()), shape.dense.len() - 1);
        let mut dropout = dropout.filter(|dropout| dropout.share > 0.0);
        for (i, (dense, [weights, intercepts])) in layers.enumerate() {
            let (before, after) = self.values.split_at_mut(i + 1);
            let (inputs, outputs) = (&mut before[i], &mut after[0]);
            if i == last
                && let Some(Dropout { share, random }) = dropout.take()
            {
                let factor = (1.0 / (1.0 - share)) as f32;
                self.kept.extend(inputs.iter().map(|_| if random.unit() < share { 0.0 } else { factor }));
                inputs.iter_mut().zip(&self.kept).for_each(|(x, kept)| *x *= kept);
            }
            outputs.clear();
            (0..inputs.len() / dense.inputs).for_each(|_| outputs.extend_from_slice(&parameters[intercepts.clone()]));
            let (left, right) = (View::rows(inputs, dense.inputs), View::rows(&parameters[weights], dense.outputs));
            add_product(left, right, dense.inputs, dense.outputs, outputs);
            if i < last {
                outputs.iter_mut().for_each(|x| *x = x.max(0.0));
            }
        }
    }

    /// Adds to the slopes by the parameters, and finds those by what goes in, for targets with how much each counts. Returns
    /// the loss.
    pub fn backward(&mut self, shape: &Shape, parameters: &[f32], truth: &[Truth], gradient: &mut [f32]) -> f64 {
        let outputs = shape.outputs();
        self.above.clone_from(&self.values[shape.dense.len()]);
        let mut loss = 0.0;
        for (&(target, weight), slopes) in truth.iter().zip(self.above.chunks_exact_mut(outputs)) {
            loss += weight * shape.answer.loss_and_slopes(slopes, target);
            slopes.iter_mut().for_each(|slope| *slope *= weight as f32);
        }
        for (i, (dense, [weights, intercepts])) in shape.dense.iter().zip(shape.of_dense()).enumerate().rev() {
            let (inputs, outputs) = (&self.values[i], dense.outputs);
            let slopes = View::rows(&self.above, outputs);
            let transposed = View::rows(inputs, dense.inputs).transposed();
            add_product(transposed, slopes, truth.len(), outputs, &mut gradient[weights.clone()]);
            for slopes in self.above.chunks_exact(outputs) {
                gradient[intercepts.clone()].iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += slope);
            }
            self.slopes.clear();
            self.slopes.resize(inputs.len(), 0.0);
            let back = View::rows(&parameters[weights], outputs).transposed();
            add_product(slopes, back, outputs, dense.inputs, &mut self.slopes);
            if i + 1 == shape.dense.len() {
                self.slopes.iter_mut().zip(&self.kept).for_each(|(slope, kept)| *slope *= kept);
            }
            if i > 0 {
                // What the ReLU before this layer made 0 moves nothing.
                self.slopes.iter_mut().zip(inputs).for_each(|(slope, &x)| *slope = if x > 0.0 { *slope } else { 0.0 });
                std::mem::swap(&mut self.slopes, &mut self.above);
            }
        }
        loss
    }

    /// The answers of the scores: a number, or a share of each class.
    pub fn answers(&self, shape: &Shape) -> Vec<f32> {
        let mut answers = self.values[shape.dense.len()].clone();
        if shape.answer != Answer::Number {
            answers.chunks_exact_mut(shape.outputs()).for_each(crate::kernel::functions::softmax);
        }
        answers
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::Dense;
    use super::*;

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        for (answer, outputs) in [(Answer::Number, 1), (Answer::Shares, 3)] {
            let dense = vec![Dense { inputs: 5, outputs: 4 }, Dense { inputs: 4, outputs }];
            let shape = Shape { blocks: Vec::new(), averages: false, dense, answer };
            let parameters = shape.draw(&mut Random::new(3, 0));
            let inputs: Vec<f32> = (0..15).map(|i| (i * 7919 % 101) as f32 / 50.0 - 1.0).collect();
            let truth = [(0.0, 1.0), (2.0, 0.5), (1.0, 2.0)];
            // The same numbers are left out each time.
            let run = |parameters: &[f32], inputs: &[f32]| {
                let mut head = Head { values: vec![inputs.to_vec()], ..Head::default() };
                let mut random = Random::new(1, 0);
                head.forward(&shape, parameters, Some(Dropout { share: 0.25, random: &mut random }));
                let mut gradient = vec![0.0; parameters.len()];
                let loss = head.backward(&shape, parameters, &truth[..], &mut gradient);
                (loss, gradient, head.slopes)
            };
            let (_, gradient, slopes) = run(&parameters, &inputs);
            let nudged = |numbers: &[f32], i: usize, by: f32| {
                let mut numbers = numbers.to_vec();
                numbers[i] += by;
                numbers
            };
            for (i, &found) in gradient.iter().enumerate() {
                let at = |by| run(&nudged(&parameters, i, by), &inputs).0;
                let slope = (at(1.0 / 256.0) - at(-1.0 / 256.0)) * 128.0;
                assert!((slope - f64::from(found)).abs() < 2e-3, "{answer:?} {i}: {slope} {found}");
            }
            for (i, &found) in slopes.iter().enumerate() {
                let at = |by| run(&parameters, &nudged(&inputs, i, by)).0;
                let slope = (at(1.0 / 256.0) - at(-1.0 / 256.0)) * 128.0;
                assert!((slope - f64::from(found)).abs() < 2e-3, "{answer:?} input {i}: {slope} {found}");
            }
        }
    }
}
