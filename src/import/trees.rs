//! Trees as other frameworks write them (nodes with numbers, children named by them) → the model's preorder.

use crate::error::{Error, Kind, Result};
use crate::format::limits::MAX_LABELS;
use crate::model::forest::{self, Forest, LinearLeaves, MAX_TREE_DEPTH, Precision, Sets, Thresholds};

/// A node as a framework writes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// The numbers of a leaf.
    Leaf(Vec<f64>),
    /// A leaf that is a linear function of the row; of a tree that has a target.
    LinearLeaf {
        /// Its number if one of its features is missing.
        value: f64,
        /// What its sum begins with.
        constant: f64,
        /// Its features with their coefficients, in order.
        terms: Vec<(usize, f64)>,
    },
    /// A choice between two other nodes.
    Split {
        /// The feature that it asks for.
        feature: usize,
        /// Who goes left.
        rule: Rule,
        /// The node for those.
        left: usize,
        /// The node for all others.
        right: usize,
        /// Whether a missing number (NaN) goes left.
        missing_left: bool,
    },
}

/// Who goes left at a split.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// Numbers of at most this.
    AtMost(f64),
    /// Categories whose bit (c mod 32 of word c / 32) is set.
    In(Vec<u32>),
}

/// A forest, and what its training rows did.
pub struct Planted {
    /// The forest, whose thresholds come when it is [finished](Self::finished).
    pub forest: Forest,
    /// The threshold of each split that has one.
    thresholds: Vec<f64>,
    /// The weight of the training rows in each leaf, where the file says so.
    pub weights: Vec<f64>,
}

impl Planted {
    /// The forest, and the weights if those of all leaves are there.
    pub fn finished(self) -> (Forest, Option<Vec<f64>>) {
        let Self { mut forest, thresholds, weights } = self;
        forest.thresholds = Thresholds::new(forest.width, forest.features_of_thresholds(), &thresholds);
        let leaves = forest.kinds.len() - forest.features.len();
        (forest, (weights.len() == leaves).then_some(weights))
    }
}

/// A forest with the parameters given and no trees yet.
pub fn forest(width: usize, rows: Precision, sums: Precision, base: Vec<f64>) -> Planted {
    let forest = Forest {
        width,
        rows,
        sums,
        base,
        divisor: 1.0,
        targets: Vec::new(),
        kinds: Vec::new(),
        features: Vec::new(),
        thresholds: Thresholds::default(),
        sets: Sets::default(),
        leaves: Vec::new(),
        linear: None,
    };
    Planted { forest, thresholds: Vec::new(), weights: Vec::new() }
}

/// The largest f32 that is not above `x`: an f32 is at most the one exactly if it is at most the other.
pub fn round_down(x: f64) -> f64 {
    let nearest = x as f32;
    f64::from(if f64::from(nearest) > x { nearest.next_down() } else { nearest })
}

