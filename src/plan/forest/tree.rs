//! One tree, and its layouts for going down.

use crate::kernel::forest::{GROVE, GROVE_DEPTH, Node};
use crate::model::forest::NodeKind;
use std::slice::Iter;

/// A grove while it is planted: two rows of lanes for each place.
pub type GroveBytes = [[u8; GROVE]; 2 * (7 + 56)];

/// A grove without trees: all ways go left.
pub const BARE: GroveBytes = {
    let mut bytes = [[0; GROVE]; 2 * (7 + 56)];
    let mut i = 1;
    while i < bytes.len() {
        bytes[i] = [u8::MAX; GROVE];
        i += 2;
    }
    bytes
};

/// Where a tree begins, and the most splits on the way to a leaf.
#[derive(Clone, Copy, Debug)]
pub struct Tree {
    pub root: u32,
    pub depth: u32,
}

/// The nodes of trees, laid out for walking down: the two sides of a split side by side, after it.
#[derive(Clone, Debug)]
pub struct Nodes {
    pub nodes: Vec<Node>,
    /// For each node that is a leaf, how many of its tree's come before it.
    pub leaf_of: Vec<u32>,
}

/// The words for what splits ask, in order.
pub struct Words<'a> {
    pub places: Iter<'a, u32>,
    pub of_thresholds: &'a [Vec<u32>; 2],
    pub of_sets: Iter<'a, u32>,
}

impl Words<'_> {
    /// The word of a split.
    fn next(&mut self, kind: NodeKind) -> u32 {
        match kind {
            NodeKind::AtMost { missing_left } => {
                let words = &self.of_thresholds[usize::from(missing_left)];
                self.places.next().map_or(0, |&place| words[place as usize])
            }
            _ => self.of_sets.next().copied().unwrap_or(0),
        }
    }
}

impl Nodes {
    /// Room for so many.
    #[inline(never)]
    pub fn new(count: usize) -> Self {
        Self { nodes: vec![Node { question: 0, next: 0 }; count], leaf_of: vec![0; count] }
    }

    /// Lays `count` trees out.
    #[inline(never)]
    pub fn lay_all_down(&mut self, kinds: &[NodeKind], count: usize, words: &mut Words<'_>) -> Vec<Tree> {
        let (mut kinds, mut root) = (kinds.iter(), 0);
        let mut trees = Vec::with_capacity(count);
        for _ in 0..count {
            let (end, depth) = self.lay_down(root, &mut kinds, words);
            trees.push(Tree { root: root as u32, depth });
            root = end;
        }
        trees
    }

    /// Lays the next tree of `kinds` out, from node `root` on. Returns where it ends, and the most splits on the way to a
    /// leaf.
    #[inline(never)]
    fn lay_down(&mut self, root: usize, kinds: &mut Iter<'_, NodeKind>, words: &mut Words<'_>) -> (usize, u32) {
        let (mut at, mut end, mut leaves) = (root, root + 1, 0);
        let (mut depth, mut most) = (0, 0);
        // The right sides that are still to come, and their depths.
        let mut open: Vec<(usize, u32)> = Vec::new();
        for &kind in kinds {
            if kind != NodeKind::Leaf {
                self.nodes[at] = Node { question: words.next(kind), next: end as u32 };
                depth += 1;
                most = most.max(depth);
                open.push((end + 1, depth));
                (at, end) = (end, end + 2);
                continue;
            }
            // Every answer goes left, to the leaf itself.
            self.nodes[at] = Node { question: u8::MAX.into(), next: at as u32 };
            self.leaf_of[at] = leaves;
            leaves += 1;
            let Some(right) = open.pop() else { break };
            (at, depth) = right;
        }
        (end, most)
    }

    /// Whether a node is a leaf.
    pub fn is_leaf(&self, at: usize) -> bool {
        self.nodes[at].next as usize == at
    }

    /// Plants the tree at `root` in a grove, as the tree of that lane. `leaves` takes the numbers of the leaves.
    pub fn plant(&self, root: usize, lane: usize, grove: &mut GroveBytes, leaves: &mut [u8; 1 << GROVE_DEPTH]) {
        let mut open = vec![(root, 1_usize)];
        while let Some((at, place)) = open.pop() {
            let level = place.ilog2();
            if self.is_leaf(at) {
                // All places below go left, to the first leaf.
                leaves[(place << (GROVE_DEPTH - level)) - (1 << GROVE_DEPTH)] = self.leaf_of[at] as u8;
                continue;
            }
            // A place of the lower levels is one below one of the eight ways.
            let below = level.saturating_sub(3);
            let way = (place >> below) % 8;
            let split = if level < 3 { place - 1 } else { 7 + ((1 << below) + place % (1 << below) - 1) * 8 + way };
            let Node { question, next } = self.nodes[at];
            grove[2 * split][lane] = (question >> 8) as u8;
            grove[2 * split + 1][lane] = question as u8;
            open.extend([(next as usize, 2 * place), (next as usize + 1, 2 * place + 1)]);
        }
    }
}
