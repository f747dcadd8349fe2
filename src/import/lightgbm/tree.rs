//! A tree's section: its splits, then its leaves.

use super::super::trees::{Node, Rule};
use super::linear;
use super::section::Section;
use crate::error::Result;

/// The largest number that counts as 0: LightGBM's `kZeroThreshold`.
pub const ZERO: f64 = 1e-35_f32 as f64;

/// What counts as missing in a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingType {
    /// Nothing: NaN is 0.
    None,
    /// 0, and NaN.
    Zero,
    /// NaN.
    NaN,
}

/// A tree.
pub struct Tree {
    /// Its splits, then its leaves.
    pub nodes: Vec<Node>,
    /// How many training rows came to each leaf, in the place of the node; empty if the file does not say so.
    pub weights: Vec<f64>,
    /// For each split that asks for a number, its feature and what is missing there.
    pub missing: Vec<(usize, MissingType)>,
    /// For each split that asks for categories, its feature.
    pub categorical: Vec<usize>,
}

/// Reads a tree.
///
/// # Errors
/// `InvalidModel` at the line that is damaged.
pub fn read(section: &Section<'_>) -> Result<Tree> {
    let leaves: usize = section.number("num_leaves")?;
    let values = section.numbers::<f64>("leaf_value", leaves)?;
    let Some(splits) = leaves.checked_sub(1) else {
        return Err(section.wrong("num_leaves", "at least 1", "0"));
    };
    let features = section.numbers::<usize>("split_feature", splits)?;
    let thresholds = section.numbers::<f64>("threshold", splits)?;
    let decisions = section.numbers::<u8>("decision_type", splits)?;
    let children = [section.numbers::<i64>("left_child", splits)?, section.numbers::<i64>("right_child", splits)?];
    let sets: usize = section.number("num_cat")?;
    let (bounds, words) = if sets == 0 {
        (Vec::new(), Vec::new())
    } else {
        let bounds = section.numbers::<usize>("cat_boundaries", sets.saturating_add(1))?;
        let count = bounds.last().copied().unwrap_or(0);
        if !bounds.is_sorted() {
            return Err(section.wrong("cat_boundaries", "rising numbers", "others"));
        }
        (bounds, section.numbers::<u32>("cat_threshold", count)?)
    };
    let mut is_taken = vec![false; bounds.len()];
    // A child below 0 is the leaf ~child.
    let child = |x: i64| if x >= 0 { x as usize } else { splits.saturating_add(!x as usize) };
    let mut weights = Vec::new();
    if section.find("leaf_count").is_some() {
        weights = vec![0.0; splits];
        weights.extend(section.numbers::<f64>("leaf_count", leaves)?);
    }
    let nodes = Vec::with_capacity(splits + leaves);
    let mut tree = Tree { nodes, weights, missing: Vec::new(), categorical: Vec::new() };
    for i in 0..splits {
        let (threshold, feature) = (thresholds[i], features[i]);
        let (rule, missing_left) = if decisions[i] & 1 == 1 {
            let at = threshold as usize;
            let set = bounds.get(at).zip(bounds.get(at.saturating_add(1))).and_then(|(&a, &b)| words.get(a..b));
            // Each split has its own: the sets take no more memory than the line.
            let set = set.filter(|_| !std::mem::replace(&mut is_taken[at], true));
            let set = set.ok_or_else(|| section.wrong("threshold", "the index of its set", &threshold.to_string()))?;
            tree.categorical.push(feature);
            (Rule::In(set.to_vec()), false)
        } else {
            let is_default_left = decisions[i] & 2 == 2;
            let (missing, missing_left) = match decisions[i] >> 2 & 3 {
                0 => (MissingType::None, 0.0 <= threshold),
                1 => (MissingType::Zero, is_default_left),
                2 => (MissingType::NaN, is_default_left),
                _ => return Err(section.wrong("decision_type", "a type of missing numbers", "3")),
            };
            tree.missing.push((feature, missing));
            (Rule::AtMost(among_all(threshold)), missing_left)
        };
        let (left, right) = (child(children[0][i]), child(children[1][i]));
        tree.nodes.push(Node::Split { feature, rule, left, right, missing_left });
    }
    if section.find("is_linear").is_some_and(|value| value != "0") {
        let leaves = values.into_iter().zip(linear::read(section, leaves)?);
        tree.nodes.extend(leaves.map(|(value, (constant, terms))| Node::LinearLeaf { value, constant, terms }));
    } else {
        tree.nodes.extend(values.into_iter().map(|value| Node::Leaf(vec![value])));
    }
    Ok(tree)
}

/// The threshold that sends every number to where LightGBM sends it: it takes numbers as small as [`ZERO`] for 0.
fn among_all(threshold: f64) -> f64 {
    if threshold >= 0.0 {
        threshold.max(ZERO)
    } else if threshold >= -ZERO {
        (-ZERO).next_down()
    } else {
        threshold
    }
}
