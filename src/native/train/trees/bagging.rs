//! Random forests, extra trees and single trees: each tree is grown by one thread, from its own draws.

use super::super::random::Random;
use super::bins::Binned;
use super::impurity::{Impurity, Item};
use super::tree::{self, Tree};
use super::{Grown, Link, Progress, Sample};
use crate::model::forest::MAX_TREE_DEPTH;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What splits are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// The Gini impurity of classes.
    Gini,
    /// The entropy of classes.
    Entropy,
    /// The variance of numbers.
    SquaredError,
}

/// How many features a node compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFeatures {
    /// The square root of all.
    Sqrt,
    /// The binary logarithm of all.
    Log2,
    /// That share of all.
    Fraction(f64),
    /// So many.
    Count(usize),
}

impl MaxFeatures {
    fn of(self, width: usize) -> usize {
        let count = match self {
            Self::Sqrt => width.isqrt(),
            Self::Log2 => width.max(1).ilog2() as usize,
            Self::Fraction(share) => (share * width as f64) as usize,
            Self::Count(count) => count,
        };
        count.clamp(1, width.max(1))
    }
}

/// How the threshold of a feature is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splitter {
    /// The best one: decision trees and random forests.
    Best,
    /// One at random: extra trees.
    Random,
}

/// Settings of a forest of independent trees, by scikit-learn's names. A single decision tree is one estimator without
/// bootstrap that compares all features.
#[derive(Clone, Debug)]
pub struct Bagging {
    /// How many trees there are.
    pub n_estimators: usize,
    /// What splits are compared by.
    pub criterion: Criterion,
    /// The most splits on the way to a leaf.
    pub max_depth: Option<usize>,
    /// The fewest rows of a node that is split.
    pub min_samples_split: usize,
    /// The fewest rows of a leaf.
    pub min_samples_leaf: usize,
    /// How many features a node compares.
    pub max_features: MaxFeatures,
    /// The least decrease of impurity, by the node's share of all rows, that a split is worth.
    pub min_impurity_decrease: f64,
    /// Whether each tree draws its rows with replacement.
    pub bootstrap: bool,
    /// The share of rows drawn; all without.
    pub max_samples: Option<f64>,
    /// How the threshold of a feature is chosen.
    pub splitter: Splitter,
}

impl Default for Bagging {
    fn default() -> Self {
        Self {
            n_estimators: 100,
            criterion: Criterion::Gini,
            max_depth: None,
            min_samples_split: 2,
            min_samples_leaf: 1,
            max_features: MaxFeatures::Sqrt,
            min_impurity_decrease: 0.0,
            bootstrap: true,
            max_samples: None,
            splitter: Splitter::Best,
        }
    }
}

/// What every tree of a forest is grown from.
struct Ground<'a> {
    binned: &'a Binned,
    /// The bins of each feature, row after row: who asks for one feature needs no other in the cache.
    columns: Vec<Vec<u8>>,
    sample: &'a Sample<'a>,
    settings: &'a Bagging,
    /// The mean of numbers, which single precision keeps the distances from.
    center: f64,
}

/// Grows trees; `progress` hears of each.
pub fn grow(binned: &Binned, sample: &Sample, settings: &Bagging, progress: Progress) -> Grown {
    let columns = (0..binned.features.len() as u32).into_par_iter().map(|feature| {
        let (panel, place) = binned.place(feature);
        panel.bins.iter().skip(place).step_by(panel.width).copied().collect()
    });
    let center = if sample.classes == 0 { sample.targets.iter().sum::<f64>() / binned.rows as f64 } else { 0.0 };
    let ground = Ground { binned, columns: columns.collect(), sample, settings, center };
    let (goes_on, done) = (AtomicBool::new(true), AtomicUsize::new(0));
    let count = settings.n_estimators.max(1);
    let numbers = (0..count).into_par_iter().with_max_len(1);
    let trees: Vec<Option<Tree>> = numbers
        .map(|i| {
            (i == 0 || goes_on.load(Ordering::Relaxed)).then(|| {
                let tree = ground.tree(i);
                if !progress(done.fetch_add(1, Ordering::Relaxed) + 1, count) {
                    goes_on.store(false, Ordering::Relaxed);
                }
                tree
            })
        })
        .collect();
    let trees: Vec<Tree> = trees.into_iter().flatten().collect();
    let (outputs, target, link) =
        if sample.classes == 0 { (1, Some(0), Link::Identity) } else { (sample.classes, None, Link::Shares) };
    let (targets, divisor) = (vec![target; trees.len()], trees.len() as f64);
    let forest = tree::forest(binned, &trees, targets, vec![0.0; outputs], divisor);
    Grown { forest, link, curve: Vec::new(), weights: tree::weights(trees) }
}

