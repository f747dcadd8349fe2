//! How well a class is told from the others: receiver operating characteristic, precision and recall, calibration.

use crate::model::Labels;

/// The most classes that are drawn.
const MAX_CLASSES: usize = 8;
/// The most points of a curve.
const MAX_POINTS: usize = 200;
/// Into how many parts of equal width probabilities fall.
const BINS: usize = 10;

/// The curves of one class against all others.
#[derive(Clone, Debug)]
pub struct ClassCurves {
    /// The class.
    pub class: String,
    /// Share of the others that are taken for the class, and share of the class that is found, threshold after threshold.
    pub roc: Vec<[f64; 2]>,
    /// Share of the class that is found, and share of the class among what is taken for it.
    pub precision: Vec<[f64; 2]>,
    /// Mean probability, share of the class, and how many rows there are, for each part that has some.
    pub calibration: Vec<([f64; 2], usize)>,
}

/// The curves of classes, by the probabilities of rows × classes.
pub fn of(labels: &Labels, truth: &[f64], probabilities: &[f64]) -> Vec<ClassCurves> {
    let classes = labels.len();
    let drawn = if classes == 2 { 1..2 } else { 0..classes.min(MAX_CLASSES) };
    let of_class = |class: usize| {
        let scores: Vec<f64> = probabilities.chunks_exact(classes).map(|row| row[class]).collect();
        let is_class: Vec<bool> = truth.iter().map(|&y| y == class as f64).collect();
        let name = labels.get(class).map(|label| label.to_string()).unwrap_or_default();
        let (roc, precision) = by_threshold(&scores, &is_class);
        ClassCurves { class: name, roc, precision, calibration: calibration(&scores, &is_class) }
    };
    drawn.map(of_class).filter(|curves| curves.roc.len() > 1).collect()
}

/// Both curves from the highest threshold to the lowest; nothing unless there are rows of both kinds.
fn by_threshold(scores: &[f64], is_class: &[bool]) -> (Vec<[f64; 2]>, Vec<[f64; 2]>) {
    let positives = is_class.iter().filter(|is| **is).count() as f64;
    let negatives = is_class.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return (Vec::new(), Vec::new());
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let (mut hits, mut alarms) = (0.0, 0.0);
    let (mut roc, mut precision) = (vec![[0.0, 0.0]], Vec::new());
    for equal in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let found = equal.iter().filter(|&&row| is_class[row]).count() as f64;
        hits += found;
        alarms += equal.len() as f64 - found;
        roc.push([alarms / negatives, hits / positives]);
        precision.push([hits / positives, hits / (hits + alarms)]);
    }
    (thinned(roc), thinned(precision))
}

/// As many points as can be seen, the first and the last among them.
fn thinned(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let last = points.len() - 1;
    if last < MAX_POINTS {
        return points;
    }
    (0..MAX_POINTS).map(|i| points[i * last / (MAX_POINTS - 1)]).collect()
}

fn calibration(scores: &[f64], is_class: &[bool]) -> Vec<([f64; 2], usize)> {
    let mut sums = [([0.0; 2], 0); BINS];
    for (&score, &is_class) in scores.iter().zip(is_class) {
        let ([mean, share], count) = &mut sums[((score * BINS as f64) as usize).min(BINS - 1)];
        *mean += score;
        *share += f64::from(is_class);
        *count += 1;
    }
    let filled = sums.into_iter().filter(|(_, count)| *count > 0);
    filled.map(|(sums, count)| (sums.map(|sum| sum / count as f64), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_of_four_rows_by_hand() {
        let (roc, precision) = by_threshold(&[0.9, 0.8, 0.8, 0.1], &[true, false, true, false]);
        assert_eq!(roc, [[0.0, 0.0], [0.0, 0.5], [0.5, 1.0], [1.0, 1.0]]);
        assert_eq!(precision, [[0.5, 1.0], [1.0, 2.0 / 3.0], [1.0, 0.5]]);
        let parts = calibration(&[0.9, 0.95, 0.1, 1.0], &[true, false, false, true]);
        assert_eq!(parts.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 3]);
        assert!((parts[1].0[0] - 0.95).abs() < 1e-15 && (parts[1].0[1] - 2.0 / 3.0).abs() < 1e-15);
    }
}
