//! The layers of a network: their parameters, what they make of rows, and how the loss depends on each parameter.

use super::super::answer::Answer;
use super::super::product::{View, add_product};
use super::super::random::Random;
use super::super::real::Real;
use crate::kernel::exp::exp_all;
use crate::model::Function;

/// How many exponentials are taken at once.
const CHUNK: usize = 256;

/// A network's shape.
#[derive(Clone, Debug)]
pub struct Shape {
    /// How many numbers go in, are in each hidden layer, and come out.
    pub widths: Vec<usize>,
    /// What is done with the numbers of hidden layers; `None` for nothing.
    pub activation: Option<Function>,
    /// What comes out.
    pub answer: Answer,
}

/// Rows with what is to be answered.
pub struct Rows<'a, R> {
    /// Rows × the first width.
    pub numbers: &'a [R],
    /// A number or the index of a class for each row.
    pub targets: &'a [f64],
    /// How much each counts; `None` for all alike.
    pub weights: Option<&'a [f64]>,
}

/// What some rows tell: the room for it is used again.
pub struct Work<R> {
    /// What goes into each layer, and what comes out of the last: rows × width.
    values: Vec<Vec<R>>,
    /// The loss's slope by what comes out of a layer, and out of the one before.
    slopes: [Vec<R>; 2],
    /// The sum of the slopes by the parameters.
    pub gradient: Vec<R>,
    /// The sum of the losses.
    pub loss: f64,
}

impl Shape {
    /// How many parameters there are: for each layer the weights, input after input, and the intercepts.
    pub fn parameters(&self) -> usize {
        self.widths
            .windows(2)
            .map(|pair| pair[0].saturating_add(1).saturating_mul(pair[1]))
            .fold(0, usize::saturating_add)
    }

    /// The weights and intercepts of each layer, and how many numbers come in.
    pub fn layers<'a, R>(&self, parameters: &'a [R]) -> Vec<(usize, &'a [R], &'a [R])> {
        let mut rest = parameters;
        let of_layer = |pair: &[usize]| {
            let (weights, more) = rest.split_at(pair[0] * pair[1]);
            let (intercepts, more) = more.split_at(pair[1]);
            rest = more;
            (pair[0], weights, intercepts)
        };
        self.widths.windows(2).map(of_layer).collect()
    }

    /// Random parameters, as scikit-learn draws them: Glorot and Bengio, Understanding the difficulty of training deep
    /// feedforward neural networks, AISTATS 2010.
    pub fn draw(&self, random: &mut Random) -> Vec<f64> {
        let factor = if self.activation == Some(Function::Sigmoid) { 2.0 } else { 6.0 };
        let mut parameters = Vec::with_capacity(self.parameters());
        for pair in self.widths.windows(2) {
            let bound = (factor / (pair[0] + pair[1]) as f64).sqrt();
            parameters.extend((0..(pair[0] + 1) * pair[1]).map(|_| bound * (2.0 * random.unit() - 1.0)));
        }
        parameters
    }
}

impl<R: Real> Work<R> {
    /// Room for a network of that shape.
    pub fn new(shape: &Shape) -> Self {
        Self {
            values: vec![Vec::new(); shape.widths.len()],
            slopes: [Vec::new(), Vec::new()],
            gradient: vec![R::default(); shape.parameters()],
            loss: 0.0,
        }
    }

    /// The scores of some rows.
    pub fn forward(&mut self, shape: &Shape, parameters: &[R], rows: &Rows<'_, R>, picks: &[usize]) -> &[R] {
        let width = shape.widths[0];
        self.values[0].clear();
        picks.iter().for_each(|&row| self.values[0].extend_from_slice(&rows.numbers[row * width..][..width]));
        let layers = shape.layers(parameters);
        let last = layers.len() - 1;
        for (i, (inner, weights, intercepts)) in layers.into_iter().enumerate() {
            let (before, after) = self.values.split_at_mut(i + 1);
            let (inputs, outputs, width) = (&before[i], &mut after[0], intercepts.len());
            outputs.clear();
            picks.iter().for_each(|_| outputs.extend_from_slice(intercepts));
            add_product(View::rows(inputs, inner), View::rows(weights, width), inner, width, outputs);
            if i < last {
                activate(shape.activation, outputs);
            }
        }
        &self.values[last + 1]
    }

