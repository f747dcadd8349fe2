//! A forest laid out for `kernel/shap`: its splits with what training rows did there.

use crate::error::{Error, Kind, Result};
use crate::kernel::shap::{MAX_FEATURES, NONE, Points, Sets, Split};
use crate::model::forest::{Forest, NodeKind, Precision, Thresholds};

/// The trees of a forest.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// The splits of all trees, each tree's in preorder and with places of its own.
    pub splits: Vec<Split>,
    /// Their sets.
    pub sets: Sets,
    /// The trees.
    pub trees: Vec<Tree>,
    /// Points for the trees, each tree's by its [`Tree::rule`].
    pub rules: Vec<Rule>,
    /// What each output is on average.
    pub means: Vec<f64>,
    /// Whether numbers are rounded to f32 first.
    pub rounds: bool,
    /// The most splits of a tree.
    pub most: usize,
}

/// Points, enough for some trees.
pub type Rule = Vec<Points>;

/// A tree.
#[derive(Clone, Copy, Debug)]
pub struct Tree {
    /// How many splits it has.
    pub splits: usize,
    /// Where its leaves begin.
    pub leaves: usize,
    /// The output they are added to; none if a leaf has a number for each.
    pub target: Option<u32>,
    /// Which points are enough for it.
    pub rule: usize,
}

impl Ensemble {
    /// Lays out a forest, whose training rows had these weights in its leaves; `features` names the feature of each number
    /// that it takes.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] if a way down asks for more than [`MAX_FEATURES`] numbers.
    pub fn new(forest: &Forest, weights: &[f64], features: &[u32]) -> Result<Self> {
        let mut layer = Layer {
            forest,
            weights,
            features,
            last: vec![NONE; forest.width],
            next: Next::default(),
            ensemble: Self {
                splits: Vec::with_capacity(forest.features.len()),
                sets: Sets { words: forest.sets.words.clone(), ends: forest.sets.ends.clone() },
                trees: Vec::with_capacity(forest.targets.len()),
                rules: Vec::new(),
                means: forest.base.clone(),
                rounds: forest.rows == Precision::F32,
                most: 0,
            },
        };
        for (kinds, &target) in forest.trees().zip(&forest.targets) {
            layer.tree(kinds, target)?;
        }
        Ok(layer.ensemble)
    }
}

/// The places of what comes next in a forest.
#[derive(Default)]
struct Next {
    feature: usize,
    threshold: usize,
    set: usize,
    leaf: usize,
    number: usize,
}

/// Lays out tree after tree.
struct Layer<'a> {
    forest: &'a Forest,
    weights: &'a [f64],
    features: &'a [u32],
    /// For each number the nearest split above that asks for it, as [`Split::above`] has it.
    last: Vec<u32>,
    next: Next,
    ensemble: Ensemble,
}

