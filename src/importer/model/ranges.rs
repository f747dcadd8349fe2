//! Between which numbers a feature is worth moving: what thresholds, points, scales and test rows tell of the rows that a
//! model was trained on. Only for sliders; a prediction asks nobody here.

use super::columns::{Column, Columns};
use crate::model::forest::NodeKind;
use crate::model::{Forest, Model, Operator};
use serde::Serialize;

/// How many standard deviations about the mean are shown where a scale is all that is known.
const DEVIATIONS: f64 = 2.5;

/// What is known of a numeric feature.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Range {
    /// The least and the greatest number that something in the model tells of.
    bounds: Option<(f64, f64)>,
    /// A number in the middle of what was seen.
    typical: Option<f64>,
    /// Whether all that is known of lies halfway between whole numbers, as the thresholds of counts do.
    whole: bool,
    /// How much the model looks at the feature; only to be compared with the others'.
    pub(super) weight: f64,
}

/// Everything that was found of one feature.
#[derive(Clone, Default)]
struct Seen {
    numbers: Vec<f64>,
    /// Mean and deviation, of a scale.
    spread: Option<(f64, f64)>,
    fill: Option<f64>,
    weight: f64,
}

/// The range of each feature.
pub(super) fn of(model: &Model, columns: &Columns) -> Vec<Range> {
    let mut seen = vec![Seen::default(); model.signature().inputs.len()];
    let width = seen.len();
    for (i, &x) in model.tests().inputs.iter().enumerate() {
        seen[i % width].numbers.push(x);
    }
    for node in &model.graph().nodes {
        let Some(&value) = node.inputs.first() else { continue };
        look(&node.operator, columns.of_value(value), &mut seen);
    }
    let mut ranges: Vec<Range> = seen.iter_mut().map(Seen::range).collect();
    // Of a linear function a coefficient counts by as much as it moves the sum within the range.
    for node in &model.graph().nodes {
        let (Operator::Linear(linear), Some(&value)) = (&*node.operator, node.inputs.first()) else { continue };
        for (i, coefficient) in linear.coefficients.iter().enumerate() {
            let Some(&column) = columns.of_value(value).get(i % linear.width) else { continue };
            let (input, size) = match column {
                Column::Feature { input, scale, .. } => {
                    let (low, high) = ranges[input].bounds.unwrap_or((0.0, 1.0));
                    (input, scale * (high - low))
                }
                Column::Category { input, .. } => (input, 1.0),
                Column::Made => continue,
            };
            ranges[input].weight += (coefficient * size).abs();
        }
    }
    ranges
}

/// What an operator knows of the numbers that it is given.
fn look(operator: &Operator, columns: &[Column], seen: &mut [Seen]) {
    let each = |lists: &[Vec<f64>], seen: &mut [Seen]| {
        columns.iter().zip(lists).for_each(|(&column, numbers)| tell(column, numbers.iter().copied(), seen));
    };
    let points = |points: &[f64], width: usize, seen: &mut [Seen]| {
        for (j, &column) in columns.iter().enumerate().take(width) {
            tell(column, points.iter().skip(j).step_by(width).copied(), seen);
        }
    };
    match operator {
        Operator::Forest(forest) => look_at_trees(forest, columns, seen),
        Operator::Pairwise(pairwise) => points(&pairwise.points, pairwise.width, seen),
        Operator::ImputeNearest(impute) => points(&impute.points, impute.width, seen),
        Operator::Interpolate(interpolate) => each(&interpolate.xs, seen),
        Operator::Quantile(quantile) => each(&quantile.quantiles, seen),
        Operator::Bins(bins) => each(&bins.edges, seen),
        Operator::Spline(spline) => each(&spline.knots, seen),
        Operator::Impute(impute) => {
            for (&column, &fill) in columns.iter().zip(&impute.fills) {
                if let Column::Feature { input, scale, shift } = column {
                    seen[input].fill = Some((fill - shift) / scale);
                }
            }
        }
        Operator::Scale(scale) => {
            for (&column, (&mean, &deviation)) in columns.iter().zip(scale.offsets.iter().zip(&scale.divisors)) {
                if let Column::Feature { input, scale, shift } = column {
                    seen[input].spread = Some(((mean - shift) / scale, (deviation / scale).abs()));
                }
            }
        }
        _ => {}
    }
}

fn look_at_trees(forest: &Forest, columns: &[Column], seen: &mut [Seen]) {
    let mut thresholds = forest.thresholds.iter();
    let splits = forest.kinds.iter().filter(|kind| **kind != NodeKind::Leaf);
    for (kind, &feature) in splits.zip(&forest.features) {
        let threshold = if let NodeKind::AtMost { .. } = kind { thresholds.next() } else { None };
        let Some(&column) = columns.get(feature as usize) else { continue };
        tell(column, threshold, seen);
        if let Column::Feature { input, .. } | Column::Category { input, .. } = column {
            seen[input].weight += 1.0;
        }
    }
}

/// Numbers of a column, as those of the feature that it is.
fn tell(column: Column, numbers: impl IntoIterator<Item = f64>, seen: &mut [Seen]) {
    if let Column::Feature { input, scale, shift } = column {
        seen[input].numbers.extend(numbers.into_iter().map(|x| (x - shift) / scale));
    }
}

/// Whether a number lies on whole numbers or halfway between them, but for the last digits, which frameworks add to.
fn is_half(x: f64) -> bool {
    (2.0 * x - (2.0 * x).round()).abs() <= 1e-9 * x.abs().max(1.0)
}

impl Seen {
    fn range(&mut self) -> Range {
        // Thresholds beyond every number stand for "all rows".
        self.numbers.retain(|x| x.is_finite() && x.abs() < 1e30);
        self.numbers.sort_by(f64::total_cmp);
        let numbers = &self.numbers;
        let told = match (numbers.first(), numbers.last()) {
            (Some(&low), Some(&high)) if low < high => Some((low, high)),
            _ => None,
        };
        let spread = self.spread.filter(|(mean, deviation)| mean.is_finite() && deviation.is_finite());
        let about = |(mean, deviation): (f64, f64)| (mean - DEVIATIONS * deviation, mean + DEVIATIONS * deviation);
        let middle = numbers.get(numbers.len() / 2).copied();
        Range {
            bounds: told.or(spread.map(about)),
            typical: self.fill.filter(|x| x.is_finite()).or(spread.map(|(mean, _)| mean)).or(middle),
            whole: !numbers.is_empty() && numbers.iter().all(|&x| is_half(x)),
            weight: self.weight,
        }
    }
}
