//! Explains predictions: how much each feature moves the score of a row from where explanations start, the background.
//! After construction nothing is allocated and nothing can fail.
//!
//! The steps of the score are gone through from the last one to the first. A step has a weight for each number that it
//! makes, how much it counts in the score, and gives its inputs theirs. Sums are in that order, and within a step in the
//! order of its outputs, trees or columns.

use super::Predictor;
use crate::error::Result;
use crate::kernel::shap::{self, Desk, POINTS};
use crate::kernel::text::TextList;
use crate::model::{Background, Known, Method, Model, Operator};
use crate::plan::explain::{self, Ensemble, Explanation, Parts, Place, Scores, Share};

/// Explains the rows of a model's predictor.
#[derive(Clone, Debug)]
pub struct Explainer {
    plan: Explanation,
    /// The weight of each number that is a part of the score.
    weights: Vec<f64>,
    /// A row as trees take it.
    row: Vec<f64>,
    /// For each feature, and one after the last, the points of what trees add.
    sums: Vec<[f64; POINTS]>,
    values: Vec<f64>,
    desk: Desk,
}

/// What a row's score is made of, beside the features' own values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Explained {
    /// The class whose score it is; none where there are no classes.
    pub class: Option<usize>,
    /// What the score is without the row.
    pub base: f64,
    /// The score: the base and all values, up to the rounding of these sums and the model's own.
    pub margin: f64,
}

impl Explainer {
    /// Plans the explanations of a model.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) with the step that mixes features, or of which the background
    /// knows nothing.
    pub fn new(model: &Model, background: &Background) -> Result<Self> {
        let plan = explain::compile(model, background)?;
        let mut desk = Desk::default();
        for Share { parts, .. } in &plan.shares {
            if let Parts::Trees(ensemble) = parts {
                desk.grow(ensemble.most);
            }
        }
        let after = plan.features + 1;
        Ok(Self {
            weights: vec![0.0; plan.weights],
            row: vec![0.0; plan.row],
            sums: vec![[0.0; POINTS]; after],
            values: vec![0.0; after],
            desk,
            plan,
        })
    }

    /// How many classes have a score: none of a model without classes.
    pub fn classes(&self) -> usize {
        match self.plan.scores {
            Scores::OfNone => 0,
            Scores::OfSecond => 2,
            Scores::OfEach => self.plan.score.width,
        }
    }

    /// Explains the first row of the scratch of the model's predictor: the score of a class, without one of the class that
    /// is predicted, or, where there is one score for two classes, of the second.
    ///
    /// # Panics
    /// If the predictor is another model's, or the class is none of [`Self::classes`].
    pub fn run(&mut self, predictor: &mut Predictor, class: Option<usize>) -> Explained {
        let class = match self.plan.scores {
            Scores::OfNone => None,
            Scores::OfSecond => Some(class.unwrap_or(1)),
            Scores::OfEach => Some(class.unwrap_or_else(|| {
                predictor.run(Method::Predict, 1);
                let at = predictor.answer_at(Method::Predict).expect("a method of a classifier");
                predictor.scratch()[at] as usize
            })),
        };
        predictor.run(self.plan.method, 1);
        let scratch = predictor.scratch();
        let (place, weight) = match (self.plan.scores, class) {
            (Scores::OfEach, Some(class)) => (class, 1.0),
            (Scores::OfSecond, Some(0)) => (0, -1.0),
            _ => (0, 1.0),
        };
        self.weights.fill(0.0);
        self.values.fill(0.0);
        self.sums.fill([0.0; POINTS]);
        self.weights[self.plan.score.weights..][..self.plan.score.width][place] = weight;
        let mut base = 0.0;
        let Self { plan, weights, row, sums, values, desk } = self;
        for share in &plan.shares {
            match &share.parts {
                Parts::Scores => divide(share, weights, &mut base),
                Parts::Linear(features, means) => {
                    linear(share, (features, means), &scratch[share.from[0].at..], weights, &mut base, values);
                }
                Parts::Trees(ensemble) => {
                    let x = &scratch[share.from[0].at..][..share.from[0].width];
                    for (own, &x) in row.iter_mut().zip(x) {
                        *own = if ensemble.rounds { f64::from(x as f32) } else { x };
                    }
                    trees(share, ensemble, row, weights, &mut base, (desk, sums));
                }
            }
        }
        for (value, sum) in values.iter_mut().zip(&*sums) {
            *value += shap::total(sum);
        }
        base += values[plan.features];
        Explained { class, base, margin: weight * scratch[plan.score.at + place] }
    }

    /// How much each feature moved the score of the row that was explained last.
    pub fn values(&self) -> &[f64] {
        &self.values[..self.plan.features]
    }
}