    /// The sums of the losses of some rows and of their slopes.
    pub fn backward(&mut self, shape: &Shape, parameters: &[R], rows: &Rows<'_, R>, picks: &[usize]) {
        let outputs = self.forward(shape, parameters, rows, picks).len() / picks.len();
        let [slopes, before] = &mut self.slopes;
        slopes.clone_from(&self.values[shape.widths.len() - 1]);
        self.loss = 0.0;
        for (&row, slopes) in picks.iter().zip(slopes.chunks_exact_mut(outputs)) {
            let weight = rows.weights.map_or(1.0, |weights| weights[row]);
            self.loss += weight * shape.answer.loss_and_slopes(slopes, rows.targets[row]);
            if rows.weights.is_some() {
                slopes.iter_mut().for_each(|slope| *slope = *slope * R::of(weight));
            }
        }
        self.gradient.fill(R::default());
        let mut end = self.gradient.len();
        for (i, (inner, weights, intercepts)) in shape.layers(parameters).into_iter().enumerate().rev() {
            let (width, inputs) = (intercepts.len(), &self.values[i]);
            let begin = end - (inner + 1) * width;
            let (of_weights, of_intercepts) = self.gradient[begin..end].split_at_mut(inner * width);
            end = begin;
            add_product(
                View::rows(inputs, inner).transposed(),
                View::rows(slopes, width),
                picks.len(),
                width,
                of_weights,
            );
            for slopes in slopes.chunks_exact(width) {
                of_intercepts.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += *slope);
            }
            if i > 0 {
                before.clear();
                before.resize(picks.len() * inner, R::default());
                add_product(View::rows(slopes, width), View::rows(weights, width).transposed(), width, inner, before);
                through(shape.activation, inputs, before);
                std::mem::swap(slopes, before);
            }
        }
    }
}

/// The function of hidden layers.
fn activate<R: Real>(activation: Option<Function>, numbers: &mut [R]) {
    let zero = R::default();
    match activation {
        Some(Function::Relu) => numbers.iter_mut().for_each(|x| *x = if *x > zero { *x } else { zero }),
        // 1 / (1 + exp(-x)), and tanh(x) = 2 / (1 + exp(-2 x)) - 1.
        Some(Function::Sigmoid) => of_exponentials(numbers, -1.0, |e| 1.0 / (1.0 + e)),
        Some(Function::Tanh) => of_exponentials(numbers, -2.0, |e| 2.0 / (1.0 + e) - 1.0),
        _ => {}
    }
}

fn of_exponentials<R: Real>(numbers: &mut [R], factor: f64, function: impl Fn(f64) -> f64) {
    let mut room = [0.0; CHUNK];
    for numbers in numbers.chunks_mut(CHUNK) {
        let room = &mut room[..numbers.len()];
        room.iter_mut().zip(&*numbers).for_each(|(e, x)| *e = factor * x.wide());
        exp_all(room);
        numbers.iter_mut().zip(room).for_each(|(x, e)| *x = R::of(function(*e)));
    }
}

/// Slopes by what comes out of a hidden layer to slopes by what went into its function.
fn through<R: Real>(activation: Option<Function>, outputs: &[R], slopes: &mut [R]) {
    let (zero, one) = (R::default(), R::of(1.0));
    let pairs = slopes.iter_mut().zip(outputs);
    match activation {
        Some(Function::Relu) => pairs.for_each(|(slope, &x)| *slope = if x > zero { *slope } else { zero }),
        Some(Function::Sigmoid) => pairs.for_each(|(slope, &x)| *slope = *slope * (x * (one - x))),
        Some(Function::Tanh) => pairs.for_each(|(slope, &x)| *slope = *slope * (one - x * x)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let numbers: Vec<f64> = (0..12).map(|i| f64::from(i * 7 % 11) / 5.0 - 1.0).collect();
        let targets = [1.0, 0.0, 1.0, 0.0];
        let rows = Rows { numbers: &numbers, targets: &targets, weights: Some(&[1.0, 2.0, 0.5, 1.0]) };
        for activation in [None, Some(Function::Relu), Some(Function::Sigmoid), Some(Function::Tanh)] {
            for (answer, outputs) in [(Answer::Number, 1), (Answer::Odds, 1), (Answer::Shares, 3)] {
                let shape = Shape { widths: vec![3, 5, 4, outputs], activation, answer };
                let parameters = shape.draw(&mut Random::new(3, 0));
                let mut work = Work::new(&shape);
                let mut loss = |parameters: &[f64]| {
                    work.backward(&shape, parameters, &rows, &[0, 1, 2, 3]);
                    (work.loss, work.gradient.clone())
                };
                let (_, gradient) = loss(&parameters);
                for i in 0..parameters.len() {
                    let mut nudged = |by: f64| {
                        let mut parameters = parameters.clone();
                        parameters[i] += by;
                        loss(&parameters).0
                    };
                    let slope = (nudged(1e-5) - nudged(-1e-5)) / 2e-5;
                    assert!(
                        (slope - gradient[i]).abs() < 1e-7,
                        "{activation:?} {answer:?} {i}: {slope} {}",
                        gradient[i]
                    );
                }
            }
        }
    }
}
