//! Trees as they are learned, and the forest that they become.

use super::bins::{Binned, Kind};
use super::split::{Left, has};
use crate::model::Forest;
use crate::model::forest::{NodeKind, Precision, Sets, Thresholds};

/// A split or a leaf of a tree.
#[derive(Clone, Copy, Debug)]
pub enum Node {
    /// The end of a way.
    Leaf,
    /// Bins up to `bin` go left.
    AtMost { feature: u32, bin: u8, missing_left: bool },
    /// Bins in the tree's next set go left.
    In { feature: u32, missing_left: bool },
}

/// A tree in preorder.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub nodes: Vec<Node>,
    /// The set of each [`Node::In`], in order.
    pub sets: Vec<[u64; 4]>,
    /// The numbers of each leaf, in order.
    pub leaves: Vec<f32>,
    /// How much the rows of each leaf count together.
    pub weights: Vec<f64>,
}

impl Tree {
    pub fn push_split(&mut self, feature: u32, left: Left, missing_left: bool) {
        self.nodes.push(match left {
            Left::AtMost(bin) => Node::AtMost { feature, bin, missing_left },
            Left::In(set) => {
                self.sets.push(set);
                Node::In { feature, missing_left }
            }
        });
    }

    pub fn push_leaf(&mut self, weight: f64, numbers: impl IntoIterator<Item = f32>) {
        self.nodes.push(Node::Leaf);
        self.weights.push(weight);
        self.leaves.extend(numbers);
    }
}

/// How much the rows of each leaf count together, tree after tree.
pub fn weights(trees: Vec<Tree>) -> Vec<f64> {
    trees.into_iter().flat_map(|tree| tree.weights).collect()
}

/// The forest of trees, each with the output that its leaves are added to.
pub fn forest(binned: &Binned, trees: &[Tree], targets: Vec<Option<u32>>, base: Vec<f64>, divisor: f64) -> Forest {
    let width = binned.features.len();
    let nodes = || trees.iter().flat_map(|tree| &tree.nodes);
    let sets_of_trees = trees.iter().flat_map(|tree| &tree.sets);
    let splits = nodes().filter_map(|node| match *node {
        Node::Leaf => None,
        Node::AtMost { feature, .. } | Node::In { feature, .. } => Some(feature),
    });
    let (mut of_thresholds, mut thresholds) = (Vec::new(), Vec::new());
    for node in nodes() {
        if let Node::AtMost { feature, bin, .. } = *node {
            of_thresholds.push(feature);
            thresholds.push(binned.threshold(feature, bin));
        }
    }
    let mut sets = Sets::default();
    let of_sets = nodes().filter_map(|node| if let Node::In { feature, .. } = node { Some(*feature) } else { None });
    of_sets.zip(sets_of_trees).for_each(|(feature, set)| sets.push(&binned.categories(feature, set)));
    Forest {
        width,
        rows: Precision::F64,
        sums: Precision::F64,
        base,
        divisor,
        targets,
        kinds: nodes()
            .map(|node| match *node {
                Node::Leaf => NodeKind::Leaf,
                Node::AtMost { missing_left, .. } => NodeKind::AtMost { missing_left },
                Node::In { missing_left, .. } => NodeKind::In { missing_left },
            })
            .collect(),
        features: splits.collect(),
        thresholds: Thresholds::new(width, of_thresholds, &thresholds),
        sets,
        leaves: trees.iter().flat_map(|tree| &tree.leaves).map(|&x| f64::from(x)).collect(),
        linear: None,
    }
}

impl Binned {
    /// What the numbers of a bin are at most.
    fn threshold(&self, feature: u32, bin: u8) -> f64 {
        match &self.features[feature as usize].kind {
            Kind::Numeric { edges, .. } => edges.get(usize::from(bin)).copied().unwrap_or(f64::INFINITY),
            Kind::Categorical { .. } => f64::INFINITY,
        }
    }

    /// The words of a set of bins as one of categories.
    fn categories(&self, feature: u32, set: &[u64; 4]) -> Vec<u32> {
        let Kind::Categorical { bins, .. } = &self.features[feature as usize].kind else { return Vec::new() };
        let mut words = vec![0; bins.len().div_ceil(32)];
        for (category, _) in bins.iter().enumerate().filter(|(_, bin)| has(set, **bin)) {
            words[category / 32] |= 1 << (category % 32);
        }
        words
    }
}
