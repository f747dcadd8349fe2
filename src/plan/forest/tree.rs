//! One tree, and its layouts for going down.

use super::questions::{Asker, Question};
use crate::kernel::forest::{GROVE, GROVE_DEPTH, MAX_LEAVES, NAME_BITS, Node};
use crate::model::forest::{Depths, NodeKind};

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

/// A tree in preorder.
pub struct Shape {
    pub nodes: Vec<ShapeNode>,
    /// The most splits on the way to a leaf.
    pub depth: u32,
}

/// A split or a leaf.
pub struct ShapeNode {
    pub question: Question,
    /// Where a split's right side begins; how many leaves come before a leaf.
    pub next: u32,
    pub is_leaf: bool,
}

impl Shape {
    /// The tree at the start of `kinds`.
    pub fn new(kinds: &[NodeKind], asker: &mut Asker<'_>) -> Self {
        let mut shape = Self { nodes: Vec::new(), depth: 0 };
        let (mut depths, mut leaves) = (Depths::default(), 0);
        // The splits whose right side is still to come.
        let mut open = Vec::new();
        for (at, &kind) in kinds.iter().enumerate() {
            let is_leaf = kind == NodeKind::Leaf;
            shape.nodes.push(ShapeNode { question: asker.next(kind), next: leaves, is_leaf });
            let Some(depth) = depths.after(kind) else { break };
            shape.depth = shape.depth.max(depth);
            if !is_leaf {
                open.push(at);
                continue;
            }
            leaves += 1;
            if let Some(split) = open.pop() {
                shape.nodes[split].next = at as u32 + 1;
            }
        }
        shape
    }

    /// How many splits.
    pub fn splits(&self) -> usize {
        self.nodes.len() / 2
    }

    /// Lays it out for walking down: level after level, the two sides of a split side by side. `names` has a name for
    /// each leaf, and `leaf_of` takes them for the nodes; `places` has for each set the byte of its answer.
    pub fn lay_down(&self, names: &[u32], places: &[u32], nodes: &mut Vec<Node>, leaf_of: &mut Vec<u32>) {
        let root = nodes.len();
        let mut order = vec![0];
        let mut i = 0;
        while let Some(&at) = order.get(i) {
            let &ShapeNode { question: Question { answer, most, set, .. }, next, is_leaf } = &self.nodes[at as usize];
            let to = if is_leaf { i } else { order.len() };
            if !is_leaf {
                order.extend([at + 1, next]);
            }
            leaf_of.push(if is_leaf { names[next as usize] } else { 0 });
            let question = if set > 0 { places[set as usize] << 8 } else { answer << 8 | u32::from(most) };
            nodes.push(Node { question, next: (root + to) as u32 });
            i += 1;
        }
    }

    /// Plants it in a grove, as the tree of that lane. `leaves` takes the names of the leaves.
    pub fn plant(&self, names: &[u32], lane: usize, grove: &mut GroveBytes, leaves: &mut [u8; 1 << GROVE_DEPTH]) {
        let mut open = vec![(0, 1_usize)];
        while let Some((at, place)) = open.pop() {
            let &ShapeNode { question: Question { answer, most, .. }, next, is_leaf } = &self.nodes[at as usize];
            let level = place.ilog2();
            if is_leaf {
                // All places below go left, to the first leaf.
                leaves[(place << (GROVE_DEPTH - level)) - (1 << GROVE_DEPTH)] = names[next as usize] as u8;
                continue;
            }
            // A place of the lower levels is one below one of the eight ways.
            let below = level.saturating_sub(3);
            let way = (place >> below) % 8;
            let split = if level < 3 { place - 1 } else { 7 + ((1 << below) + place % (1 << below) - 1) * 8 + way };
            grove[2 * split][lane] = answer as u8;
            grove[2 * split + 1][lane] = most;
            open.extend([(at + 1, 2 * place), (next, 2 * place + 1)]);
        }
    }
}

/// What a tree's leaves are called.
pub struct Names {
    /// The name of each leaf.
    pub names: Vec<u32>,
    /// For each name a leaf with it, or any if there is none.
    pub leaves: Vec<usize>,
}

impl Names {
    /// Names the leaves of `width` numbers each in order: each its own way, or, if it `compares` them, the same numbers the same
    /// way.
    pub fn by_numbers(leaves: &[f64], width: usize, compares: bool) -> Self {
        let mut named = Self { names: Vec::new(), leaves: Vec::new() };
        // Large trees have many leaves that would have to be compared.
        let compares = compares && leaves.len() / width <= MAX_LEAVES;
        for (i, leaf) in leaves.chunks_exact(width).enumerate() {
            let is_same = |&first: &usize| {
                let pairs = leaves[first * width..].iter().zip(leaf);
                compares && pairs.into_iter().all(|(x, y)| x.to_bits() == y.to_bits())
            };
            let name = named.leaves.iter().position(is_same).unwrap_or(named.leaves.len());
            if name == named.leaves.len() {
                named.leaves.push(i);
            }
            named.names.push(name as u32);
        }
        named
    }

    /// The same names in Gray code: those of neighbours differ in one bit, so splits have less to choose.
    pub fn in_gray_code(&self) -> Self {
        let code = |name: u32| name ^ name >> 1;
        let mut leaves = vec![0; self.leaves.len().next_power_of_two()];
        for (name, &leaf) in self.leaves.iter().enumerate() {
            leaves[code(name as u32) as usize] = leaf;
        }
        Self { names: self.names.iter().map(|&name| code(name)).collect(), leaves }
    }

    /// Names each leaf by the way down to it, a bit for each split: as long as not many more names than leaves come of it.
    pub fn by_way(shape: &Shape) -> Option<Self> {
        let leaves = shape.splits() + 1;
        if shape.depth > NAME_BITS as u32 || 1 << shape.depth > 2 * leaves {
            return None;
        }
        let mut named = Self { names: vec![0; leaves], leaves: vec![0; 1 << shape.depth] };
        let mut open = vec![(0, 0, shape.depth)];
        while let Some((at, way, below)) = open.pop() {
            let &ShapeNode { next, is_leaf, .. } = &shape.nodes[at as usize];
            if is_leaf {
                named.names[next as usize] = way;
                named.leaves[way as usize] = next as usize;
            } else {
                open.extend([(at + 1, way, below - 1), (next, way | 1 << (below - 1), below - 1)]);
            }
        }
        Some(named)
    }
}
