//! What boosting makes small, as scikit-learn defines it: half the deviance, or the deviation.

use super::Link;
use crate::math::{exp, ln, ln_1p, sigmoid};

/// A loss of gradient boosting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Half the squared deviation, of numbers.
    SquaredError,
    /// The deviation, of numbers; predictions are medians.
    AbsoluteError,
    /// Half the Poisson deviance, of counts: numbers of at least 0.
    Poisson,
    /// Half the gamma deviance, of numbers above 0.
    Gamma,
    /// The pinball loss: predictions are that quantile (from 0 to 1).
    Quantile(f64),
    /// The log-loss of classes.
    Logistic,
}

impl Loss {
    /// What makes predictions of scores of so many outputs.
    pub(super) fn link(self, outputs: usize) -> Link {
        match self {
            Self::SquaredError | Self::AbsoluteError | Self::Quantile(_) => Link::Identity,
            Self::Poisson | Self::Gamma => Link::Exp,
            Self::Logistic if outputs == 1 => Link::Sigmoid,
            Self::Logistic => Link::Softmax,
        }
    }

    /// Gradient and hessian of one score; of two classes the second's.
    pub(super) fn step(self, score: f64, target: f64) -> (f64, f64) {
        match self {
            Self::SquaredError => (score - target, 1.0),
            Self::AbsoluteError => (if score >= target { 1.0 } else { -1.0 }, 1.0),
            Self::Quantile(q) => (if score >= target { 1.0 - q } else { -q }, 1.0),
            Self::Poisson => (exp(score) - target, exp(score)),
            Self::Gamma => {
                let ratio = target * exp(-score);
                (1.0 - ratio, ratio)
            }
            Self::Logistic => {
                let p = sigmoid(score);
                (p - target, p * (1.0 - p))
            }
        }
    }

    /// The most that gradients and hessians of unit weight can be; `None` where that depends on the rows.
    pub(super) fn most(self) -> Option<(f64, f64)> {
        match self {
            Self::AbsoluteError | Self::Quantile(_) => Some((1.0, 1.0)),
            Self::Logistic => Some((1.0, 0.25)),
            Self::SquaredError | Self::Poisson | Self::Gamma => None,
        }
    }

    /// The share of residuals that a leaf's value is at least; `None` where a leaf's value is its Newton step.
    pub(super) fn quantile(self) -> Option<f64> {
        match self {
            Self::AbsoluteError => Some(0.5),
            Self::Quantile(q) => Some(q),
            _ => None,
        }
    }

    /// The loss of a row's scores.
    pub(super) fn of(self, scores: &[f64], target: f64) -> f64 {
        let score = scores[0];
        match self {
            Self::SquaredError => (score - target) * (score - target) / 2.0,
            Self::AbsoluteError => (score - target).abs(),
            Self::Quantile(q) => (if score >= target { 1.0 - q } else { -q }) * (score - target),
            Self::Poisson => exp(score) - target * score,
            Self::Gamma => score + target * exp(-score),
            Self::Logistic if scores.len() > 1 => log_sum(scores.iter().copied()) - scores[target as usize],
            Self::Logistic => score.max(0.0) + ln_1p(exp(-score.abs())) - target * score,
        }
    }

    /// The one score that all rows begin with, of targets and their weights.
    pub(super) fn baseline(self, rows: impl Iterator<Item = (f64, f64)>) -> f64 {
        if let Some(q) = self.quantile() {
            return quantile(rows.collect(), q);
        }
        let (sum, weight) = rows.fold((0.0, 0.0), |(sum, all), (target, weight)| (sum + target * weight, all + weight));
        let mean = sum / weight;
        match self {
            Self::Poisson | Self::Gamma => ln(mean.max(1e-15)),
            Self::Logistic => {
                let p = mean.clamp(1e-15, 1.0 - 1e-15);
                ln(p / (1.0 - p))
            }
            _ => mean,
        }
    }
}

/// The logarithm of the sum of exponentials.
pub fn log_sum(scores: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = scores.clone().fold(f64::NEG_INFINITY, f64::max);
    most + ln(scores.map(|score| exp(score - most)).sum())
}

/// The number that a share `q` of the weight is at most; between neighbours, in proportion, where all weigh the same.
pub fn quantile(mut rows: Vec<(f64, f64)>, q: f64) -> f64 {
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let Some(&(last, of_last)) = rows.last() else { return 0.0 };
    if rows.iter().all(|&(_, weight)| weight == of_last) {
        let place = q * (rows.len() - 1) as f64;
        let (at, part) = (place as usize, place.fract());
        let next = rows.get(at + 1).map_or(last, |&(x, _)| x);
        return rows[at].0 + part * (next - rows[at].0);
    }
    let mut left = q * rows.iter().map(|&(_, weight)| weight).sum::<f64>();
    for &(x, weight) in &rows {
        left -= weight;
        if left <= 0.0 {
            return x;
        }
    }
    last
}
