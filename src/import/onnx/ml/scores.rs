//! What becomes of scores: labels and probabilities.

use super::super::step::{Step, unsupported};
use super::make::Value;
use super::unsound;
use crate::error::Result;
use crate::network::{Binary, Data, Dtype, Operator, Reduction, Softmax, SoftmaxKind, Tensor, Unary};

/// What is done with scores at the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transform {
    None,
    Logistic,
    Softmax,
    /// Scores of 0 stay 0.
    SoftmaxZero,
}

impl Transform {
    /// Of the attribute.
    ///
    /// # Errors
    /// `PROBIT` is refused: it is an approximation whose digits hang on those of a logarithm.
    pub fn read(step: &Step<'_, '_>) -> Result<Self> {
        step.choice(
            "post_transform",
            "NONE",
            &[
                ("NONE", Self::None),
                ("LOGISTIC", Self::Logistic),
                ("SOFTMAX", Self::Softmax),
                ("SOFTMAX_ZERO", Self::SoftmaxZero),
            ],
        )
    }

    /// Of rows of several scores.
    pub fn of_rows(self, step: &mut Step<'_, '_>, scores: Value) -> Value {
        match self {
            Self::None => scores,
            Self::Logistic => step.unary(Unary::Sigmoid, scores),
            Self::Softmax => {
                let how = Softmax { axis: -1, flat: false, kind: SoftmaxKind::Softmax };
                step.make(Operator::Softmax(how), &[scores])
            }
            Self::SoftmaxZero => softmax_zero(step, scores),
        }
    }
}

/// Exponentials of scores divided by their sum, where scores of nearly 0 neither become exponentials nor count in the sum.
fn softmax_zero(step: &mut Step<'_, '_>, scores: Value) -> Value {
    let largest = step.reduce(Reduction::Max, true, scores);
    let below = step.binary(Binary::Sub, scores, largest);
    let exponentials = step.unary(Unary::Exp, below);
    let size = step.unary(Unary::Abs, scores);
    let bound = step.number(1e-7);
    let is_zero = step.binary(Binary::LessOrEqual, size, bound);
    let (nothing, turned) = (step.number(0.0), step.unary(Unary::Neg, largest));
    let factor = step.unary(Unary::Exp, turned);
    let small = step.binary(Binary::Mul, scores, factor);
    let counted = step.make(Operator::Where, &[is_zero, nothing, exponentials]);
    let sum = step.reduce(Reduction::Sum, true, counted);
    let all = step.make(Operator::Where, &[is_zero, small, exponentials]);
    step.binary(Binary::Div, all, sum)
}

/// The labels of a classifier.
pub enum Labels {
    Texts(Vec<String>),
    Numbers(Vec<i64>),
}

impl Labels {
    /// Of the attributes `classlabels_strings` and the one of whole numbers.
    pub fn read(step: &Step<'_, '_>, numbers: &'static str) -> Result<Self> {
        let texts = step.texts("classlabels_strings")?;
        let numbers = step.integers(numbers);
        match (texts.is_empty(), numbers.is_empty()) {
            (false, true) => Ok(Self::Texts(texts.into_iter().map(str::to_owned).collect())),
            (true, false) => Ok(Self::Numbers(numbers)),
            _ => Err(unsound("classlabels", "either texts or whole numbers", "both or none")),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Numbers(numbers) => numbers.len(),
        }
    }

    /// What onnxruntime tells classes by where it does not look at the labels.
    pub fn or_places(self) -> Self {
        match self {
            Self::Texts(_) => self,
            Self::Numbers(_) => Self::Numbers(vec![0, 1]),
        }
    }

    /// The label of each place.
    pub fn at(self, step: &mut Step<'_, '_>, places: Value) -> Value {
        let labels = match self {
            Self::Texts(texts) => Tensor::exact(Dtype::Text, vec![texts.len()], Data::Text(texts)),
            Self::Numbers(numbers) => Tensor::integers(numbers),
        };
        let labels = step.constant(labels);
        step.make(Operator::Gather { axis: 0 }, &[labels, places])
    }

    /// The label of each row's largest score, the first of several.
    pub fn of_largest(self, step: &mut Step<'_, '_>, scores: Value) -> Value {
        let how = Operator::ArgReduce { largest: true, axis: 1, keep: false, last: false };
        let places = step.make(how, &[scores]);
        self.at(step, places)
    }

    /// The second label where one score `[n, 1]` is above a bound, else the first.
    pub fn of_one(self, step: &mut Step<'_, '_>, score: Value, bound: Value) -> Value {
        let is_second = step.binary(Binary::Greater, score, bound);
        let flat = step.constant(Tensor::integers(vec![-1]));
        let is_second = step.make(Operator::Reshape { zero: false }, &[is_second, flat]);
        let places = step.cast(Dtype::I64, is_second);
        self.at(step, places)
    }
}

/// Two scores of one `[n, 1]`: what is left of 1 and itself, or the logistic functions of its negative and itself.
pub fn complement(step: &mut Step<'_, '_>, score: Value, dtype: Dtype, transform: Transform) -> Value {
    if transform == Transform::Logistic {
        return opposite(step, score, transform);
    }
    let one = step.floats_as(dtype, &[], vec![1.0]);
    let other = step.binary(Binary::Sub, one, score);
    step.make(Operator::Concat { axis: 1 }, &[other, score])
}

/// Two scores of one `[n, 1]`: its negative and itself, or the logistic functions of both.
pub fn opposite(step: &mut Step<'_, '_>, score: Value, transform: Transform) -> Value {
    let other = step.unary(Unary::Neg, score);
    let both = step.make(Operator::Concat { axis: 1 }, &[other, score]);
    if transform == Transform::Logistic { step.unary(Unary::Sigmoid, both) } else { both }
}

/// Refuses a classifier of fewer than two classes.
pub fn check_classes(labels: &Labels) -> Result<()> {
    if labels.len() < 2 {
        return Err(unsupported("a classifier of one class"));
    }
    Ok(())
}
