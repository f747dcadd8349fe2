//! Adam: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2014.

use super::real::Real;
use crate::math;

/// How fast the means of slopes, and of their squares, forget.
const FORGETTING: [f64; 2] = [0.9, 0.999];
/// Keeps a step finite where all slopes are 0.
const LEAST: f64 = 1e-8;

/// The means that a step is made of.
pub struct Moments<R> {
    first: Vec<R>,
    second: Vec<R>,
    steps: i32,
}

impl<R: Real> Moments<R> {
    /// Of that many parameters, before the first step.
    pub fn new(parameters: usize) -> Self {
        let zeros = || vec![R::default(); parameters];
        Self { first: zeros(), second: zeros(), steps: 0 }
    }

    /// Moves the parameters against their slopes.
    pub fn step(&mut self, parameters: &mut [R], slopes: &[R], learning_rate: f64) {
        self.steps = self.steps.saturating_add(1);
        let [a, b] = FORGETTING.map(|share| 1.0 - math::pow(share, f64::from(self.steps)));
        let (length, least) = (R::of(learning_rate * b.sqrt() / a), R::of(LEAST));
        let [keep, keep_squares] = FORGETTING.map(R::of);
        let [add, add_squares] = FORGETTING.map(|share| R::of(1.0 - share));
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((x, &slope), (first, second)) in parameters.iter_mut().zip(slopes).zip(moments) {
            *first = keep * *first + add * slope;
            *second = keep_squares * *second + add_squares * slope * slope;
            *x = *x - length * *first / (second.root() + least);
        }
    }
}
