//! Forests of decision trees: what random forests, boosted trees and single trees all predict with.
//!
//! A tree is kept in preorder: a split, all of its left side, all of its right side. Such a list cannot hold a cycle, a
//! child that is not there or one with two parents, so a forest from hostile bytes is sound once it is complete.

use super::graph::{check_finite, check_length, check_width, name_of, positive, unsound};
use crate::error::Result;

/// The most splits and leaves of a forest.
pub const MAX_TREE_NODES: usize = 1 << 24;
/// The most splits on the way to a leaf.
pub const MAX_TREE_DEPTH: usize = 4096;

/// What numbers are rounded to before they are compared, or after each addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// To the nearest f32.
    F32,
    /// Not at all.
    F64,
}

/// The kind of a tree's node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// The end of a way.
    Leaf,
    /// A number of at most the threshold goes left, any other right, a missing one to the side named.
    AtMost {
        /// Where a missing number (NaN) goes.
        missing_left: bool,
    },
    /// A category, the number without its fraction, in the set goes left, any other right, a missing one to the side
    /// named.
    In {
        /// Where a missing number (NaN) goes.
        missing_left: bool,
    },
}

/// Trees whose leaves are summed: tree after tree, beginning with `base`, then divided.
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    /// How many numbers a row has.
    pub width: usize,
    /// What a row's numbers are rounded to before they are compared.
    pub rows: Precision,
    /// What each sum is rounded to.
    pub sums: Precision,
    /// What each output's sum begins with.
    pub base: Vec<f64>,
    /// What the sums are divided by at the end; 1 for none.
    pub divisor: f64,
    /// For each tree, the output that its leaves are added to; `None` where a leaf has a number for every output.
    pub targets: Vec<Option<u32>>,
    /// Every node of every tree, in preorder.
    pub kinds: Vec<NodeKind>,
    /// The feature of each split, in the order of `kinds`.
    pub features: Vec<u32>,
    /// The threshold of each [`NodeKind::AtMost`], in order.
    pub thresholds: Vec<f64>,
    /// The categories of each [`NodeKind::In`], in order: bit c mod 32 of word c / 32.
    pub sets: Vec<Vec<u32>>,
    /// The numbers of each leaf, in order.
    pub leaves: Vec<f64>,
    /// What leaves are instead where no number that they need is missing.
    pub linear: Option<Box<LinearLeaves>>,
}

/// Leaves that are linear functions of the row: a constant, plus coefficient times number, term after term. A leaf with
/// a missing number (NaN) among its terms has its plain number instead. Every tree has a target.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearLeaves {
    /// The constant of each leaf, in the order of `leaves`.
    pub constants: Vec<f64>,
    /// How many terms each leaf has.
    pub counts: Vec<u32>,
    /// The feature of each term, leaf after leaf.
    pub features: Vec<u32>,
    /// The coefficient of each term.
    pub coefficients: Vec<f64>,
}

impl Forest {
    /// The nodes of each tree: as many pieces of `kinds` as there are trees.
    ///
    /// Nothing comes after a tree that is not complete; [`Self::output_width`] has refused those.
    pub fn trees(&self) -> impl Iterator<Item = &[NodeKind]> {
        let mut rest = &self.kinds[..];
        self.targets.iter().map(move |_| {
            let (tree, more) = rest.split_at(length_of_tree(rest).unwrap_or(rest.len()));
            rest = more;
            tree
        })
    }

