//! How good predictions are, by scikit-learn's definitions.

use crate::math;

/// A measure's name, and its value where it is defined.
pub type Measure = (&'static str, Option<f64>);

/// Mean squared error, its root, mean absolute error, and the coefficient of determination.
pub fn regression(truth: &[f64], predicted: &[f64]) -> Vec<Measure> {
    let count = truth.len() as f64;
    let sum = |term: &dyn Fn(f64, f64) -> f64| -> f64 { truth.iter().zip(predicted).map(|(&y, &p)| term(y, p)).sum() };
    let squares = sum(&|y, p| (y - p) * (y - p));
    let mse = squares / count;
    let mae = sum(&|y, p| (y - p).abs()) / count;
    let mean = truth.iter().sum::<f64>() / count;
    let spread = sum(&|y, _| (y - mean) * (y - mean));
    let r2 = match () {
        () if truth.len() < 2 => None,
        () if spread > 0.0 => Some(1.0 - squares / spread),
        // scikit-learn's `force_finite`: a constant is predicted perfectly or not at all.
        () => Some(if squares == 0.0 { 1.0 } else { 0.0 }),
    };
    vec![("mse", Some(mse)), ("rmse", Some(mse.sqrt())), ("mae", Some(mae)), ("r2", r2)]
}

/// What a regression minimizes, if not squares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deviance {
    /// The mean distance.
    Absolute,
    /// Of counts.
    Poisson,
    /// Of amounts above 0.
    Gamma,
    /// Of the number that so large a share of targets is below.
    Quantile(f64),
}

impl Deviance {
    /// Its name in scikit-learn's metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absolute => "mae",
            Self::Poisson => "mean_poisson_deviance",
            Self::Gamma => "mean_gamma_deviance",
            Self::Quantile(_) => "mean_pinball_loss",
        }
    }

    /// Its mean over rows.
    pub fn mean(self, truth: &[f64], predicted: &[f64]) -> f64 {
        let of_row = |y: f64, p: f64| match self {
            Self::Absolute => (y - p).abs(),
            Self::Poisson if y == 0.0 => 2.0 * p,
            Self::Poisson => 2.0 * (y * math::ln(y / p) - y + p),
            Self::Gamma => 2.0 * (math::ln(p / y) + y / p - 1.0),
            Self::Quantile(share) => (share * (y - p)).max((share - 1.0) * (y - p)),
        };
        truth.iter().zip(predicted).map(|(&y, &p)| of_row(y, p)).sum::<f64>() / truth.len() as f64
    }
}

/// Accuracy, log-loss, and the area under the ROC curve (one class against the rest, averaged, for more than two).
/// `truth` holds class indices; `probabilities` rows × classes; `decisions` class indices.
pub fn classification(truth: &[f64], decisions: &[f64], probabilities: &[f64], classes: usize) -> Vec<Measure> {
    let count = truth.len() as f64;
    let hits = truth.iter().zip(decisions).filter(|(y, p)| y == p).count();
    let of_truth = truth.iter().zip(probabilities.chunks_exact(classes)).map(|(&y, row)| row[y as usize]);
    let loss: f64 = of_truth.map(|p| -math::ln(p.clamp(f64::EPSILON, 1.0 - f64::EPSILON))).sum();
    let area = |class: usize| {
        let scores: Vec<f64> = probabilities.chunks_exact(classes).map(|row| row[class]).collect();
        let is_class: Vec<bool> = truth.iter().map(|&y| y == class as f64).collect();
        roc_auc(&is_class, &scores)
    };
    let auc = if classes == 2 {
        area(1)
    } else {
        let areas: Option<Vec<f64>> = (0..classes).map(area).collect();
        areas.map(|areas| areas.iter().sum::<f64>() / classes as f64)
    };
    vec![("accuracy", Some(hits as f64 / count)), ("log_loss", Some(loss / count)), ("roc_auc", auc)]
}

/// The chance that a positive scores above a negative, ties counting half; `None` unless there are both.
pub fn roc_auc(is_positive: &[bool], scores: &[f64]) -> Option<f64> {
    let positives = is_positive.iter().filter(|&&positive| positive).count() as f64;
    let negatives = is_positive.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let (mut below, mut area) = (0.0, 0.0);
    for equal in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let positive = equal.iter().filter(|&&i| is_positive[i]).count() as f64;
        let negative = equal.len() as f64 - positive;
        area += positive * (below + negative / 2.0);
        below += negative;
    }
    Some(area / (positives * negatives))
}

/// How often each class (row) was taken for each class (column).
pub fn confusion(truth: &[f64], decisions: &[f64], classes: usize) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; classes]; classes];
    for (&y, &p) in truth.iter().zip(decisions) {
        counts[y as usize][p as usize] += 1;
    }
    counts
}