/// Adds a tree whose root is node 0. `weights` has for each node the weight of the training rows there, or is empty if
/// the file does not say so. `target` is the output its leaves are added to; `None` if they have a number for every output.
///
/// # Errors
/// [`Kind::InvalidModel`] at `node i`: a child or a feature that is not there, a node on two ways or on none, a cycle, a
/// threshold or a leaf that is not a number, more depth than [`MAX_TREE_DEPTH`]; [`Kind::LimitExceeded`] there for more
/// categories than [`MAX_LABELS`].
pub fn add(planted: &mut Planted, nodes: Vec<Node>, weights: &[f64], target: Option<u32>) -> Result<()> {
    let forest = &mut planted.forest;
    let wrong = |i: usize, expected: String, found: String| {
        Err(Error::new(Kind::InvalidModel, format!("node {i}"), expected, found)
            .hint("The file is damaged, or was changed by hand: write it again."))
    };
    let count = nodes.len();
    let mut nodes: Vec<Option<Node>> = nodes.into_iter().map(Some).collect();
    let mut ways = vec![(0, 0)];
    let mut visited = 0;
    while let Some((i, depth)) = ways.pop() {
        let Some(node) = nodes.get_mut(i) else {
            return wrong(i, format!("one of {count} nodes"), "no such node".into());
        };
        let Some(node) = node.take() else {
            return wrong(i, "one way to it".into(), "two".into());
        };
        if depth > MAX_TREE_DEPTH {
            return wrong(i, format!("a depth of at most {MAX_TREE_DEPTH}"), "more".into());
        }
        visited += 1;
        if !matches!(node, Node::Split { .. }) {
            planted.weights.extend(weights.get(i));
        }
        match node {
            Node::Leaf(values) => {
                let wanted = if target.is_some() { 1 } else { forest.base.len() };
                if values.len() != wanted || values.iter().any(|x| !x.is_finite()) {
                    return wrong(i, format!("{wanted} finite numbers"), format!("{values:?}"));
                }
                if let Some(linear) = &mut forest.linear {
                    linear.constants.extend(&values);
                    linear.counts.extend(values.iter().map(|_| 0));
                }
                forest.kinds.push(forest::NodeKind::Leaf);
                forest.leaves.extend(values);
            }
            Node::LinearLeaf { value, constant, terms } => {
                let numbers = [value, constant].into_iter().chain(terms.iter().map(|(_, coefficient)| *coefficient));
                if target.is_none() || numbers.into_iter().any(|x| !x.is_finite()) {
                    return wrong(i, "a target and finite numbers".into(), format!("{terms:?}"));
                }
                if let Some((feature, _)) = terms.iter().find(|(feature, _)| *feature >= forest.width) {
                    return wrong(i, format!("a feature below {}", forest.width), feature.to_string());
                }
                let plain = &forest.leaves;
                let linear = forest.linear.get_or_insert_with(|| {
                    let (constants, counts) = (plain.clone(), vec![0; plain.len()]);
                    Box::new(LinearLeaves { constants, counts, features: Vec::new(), coefficients: Vec::new() })
                });
                linear.constants.push(constant);
                linear.counts.push(terms.len() as u32);
                linear.features.extend(terms.iter().map(|(feature, _)| *feature as u32));
                linear.coefficients.extend(terms.iter().map(|(_, coefficient)| coefficient));
                forest.kinds.push(forest::NodeKind::Leaf);
                forest.leaves.push(value);
            }
            Node::Split { feature, rule, left, right, missing_left } => {
                if feature >= forest.width {
                    return wrong(i, format!("a feature below {}", forest.width), feature.to_string());
                }
                forest.features.push(feature as u32);
                match rule {
                    Rule::AtMost(threshold) if threshold.is_nan() => {
                        return wrong(i, "a threshold".into(), "NaN".into());
                    }
                    Rule::AtMost(threshold) => {
                        forest.kinds.push(forest::NodeKind::AtMost { missing_left });
                        planted.thresholds.push(match forest.rows {
                            Precision::F32 => round_down(threshold),
                            Precision::F64 => threshold,
                        });
                    }
                    Rule::In(set) if set.len() > MAX_LABELS / 32 => {
                        let expected = format!("at most {MAX_LABELS} categories");
                        return Err(Error::new(Kind::LimitExceeded, format!("node {i}"), expected, "more"));
                    }
                    Rule::In(set) => {
                        forest.kinds.push(forest::NodeKind::In { missing_left });
                        forest.sets.push(&set);
                    }
                }
                ways.push((right, depth + 1));
                ways.push((left, depth + 1));
            }
        }
    }
    if visited != count {
        let i = nodes.iter().position(Option::is_some).unwrap_or(0);
        return wrong(i, "a way to it from node 0".into(), "none".into());
    }
    forest.targets.push(target);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(left: usize, right: usize) -> Node {
        Node::Split { feature: 0, rule: Rule::AtMost(0.1), left, right, missing_left: false }
    }

    fn leaf(x: f64) -> Node {
        Node::Leaf(vec![x])
    }

    fn tree(nodes: Vec<Node>) -> Result<Planted> {
        let mut planted = forest(1, Precision::F32, Precision::F64, vec![0.0]);
        let weights: Vec<f64> = (0..nodes.len()).map(|i| i as f64).collect();
        add(&mut planted, nodes, &weights, Some(0)).map(|()| planted)
    }

    #[test]
    fn nodes_come_in_preorder_whatever_their_numbers() {
        let nodes = vec![split(3, 1), split(4, 2), leaf(3.0), leaf(1.0), leaf(2.0)];
        let (forest, weights) = tree(nodes).expect("a tree").finished();
        assert_eq!(forest.leaves, [1.0, 2.0, 3.0]);
        assert_eq!(weights.expect("all weights"), [3.0, 4.0, 2.0]);
        assert_eq!(forest.kinds[1], forest::NodeKind::Leaf);
    }

    #[test]
    fn thresholds_round_down_so_that_no_f32_changes_sides() {
        assert!(f64::from(0.1_f32) > 0.1);
        assert_eq!(round_down(0.1), f64::from(0.1_f32.next_down()));
        assert_eq!(round_down(0.5), 0.5);
        assert_eq!(round_down(-1e-300), f64::from(-f32::from_bits(1)));
        assert_eq!(round_down(1e300), f64::from(f32::MAX));
        assert_eq!(round_down(f64::NEG_INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn what_is_no_tree_is_refused() {
        let cases = [
            (vec![], "node 0"),
            (vec![split(0, 1), leaf(0.0)], "node 0"),
            (vec![split(1, 1), leaf(0.0)], "node 1"),
            (vec![split(1, 7), leaf(0.0)], "node 7"),
            (vec![leaf(0.0), leaf(0.0)], "node 1"),
            (vec![leaf(f64::NAN)], "node 0"),
        ];
        for (nodes, at) in cases {
            assert_eq!(tree(nodes.clone()).err().expect("no tree").at(), at, "{nodes:?}");
        }
    }
}
