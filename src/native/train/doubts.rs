//! What of the rows should give a person pause before a score is believed: columns that say nothing, columns that say too
//! much, rows on both sides of the split.

use super::matrix::mean_and_variance;
use super::metrics::roc_auc;
use super::options::Task;
use super::problem::Problem;
use super::split::Split;
use crate::model::InputKind;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// From this many rows on, a column of whole numbers without any twice is taken for one of identifiers.
const MIN_IDENTIFIERS: usize = 30;
/// A column that is so much like the target is taken for a copy.
const COPY: f64 = 0.9999;

/// Notes on the rows.
pub fn of(problem: &Problem, held_out: Option<&Split>) -> Vec<String> {
    let rows = &problem.features.rows;
    let mut notes = Vec::new();
    for (place, input) in problem.features.inputs.iter().enumerate() {
        let column: Vec<f64> = rows.column(place).collect();
        let name = &input.name;
        if column.iter().all(|x| *x == column[0]) {
            notes.push(format!("column {name:?} is the same in every row: --drop it"));
        } else if input.kind == InputKind::Numeric && are_identifiers(&column) {
            notes.push(format!(
                "column {name:?} is another whole number in every row: if it only names rows, --drop it"
            ));
        } else if tells_all(problem, &column, input.kind == InputKind::Numeric) {
            notes.push(format!(
                "column {name:?} alone tells {:?}: if it is not known before the target is, the scores are too good; --drop it",
                problem.target_name
            ));
        }
    }
    if let Some(split) = held_out {
        notes.extend(twins(problem, split));
    }
    notes
}

/// Measured whole numbers rarely fill their range without one twice; numbers that were counted up do.
fn are_identifiers(column: &[f64]) -> bool {
    let low = column.iter().copied().fold(f64::INFINITY, f64::min);
    let mut is_taken = vec![false; 2 * column.len()];
    let mut is_new = |x: f64| {
        let place = is_taken.get_mut((x - low) as usize);
        x.fract() == 0.0 && place.is_some_and(|taken| !std::mem::replace(taken, true))
    };
    column.len() >= MIN_IDENTIFIERS && column.iter().all(|&x| is_new(x))
}

/// Whether a column is the target in other words.
fn tells_all(problem: &Problem, column: &[f64], is_number: bool) -> bool {
    let target = &problem.target.values;
    if problem.target.task == Task::Regression {
        return is_number && correlation(column, target).abs() >= COPY;
    }
    if is_number && problem.target.class_count() == 2 && !column.iter().any(|x| x.is_nan()) {
        let is_class: Vec<bool> = target.iter().map(|&class| class == 1.0).collect();
        if roc_auc(&is_class, column).is_some_and(|area| area == 0.0 || area == 1.0) {
            return true;
        }
    }
    let mut class_of: HashMap<u64, f64> = HashMap::new();
    column.iter().zip(target).all(|(x, class)| {
        let is_pure = *class_of.entry(x.to_bits()).or_insert(*class) == *class;
        // Values that are all different tell nothing of others.
        is_pure && class_of.len() * 2 <= column.len()
    })
}

/// Pearson's; 0 where it is not defined.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, variance_a), (mean_b, variance_b)) =
        (mean_and_variance(a.iter().copied()), mean_and_variance(b.iter().copied()));
    let covariance = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / a.len() as f64;
    let correlation = covariance / (variance_a * variance_b).sqrt();
    if correlation.is_finite() { correlation } else { 0.0 }
}

/// Rows held out that were fitted as well, target and all.
fn twins(problem: &Problem, split: &Split) -> Option<String> {
    let rows = &problem.features.rows;
    // A hash in place of the row: one in 2^64 taken for another changes no note.
    let key = |row: usize| {
        let features = &rows.values[row * rows.width..][..rows.width];
        let mut hasher = DefaultHasher::new();
        features.iter().chain([&problem.target.values[row]]).for_each(|x| x.to_bits().hash(&mut hasher));
        hasher.finish()
    };
    let held_out: HashSet<u64> = split.score.iter().map(|&row| key(row)).collect();
    let fitted: HashSet<u64> = split.fit.iter().map(|&row| key(row)).filter(|key| held_out.contains(key)).collect();
    let twins = split.score.iter().filter(|&&row| fitted.contains(&key(row))).count();
    let all = split.score.len();
    (twins * 100 > all).then(|| {
        format!("{twins} of {all} rows held out were fitted as well: the scores are too good; keep copies together with --group")
    })
}
