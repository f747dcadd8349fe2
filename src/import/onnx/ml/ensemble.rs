//! Trees as a file describes them → the seven constants of [`Operator::TreeEnsemble`].
//!
//! Comparisons become three: ≥, > and ≠ are <, ≤ and = with the sides changed, and a set is one question for each member. A
//! split's false side comes right behind it.

use super::super::step::Step;
use super::make::Value;
use super::unsound;
use crate::error::Result;
use crate::network::{Data, Dtype, Operator, Reduction, Tensor};

/// How a split compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    Unequal,
    Member,
}

/// A split.
#[derive(Clone, Debug)]
pub struct Split {
    pub mode: Mode,
    pub feature: i64,
    /// What is compared with; of [`Mode::Member`] any number of them.
    pub thresholds: Vec<f64>,
    /// Whether a missing number goes to the true side; where it does not go there anyway.
    pub missing_is_true: bool,
    /// The places of the true and the false side.
    pub sides: [usize; 2],
}

/// To which target a leaf gives how much.
pub type Vote = (usize, f64);

/// A part of a tree.
#[derive(Clone, Debug)]
pub enum Part {
    Split(Split),
    /// What it gives.
    Leaf(Vec<Vote>),
}

/// Trees, by the places of their roots.
pub struct Ensemble {
    pub parts: Vec<Part>,
    pub roots: Vec<usize>,
    pub targets: usize,
}

/// The kinds of nodes in the file: see `infer/trees.rs`.
const LEAF: i64 = 3;
const MISSING: i64 = 4;

/// Nodes, one after another.
#[derive(Default)]
struct Nodes {
    kinds: Vec<i64>,
    features: Vec<i64>,
    children: Vec<i64>,
    thresholds: Vec<f64>,
    targets: Vec<i64>,
    weights: Vec<f64>,
}

impl Nodes {
    fn push(&mut self, kind: i64, feature: i64, child: usize, threshold: f64) {
        self.kinds.push(kind);
        self.features.push(feature);
        self.children.push(child as i64);
        self.thresholds.push(threshold);
    }

    /// Adds what a split asks, and says which sides are the true and the false one.
    fn push_split(&mut self, split: &Split) -> [usize; 2] {
        let [yes, no] = split.sides;
        let (kind, missing, sides) = match split.mode {
            Mode::AtMost => (0, split.missing_is_true, [yes, no]),
            Mode::Below => (1, split.missing_is_true, [yes, no]),
            Mode::AtLeast => (1, !split.missing_is_true, [no, yes]),
            Mode::Above => (0, !split.missing_is_true, [no, yes]),
            Mode::Equal | Mode::Member => (2, split.missing_is_true, [yes, no]),
            // A missing number equals none.
            Mode::Unequal => (2, false, [no, yes]),
        };
        let kind = kind + if missing { MISSING } else { 0 };
        // In an empty set there is nothing, and nothing equals NaN.
        let of_none = [f64::NAN];
        let thresholds = if split.thresholds.is_empty() { &of_none[..] } else { &split.thresholds };
        thresholds.iter().for_each(|&threshold| self.push(kind, split.feature, 0, threshold));
        sides
    }
}

impl Ensemble {
    /// The leaves of each tree.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`](crate::error::Kind::InvalidModel) for ways that lead twice to one node, or in circles.
    pub fn leaves(&self) -> Result<Vec<Vec<&[Vote]>>> {
        let mut seen = vec![false; self.parts.len()];
        let mut all = Vec::with_capacity(self.roots.len());
        for &root in &self.roots {
            let (mut leaves, mut ahead) = (Vec::new(), vec![root]);
            while let Some(place) = ahead.pop() {
                if std::mem::replace(&mut seen[place], true) {
                    return Err(unsound("nodes", "one way to each node", "several"));
                }
                match &self.parts[place] {
                    Part::Split(split) => ahead.extend(split.sides),
                    Part::Leaf(weights) => leaves.push(&weights[..]),
                }
            }
            all.push(leaves);
        }
        Ok(all)
    }

    /// What rows get: `[n, targets]`, of the rows' type, which is float32 or float64.
    ///
    /// # Errors
    /// Those of [`Self::leaves`].
    pub fn scores(&self, step: &mut Step<'_, '_>, rows: Value, dtype: Dtype, by: Reduction) -> Result<Value> {
        self.leaves()?;
        let mut nodes = Nodes::default();
        let mut roots = Vec::with_capacity(self.roots.len());
        for &root in &self.roots {
            roots.push(nodes.kinds.len() as i64);
            // Parts that are still to come, each with the nodes whose true side it is.
            let mut ahead = vec![(root, 0..0)];
            while let Some((place, parents)) = ahead.pop() {
                let here = nodes.kinds.len();
                nodes.children[parents].fill(here as i64);
                match &self.parts[place] {
                    Part::Split(split) => {
                        let [yes, no] = nodes.push_split(split);
                        ahead.push((yes, here..nodes.kinds.len()));
                        ahead.push((no, 0..0));
                    }
                    Part::Leaf(weights) => {
                        nodes.push(LEAF, weights.len() as i64, nodes.targets.len(), 0.0);
                        nodes.targets.extend(weights.iter().map(|(target, _)| *target as i64));
                        nodes.weights.extend(weights.iter().map(|(_, weight)| weight));
                    }
                }
            }
        }
        let numbers = |numbers: Vec<f64>| {
            let shape = vec![numbers.len()];
            let data = match dtype {
                Dtype::F64 => Data::F64(numbers),
                _ => Data::F32(numbers.into_iter().map(|x| x as f32).collect()),
            };
            Tensor::exact(dtype, shape, data)
        };
        let whole = |dtype: Dtype, numbers: Vec<i64>| Tensor::new(dtype, vec![numbers.len()], Data::I64(numbers));
        let constants = [
            whole(Dtype::U8, nodes.kinds)?,
            whole(Dtype::I32, nodes.features)?,
            whole(Dtype::I32, nodes.children)?,
            numbers(nodes.thresholds),
            whole(Dtype::I32, roots)?,
            whole(Dtype::I32, nodes.targets)?,
            numbers(nodes.weights),
        ];
        let mut given = vec![rows];
        for constant in constants {
            given.push(step.constant(constant));
        }
        Ok(step.make(Operator::TreeEnsemble { by, targets: self.targets as u32 }, &given))
    }
}
