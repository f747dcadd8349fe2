//! The graph: typed operators in topological order.
//!
//! Value 0 is the encoded row; node `i` makes value `i + 1` from values made before it. A value is, for each row, a fixed
//! number of f64: its width.

use super::{
    ArgMax, Binarize, Bins, Combine, Complement, Concat, Couple, DateParts, Forest, Function, Impute, ImputeNearest,
    Interpolate, Labels, LastArgMax, Linear, LinearF32, Map, Neighbours, Normalize, OneHot, Pairwise, Polynomial,
    PowerTransform, Quantile, Recode, Rescale, Scale, Select, Sigmoid, Softmax, Spline, Vectorize, Votes,
    WeightedMedian,
};
use crate::error::{Error, Kind, Result};
use std::fmt::Display;
use std::sync::Arc;

/// Names a value of the graph: 0 is the encoded row, `i + 1` what node `i` makes.
pub type ValueId = u32;

/// The widest a value may be. Together with the plan's blocks it bounds the memory a prediction takes.
pub const MAX_WIDTH: usize = 1 << 20;

/// Operators in topological order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Node `i` makes value `i + 1`.
    pub nodes: Vec<Node>,
}

/// One step of a graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What people see it called: `standardize`.
    pub name: String,
    /// What it does; shared with the plans of the model.
    pub operator: Arc<Operator>,
    /// The values it works on, all made before it.
    pub inputs: Vec<ValueId>,
}

