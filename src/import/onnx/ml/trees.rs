//! Ensembles of trees: what their scores are, and become.

use super::super::step::{Step, unsupported};
use super::ensemble::{Ensemble, Vote};
use super::make::Value;
use super::scores::{Labels, Transform, check_classes, complement, opposite};
use super::tree_attributes::{self as attributes, Votes};
use super::unsound;
use crate::error::Result;
use crate::network::{Binary, Data, Dtype, Operator, Reduction, Tensor, Unary};

/// How votes become one number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Aggregate {
    Average,
    Sum,
    Min,
    Max,
}

impl Aggregate {
    /// What each target gets in all: `[n, targets]`.
    fn scores(self, step: &mut Step<'_, '_>, ensemble: &Ensemble, rows: Value, dtype: Dtype) -> Result<Value> {
        let by = match self {
            Self::Average | Self::Sum => Reduction::Sum,
            Self::Min => Reduction::Min,
            Self::Max => Reduction::Max,
        };
        let scores = ensemble.scores(step, rows, dtype, by)?;
        if self != Self::Average {
            return Ok(scores);
        }
        let count = step.floats_as(dtype, &[], vec![ensemble.roots.len() as f32]);
        Ok(step.binary(Binary::Div, scores, count))
    }
}

/// TreeEnsembleRegressor.
pub fn regressor(mut step: Step<'_, '_>) -> Result<()> {
    let transform = Transform::read(&step)?;
    let aggregates =
        [("SUM", Aggregate::Sum), ("AVERAGE", Aggregate::Average), ("MIN", Aggregate::Min), ("MAX", Aggregate::Max)];
    let aggregate = step.choice("aggregate_function", "SUM", &aggregates)?;
    let (rows, dtype) = step.input_as_numbers(0)?;
    let base = attributes::numbers(&step, "base_values", dtype)?;
    let (ensemble, _) = attributes::flat(&step, "target", step.integer("n_targets", 0), dtype)?;
    if !base.is_empty() && base.len() != ensemble.targets {
        return Err(unsound("base_values", format!("none or {}", ensemble.targets), base.len()));
    }
    let scores = aggregate.scores(&mut step, &ensemble, rows, dtype)?;
    let scores = plus(&mut step, scores, base, dtype);
    let scores = step.cast(Dtype::F32, scores);
    let scores = if ensemble.targets > 1 { transform.of_rows(&mut step, scores) } else { scores };
    step.is(scores)
}

/// TreeEnsemble: as the regressor, and doubles stay doubles.
pub fn ensemble(mut step: Step<'_, '_>) -> Result<()> {
    if step.integer("post_transform", 0) != 0 {
        return Err(unsupported("TreeEnsemble with a post_transform, by whose numbers frameworks mean different ones"));
    }
    let aggregate = match step.integer("aggregate_function", 1) {
        0 => Aggregate::Average,
        1 => Aggregate::Sum,
        2 => Aggregate::Min,
        3 => Aggregate::Max,
        other => return Err(unsupported(format!("TreeEnsemble with aggregate_function = {other}"))),
    };
    let (rows, dtype) = step.input_as_numbers(0)?;
    let ensemble = attributes::nested(&step, dtype)?;
    let scores = aggregate.scores(&mut step, &ensemble, rows, dtype)?;
    step.is(scores)
}

/// TreeEnsembleClassifier: labels, scores.
pub fn classifier(mut step: Step<'_, '_>) -> Result<()> {
    let (transform, labels) = (Transform::read(&step)?, Labels::read(&step, "classlabels_int64s")?);
    check_classes(&labels)?;
    let (rows, dtype) = step.input_as_numbers(0)?;
    let base = attributes::numbers(&step, "base_values", dtype)?;
    let (ensemble, votes) = attributes::flat(&step, "class", labels.len() as i64, dtype)?;
    let has = Has::of(&ensemble)?;
    let scores = ensemble.scores(&mut step, rows, dtype, Reduction::Sum)?;
    let (label, scores) = if labels.len() > 2 {
        if !base.is_empty() && base.len() != labels.len() {
            return Err(unsound("base_values", format!("none or {}", labels.len()), base.len()));
        }
        if base.is_empty() && !has.every && !has.positive {
            return Err(unsupported(
                "TreeEnsembleClassifier in which a class may have no vote, and others negative ones",
            ));
        }
        let scores = plus(&mut step, scores, base, dtype);
        let label = labels.of_largest(&mut step, scores);
        let scores = step.cast(Dtype::F32, scores);
        (label, transform.of_rows(&mut step, scores))
    } else {
        two_classes(&mut step, (scores, dtype), (labels, transform), &base, (&has, &votes))?
    };
    step.are(&[label, scores])
}

