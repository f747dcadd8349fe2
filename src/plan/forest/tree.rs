//! One tree, laid out for both ways.

use super::questions::{Asker, Question};
use crate::kernel::forest::{MAX_LEAVES, MAX_MERGES, Merge, Node};
use crate::model::forest::{Depths, NodeKind};

/// A tree in preorder.
pub struct Shape {
    nodes: Vec<ShapeNode>,
    /// The most splits on the way to a leaf.
    pub depth: u32,
}

struct ShapeNode {
    question: Question,
    /// Where a split's right side begins; how many leaves come before a leaf.
    next: u32,
    is_leaf: bool,
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

    /// How many splits ask for a code.
    pub fn looks(&self) -> usize {
        self.nodes.iter().filter(|node| node.question.set > 0).count()
    }

    /// How many splits.
    pub fn splits(&self) -> usize {
        self.nodes.len() / 2
    }

    /// Lays it out for walking down: level after level, the two sides of a split side by side. `names` has a name for
    /// each leaf, and `leaf_of` takes them for the nodes; `set_of` takes the sets.
    pub fn lay_down(&self, names: &[u32], nodes: &mut Vec<Node>, leaf_of: &mut Vec<u32>, set_of: &mut Vec<u32>) {
        let root = nodes.len();
        let mut order = vec![0];
        let mut i = 0;
        while let Some(&at) = order.get(i) {
            let &ShapeNode { question: Question { answer, most, set }, next, is_leaf } = &self.nodes[at as usize];
            let to = if is_leaf { i } else { order.len() };
            if !is_leaf {
                order.extend([at + 1, next]);
            }
            leaf_of.push(if is_leaf { names[next as usize] } else { 0 });
            set_of.push(set);
            nodes.push(Node { question: answer << 8 | u32::from(most), next: (root + to) as u32 });
            i += 1;
        }
    }

    /// Lays it out as a heap of `depth` levels of splits. `heap_names` takes the names of the leaves below.
    pub fn lay_heap(&self, names: &[u32], depth: u32, heaps: &mut Vec<u16>, heap_names: &mut Vec<u8>) {
        let (root, leaves) = (heaps.len(), heap_names.len());
        heaps.resize(root + (1 << depth), u8::MAX.into());
        heap_names.resize(leaves + (1 << depth), 0);
        let mut open = vec![(0, 1_usize)];
        while let Some((at, place)) = open.pop() {
            let &ShapeNode { question: Question { answer, most, .. }, next, is_leaf } = &self.nodes[at as usize];
            if is_leaf {
                // All places below go left, to the first leaf.
                let first = place << (depth - place.ilog2());
                heap_names[leaves + first - (1 << depth)] = names[next as usize] as u8;
            } else {
                heaps[root + place] = (answer as u16) << 8 | u16::from(most);
                open.extend([(at + 1, 2 * place), (next, 2 * place + 1)]);
            }
        }
    }

    /// Lays it out for going up: from the last split in preorder to the first. `looks` takes the byte and the set of each
    /// split that asks for a code; their answers come after the `answers` that there are.
    pub fn lay_up(&self, names: &[u32], answers: usize, merges: &mut Vec<Merge>, looks: &mut Vec<(u8, u32)>) {
        let (start, first_look) = (merges.len(), looks.len());
        // For each node the block of its leaves.
        let mut blocks = vec![0; self.nodes.len()];
        for (at, &ShapeNode { question, next, is_leaf }) in self.nodes.iter().enumerate().rev() {
            if is_leaf {
                blocks[at] = names[next as usize] as u16;
                continue;
            }
            let Question { answer, most, set } = question;
            let mut question = (answer as u16) << 8 | u16::from(most);
            if set > 0 {
                question = ((answers + looks.len() - first_look) as u16) << 8;
                looks.push((answer as u8, set));
            }
            blocks[at] = (MAX_LEAVES + merges.len() - start) as u16;
            merges.push(Merge { question, left: blocks[at + 1], right: blocks[next as usize] });
        }
    }
}

/// Leaves whose numbers are the same have one name in their tree.
pub struct Names {
    /// The name of each leaf: names are given in order.
    pub names: Vec<u32>,
    /// For each name the first leaf with it.
    pub firsts: Vec<usize>,
}

impl Names {
    /// Names the leaves of `width` numbers each: each its own way, unless it `compares` them.
    pub fn new(leaves: &[f64], width: usize, compares: bool) -> Self {
        let mut named = Self { names: Vec::new(), firsts: Vec::new() };
        // Large trees have many leaves that would have to be compared.
        let compares = compares && leaves.len() / width <= MAX_MERGES + 1;
        for (i, leaf) in leaves.chunks_exact(width).enumerate() {
            let is_same = |&first: &usize| {
                let pairs = leaves[first * width..].iter().zip(leaf);
                compares && pairs.into_iter().all(|(x, y)| x.to_bits() == y.to_bits())
            };
            let name = named.firsts.iter().position(is_same).unwrap_or(named.firsts.len());
            if name == named.firsts.len() {
                named.firsts.push(i);
            }
            named.names.push(name as u32);
        }
        named
    }
}