/// Hands the weights of a step on that moves, scales, shifts or adds numbers.
fn divide(Share { operator, from, to, .. }: &Share, weights: &mut [f64], base: &mut f64) {
    for j in 0..to.width {
        let weight = weights[to.weights + j];
        if weight == 0.0 {
            continue;
        }
        // The column of the input, and what it is multiplied by.
        let (input, column, factor) = match &**operator {
            Operator::Select(select) => (0, select.columns[j] as usize, 1.0),
            Operator::Concat(_) => {
                let (mut input, mut column) = (0, j);
                while column >= from[input].width {
                    column -= from[input].width;
                    input += 1;
                }
                (input, column, 1.0)
            }
            Operator::Scale(scale) => {
                *base -= weight * scale.offsets[j] / scale.divisors[j];
                (0, j, 1.0 / scale.divisors[j])
            }
            Operator::Rescale(rescale) => {
                let at = if rescale.factors.len() == 1 { 0 } else { j };
                *base += weight * rescale.offsets[at];
                (0, j, rescale.factors[at])
            }
            Operator::Complement(_) if j == 0 => {
                *base += weight;
                (0, 0, -1.0)
            }
            Operator::Complement(_) => (0, 0, 1.0),
            // A sum: each input has the whole weight.
            _ => {
                for source in &from[1..] {
                    weights[source.weights + j] += weight;
                }
                (0, j, 1.0)
            }
        };
        weights[from[input].weights + column] += weight * factor;
    }
}

/// Hands the weights of a linear function on, and says what its features do.
fn linear(
    Share { operator, from, to, .. }: &Share,
    (features, means): (&[Option<u32>], &[f64]),
    x: &[f64],
    weights: &mut [f64],
    base: &mut f64,
    values: &mut [f64],
) {
    let (coefficients, intercepts) = match &**operator {
        Operator::Linear(linear) => (&linear.coefficients, &linear.intercepts),
        Operator::LinearF32(linear) => (&linear.coefficients, &linear.intercepts),
        _ => return,
    };
    let width = from[0].width;
    for (j, intercept) in intercepts.iter().enumerate() {
        let weight = weights[to.weights + j];
        if weight == 0.0 {
            continue;
        }
        *base += weight * intercept;
        for (i, &coefficient) in coefficients[j * width..][..width].iter().enumerate() {
            let Some(feature) = features[i] else {
                weights[from[0].weights + i] += weight * coefficient;
                continue;
            };
            // Missing numbers are left out by whoever takes some.
            let x = if x[i].is_nan() { 0.0 } else { x[i] };
            *base += weight * (coefficient * means[i]);
            values[feature as usize] += weight * (coefficient * (x - means[i]));
        }
    }
}

/// Says what the features of trees do.
fn trees(
    Share { operator, to, .. }: &Share,
    ensemble: &Ensemble,
    row: &[f64],
    weights: &[f64],
    base: &mut f64,
    (desk, sums): (&mut Desk, &mut [[f64; POINTS]]),
) {
    let Operator::Forest(forest) = &**operator else { return };
    for output in 0..to.width {
        let weight = weights[to.weights + output];
        if weight == 0.0 {
            continue;
        }
        let scale = weight / forest.divisor;
        *base += scale * ensemble.means[output];
        let mut splits = &ensemble.splits[..];
        for tree in &ensemble.trees {
            let (own, rest) = splits.split_at(tree.splits);
            splits = rest;
            let leaves = &forest.leaves[tree.leaves..];
            let leaves = match tree.target {
                Some(target) if target as usize == output => (leaves, 1),
                Some(_) => continue,
                None => (&leaves[output..], to.width),
            };
            desk.explain((own, &ensemble.sets), leaves, row, (&ensemble.rules[tree.rule], scale), sums);
        }
    }
}

/// The means that a model's linear functions start from, of encoded rows, each sum in the order of the rows. A number that is
/// missing counts as 0.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) with the step that mixes features.
pub fn means(model: &Model, rows: &[f64], texts: &TextList) -> Result<Vec<Known>> {
    let (method, parts) = explain::linear_parts(model)?;
    let mut predictor = Predictor::new(model);
    predictor.texts().clone_from(texts);
    let width = predictor.input_width();
    let mut known: Vec<Known> =
        (parts.iter()).map(|(node, place)| Known { node: *node, numbers: vec![0.0; place.width] }).collect();
    for block in rows.chunks(predictor.block() * width) {
        predictor.scratch()[..block.len()].copy_from_slice(block);
        let count = block.len() / width;
        predictor.run(method, count);
        for (Known { numbers, .. }, (_, Place { at, width, .. })) in known.iter_mut().zip(&parts) {
            for row in predictor.scratch()[*at..][..count * width].chunks_exact(*width) {
                for (sum, &x) in numbers.iter_mut().zip(row) {
                    *sum += if x.is_nan() { 0.0 } else { x };
                }
            }
        }
    }
    let count = (rows.len() / width) as f64;
    known.iter_mut().flat_map(|known| &mut known.numbers).for_each(|sum| *sum /= count);
    Ok(known)
}