    pub(super) fn output_width(&self, inputs: &[usize]) -> Result<usize> {
        let outputs = positive("base", self.base.len())?;
        check_width(inputs, self.width)?;
        positive("targets", self.targets.len())?;
        check_finite("base", &self.base)?;
        check_finite("leaves", &self.leaves)?;
        if !(self.divisor.is_finite() && self.divisor != 0.0) {
            return Err(unsound("divisor", "a finite number other than 0", name_of(self.divisor)));
        }
        if self.kinds.len() > MAX_TREE_NODES {
            return Err(unsound("kinds", format!("at most {MAX_TREE_NODES} nodes"), self.kinds.len()));
        }
        if let Some(i) = self.thresholds.iter().position(|x| x.is_nan()) {
            return Err(unsound("", "a number", "NaN").within(&format!("thresholds[{i}]")));
        }
        check_features("features", &self.features, self.width)?;
        let mut rest = &self.kinds[..];
        let mut leaves: usize = 0;
        for (i, target) in self.targets.iter().enumerate() {
            let place = |error: crate::error::Error| error.within(&format!("trees[{i}]"));
            let length = length_of_tree(rest).ok_or_else(|| {
                place(unsound("kinds", format!("a whole tree of at most {MAX_TREE_DEPTH} splits in depth"), "another"))
            })?;
            let (tree, more) = rest.split_at(length);
            let numbers = match target {
                Some(k) if *k as usize >= outputs => {
                    return Err(place(unsound("target", format!("an index below {outputs}"), k)));
                }
                Some(_) => 1,
                None => outputs,
            };
            // A tree of n splits has n + 1 leaves.
            leaves = leaves.saturating_add(tree.len().div_ceil(2).saturating_mul(numbers));
            rest = more;
        }
        check_length("kinds", self.kinds.len(), self.kinds.len() - rest.len())?;
        check_length("leaves", self.leaves.len(), leaves)?;
        let count = |wanted: fn(&NodeKind) -> bool| self.kinds.iter().filter(|kind| wanted(kind)).count();
        check_length("features", self.features.len(), count(|kind| *kind != NodeKind::Leaf))?;
        check_length("thresholds", self.thresholds.len(), count(|kind| matches!(kind, NodeKind::AtMost { .. })))?;
        check_length("sets", self.sets.len(), count(|kind| matches!(kind, NodeKind::In { .. })))?;
        if let Some(linear) = &self.linear {
            if self.targets.contains(&None) {
                return Err(unsound("linear", "a target for each tree", "a tree without one"));
            }
            linear.check(leaves, self.width).map_err(|error| error.within("linear"))?;
        }
        Ok(outputs)
    }
}

impl LinearLeaves {
    fn check(&self, leaves: usize, width: usize) -> Result<()> {
        check_finite("constants", &self.constants)?;
        check_finite("coefficients", &self.coefficients)?;
        check_features("features", &self.features, width)?;
        check_length("constants", self.constants.len(), leaves)?;
        check_length("counts", self.counts.len(), leaves)?;
        let terms = self.counts.iter().fold(0_usize, |sum, &count| sum.saturating_add(count as usize));
        check_length("features", self.features.len(), terms)?;
        check_length("coefficients", self.coefficients.len(), terms)
    }
}

fn check_features(what: &'static str, features: &[u32], width: usize) -> Result<()> {
    match features.iter().find(|&&feature| feature as usize >= width) {
        Some(feature) => Err(unsound(what, format!("indices below {width}"), feature)),
        None => Ok(()),
    }
}

/// How many nodes the tree at the start of `nodes` has; `None` if it does not end there or is too deep.
fn length_of_tree(nodes: &[NodeKind]) -> Option<usize> {
    let mut depths = Depths::default();
    (0..nodes.len()).find(|&i| depths.after(nodes[i]).is_none()).map(|i| i + 1).filter(|_| !depths.too_deep)
}

/// Walks a tree in preorder and knows the depth of each node: how many splits are above it.
#[derive(Default)]
pub struct Depths {
    depth: u32,
    /// The depths of the right sides that are still to come.
    open: Vec<u32>,
    too_deep: bool,
}

impl Depths {
    /// Steps over a node to the next one and returns that one's depth; `None` at the end of the tree, or where it
    /// becomes deeper than [`MAX_TREE_DEPTH`].
    pub fn after(&mut self, node: NodeKind) -> Option<u32> {
        if node != NodeKind::Leaf {
            self.depth += 1;
            self.too_deep = self.depth as usize > MAX_TREE_DEPTH;
            self.open.push(self.depth);
            return if self.too_deep { None } else { Some(self.depth) };
        }
        self.depth = self.open.pop()?;
        Some(self.depth)
    }
}