impl Ground<'_> {
    /// The rows of a tree.
    fn draw(&self, random: &mut Random) -> Vec<Item> {
        let rows = self.binned.rows;
        let mut counts = vec![1_u32; rows];
        if self.settings.bootstrap {
            counts.fill(0);
            let draws = self.settings.max_samples.map_or(rows, |share| ((share * rows as f64).round() as usize).max(1));
            (0..draws).for_each(|_| counts[random.below(rows)] += 1);
        }
        let items = counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(row, &count)| Item {
            row: row as u32,
            weight: (f64::from(count) * self.sample.weight(row)) as f32,
            value: (self.sample.targets[row] - self.center) as f32,
        });
        items.filter(|item| item.weight > 0.0).collect()
    }

    fn tree(&self, number: usize) -> Tree {
        let settings = self.settings;
        let mut random = Random::new(self.sample.seed, number as u64 + 1);
        let mut items = self.draw(&mut random);
        let mut spare = items.clone();
        let width = self.columns.len();
        let max_features = settings.max_features.of(width);
        let max_depth = settings.max_depth.unwrap_or(MAX_TREE_DEPTH).min(MAX_TREE_DEPTH);
        let mut impurity = Impurity::new(settings, self.sample.classes, &items);
        let mut features: Vec<u32> = (0..width as u32).collect();
        let mut tree = Tree::default();
        let mut open: Vec<(Range<usize>, usize)> = vec![(0..items.len(), 0)];
        while let Some((range, depth)) = open.pop() {
            let node = &items[range.clone()];
            impurity.enter(node);
            let is_small = node.len() < settings.min_samples_split || node.len() < 2 * settings.min_samples_leaf;
            if !(is_small || depth >= max_depth || impurity.is_pure(node)) {
                let mut compared = 0;
                for i in 0..width {
                    features.swap(i, i + random.below(width - i));
                    let (feature, bins) = (features[i], &self.binned.features[features[i] as usize]);
                    impurity.search(feature, bins, &self.columns[feature as usize], node, &mut random);
                    compared += 1;
                    if compared >= max_features && impurity.has_seen_two() {
                        break;
                    }
                }
            }
            match impurity.best() {
                None => {
                    let weight = node.iter().map(|item| f64::from(item.weight)).sum();
                    tree.push_leaf(weight, impurity.leaf(self.center));
                }
                Some((feature, left, missing_left)) => {
                    let table = left.table(missing_left);
                    let column = &self.columns[feature as usize];
                    let (items, spare) = (&mut items[range.clone()], &mut spare[range.clone()]);
                    let middle = part(items, spare, |item| table[usize::from(column[item.row as usize])]);
                    tree.push_split(feature, left, missing_left);
                    open.push((range.start + middle..range.end, depth + 1));
                    open.push((range.start..range.start + middle, depth + 1));
                }
            }
        }
        tree
    }
}

/// Brings the items that go left before the others and says how many they are.
fn part(items: &mut [Item], spare: &mut [Item], goes_left: impl Fn(Item) -> bool) -> usize {
    let (mut left, last) = (0, items.len() - 1);
    for (i, &item) in items.iter().enumerate() {
        // To both places, with no branch: the one that is wrong is written again before it is read.
        spare[left] = item;
        spare[last - (i - left)] = item;
        left += usize::from(goes_left(item));
    }
    items.copy_from_slice(spare);
    left
}
