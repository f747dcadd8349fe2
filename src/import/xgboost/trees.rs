//! A tree of XGBoost's: arrays with a place for each node.
//!
//! x < threshold goes left, in f32; a category in the set goes right, and whatever is no category left.

use super::super::trees::{self, Node, Planted, Rule};
use super::super::value::{Value, index, wrong};
use crate::error::{Error, Kind, Result};
use std::borrow::Cow;
use std::collections::HashMap;

/// How many categories XGBoost knows at most.
const MAX_CATEGORIES: usize = 1 << 24;
/// The most words that the sets of categories of a model may take.
const MAX_SET_WORDS: usize = 1 << 24;
/// The feature that a deleted node asks for.
const DELETED: f64 = i32::MAX as f64;

/// Adds trees to a forest.
pub struct Grower {
    forest: Planted,
    set_words: usize,
}

impl Grower {
    /// Begins with a forest, as yet of no trees.
    pub fn new(forest: Planted) -> Self {
        Self { forest, set_words: 0 }
    }

    /// The forest with its trees.
    pub fn forest(self) -> Planted {
        self.forest
    }

    /// Adds a tree that adds 0.
    pub fn add_nothing(&mut self) -> Result<()> {
        trees::add(&mut self.forest, vec![Node::Leaf(vec![0.0])], &[1.0], Some(0))
    }

    /// Adds a tree, whose leaves count `weight` times; `group` is the output of a tree whose leaves are one number.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`] at the array that is not what it should be, or at `node i`.
    pub fn add(&mut self, tree: &Value, group: Option<u32>, weight: f32) -> Result<()> {
        let count = tree.numbers("left_children")?.len();
        let left = tree.numbers_of("left_children", count)?;
        let right = tree.numbers_of("right_children", count)?;
        let features = tree.numbers_of("split_indices", count)?;
        let conditions = tree.numbers_of("split_conditions", count)?;
        let missing_left = flags(tree, "default_left", count)?;
        let mut sets = self.sets(tree, count)?;
        let leaves = Leaves::of(tree, count, group, self.forest.forest.base.len())?;
        // Pruning leaves deleted nodes behind: those that stay are numbered anew.
        let mut kept = vec![usize::MAX; count];
        (0..count).filter(|&i| features[i] != DELETED).enumerate().for_each(|(new, old)| kept[old] = new);
        let child = |x: f64| index(x, count).map_or(usize::MAX, |i| kept[i]);
        // XGBoost itself explains no trees whose leaves are several numbers.
        let hessians = if group.is_some() && tree.find("sum_hessian").is_some() {
            tree.numbers_of("sum_hessian", count)?
        } else {
            &[]
        };
        let weights = (0..hessians.len()).filter(|&i| features[i] != DELETED);
        let weights: Vec<f64> = weights.map(|i| f64::from(hessians[i] as f32)).collect();
        let mut nodes = Vec::with_capacity(count);
        for i in (0..count).filter(|&i| features[i] != DELETED) {
            if left[i] == -1.0 {
                nodes.push(Node::Leaf(leaves.values(i, right[i], weight)?));
                continue;
            }
            let (left, right) = (child(left[i]), child(right[i]));
            let feature = index(features[i], self.forest.forest.width).unwrap_or(usize::MAX);
            let missing_left = missing_left[i] != 0.0;
            nodes.push(match sets.remove(&i) {
                // What is in the set of the model's own split goes left: the sides change places.
                Some(set) => {
                    let (rule, missing_left) = (Rule::In(set), !missing_left);
                    Node::Split { feature, rule, left: right, right: left, missing_left }
                }
                None => Node::Split { feature, rule: Rule::AtMost(below(conditions[i])), left, right, missing_left },
            });
        }
        trees::add(&mut self.forest, nodes, &weights, group)
    }

