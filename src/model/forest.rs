//! Forests of decision trees: what random forests, boosted trees and single trees all predict with.
//!
//! A tree is kept in preorder: a split, all of its left side, all of its right side. Such a list cannot hold a cycle, a
//! child that is not there or one with two parents, so a forest from hostile bytes is sound once it is complete.

use super::graph::{check_finite, check_length, check_width, name_of, positive, unsound};
use crate::error::Result;
use std::ops::Range;

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
    pub thresholds: Thresholds,
    /// The categories of each [`NodeKind::In`], in order.
    pub sets: Sets,
    /// The numbers of each leaf, in order.
    pub leaves: Vec<f64>,
    /// What leaves are instead where no number that they need is missing.
    pub linear: Option<Box<LinearLeaves>>,
}

/// The thresholds of splits, each once for its feature: who lays trees out asks where a number comes in the table, not which it
/// is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// The different thresholds of each feature, sorted, -0 before 0, feature after feature.
    pub tables: Vec<f64>,
    /// For each feature where its table ends: it begins where that of the feature before ends.
    pub ends: Vec<u32>,
    /// For each split the place of its threshold in `tables`.
    pub places: Vec<u32>,
}

impl Thresholds {
    /// The thresholds of splits that ask for those features, of `width` that there are.
    pub fn new(width: usize, features: impl IntoIterator<Item = u32>, thresholds: &[f64]) -> Self {
        let asked: Vec<(u32, u64)> = features.into_iter().zip(thresholds.iter().map(|&x| order_of(x))).collect();
        let mut sorted = asked.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let before = |asked: (u32, u64)| sorted.partition_point(|&other| other < asked) as u32;
        Self {
            tables: sorted.iter().map(|&(_, order)| f64::from_bits(out_of_order(order, 63))).collect(),
            ends: (1..=width as u32).map(|feature| before((feature, 0))).collect(),
            places: asked.into_iter().map(before).collect(),
        }
    }

    /// The threshold of each split.
    pub fn iter(&self) -> impl Iterator<Item = f64> + Clone {
        self.places.iter().map(|&place| self.tables[place as usize])
    }

    /// Where the table of a feature lies.
    pub fn table(&self, feature: usize) -> Range<u32> {
        let start = if feature == 0 { 0 } else { self.ends[feature - 1] };
        start..self.ends[feature]
    }

    /// Checks the tables of `width` features.
    fn check(&self, width: usize) -> Result<()> {
        check_length("ends", self.ends.len(), width)?;
        let mut start = 0;
        for (feature, &end) in self.ends.iter().enumerate() {
            let table = self.tables.get(start as usize..end as usize).unwrap_or(&[f64::NAN]);
            if table.iter().any(|x| x.is_nan()) || !table.is_sorted_by_key(|&x| order_of(x)) {
                return Err(unsound("", "sorted numbers", "others").within(&format!("tables[{feature}]")));
            }
            start = end;
        }
        check_length("tables", self.tables.len(), start as usize)
    }
}

/// Sets of categories.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sets {
    /// Those of all sets: category c is bit c mod 32 of a set's word c / 32.
    pub words: Vec<u32>,
    /// For each set where its words end: they begin where those of the set before end.
    pub ends: Vec<u32>,
}

impl Sets {
    /// Adds a set.
    pub fn push(&mut self, words: &[u32]) {
        self.words.extend(words);
        self.ends.push(self.words.len() as u32);
    }

    /// The words of each set.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let words = &self.words[start as usize..end as usize];
            start = end;
            words
        })
    }

    /// Checks that there are `count` sets.
    fn check(&self, count: usize) -> Result<()> {
        check_length("sets", self.ends.len(), count)?;
        if !self.ends.is_sorted() || self.ends.last().copied().unwrap_or(0) as usize != self.words.len() {
            return Err(unsound("sets", "ends of sets in order", "others"));
        }
        Ok(())
    }
}

/// Bits that sort as their numbers do, -0 before 0: the sign, bit `sign`, is turned, and with it all bits of negative numbers.
pub(crate) fn in_order(bits: u64, sign: u32) -> u64 {
    if bits >> sign == 1 { bits ^ u64::MAX >> (63 - sign) } else { bits | 1 << sign }
}

/// The bits that [`in_order`] made those of.
pub(crate) fn out_of_order(order: u64, sign: u32) -> u64 {
    if order >> sign == 1 { order ^ 1 << sign } else { order ^ u64::MAX >> (63 - sign) }
}

fn order_of(x: f64) -> u64 {
    in_order(x.to_bits(), 63)
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

    /// The feature of each [`NodeKind::AtMost`], in order.
    pub fn features_of_thresholds(&self) -> impl Iterator<Item = u32> {
        let splits = self.kinds.iter().filter(|kind| **kind != NodeKind::Leaf).zip(&self.features);
        splits.filter(|(kind, _)| matches!(kind, NodeKind::AtMost { .. })).map(|(_, &feature)| feature)
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
        self.thresholds.check(self.width).map_err(|error| error.within("thresholds"))?;
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
        self.check_splits()?;
        if let Some(linear) = &self.linear {
            if self.targets.contains(&None) {
                return Err(unsound("linear", "a target for each tree", "a tree without one"));
            }
            linear.check(leaves, self.width).map_err(|error| error.within("linear"))?;
        }
        Ok(outputs)
    }

    /// Checks what the splits of whole trees ask for.
    fn check_splits(&self) -> Result<()> {
        let Thresholds { places, .. } = &self.thresholds;
        let (mut splits, mut thresholds, mut sets) = (0, 0, 0);
        for kind in self.kinds.iter().filter(|kind| **kind != NodeKind::Leaf) {
            let feature = self.features.get(splits).map_or(self.width, |&feature| feature as usize);
            splits += 1;
            if feature >= self.width {
                return Err(unsound("features", format!("indices below {}", self.width), "others"));
            }
            if let NodeKind::In { .. } = kind {
                sets += 1;
                continue;
            }
            if !places.get(thresholds).is_some_and(|place| self.thresholds.table(feature).contains(place)) {
                return Err(unsound("thresholds", "places in the features' tables", "others"));
            }
            thresholds += 1;
        }
        check_length("features", self.features.len(), splits)?;
        check_length("thresholds", places.len(), thresholds)?;
        self.sets.check(sets)
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
    // How many nodes are still to come, and how many are known to.
    let mut open = 1_usize;
    for (i, kind) in nodes.iter().enumerate() {
        if *kind != NodeKind::Leaf {
            open += 1;
            continue;
        }
        open -= 1;
        if open == 0 {
            // No tree is deeper than it has splits.
            let is_sound = i / 2 <= MAX_TREE_DEPTH || depth_of_tree(&nodes[..=i]) <= MAX_TREE_DEPTH;
            return is_sound.then_some(i + 1);
        }
    }
    None
}

/// The most splits on the way to a leaf of a tree.
pub fn depth_of_tree(nodes: &[NodeKind]) -> usize {
    // How deep the right sides are that are still to come.
    let mut open = Vec::new();
    let (mut depth, mut most) = (0, 0);
    for kind in nodes {
        if *kind == NodeKind::Leaf {
            depth = open.pop().unwrap_or(0);
        } else {
            depth += 1;
            most = most.max(depth);
            open.push(depth);
        }
    }
    most
}
