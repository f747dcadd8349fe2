//! One tree of a boosted forest: the leaf whose split gains most is split next.

use super::super::random::Random;
use super::bins::{Binned, MISSING};
use super::histogram::{self, Histogram, Step, Sums, Units, add};
use super::partition::part;
use super::split::{Bounds, Node as Search, Rules, Split, value};
use super::tree::Tree;
use rayon::prelude::*;
use std::collections::BinaryHeap;
use std::ops::Range;

/// Below so many bins there is no work to share out.
const FEW: usize = 1 << 13;

/// What a tree is grown from.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub binned: &'a Binned,
    pub steps: &'a [Step],
    pub units: Units,
    pub rules: Rules,
    pub max_leaf_nodes: usize,
    pub max_depth: usize,
    /// How many features are compared at each node.
    pub max_features: usize,
    /// For each feature whether answers rise (1) or fall (-1) with it; empty for neither.
    pub monotone: &'a [i8],
}

/// A node of a tree that grows.
pub struct Node {
    pub split: Option<Split>,
    /// The child to the left; the one to the right comes after it. 0 for a leaf.
    pub children: usize,
    /// Where its rows lie.
    pub rows: Range<usize>,
    pub value: f64,
    pub bounds: Bounds,
    depth: usize,
    sums: Sums,
    histograms: Vec<Histogram>,
}

/// Buffers that trees lend each other.
#[derive(Default)]
pub struct Spare {
    rows: Vec<u32>,
    steps: Vec<Step>,
    histograms: Vec<Vec<Histogram>>,
}

/// Leaves in the order in which they are split: by gain, the older first.
#[derive(PartialEq)]
struct Open(f64, usize);