impl Layer<'_> {
    fn tree(&mut self, kinds: &[NodeKind], target: Option<u32>) -> Result<()> {
        let (count, first) = (kinds.len() / 2, self.ensemble.splits.len());
        let shares = self.shares(kinds);
        // The splits whose right side is still to come, with whether it is being laid out.
        let mut open: Vec<(usize, bool)> = Vec::new();
        let (mut asked, mut most, mut leaves) = (0, 0, 0);
        let mut next_split = 0;
        for &kind in kinds {
            let (NodeKind::AtMost { missing_left } | NodeKind::In { missing_left }) = kind else {
                most = most.max(asked);
                self.attach(first, &open, count + leaves);
                leaves += 1;
                while let Some((split, is_right)) = open.pop() {
                    let Split { column, above, .. } = self.ensemble.splits[first + split];
                    if !is_right {
                        self.last[column as usize] = split as u32 * 2 + 1;
                        open.push((split, true));
                        break;
                    }
                    self.last[column as usize] = above;
                    asked -= usize::from(above == NONE);
                }
                continue;
            };
            self.attach(first, &open, next_split);
            let split = self.split(kind, missing_left, shares[next_split], first);
            asked += usize::from(split.above == NONE);
            self.last[split.column as usize] = next_split as u32 * 2;
            self.ensemble.splits.push(split);
            open.push((next_split, false));
            next_split += 1;
        }
        if most > MAX_FEATURES {
            let found = format!("{most}");
            let expected = format!("ways down that ask for at most {MAX_FEATURES} features");
            return Err(Error::new(Kind::Unsupported, "trees", expected, found));
        }
        self.means(kinds, target, &shares);
        let rule = self.rule(most);
        self.ensemble.trees.push(Tree { splits: count, leaves: self.next.number, target, rule });
        self.ensemble.most = self.ensemble.most.max(count);
        self.next.leaf += leaves;
        self.next.number += leaves * if target.is_some() { 1 } else { self.forest.base.len() };
        Ok(())
    }

    /// Makes a node the next side of the innermost open split.
    fn attach(&mut self, first: usize, open: &[(usize, bool)], node: usize) {
        if let Some(&(split, is_right)) = open.last() {
            let split = &mut self.ensemble.splits[first + split];
            *(if is_right { &mut split.right } else { &mut split.left }) = node as u32;
        }
    }

    fn split(&mut self, kind: NodeKind, missing_left: bool, share: f64, first: usize) -> Split {
        let column = self.forest.features[self.next.feature];
        self.next.feature += 1;
        let (mut threshold, mut set) = (0.0, 0);
        if let NodeKind::AtMost { .. } = kind {
            let Thresholds { tables, places, .. } = &self.forest.thresholds;
            threshold = tables[places[self.next.threshold] as usize];
            self.next.threshold += 1;
        } else {
            self.next.set += 1;
            set = self.next.set as u32;
        }
        let above = self.last[column as usize];
        let held = if above == NONE {
            1.0
        } else {
            let split = &self.ensemble.splits[first + above as usize / 2];
            split.held * if above.is_multiple_of(2) { split.share } else { 1.0 - split.share }
        };
        let feature = self.features[column as usize];
        Split { column, feature, left: 0, right: 0, above, set, missing_left, threshold, share, held }
    }

    /// For each split the share of its training rows that went left: half of them where none came.
    fn shares(&self, kinds: &[NodeKind]) -> Vec<f64> {
        let mut leaf = self.next.leaf + kinds.len() / 2 + 1;
        let mut shares = Vec::with_capacity(kinds.len() / 2);
        let mut sums: Vec<f64> = Vec::new();
        for kind in kinds.iter().rev() {
            if *kind == NodeKind::Leaf {
                leaf -= 1;
                sums.push(self.weights[leaf]);
            } else if let (Some(left), Some(right)) = (sums.pop(), sums.pop()) {
                let sum = left + right;
                shares.push(if sum > 0.0 && sum < f64::INFINITY { left / sum } else { 0.5 });
                sums.push(sum);
            }
        }
        shares.reverse();
        shares
    }

    /// Adds what a tree answers on average to its outputs.
    fn means(&mut self, kinds: &[NodeKind], target: Option<u32>, shares: &[f64]) {
        let outputs = self.forest.base.len();
        let (stride, outputs) = match target {
            Some(output) => (1, output as usize..output as usize + 1),
            None => (outputs, 0..outputs),
        };
        for output in outputs {
            let from = self.next.number + if target.is_some() { 0 } else { output };
            let (mut leaf, mut split) = (shares.len() + 1, shares.len());
            let mut answers: Vec<f64> = Vec::new();
            for kind in kinds.iter().rev() {
                if *kind == NodeKind::Leaf {
                    leaf -= 1;
                    answers.push(self.forest.leaves[from + leaf * stride]);
                } else if let (Some(left), Some(right)) = (answers.pop(), answers.pop()) {
                    split -= 1;
                    answers.push(right + (left - right) * shares[split]);
                }
            }
            self.ensemble.means[output] += answers.pop().unwrap_or(0.0);
        }
    }

    /// The place of points that are enough for so many features.
    fn rule(&mut self, features: usize) -> usize {
        let points = Points::count_for(features);
        let rules = &mut self.ensemble.rules;
        if let Some(rule) = rules.iter().position(|rule| rule.len() == points) {
            return rule;
        }
        rules.push(Points::for_features(features));
        rules.len() - 1
    }
}
