//! What the scores of a network's last layer are, and so what its loss is.

use super::real::Real;
use crate::math;

/// What the last layer's scores are, and so what the loss is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The number itself: half of the squared error.
    Number,
    /// The log-odds of the second class: the log-loss.
    Odds,
    /// The logarithm of each class's share: the log-loss.
    Shares,
}

impl Answer {
    /// The loss of a row's scores, which become its slopes by them.
    pub fn loss_and_slopes<R: Real>(self, scores: &mut [R], target: f64) -> f64 {
        match self {
            Answer::Number => {
                let residual = scores[0].wide() - target;
                scores[0] = R::of(residual);
                0.5 * residual * residual
            }
            Answer::Odds => {
                let score = scores[0].wide();
                scores[0] = R::of(math::sigmoid(score) - target);
                let signed = if target == 1.0 { score } else { -score };
                (-signed).max(0.0) + math::ln_1p(math::exp(-signed.abs()))
            }
            Answer::Shares => {
                let top = scores.iter().fold(f64::NEG_INFINITY, |top, x| top.max(x.wide()));
                let of_target = scores[target as usize].wide() - top;
                let sum = scores.iter().fold(0.0, |sum, x| sum + math::exp(x.wide() - top));
                for (class, score) in scores.iter_mut().enumerate() {
                    *score = R::of(math::exp(score.wide() - top) / sum - f64::from(u8::from(class as f64 == target)));
                }
                math::ln(sum) - of_target
            }
        }
    }
}