    /// The categories of each split that asks for some, as bits.
    fn sets(&mut self, tree: &Value, count: usize) -> Result<HashMap<usize, Vec<u32>>> {
        let types = if tree.find("split_type").is_some() { flags(tree, "split_type", count)? } else { Cow::default() };
        let mut sets = HashMap::new();
        if types.iter().all(|&kind| kind == 0.0) {
            return Ok(sets);
        }
        let nodes = tree.numbers("categories_nodes")?;
        let segments = tree.numbers_of("categories_segments", nodes.len())?;
        let sizes = tree.numbers_of("categories_sizes", nodes.len())?;
        let categories = tree.numbers("categories")?;
        for (i, &node) in nodes.iter().enumerate() {
            let node = index(node, count).ok_or_else(|| wrong("categories_nodes", format!("below {count}"), node))?;
            let places = index(segments[i], categories.len() + 1).zip(index(sizes[i], categories.len() + 1));
            let members = places.and_then(|(from, size)| categories.get(from..from + size));
            let members = members.ok_or_else(|| wrong("categories_segments", "a part of categories", segments[i]))?;
            let set = self.set(members)?;
            if types[node] != 0.0 && sets.insert(node, set).is_some() {
                return Err(wrong("categories_nodes", "a node once", node));
            }
        }
        match (0..count).find(|i| types[*i] != 0.0 && !sets.contains_key(i)) {
            None => Ok(sets),
            Some(node) => Err(wrong("categories_nodes", format!("node {node}, which asks for categories"), "none")),
        }
    }

    fn set(&mut self, members: &[f64]) -> Result<Vec<u32>> {
        let mut set = Vec::new();
        for &member in members {
            let found = index(member, MAX_CATEGORIES);
            let category = found.ok_or_else(|| wrong("categories", format!("below {MAX_CATEGORIES}"), member))?;
            if category / 32 >= set.len() {
                self.set_words += category / 32 + 1 - set.len();
                if self.set_words > MAX_SET_WORDS {
                    let expected = format!("at most {MAX_SET_WORDS} words of categories");
                    return Err(Error::new(Kind::LimitExceeded, "categories", expected, "more"));
                }
                set.resize(category / 32 + 1, 0);
            }
            set[category / 32] |= 1 << (category % 32);
        }
        Ok(set)
    }
}

/// An array of as many truth values: numbers, in old files true and false.
fn flags<'a>(tree: &'a Value, name: &str, count: usize) -> Result<Cow<'a, [f64]>> {
    let Value::Array(values) = tree.part(name)? else { return tree.numbers_of(name, count).map(Cow::Borrowed) };
    let flags: Option<Vec<f64>> = values
        .iter()
        .map(|value| match value {
            Value::Boolean(flag) => Some(f64::from(u8::from(*flag))),
            _ => None,
        })
        .collect();
    match flags {
        Some(flags) if flags.len() == count => Ok(Cow::Owned(flags)),
        _ => Err(wrong(name, format!("{count} truth values"), "other values")),
    }
}

/// The largest f32 below `x`: an f32 is below the one exactly if it is at most the other.
fn below(x: f64) -> f64 {
    f64::from((x as f32).next_down())
}

/// Where the numbers of leaves are.
enum Leaves<'a> {
    /// In the place of their thresholds.
    Scalar(&'a [f64]),
    /// So many for each leaf, numbered where the right child would be (3.x).
    ByNumber(&'a [f64], usize),
    /// So many for each node (2.x).
    ByNode(&'a [f64], usize),
}

impl<'a> Leaves<'a> {
    fn of(tree: &'a Value, count: usize, group: Option<u32>, outputs: usize) -> Result<Self> {
        if group.is_some() {
            return Ok(Self::Scalar(tree.numbers("split_conditions")?));
        }
        match tree.find("leaf_weights") {
            Some(_) => Ok(Self::ByNumber(tree.numbers("leaf_weights")?, outputs)),
            None => Ok(Self::ByNode(tree.numbers_of("base_weights", count.saturating_mul(outputs))?, outputs)),
        }
    }

    /// The numbers of the leaf at node `i`, each multiplied in f32.
    fn values(&self, i: usize, right: f64, weight: f32) -> Result<Vec<f64>> {
        let (values, from, count) = match *self {
            Self::Scalar(values) => (values, i, 1),
            Self::ByNode(values, count) => (values, i * count, count),
            Self::ByNumber(values, count) => {
                let number = index(right, values.len() / count);
                let number = number.ok_or_else(|| wrong(format!("node {i}"), "the number of a leaf", right))?;
                (values, number * count, count)
            }
        };
        Ok(values[from..][..count].iter().map(|&x| f64::from(x as f32 * weight)).collect())
    }
}
