//! One tree of a forest as a plain object: its nodes in preorder, each with what a picture needs.

use crate::model::Forest;
use crate::model::forest::{NodeKind, Precision};
use serde::Serialize;

/// A tree with more nodes than a page can hold is not shown.
const MOST_NODES: usize = 1 << 17;

/// A tree: a split, all of its left side, all of its right side.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tree<'a> {
    /// The output that its leaves are added to, if it is one.
    target: Option<u32>,
    /// Whether numbers are rounded to f32 before they are compared.
    rounds: bool,
    /// Whether leaves are linear functions; `leaf` is then their number where something is missing.
    linear: bool,
    nodes: Vec<Node<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Node<'a> {
    Leaf {
        leaf: &'a [f64],
    },
    Threshold {
        column: u32,
        threshold: f64,
        #[serde(rename = "missingLeft")]
        missing_left: bool,
    },
    Set {
        column: u32,
        set: &'a [u32],
        #[serde(rename = "missingLeft")]
        missing_left: bool,
    },
}

/// The `index`th tree; `None` if there is none, or one that is too large.
pub(super) fn of(forest: &Forest, index: usize) -> Option<Tree<'_>> {
    let (mut features, mut thresholds, mut sets) =
        (forest.features.iter(), forest.thresholds.iter(), forest.sets.iter());
    let mut leaves = &forest.leaves[..];
    for (i, (kinds, &target)) in forest.trees().zip(&forest.targets).enumerate() {
        let width = if target.is_some() { 1 } else { forest.base.len() };
        let wanted = i == index;
        if wanted && kinds.len() > MOST_NODES {
            return None;
        }
        let mut nodes = Vec::with_capacity(if wanted { kinds.len() } else { 0 });
        for kind in kinds {
            let node = match *kind {
                NodeKind::Leaf => {
                    let (leaf, rest) = leaves.split_at_checked(width)?;
                    leaves = rest;
                    Node::Leaf { leaf }
                }
                NodeKind::AtMost { missing_left } => {
                    Node::Threshold { column: *features.next()?, threshold: thresholds.next()?, missing_left }
                }
                NodeKind::In { missing_left } => {
                    Node::Set { column: *features.next()?, set: sets.next()?, missing_left }
                }
            };
            if wanted {
                nodes.push(node);
            }
        }
        if wanted {
            return Some(Tree {
                target,
                rounds: forest.rows == Precision::F32,
                linear: forest.linear.is_some(),
                nodes,
            });
        }
    }
    None
}
