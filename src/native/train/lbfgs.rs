//! Minimizes a smooth function plus a weighted sum of magnitudes: L-BFGS, and OWL-QN where there are weights.
//!
//! Nocedal & Wright, Numerical Optimization, 2nd edition, algorithm 7.4 (the two loops); Andrew & Gao, Scalable
//! training of L1-regularized log-linear models, ICML 2007 (the pseudo-gradient and the projection onto an orthant).

use crate::kernel::dense::dot;

/// How many past steps approximate the curvature.
const MEMORY: usize = 20;
/// The share of the predicted decrease that a step has to reach.
const DECREASE: f64 = 1e-4;
/// The most halvings of a step.
const MAX_HALVINGS: usize = 50;

/// Where to stop.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest entry of the (pseudo-)gradient at which the minimum counts as found.
    pub gradient: f64,
    /// The decrease of a step, relative to the value, that is none; 0 to go on as long as there is any.
    pub decrease: f64,
    /// The most steps.
    pub steps: usize,
}

/// A past step and the change of the gradient along it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    curvature: f64,
}

/// Minimizes `smooth(x) + Σ weights[i] |x[i]|` from a start. `smooth` returns its value and writes its gradient; `goes_on`
/// hears before each step, and ends it by saying no. Returns the minimum and whether it was found within the limits.
pub fn minimize(
    start: Vec<f64>,
    weights: &[f64],
    limits: Limits,
    goes_on: &dyn Fn() -> bool,
    mut smooth: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> (Vec<f64>, bool) {
    let magnitude = |x: &[f64]| -> f64 { weights.iter().zip(x).map(|(weight, x)| weight * x.abs()).sum() };
    let mut x = start;
    let mut gradient = vec![0.0; x.len()];
    let mut value = smooth(&x, &mut gradient) + magnitude(&x);
    let mut past: Vec<Pair> = Vec::new();
    for _ in 0..limits.steps {
        if !goes_on() {
            break;
        }
        let pseudo = pseudo_gradient(&x, &gradient, weights);
        if pseudo.iter().all(|g| g.abs() <= limits.gradient) {
            return (x, true);
        }
        let direction = descent_direction(&past, &pseudo, weights);
        let (mut length, mut next, mut next_gradient) = (1.0, x.clone(), gradient.clone());
        let (mut is_accepted, mut decrease) = (false, 0.0);
        for _ in 0..MAX_HALVINGS {
            for (i, next) in next.iter_mut().enumerate() {
                let moved = x[i] + length * direction[i];
                let orthant = if x[i] == 0.0 { -pseudo[i] } else { x[i] };
                *next = if weights[i] > 0.0 && moved * orthant <= 0.0 { 0.0 } else { moved };
            }
            let next_value = smooth(&next, &mut next_gradient) + magnitude(&next);
            let predicted: f64 = pseudo.iter().zip(next.iter().zip(&x)).map(|(g, (next, x))| g * (next - x)).sum();
            // Near the minimum the decrease drowns in rounding, while the gradient still tells the way.
            if next_value <= value + DECREASE * predicted + 4.0 * f64::EPSILON * value.abs() {
                decrease = (value - next_value) / value.abs().max(next_value.abs()).max(1.0);
                value = next_value;
                is_accepted = true;
                break;
            }
            length *= 0.5;
        }
        if !is_accepted {
            if past.is_empty() {
                return (x, false);
            }
            // The curvature has gone stale: start again from the gradient alone.
            past.clear();
            continue;
        }
        remember(&mut past, &x, &next, &gradient, &next_gradient);
        (x, gradient) = (next, next_gradient);
        if decrease <= limits.decrease && limits.decrease > 0.0 {
            return (x, true);
        }
    }
    (x, false)
}

/// The gradient where it exists; at 0 the one-sided derivative that points down, if any does.
fn pseudo_gradient(x: &[f64], gradient: &[f64], weights: &[f64]) -> Vec<f64> {
    let slope = |((&x, &g), &weight): ((&f64, &f64), &f64)| match () {
        () if x > 0.0 => g + weight,
        () if x < 0.0 => g - weight,
        () if g + weight < 0.0 => g + weight,
        () if g - weight > 0.0 => g - weight,
        () => 0.0,
    };
    x.iter().zip(gradient).zip(weights).map(slope).collect()
}

/// Minus the inverse curvature times the gradient, without the parts that would go up.
fn descent_direction(past: &[Pair], pseudo: &[f64], weights: &[f64]) -> Vec<f64> {
    let mut direction: Vec<f64> = pseudo.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(past.len());
    for pair in past.iter().rev() {
        let share = dot(&pair.step, &direction) / pair.curvature;
        add(&mut direction, -share, &pair.change);
        shares.push(share);
    }
    if let Some(last) = past.last() {
        let scale = last.curvature / dot(&last.change, &last.change);
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for (pair, share) in past.iter().zip(shares.into_iter().rev()) {
        let correction = share - dot(&pair.change, &direction) / pair.curvature;
        add(&mut direction, correction, &pair.step);
    }
    for ((d, g), &weight) in direction.iter_mut().zip(pseudo).zip(weights) {
        if weight > 0.0 && *d * g >= 0.0 {
            *d = 0.0;
        }
    }
    direction
}

/// Keeps the step if the function curves upwards along it, as a convex one does but for rounding.
fn remember(past: &mut Vec<Pair>, x: &[f64], next: &[f64], gradient: &[f64], next_gradient: &[f64]) {
    let difference = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
    let (step, change) = (difference(next, x), difference(next_gradient, gradient));
    let curvature = dot(&step, &change);
    if curvature > f64::EPSILON * dot(&change, &change) {
        if past.len() == MEMORY {
            past.remove(0);
        }
        past.push(Pair { step, change, curvature });
    }
}

/// `sum += factor * numbers`
pub fn add(sum: &mut [f64], factor: f64, numbers: &[f64]) {
    for (sum, x) in sum.iter_mut().zip(numbers) {
        *sum += factor * x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (x - 3)² + 10 (y + 0.1)², and weights that pull both to 0.
    #[test]
    fn finds_the_minimum_with_and_without_weights() {
        let bowl = |x: &[f64], gradient: &mut [f64]| {
            gradient.copy_from_slice(&[2.0 * (x[0] - 3.0), 20.0 * (x[1] + 0.1)]);
            (x[0] - 3.0).powi(2) + 10.0 * (x[1] + 0.1).powi(2)
        };
        let limits = Limits { gradient: 1e-12, decrease: 0.0, steps: 100 };
        let (free, found) = minimize(vec![0.0; 2], &[0.0; 2], limits, &|| true, bowl);
        assert!(found && (free[0] - 3.0).abs() < 1e-12 && (free[1] + 0.1).abs() < 1e-12, "{free:?}");
        let (pulled, found) = minimize(vec![0.0; 2], &[2.0, 2.0], limits, &|| true, bowl);
        assert!(found && (pulled[0] - 2.0).abs() < 1e-12 && pulled[1] == 0.0, "{pulled:?}");
    }
}
