//! One tree: scikit-learn's `Tree` → the nodes that [`trees`](crate::import::trees) brings into order.

use super::object::{Matrix, Object};
use crate::error::Result;
use crate::import::trees::{Node, Rule};

/// A fitted tree, as it lies in the file.
pub struct Tree {
    left: Vec<i64>,
    right: Vec<i64>,
    features: Vec<i64>,
    thresholds: Vec<f64>,
    /// Where missing numbers go; `None` in files of versions that knew none.
    missing_left: Option<Vec<i64>>,
    /// For each node the numbers of all outputs and classes.
    pub values: Matrix,
    /// How many training rows came to each node.
    pub counts: Vec<f64>,
    /// The impurity of each node.
    pub impurities: Vec<f64>,
    /// The weight of the training rows of each node.
    pub weights: Vec<f64>,
}

impl Tree {
    /// The tree of a fitted decision tree.
    ///
    /// # Errors
    /// If it has several outputs with classes, or is damaged.
    pub fn of(estimator: &Object<'_>) -> Result<Self> {
        let tree = estimator.get("tree_")?;
        let nodes = tree.get("nodes")?;
        let Some(array) = nodes.item.array() else { return Err(nodes.wrong("an array", nodes.item.kind())) };
        let column = |name: &str| array.field(name).ok_or_else(|| nodes.wrong(format!("a column {name}"), "none"));
        let integers = |name: &str| column(name)?.integers().ok_or_else(|| nodes.wrong("integers", name));
        let floats = |name: &str| column(name)?.floats().ok_or_else(|| nodes.wrong("numbers", name));
        let values = tree.get("values")?;
        let numbers = values.numbers()?;
        let columns = numbers.len().checked_div(array.len()).unwrap_or(0);
        if columns == 0 || numbers.len() != columns * array.len() {
            return Err(values.wrong(format!("numbers for {} nodes", array.len()), numbers.len().to_string()));
        }
        Ok(Self {
            left: integers("left_child")?,
            right: integers("right_child")?,
            features: integers("feature")?,
            thresholds: floats("threshold")?,
            missing_left: array.field("missing_go_to_left").and_then(|column| column.integers()),
            values: Matrix { rows: array.len(), columns, values: numbers },
            counts: floats("n_node_samples")?,
            impurities: floats("impurity")?,
            weights: floats("weighted_n_node_samples")?,
        })
    }

    /// Whether it says where missing numbers go.
    pub fn knows_missing(&self) -> bool {
        self.missing_left.is_some()
    }

    /// Whether a node is a leaf.
    pub fn is_leaf(&self, i: usize) -> bool {
        self.left[i] < 0
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// The children and the feature of a split.
    pub fn split(&self, i: usize) -> (usize, usize, usize) {
        (self.left[i] as usize, self.right[i] as usize, self.features[i] as usize)
    }

    /// The depth of each node that the root leads to; 0 for others.
    pub fn depths(&self) -> Vec<u32> {
        let mut depths = vec![0; self.len()];
        for i in 0..self.len() {
            // A child has a larger number than its parent; where it has not, `trees::add` refuses the tree.
            for child in [self.left[i], self.right[i]] {
                if let Some(child) = usize::try_from(child).ok().filter(|&child| child > i && child < depths.len()) {
                    depths[child] = depths[i] + 1;
                }
            }
        }
        depths
    }

    /// The nodes, with the numbers of a leaf as `leaf` gives them and a feature's place as `feature` does.
    pub fn nodes(&self, leaf: impl Fn(usize) -> Vec<f64>, feature: impl Fn(usize) -> usize) -> Vec<Node> {
        let child = |child: i64| usize::try_from(child).unwrap_or(usize::MAX);
        let node = |i: usize| match self.is_leaf(i) {
            true => Node::Leaf(leaf(i)),
            false => Node::Split {
                feature: usize::try_from(self.features[i]).map_or(usize::MAX, &feature),
                rule: Rule::AtMost(self.thresholds[i]),
                left: child(self.left[i]),
                right: child(self.right[i]),
                missing_left: self.missing_left.as_ref().is_some_and(|sides| sides[i] != 0),
            },
        };
        (0..self.len()).map(node).collect()
    }

    /// The shares of the classes at a node, of which each target has so many.
    pub fn shares(&self, i: usize, classes: usize) -> Vec<f64> {
        let mut values = self.values.row(i).to_vec();
        for target in values.chunks_mut(classes) {
            let sum: f64 = target.iter().sum();
            // Up to 1.4 these are weights of training rows, and since then shares, which stay as they are.
            if sum != 0.0 && (sum - 1.0).abs() >= 1e-9 {
                target.iter_mut().for_each(|x| *x /= sum);
            }
        }
        values
    }
}