impl Eq for Open {}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(other.1.cmp(&self.1))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ground<'_> {
    /// The nodes of a tree of those rows, the root first. The rows of each node lie together afterwards.
    pub fn grow(&self, rows: &mut [u32], spare: &mut Spare, random: &mut Random) -> Vec<Node> {
        spare.rows.resize(rows.len(), 0);
        let bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };
        let mut nodes = vec![self.node(0..rows.len(), 0, Sums { rows: rows.len(), ..Sums::default() }, bounds)];
        let mut root = spare.histograms.pop().unwrap_or_else(|| histogram::empty(self.binned));
        let steps = self.steps_of(rows, &mut spare.steps);
        nodes[0].split = self.root(&mut nodes[0], rows, steps, &mut root, random);
        nodes[0].histograms = root;
        let mut open = BinaryHeap::new();
        open.extend(nodes[0].split.map(|split| Open(split.gain, 0)));
        let mut leaves = 1;
        while leaves < self.max_leaf_nodes
            && let Some(Open(_, at)) = open.pop()
        {
            leaves += 1;
            self.split(at, &mut nodes, rows, spare, leaves < self.max_leaf_nodes, random);
            let children = nodes[at].children;
            for child in [children, children + 1] {
                open.extend(nodes[child].split.map(|split| Open(split.gain, child)));
            }
        }
        for node in &mut nodes {
            if node.children == 0 {
                node.split = None;
            }
            spare.histograms.extend(Some(std::mem::take(&mut node.histograms)).filter(|it| !it.is_empty()));
        }
        nodes
    }

    fn node(&self, rows: Range<usize>, depth: usize, sums: Sums, bounds: Bounds) -> Node {
        let value = value(sums, self.rules.l2, bounds);
        Node { split: None, children: 0, rows, value, bounds, depth, sums, histograms: Vec::new() }
    }

    /// Fills the root's histograms and finds its split.
    fn root(
        &self,
        node: &mut Node,
        rows: &[u32],
        steps: &[Step],
        histograms: &mut [Histogram],
        random: &mut Random,
    ) -> Option<Split> {
        let panels = self.binned.panels.par_iter().zip(histograms.par_chunks_mut(self.binned.panel));
        panels.for_each(|(panel, histograms)| {
            histogram::fill(panel, rows, steps, self.units, histograms);
        });
        let feature = self.binned.features.first()?;
        let mut cell = histograms[0][usize::from(MISSING)];
        histograms[0][..feature.bins].iter().for_each(|&of_bin| add(&mut cell, of_bin));
        node.sums = self.units.sums(cell);
        node.value = value(node.sums, self.rules.l2, node.bounds);
        if !self.can_split(node) {
            return None;
        }
        let asked = self.draw(random);
        let panels = histograms.chunks(self.binned.panel).enumerate();
        best(panels.map(|(p, histograms)| self.search(node, p, histograms, &asked)))
    }

    /// Splits a leaf; `goes_on` says whether its children may be split too.
    fn split(
        &self,
        at: usize,
        nodes: &mut Vec<Node>,
        rows: &mut [u32],
        spare: &mut Spare,
        goes_on: bool,
        random: &mut Random,
    ) {
        let Some(split) = nodes[at].split else { return };
        let Range { start, end } = nodes[at].rows;
        let table = split.left.table(split.missing_left);
        let (panel, place) = self.binned.place(split.feature);
        let goes_left = |row: u32| table[usize::from(panel.bins[row as usize * panel.width + place])];
        let middle = start + part(&mut rows[start..end], &mut spare.rows[start..end], goes_left);

        let (bounds, depth) = (nodes[at].bounds, nodes[at].depth + 1);
        let mut left = self.node(start..middle, depth, split.sums[0], bounds);
        let mut right = self.node(middle..end, depth, split.sums[1], bounds);
        let between = (left.value + right.value) / 2.0;
        match self.monotone.get(split.feature as usize).copied().unwrap_or_default().signum() {
            1 => (left.bounds.high, right.bounds.low) = (between, between),
            -1 => (left.bounds.low, right.bounds.high) = (between, between),
            _ => {}
        }
        let mut of_parent = std::mem::take(&mut nodes[at].histograms);
        if goes_on && (self.can_split(&left) || self.can_split(&right)) {
            let mut of_small = spare.histograms.pop().unwrap_or_else(|| histogram::empty(self.binned));
            let asked = [self.draw(random), self.draw(random)];
            let is_left_small = left.rows.len() <= right.rows.len();
            let (small, large) = if is_left_small { (&mut left, &mut right) } else { (&mut right, &mut left) };
            let rows = &rows[small.rows.clone()];
            let steps = self.steps_of(rows, &mut spare.steps);
            let work = |(p, (of_small, of_large)): (usize, (&mut [Histogram], &mut [Histogram]))| {
                histogram::fill(&self.binned.panels[p], rows, steps, self.units, of_small);
                let features = &self.binned.features[p * self.binned.panel..];
                for ((large, small), feature) in of_large.iter_mut().zip(&*of_small).zip(features) {
                    histogram::subtract_all(large, small, feature);
                }
                (self.search(small, p, of_small, &asked[0]), self.search(large, p, of_large, &asked[1]))
            };
            let panel = self.binned.panel;
            let found: Vec<_> = if rows.len() * self.binned.features.len() < FEW {
                of_small.chunks_mut(panel).zip(of_parent.chunks_mut(panel)).enumerate().map(work).collect()
            } else {
                of_small.par_chunks_mut(panel).zip(of_parent.par_chunks_mut(panel)).enumerate().map(work).collect()
            };
            small.split = best(found.iter().map(|found| found.0));
            large.split = best(found.iter().map(|found| found.1));
            (small.histograms, large.histograms) = (of_small, of_parent);
        } else {
            spare.histograms.push(of_parent);
        }
        for child in [&mut left, &mut right] {
            if child.split.is_none() && !child.histograms.is_empty() {
                spare.histograms.push(std::mem::take(&mut child.histograms));
            }
        }
        nodes[at].children = nodes.len();
        nodes.extend([left, right]);
    }

    /// The steps of rows in their order; of all rows as they are.
    fn steps_of<'a>(&'a self, rows: &[u32], spare: &'a mut Vec<Step>) -> &'a [Step] {
        if rows.len() == self.steps.len() {
            return self.steps;
        }
        let step = |&row: &u32| self.steps[row as usize];
        if rows.len() < FEW {
            spare.clear();
            spare.extend(rows.iter().map(step));
        } else {
            rows.par_iter().with_min_len(FEW).map(step).collect_into_vec(spare);
        }
        spare
    }

    fn can_split(&self, node: &Node) -> bool {
        node.depth < self.max_depth && node.rows.len() >= 2 * self.rules.min_samples_leaf
    }

    /// Which features a node compares; empty for all.
    fn draw(&self, random: &mut Random) -> Vec<bool> {
        let width = self.binned.features.len();
        if self.max_features >= width {
            return Vec::new();
        }
        let mut features: Vec<usize> = (0..width).collect();
        let mut asked = vec![false; width];
        for i in 0..self.max_features {
            features.swap(i, i + random.below(width - i));
            asked[features[i]] = true;
        }
        asked
    }

    fn search(&self, node: &Node, panel: usize, histograms: &[Histogram], asked: &[bool]) -> Option<Split> {
        let mut found = None;
        if !self.can_split(node) {
            return found;
        }
        let first = panel * self.binned.panel;
        for (feature, histogram) in (first..).zip(histograms) {
            if asked.get(feature) != Some(&false) {
                let monotone = self.monotone.get(feature).copied().unwrap_or_default().signum();
                let mut search = Search::new(self.units, self.rules, node.bounds, node.sums, &mut found);
                search.search(feature as u32, &self.binned.features[feature], histogram, monotone);
            }
        }
        found
    }
}

/// The split that gains most, the first of equals.
fn best(splits: impl Iterator<Item = Option<Split>>) -> Option<Split> {
    splits.flatten().reduce(|best, split| if split.gain > best.gain { split } else { best })
}

/// The leaf that a row comes to.
pub fn leaf_of(nodes: &[Node], binned: &Binned, row: u32) -> usize {
    let mut at = 0;
    while let Some(split) = &nodes[at].split {
        let (panel, place) = binned.place(split.feature);
        let bin = panel.bins[row as usize * panel.width + place];
        at = nodes[at].children + usize::from(!split.left.takes(bin, split.missing_left));
    }
    at
}

/// The tree of nodes, its leaves their values.
pub fn tree_of(nodes: &[Node]) -> Tree {
    let mut tree = Tree::default();
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        match &nodes[at].split {
            None => tree.push_leaf(nodes[at].rows.len() as f64, [nodes[at].value as f32]),
            Some(split) => {
                tree.push_split(split.feature, split.left, split.missing_left);
                open.extend([nodes[at].children + 1, nodes[at].children]);
            }
        }
    }
    tree
}
