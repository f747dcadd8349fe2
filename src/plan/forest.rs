//! A forest for walking: every node knows where its right side begins.

use crate::kernel::forest::{self, IN_SET, MISSING_LEFT, Node, Term, Trees, add};
use crate::model::forest::{Depths, Forest, LinearLeaves, NodeKind, Precision};

/// A forest laid out for the kernel.
#[derive(Clone, Debug)]
pub struct PackedForest {
    trees: Vec<Tree>,
    nodes: Vec<Node>,
    /// For each node, where in `leaves` a leaf's numbers begin.
    leaf_at: Vec<u32>,
    sets: Vec<Vec<u32>>,
    leaves: Vec<f64>,
    linear: Option<Linear>,
    base: Vec<f64>,
    divisor: f64,
    rounds_rows: bool,
    rounds_sums: bool,
}

#[derive(Clone, Copy, Debug)]
struct Tree {
    root: u32,
    depth: u32,
    /// The outputs that its leaves are added to.
    first_output: u32,
    outputs: u32,
}

/// Linear leaves, each with the end of its terms.
#[derive(Clone, Debug)]
struct Linear {
    leaves: Vec<(f64, u32)>,
    terms: Vec<Term>,
}

impl Linear {
    fn new(linear: LinearLeaves) -> Self {
        let mut end = 0;
        let ends = linear.counts.iter().map(|count| {
            end += count;
            end
        });
        Self {
            leaves: linear.constants.into_iter().zip(ends).collect(),
            terms: linear.features.into_iter().zip(linear.coefficients).collect(),
        }
    }

    /// The number of leaf `i`, whose plain number is given.
    fn of(&self, i: usize, row: &[f64], plain: f64) -> f64 {
        let (constant, end) = self.leaves[i];
        let start = if i == 0 { 0 } else { self.leaves[i - 1].1 };
        forest::linear(row, constant, &self.terms[start as usize..end as usize], plain)
    }
}

impl PackedForest {
    /// Lays a sound forest out.
    pub fn new(forest: Forest) -> Self {
        let mut packed = Self {
            trees: Vec::with_capacity(forest.targets.len()),
            nodes: Vec::with_capacity(forest.kinds.len()),
            leaf_at: vec![0; forest.kinds.len()],
            rounds_rows: forest.rows == Precision::F32,
            rounds_sums: forest.sums == Precision::F32,
            divisor: forest.divisor,
            ..Self::EMPTY
        };
        let (mut thresholds, mut features) = (forest.thresholds.iter(), forest.features.iter());
        let (mut sets, mut leaves) = (0, 0);
        let mut kinds = forest.kinds.iter();
        // The splits whose right side is still to come.
        let mut open = Vec::new();
        for target in &forest.targets {
            let outputs = if target.is_some() { 1 } else { forest.base.len() as u32 };
            let root = packed.nodes.len() as u32;
            let (mut depths, mut depth) = (Depths::default(), 0);
            for &kind in kinds.by_ref() {
                let at = packed.nodes.len();
                let (mut node, missing_left) = match kind {
                    NodeKind::Leaf => {
                        packed.leaf_at[at] = leaves;
                        leaves += outputs;
                        (Node { threshold: f64::NAN, feature: 0, right: at as u32 }, false)
                    }
                    NodeKind::AtMost { missing_left } => {
                        let threshold = thresholds.next().copied().unwrap_or(f64::NAN);
                        (Node { threshold, feature: features.next().copied().unwrap_or(0), right: 0 }, missing_left)
                    }
                    NodeKind::In { missing_left } => {
                        sets += 1;
                        let feature = features.next().copied().unwrap_or(0) | IN_SET;
                        (Node { threshold: f64::from(sets - 1), feature, right: 0 }, missing_left)
                    }
                };
                if missing_left {
                    node.feature |= MISSING_LEFT;
                }
                packed.nodes.push(node);
                if kind != NodeKind::Leaf {
                    open.push(at);
                }
                let Some(next_depth) = depths.after(kind) else { break };
                if kind == NodeKind::Leaf
                    && let Some(split) = open.pop()
                {
                    packed.nodes[split].right = at as u32 + 1;
                }
                depth = depth.max(next_depth);
            }
            packed.trees.push(Tree { root, depth, first_output: target.unwrap_or(0), outputs });
        }
        let linear = forest.linear.map(|linear| Linear::new(*linear));
        Self { sets: forest.sets, leaves: forest.leaves, linear, base: forest.base, ..packed }
    }

    const EMPTY: Self = Self {
        trees: Vec::new(),
        nodes: Vec::new(),
        leaf_at: Vec::new(),
        sets: Vec::new(),
        leaves: Vec::new(),
        linear: None,
        base: Vec::new(),
        divisor: 1.0,
        rounds_rows: false,
        rounds_sums: false,
    };

    /// Predicts rows of `width` numbers.
    pub fn run(&self, rows: &[f64], width: usize, out: &mut [f64]) {
        let trees = Trees { nodes: &self.nodes, rounds: self.rounds_rows, sets: &self.sets };
        let outputs = self.base.len();
        for sums in out.chunks_exact_mut(outputs) {
            sums.copy_from_slice(&self.base);
        }
        // Four rows through each tree …
        let blocks = rows.len() / (4 * width);
        let (together, alone) = rows.split_at(blocks * 4 * width);
        let (sums_together, sums_alone) = out.split_at_mut(blocks * 4 * outputs);
        for tree in &self.trees {
            for (rows, sums) in together.chunks_exact(4 * width).zip(sums_together.chunks_exact_mut(4 * outputs)) {
                let (first, second) = rows.split_at(2 * width);
                let ((a, b), (c, d)) = (first.split_at(width), second.split_at(width));
                let leaves = trees.descend([a, b, c, d], [tree.root; 4], tree.depth);
                for ((row, sums), leaf) in rows.chunks_exact(width).zip(sums.chunks_exact_mut(outputs)).zip(leaves) {
                    self.add(row, sums, tree, leaf);
                }
            }
        }
        // … and what is left, each row through four trees.
        for (row, sums) in alone.chunks_exact(width).zip(sums_alone.chunks_exact_mut(outputs)) {
            for four in self.trees.chunks(4) {
                let tree = |i: usize| four.get(i).unwrap_or(&four[0]);
                let depth = four.iter().fold(0, |depth, tree| depth.max(tree.depth));
                let roots = [tree(0).root, tree(1).root, tree(2).root, tree(3).root];
                let leaves = trees.descend([row; 4], roots, depth);
                for (tree, leaf) in four.iter().zip(leaves) {
                    self.add(row, sums, tree, leaf);
                }
            }
        }
        if self.divisor != 1.0 {
            out.iter_mut().for_each(|x| *x /= self.divisor);
        }
    }

    #[inline(always)]
    fn add(&self, row: &[f64], sums: &mut [f64], tree: &Tree, leaf: u32) {
        let at = self.leaf_at[leaf as usize] as usize;
        let (first, count) = (tree.first_output as usize, tree.outputs as usize);
        let sums = &mut sums[first..][..count];
        let numbers = &self.leaves[at..][..count];
        match &self.linear {
            Some(linear) => add(sums, &[linear.of(at, row, numbers[0])], self.rounds_sums),
            None => add(sums, numbers, self.rounds_sums),
        }
    }
}