/// What is known of the votes that a row gets, whatever it is.
struct Has {
    /// Each class has one.
    every: bool,
    /// None is negative, and at least one is not 0.
    positive: bool,
    /// The first class has one, and the second; nothing where that depends on the row.
    first: Option<bool>,
    second: Option<bool>,
}

impl Has {
    fn of(ensemble: &Ensemble) -> Result<Self> {
        let trees = ensemble.leaves()?;
        let votes_for = |leaf: &[Vote], class: usize| leaf.iter().any(|(id, _)| *id == class);
        let mut always = vec![false; ensemble.targets];
        for leaves in &trees {
            // A class of all leaves is one of the first.
            for &(class, _) in leaves.first().copied().unwrap_or_default() {
                always[class] = always[class] || leaves.iter().all(|leaf| votes_for(leaf, class));
            }
        }
        let is_positive = |leaf: &&[Vote]| leaf.iter().any(|(_, weight)| *weight > 0.0);
        let positive = trees.iter().flatten().copied().flatten().all(|(_, weight)| *weight >= 0.0)
            && trees.iter().any(|leaves| leaves.iter().all(is_positive));
        let known = |class: usize| match always.get(class) {
            Some(true) => Some(true),
            _ => (!trees.iter().flatten().any(|leaf| votes_for(leaf, class))).then_some(false),
        };
        Ok(Self { every: always.iter().all(|&always| always), positive, first: known(0), second: known(1) })
    }
}

/// Two classes, of which mostly one has all the votes: label and scores as onnxruntime tells them.
fn two_classes(
    step: &mut Step<'_, '_>,
    (scores, dtype): (Value, Dtype),
    (labels, transform): (Labels, Transform),
    base: &[f64],
    (has, votes): (&Has, &Votes),
) -> Result<(Value, Value)> {
    let (Some(has_first), Some(has_second)) = (has.first, has.second) else {
        return Err(unsupported("TreeEnsembleClassifier of two classes of which one has votes for some rows only"));
    };
    let is_one = votes.ids.iter().all(|id| id == &votes.ids[0]);
    let all_positive = votes.weights.iter().all(|weight| *weight >= 0.0);
    // Of a class without votes the score stays 0, whatever its base value is.
    let [first, second] = [column(step, scores, 0), column(step, scores, 1)];
    let mut first_plus = |i: usize| plus(step, first, vec![base[i]], dtype);
    // What decides, and both scores if there are two.
    let (deciding, both) = match (base.len(), has_first, has_second) {
        (0, _, false) => (first, None),
        (1, _, false) => (first_plus(0), None),
        (2, _, false) => {
            let first = first_plus(0);
            (first, Some([first, second]))
        }
        (1, true, true) => (second, Some([first_plus(0), second])),
        (0 | 1, _, true) => (second, Some([first, second])),
        // The first class' votes count for the second.
        (2, true, true) => {
            let second = first_plus(1);
            (second, Some([step.unary(Unary::Neg, second), second]))
        }
        (2, false, true) => {
            let second = first_plus(1);
            (second, Some([first, second]))
        }
        (found, ..) => return Err(unsound("base_values", "at most 2", found)),
    };
    let bound = step.floats_as(dtype, &[], vec![if is_one && all_positive { 0.5 } else { 0.0 }]);
    let labels = if is_one { labels } else { labels.or_places() };
    let label = labels.of_one(step, deciding, bound);
    if let Some(both) = both {
        let scores = step.make(Operator::Concat { axis: 1 }, &both);
        let scores = step.cast(Dtype::F32, scores);
        return Ok((label, transform.of_rows(step, scores)));
    }
    let scores = match (is_one, all_positive) {
        (true, true) => complement(step, deciding, dtype, transform),
        (false, _) if !base.is_empty() => {
            return Err(unsupported("TreeEnsembleClassifier with one base value for votes of two classes"));
        }
        _ => {
            let score = step.cast(Dtype::F32, deciding);
            opposite(step, score, transform)
        }
    };
    Ok((label, step.cast(Dtype::F32, scores)))
}

/// A column `[n, 1]` of scores.
fn column(step: &mut Step<'_, '_>, scores: Value, i: i64) -> Value {
    let place = step.constant(Tensor::integers(vec![i]));
    step.make(Operator::Gather { axis: 1 }, &[scores, place])
}

/// What is added to each target, if anything is.
fn plus(step: &mut Step<'_, '_>, scores: Value, base: Vec<f64>, dtype: Dtype) -> Value {
    if base.is_empty() {
        return scores;
    }
    let shape = vec![base.len()];
    let data = match dtype {
        Dtype::F64 => Data::F64(base),
        _ => Data::F32(base.into_iter().map(|x| x as f32).collect()),
    };
    let base = step.constant(Tensor::exact(dtype, shape, data));
    step.binary(Binary::Add, scores, base)
}
