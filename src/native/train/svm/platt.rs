//! Platt's probabilities of decisions, as libsvm fits them: Lin, Lin, Weng, A note on Platt's probabilistic outputs for
//! support vector machines, Machine Learning 68, 2007.

use crate::math;

/// The most of Newton's steps.
const MAX_STEPS: usize = 100;
/// The shortest step.
const SHORTEST: f64 = 1e-10;
/// The slope that counts as none.
const FLAT: f64 = 1e-5;
/// Keeps the curvature above 0.
const RIDGE: f64 = 1e-12;
/// The share of the predicted decrease that a step has to reach.
const DECREASE: f64 = 1e-4;

/// The a and b with which 1 / (1 + exp(a d + b)) is most likely the probability of being positive, given the decisions d.
pub fn fit(decisions: &[f64], are_positive: &[bool]) -> [f64; 2] {
    let positives = are_positive.iter().filter(|&&positive| positive).count() as f64;
    let negatives = are_positive.len() as f64 - positives;
    let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
    let known = || decisions.iter().zip(are_positive).map(|(&d, &positive)| (d, if positive { high } else { low }));
    let loss = |[a, b]: [f64; 2]| -> f64 {
        let of_row = |(d, target): (f64, f64)| {
            let x = d * a + b;
            if x >= 0.0 {
                target * x + math::ln_1p(math::exp(-x))
            } else {
                (target - 1.0) * x + math::ln_1p(math::exp(x))
            }
        };
        known().map(of_row).sum()
    };
    let mut found = [0.0, math::ln((negatives + 1.0) / (positives + 1.0))];
    let mut value = loss(found);
    for _ in 0..MAX_STEPS {
        let ([mut h11, mut h22, mut h21], [mut g1, mut g2]) = ([RIDGE, RIDGE, 0.0], [0.0; 2]);
        for (d, target) in known() {
            let p = math::sigmoid(-(d * found[0] + found[1]));
            let curvature = p * (1.0 - p);
            h11 += d * d * curvature;
            h22 += curvature;
            h21 += d * curvature;
            g1 += d * (target - p);
            g2 += target - p;
        }
        if g1.abs() < FLAT && g2.abs() < FLAT {
            break;
        }
        let determinant = h11 * h22 - h21 * h21;
        let step = [-(h22 * g1 - h21 * g2) / determinant, -(h11 * g2 - h21 * g1) / determinant];
        let slope = g1 * step[0] + g2 * step[1];
        let mut length = 1.0;
        let accepted = loop {
            let next = [found[0] + length * step[0], found[1] + length * step[1]];
            let next_value = loss(next);
            if next_value < value + DECREASE * length * slope {
                break Some((next, next_value));
            }
            length /= 2.0;
            if length < SHORTEST {
                break None;
            }
        };
        let Some((next, next_value)) = accepted else { break };
        (found, value) = (next, next_value);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decisions that mean the probability 1 / (1 + exp(-2 d + 1)), each as often as that says.
    #[test]
    fn the_logistic_function_behind_decisions_is_found() {
        let (mut decisions, mut are_positive) = (Vec::new(), Vec::new());
        for d in [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5] {
            for i in 0..10_000 {
                decisions.push(d);
                are_positive.push(f64::from(i) < 10_000.0 * math::sigmoid(2.0 * d - 1.0));
            }
        }
        let [a, b] = fit(&decisions, &are_positive);
        assert!((a + 2.0).abs() < 0.01 && (b - 1.0).abs() < 0.01, "{a} {b}");
    }
}