/// Defines [`Operator`] with the name of each variant beside it.
macro_rules! operators {
    ($($(#[$doc:meta])* $operator:ident,)*) => {
        /// What a node does.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Operator { $($(#[$doc])* $operator($operator),)* }

        impl Operator {
            /// The operator's name in the format and in reports.
            pub const fn name(&self) -> &'static str {
                match self { $(Operator::$operator(_) => stringify!($operator),)* }
            }

            fn output_width(&self, inputs: &[usize]) -> Result<usize> {
                match self { $(Operator::$operator(operator) => operator.output_width(inputs),)* }
            }
        }

        $(impl From<$operator> for Operator {
            fn from(operator: $operator) -> Self { Operator::$operator(operator) }
        })*
    };
}

operators! {
    /// Picks columns.
    Select,
    /// Puts rows side by side.
    Concat,
    /// Replaces missing values.
    Impute,
    /// Shifts and divides.
    Scale,
    /// Categories to indicators.
    OneHot,
    /// A linear function.
    Linear,
    /// A binary score to probabilities.
    Sigmoid,
    /// Scores to probabilities.
    Softmax,
    /// Scores to the index of the largest.
    ArgMax,
    /// A score to 0 or 1.
    Binarize,
    /// Decision trees, summed.
    Forest,
    /// A function of every number.
    Map,
    /// Multiplies and shifts.
    Rescale,
    /// Adds or multiplies values.
    Combine,
    /// A probability to two.
    Complement,
    /// A number for a number.
    Recode,
    /// A number's bin.
    Bins,
    /// Divides rows by their norm.
    Normalize,
    /// A power of each column.
    PowerTransform,
    /// A line through points.
    Interpolate,
    /// The share of training values below.
    Quantile,
    /// Products of columns.
    Polynomial,
    /// Splines of columns.
    Spline,
    /// Rows against points.
    Pairwise,
    /// What the nearest points know.
    Neighbours,
    /// Comparisons in pairs to scores.
    Votes,
    /// Probabilities of pairs to those of classes.
    Couple,
    /// The weighted median.
    WeightedMedian,
    /// Scores to the index of the last largest.
    LastArgMax,
    /// A linear function in f32.
    LinearF32,
    /// Replaces missing values by what the nearest points know.
    ImputeNearest,
    /// The counts of a text's terms.
    Vectorize,
    /// Parts of dates.
    DateParts,
}

impl Graph {
    /// Checks every node and returns the width of every value.
    pub(super) fn check(&self, row_width: usize) -> Result<Vec<usize>> {
        let mut widths = vec![row_width];
        let mut inputs = Vec::new();
        for (i, node) in self.nodes.iter().enumerate() {
            let place = |error: Error| error.within(&format!("graph.nodes[{i}] ({})", node.name));
            inputs.clear();
            for &id in &node.inputs {
                let made = widths.get(id as usize);
                inputs.push(*made.ok_or_else(|| place(unsound("inputs", format!("values below {}", i + 1), id)))?);
            }
            let width = node.operator.output_width(&inputs).map_err(place)?;
            if width > MAX_WIDTH {
                return Err(place(unsound("output", format!("at most {MAX_WIDTH} numbers a row"), width)));
            }
            widths.push(width);
        }
        Ok(widths)
    }

    /// Checks that a value always holds for each target the index of one of its classes.
    pub(super) fn check_decisions(&self, value: ValueId, targets: &[Labels], widths: &[usize]) -> Result<()> {
        let maker = |value: ValueId| (value as usize).checked_sub(1).map(|i| &self.nodes[i]);
        let decides = |(&value, classes): (&ValueId, &Labels)| match maker(value).map(|node| (&*node.operator, node)) {
            Some((Operator::ArgMax(_) | Operator::LastArgMax(_), node)) => {
                widths[node.inputs[0] as usize] == classes.len()
            }
            Some((Operator::Binarize(_), _)) => classes.len() == 2,
            _ => false,
        };
        let alone = [value];
        let node = maker(value);
        let decisions = match node.map(|node| (&*node.operator, node)) {
            // Of several targets each has a decision of its own, and all lie side by side.
            Some((Operator::Concat(_), node)) => &node.inputs[..],
            // Or each has two classes, and all one threshold.
            Some((Operator::Map(map), _))
                if map.function == Function::Above && targets.iter().all(|classes| classes.len() == 2) =>
            {
                return Ok(());
            }
            _ => &alone,
        };
        if decisions.len() == targets.len() && decisions.iter().zip(targets).all(decides) {
            return Ok(());
        }
        let found = node.map_or("the row itself", |node| node.operator.name());
        Err(unsound("signature.outputs: predict", "decisions among the classes of each target", found))
    }
}

pub(super) fn unsound(at: &'static str, expected: impl Into<String>, found: impl Display) -> Error {
    Error::new(Kind::InvalidModel, at, expected.into(), found.to_string())
}

pub(super) fn positive(at: &'static str, count: usize) -> Result<usize> {
    if count == 0 { Err(unsound(at, "at least 1", 0)) } else { Ok(count) }
}

pub(super) fn check_length(at: &'static str, found: usize, expected: usize) -> Result<()> {
    if found == expected { Ok(()) } else { Err(unsound(at, format!("{expected} numbers"), found)) }
}

/// The width of the one input.
pub(super) fn only(inputs: &[usize]) -> Result<usize> {
    match inputs {
        [width] => Ok(*width),
        _ => Err(unsound("inputs", "1 value", inputs.len())),
    }
}

/// One input value, of that width.
pub(super) fn check_width(inputs: &[usize], expected: usize) -> Result<()> {
    let found = only(inputs)?;
    if found == expected { Ok(()) } else { Err(unsound("inputs", format!("a value of width {expected}"), found)) }
}

pub(super) fn check_finite(at: &'static str, numbers: &[f64]) -> Result<()> {
    match numbers.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(i) => Err(unsound("", "finite numbers", name_of(numbers[i])).within(&format!("{at}[{i}]"))),
    }
}

/// What a number that is not finite is called. Formatting any f64 would bring 10 KB of tables into the wasm.
pub(super) fn name_of(x: f64) -> &'static str {
    match x {
        f64::INFINITY => "inf",
        f64::NEG_INFINITY => "-inf",
        _ if x.is_nan() => "NaN",
        _ => "another number",
    }
}
