//! What a tree's leaves are called by who goes up.

use super::leaves::{Leaves, Own};
use super::tree::Nodes;
use crate::kernel::forest::{MAX_LEAVES, NAME_BITS};

/// What a tree's leaves are called.
pub struct Names {
    /// The name of each leaf.
    pub names: Vec<u32>,
    /// For each name a leaf with it, or any if there is none.
    pub leaves: Vec<usize>,
}

impl Names {
    /// Names `count` leaves in order: the same numbers the same. Fails if there are too many.
    pub fn by_numbers(leaves: &Leaves, own: Own, count: usize, outputs: usize) -> Option<Self> {
        if count > MAX_LEAVES {
            return None;
        }
        let mut named = Self { names: Vec::with_capacity(count), leaves: Vec::new() };
        for i in 0..count {
            let (numbers, output) = leaves.leaf(own, i, outputs);
            let is_same = |&first: &usize| {
                let (others, other_output) = leaves.leaf(own, first, outputs);
                output == other_output && numbers.iter().zip(others).all(|(x, y)| x.to_bits() == y.to_bits())
            };
            let name = named.leaves.iter().position(is_same).unwrap_or(named.leaves.len());
            if name == named.leaves.len() {
                named.leaves.push(i);
            }
            named.names.push(name as u32);
        }
        Some(named)
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
    pub fn by_way(nodes: &Nodes, root: usize, depth: u32, count: usize) -> Option<Self> {
        if depth > NAME_BITS as u32 || 1 << depth > 2 * count {
            return None;
        }
        let mut named = Self { names: vec![0; count], leaves: vec![0; 1 << depth] };
        let mut open = vec![(root, 0, depth)];
        while let Some((at, way, below)) = open.pop() {
            let next = nodes.nodes[at].next as usize;
            if nodes.is_leaf(at) {
                let leaf = nodes.leaf_of[at];
                named.names[leaf as usize] = way;
                named.leaves[way as usize] = leaf as usize;
            } else {
                open.extend([(next, way, below - 1), (next + 1, way | 1 << (below - 1), below - 1)]);
            }
        }
        Some(named)
    }
}
