//! The loss of many rows and its slopes, by all threads: parts of the rows, whose sums are added in their order.

use super::super::real::Real;
use super::layers::{Rows, Shape, Work};
use rayon::prelude::*;

/// The fewest rows of a part.
const MIN_ROWS: usize = 16;
/// Into how many parts rows go, and from how many rows on into more.
const PARTS: usize = 4;
const MORE_PARTS: usize = 16;
const MANY_ROWS: usize = 4096;
/// The fewest products that are worth a second thread.
const PARALLEL: usize = 1 << 18;

/// What the mean loss of rows depends on.
pub struct Objective<'a, R> {
    /// The network's shape.
    pub shape: &'a Shape,
    /// The rows.
    pub rows: Rows<'a, R>,
    /// How much large weights cost.
    pub alpha: f64,
}

impl<R: Real> Objective<'_, R> {
    /// The mean loss of some rows with what the weights cost, and its slopes by the parameters.
    pub fn slopes(&self, works: &mut Vec<Work<R>>, parameters: &[R], picks: &[usize], slopes: &mut [R]) -> f64 {
        let parts = if picks.len() >= MANY_ROWS { MORE_PARTS } else { PARTS };
        // Of the rows alone and not of the threads: the sums are the same on any number of them.
        let length = picks.len().div_ceil(parts).max(MIN_ROWS);
        let parts = picks.len().div_ceil(length);
        while works.len() < parts {
            works.push(Work::new(self.shape));
        }
        let part = |(work, picks): (&mut Work<R>, &[usize])| work.backward(self.shape, parameters, &self.rows, picks);
        if picks.len().saturating_mul(parameters.len()) >= PARALLEL {
            works.par_iter_mut().zip(picks.par_chunks(length)).with_max_len(1).for_each(part);
        } else {
            works.iter_mut().zip(picks.chunks(length)).for_each(part);
        }
        let count = self.rows.weights.map_or(picks.len() as f64, |weights| picks.iter().map(|&row| weights[row]).sum());
        slopes.fill(R::default());
        let mut loss = 0.0;
        for work in &works[..parts] {
            loss += work.loss;
            slopes.iter_mut().zip(&work.gradient).for_each(|(sum, slope)| *sum += *slope);
        }
        let (share, cost) = (R::of(1.0 / count), R::of(self.alpha));
        let mut begin = 0;
        for (_, weights, intercepts) in self.shape.layers(parameters) {
            let (of_weights, of_intercepts) =
                slopes[begin..][..weights.len() + intercepts.len()].split_at_mut(weights.len());
            of_weights.iter_mut().zip(weights).for_each(|(slope, x)| *slope = (*slope + cost * *x) * share);
            of_intercepts.iter_mut().for_each(|slope| *slope = *slope * share);
            loss += 0.5 * self.alpha * weights.iter().map(|x| x.wide() * x.wide()).sum::<f64>();
            begin += weights.len() + intercepts.len();
        }
        loss / count
    }
}
