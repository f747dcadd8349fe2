//! The nodes of a graph in the body. An operator's place in [`WireOperator`] is its number in the file: new ones go to the
//! end.

use super::blobs::{BlobReader, BlobWriter, Numbers, Ragged};
use super::forest::WireForest;
use super::limits::{self, MAX_NODE_INPUTS};
use super::texts::WireVectorize;
use super::wire::check_text;
use crate::error::{Error, Kind, Result};
use crate::model::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(super) struct WireNode {
    name: String,
    operator: WireOperator,
    inputs: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
enum WireOperator {
    Select { columns: Vec<u32> },
    Concat,
    Impute { fills: Numbers },
    Scale { offsets: Numbers, divisors: Numbers },
    OneHot { categories: Vec<u32> },
    Linear { width: u32, coefficients: Numbers, intercepts: Numbers },
    Sigmoid,
    Softmax,
    ArgMax,
    Binarize { threshold: f64 },
    Forest(Box<WireForest>),
    Map { function: u8, a: f64, b: f64 },
    Rescale { factors: Numbers, offsets: Numbers },
    Combine { multiplies: bool },
    Complement,
    Recode { keys: Ragged, values: Ragged, unknown: Numbers, missing: Numbers },
    Bins { edges: Ragged },
    Normalize { norm: u8 },
    PowerTransform { lambdas: Numbers, is_box_cox: bool },
    Interpolate { xs: Ragged, ys: Ragged },
    Quantile { quantiles: Ragged, references: Numbers, is_normal: bool },
    Polynomial { width: u32, terms: Vec<Vec<u32>> },
    Spline { degree: u32, knots: Ragged, beyond: u8 },
    Pairwise { width: u32, points: Numbers, measure: u8, p: f64 },
    Neighbours { nearest: u32, radius: f64, by_distance: bool, targets: Numbers, classes: u32, outlier: Numbers },
    Votes { classes: u32, threshold: f64, with_sums: bool },
    Couple { classes: u32 },
    WeightedMedian { weights: Numbers },
    LastArgMax,
    LinearF32 { width: u32, coefficients: Numbers, intercepts: Numbers },
    ImputeNearest { width: u32, points: Numbers, nearest: u32, by_distance: bool },
    Vectorize(Box<WireVectorize>),
    DateParts(Vec<(u32, u32)>),
}

const NORMS: [Norm; 5] = [Norm::L1, Norm::L2, Norm::Max, Norm::Sum, Norm::SumOrEqual];
const BEYOND: [Beyond; 4] = [Beyond::Constant, Beyond::Linear, Beyond::Continue, Beyond::Periodic];
/// The power of Minkowski's measure lies beside its number.
const MEASURES: [Measure; 10] = [
    Measure::Dot,
    Measure::SquaredEuclidean,
    Measure::Euclidean,
    Measure::Manhattan,
    Measure::Chebyshev,
    Measure::Minkowski(0.0),
    Measure::Cosine,
    Measure::Hamming,
    Measure::Canberra,
    Measure::BrayCurtis,
];

/// A choice's number in its list.
fn code<T: PartialEq>(choices: &[T], choice: &T) -> u8 {
    choices.iter().position(|other| other == choice).unwrap_or(0) as u8
}

fn choice<T: Copy>(what: &'static str, choices: &[T], code: u8) -> Result<T> {
    choices.get(usize::from(code)).copied().ok_or_else(|| {
        Error::new(Kind::Corrupt, what, format!("a number below {}", choices.len()), u32::from(code).to_string())
    })
}

impl WireNode {
    pub fn check_limits(&self) -> Result<()> {
        check_text(&self.name)?;
        limits::check("graph.nodes.inputs", self.inputs.len(), MAX_NODE_INPUTS)?;
        match &self.operator {
            WireOperator::Forest(forest) => forest.check_limits(),
            WireOperator::Vectorize(vectorize) => vectorize.check_limits(),
            _ => Ok(()),
        }
    }

    /// The forest, if it is one.
    #[cfg(feature = "packaged")]
    pub fn forest(&self) -> Option<&WireForest> {
        match &self.operator {
            WireOperator::Forest(forest) => Some(forest),
            _ => None,
        }
    }

    pub fn from_node(node: &Node, blobs: &mut BlobWriter) -> Self {
        let operator = match &*node.operator {
            Operator::Select(select) => WireOperator::Select { columns: select.columns.clone() },
            Operator::Concat(Concat) => WireOperator::Concat,
            Operator::Impute(impute) => WireOperator::Impute { fills: blobs.push(&impute.fills) },
            Operator::Scale(scale) => {
                WireOperator::Scale { offsets: blobs.push(&scale.offsets), divisors: blobs.push(&scale.divisors) }
            }
            Operator::OneHot(one_hot) => WireOperator::OneHot { categories: one_hot.categories.clone() },
            Operator::Linear(linear) => WireOperator::Linear {
                width: linear.width as u32,
                coefficients: blobs.push(&linear.coefficients),
                intercepts: blobs.push(&linear.intercepts),
            },
            Operator::Sigmoid(Sigmoid) => WireOperator::Sigmoid,
            Operator::Softmax(Softmax) => WireOperator::Softmax,
            Operator::ArgMax(ArgMax) => WireOperator::ArgMax,
            Operator::Binarize(binarize) => WireOperator::Binarize { threshold: binarize.threshold },
            Operator::Forest(forest) => WireOperator::Forest(Box::new(WireForest::from_forest(forest, blobs))),
            Operator::Map(Map { function, a, b }) => {
                WireOperator::Map { function: code(Function::ALL, function), a: *a, b: *b }
            }
            Operator::Rescale(rescale) => {
                WireOperator::Rescale { factors: blobs.push(&rescale.factors), offsets: blobs.push(&rescale.offsets) }
            }
            Operator::Combine(combine) => WireOperator::Combine { multiplies: combine.multiplies },
            Operator::Complement(Complement) => WireOperator::Complement,
            Operator::Recode(recode) => {
                let each = |number: fn(&Table) -> f64| recode.tables.iter().map(number).collect::<Vec<_>>();
                WireOperator::Recode {
                    keys: blobs.push_ragged(recode.tables.iter().map(|table| &table.keys[..])),
                    values: blobs.push_ragged(recode.tables.iter().map(|table| &table.values[..])),
                    unknown: blobs.push(&each(|table| table.unknown)),
                    missing: blobs.push(&each(|table| table.missing)),
                }
            }
            Operator::Bins(bins) => WireOperator::Bins { edges: blobs.push_ragged(slices(&bins.edges)) },
            Operator::Normalize(normalize) => WireOperator::Normalize { norm: code(&NORMS, &normalize.norm) },
            Operator::PowerTransform(power) => {
                WireOperator::PowerTransform { lambdas: blobs.push(&power.lambdas), is_box_cox: power.is_box_cox }
            }
            Operator::Interpolate(Interpolate { xs, ys }) => {
                WireOperator::Interpolate { xs: blobs.push_ragged(slices(xs)), ys: blobs.push_ragged(slices(ys)) }
            }
            Operator::Quantile(quantile) => WireOperator::Quantile {
                quantiles: blobs.push_ragged(slices(&quantile.quantiles)),
                references: blobs.push(&quantile.references),
                is_normal: quantile.is_normal,
            },
            Operator::Polynomial(Polynomial { width, terms }) => {
                WireOperator::Polynomial { width: *width as u32, terms: terms.clone() }
            }
            Operator::Spline(Spline { degree, knots, beyond }) => WireOperator::Spline {
                degree: *degree,
                knots: blobs.push_ragged(slices(knots)),
                beyond: code(&BEYOND, beyond),
            },
            Operator::Pairwise(Pairwise { width, points, measure }) => {
                let (listed, p) = match *measure {
                    Measure::Minkowski(p) => (Measure::Minkowski(0.0), p),
                    other => (other, 0.0),
                };
                let (measure, points) = (code(&MEASURES, &listed), blobs.push(points));
                WireOperator::Pairwise { width: *width as u32, points, measure, p }
            }
            Operator::Neighbours(neighbours) => {
                let (nearest, radius) = match neighbours.reach {
                    Reach::Nearest(count) => (count, 0.0),
                    Reach::Within(radius) => (0, radius),
                };
                WireOperator::Neighbours {
                    nearest,
                    radius,
                    by_distance: neighbours.by_distance,
                    targets: blobs.push(&neighbours.targets),
                    classes: neighbours.classes,
                    outlier: blobs.push(&neighbours.outlier),
                }
            }
            Operator::Votes(Votes { classes, threshold, with_sums }) => {
                WireOperator::Votes { classes: *classes, threshold: *threshold, with_sums: *with_sums }
            }
            Operator::Couple(couple) => WireOperator::Couple { classes: couple.classes },
            Operator::LastArgMax(LastArgMax) => WireOperator::LastArgMax,
            Operator::WeightedMedian(median) => WireOperator::WeightedMedian { weights: blobs.push(&median.weights) },
            Operator::LinearF32(linear) => WireOperator::LinearF32 {
                width: linear.width as u32,
                coefficients: blobs.push(&linear.coefficients),
                intercepts: blobs.push(&linear.intercepts),
            },
            Operator::ImputeNearest(impute) => WireOperator::ImputeNearest {
                width: impute.width as u32,
                points: blobs.push(&impute.points),
                nearest: impute.nearest,
                by_distance: impute.by_distance,
            },
            Operator::Vectorize(vectorize) => {
                WireOperator::Vectorize(Box::new(WireVectorize::from_vectorize(vectorize)))
            }
            Operator::DateParts(DateParts { parts }) => {
                let part = |&(column, part): &(u32, DatePart)| (column, code(&DatePart::ALL, &part).into());
                WireOperator::DateParts(parts.iter().map(part).collect())
            }
        };
        Self { name: node.name.clone(), operator, inputs: node.inputs.clone() }
    }

    pub fn into_node(self, blobs: &mut BlobReader<'_>) -> Result<Node> {
        let operator = match self.operator {
            WireOperator::Select { columns } => Select { columns }.into(),
            WireOperator::Concat => Concat.into(),
            WireOperator::Impute { fills } => Impute { fills: blobs.take(fills)? }.into(),
            WireOperator::Scale { offsets, divisors } => {
                Scale { offsets: blobs.take(offsets)?, divisors: blobs.take(divisors)? }.into()
            }
            WireOperator::OneHot { categories } => OneHot { categories }.into(),
            WireOperator::Linear { width, coefficients, intercepts } => Linear {
                width: width as usize,
                coefficients: blobs.take(coefficients)?,
                intercepts: blobs.take(intercepts)?,
            }
            .into(),
            WireOperator::Sigmoid => Sigmoid.into(),
            WireOperator::Softmax => Softmax.into(),
            WireOperator::ArgMax => ArgMax.into(),
            WireOperator::Binarize { threshold } => Binarize { threshold }.into(),
            WireOperator::Forest(forest) => forest.into_forest(blobs)?.into(),
            WireOperator::Map { function, a, b } => {
                Map { function: choice("function", Function::ALL, function)?, a, b }.into()
            }
            WireOperator::Rescale { factors, offsets } => {
                Rescale { factors: blobs.take(factors)?, offsets: blobs.take(offsets)? }.into()
            }
            WireOperator::Combine { multiplies } => Combine { multiplies }.into(),
            WireOperator::Complement => Complement.into(),
            WireOperator::Recode { keys, values, unknown, missing } => {
                let (keys, values) = (blobs.take_ragged(keys)?, blobs.take_ragged(values)?);
                let (unknown, missing) = (blobs.take(unknown)?, blobs.take(missing)?);
                let count = keys.len();
                if [values.len(), unknown.len(), missing.len()] != [count; 3] {
                    return Err(Error::new(Kind::Corrupt, "recode", format!("{count} tables"), "another number"));
                }
                let parts = keys.into_iter().zip(values).zip(unknown.into_iter().zip(missing));
                let table = |((keys, values), (unknown, missing))| Table { keys, values, unknown, missing };
                Recode { tables: parts.map(table).collect() }.into()
            }
            WireOperator::Bins { edges } => Bins { edges: blobs.take_ragged(edges)? }.into(),
            WireOperator::Normalize { norm } => Normalize { norm: choice("norm", &NORMS, norm)? }.into(),
            WireOperator::PowerTransform { lambdas, is_box_cox } => {
                PowerTransform { lambdas: blobs.take(lambdas)?, is_box_cox }.into()
            }
            WireOperator::Interpolate { xs, ys } => {
                Interpolate { xs: blobs.take_ragged(xs)?, ys: blobs.take_ragged(ys)? }.into()
            }
            WireOperator::Quantile { quantiles, references, is_normal } => {
                let (quantiles, references) = (blobs.take_ragged(quantiles)?, blobs.take(references)?);
                Quantile { quantiles, references, is_normal }.into()
            }
            WireOperator::Polynomial { width, terms } => Polynomial { width: width as usize, terms }.into(),
            WireOperator::Spline { degree, knots, beyond } => {
                Spline { degree, knots: blobs.take_ragged(knots)?, beyond: choice("beyond", &BEYOND, beyond)? }.into()
            }
            WireOperator::Pairwise { width, points, measure, p } => {
                let measure = match choice("measure", &MEASURES, measure)? {
                    Measure::Minkowski(_) => Measure::Minkowski(p),
                    other => other,
                };
                Pairwise { width: width as usize, points: blobs.take(points)?, measure }.into()
            }
            WireOperator::Neighbours { nearest, radius, by_distance, targets, classes, outlier } => Neighbours {
                reach: if nearest > 0 { Reach::Nearest(nearest) } else { Reach::Within(radius) },
                by_distance,
                targets: blobs.take(targets)?,
                classes,
                outlier: blobs.take(outlier)?,
            }
            .into(),
            WireOperator::Votes { classes, threshold, with_sums } => Votes { classes, threshold, with_sums }.into(),
            WireOperator::Couple { classes } => Couple { classes }.into(),
            WireOperator::LastArgMax => LastArgMax.into(),
            WireOperator::WeightedMedian { weights } => WeightedMedian { weights: blobs.take(weights)? }.into(),
            WireOperator::LinearF32 { width, coefficients, intercepts } => LinearF32 {
                width: width as usize,
                coefficients: blobs.take(coefficients)?,
                intercepts: blobs.take(intercepts)?,
            }
            .into(),
            WireOperator::ImputeNearest { width, points, nearest, by_distance } => {
                ImputeNearest { width: width as usize, points: blobs.take(points)?, nearest, by_distance }.into()
            }
            WireOperator::Vectorize(vectorize) => vectorize.into_vectorize()?.into(),
            WireOperator::DateParts(parts) => {
                let part = |(column, part): (u32, u32)| {
                    Ok((column, choice("parts", &DatePart::ALL, part.try_into().unwrap_or(u8::MAX))?))
                };
                DateParts { parts: parts.into_iter().map(part).collect::<Result<_>>()? }.into()
            }
        };
        Ok(Node { name: self.name, operator: Arc::new(operator), inputs: self.inputs })
    }
}

fn slices(lists: &[Vec<f64>]) -> impl Iterator<Item = &[f64]> {
    lists.iter().map(Vec::as_slice)
}
