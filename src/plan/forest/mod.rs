//! A forest laid out for the kernel.

mod buckets;
mod questions;
mod run;
mod tree;
mod up;

pub use run::Room;

use crate::kernel::forest::{
    self, GROVE, GROVE_DEPTH, Grove, MAX_ANSWERS, MAX_LEAVES, Node, Questions, Sets, Term, to_lanes,
};
use crate::model::forest::{Forest, LinearLeaves, Precision};
use questions::Asker;
use std::{array, mem};
use tree::{BARE, GroveBytes, Names, Shape};
use up::Up;

/// Whether only the ways to the leaves that any forest can go are there: in a package of one model whoever downloads it would
/// wait longer for the others' code than they save.
const WALKS_ONLY: bool = cfg!(feature = "packaged");

/// A forest laid out for the kernel: what its splits ask, and its trees for one or both of the ways to their leaves.
#[derive(Clone, Debug)]
pub struct PackedForest {
    questions: Questions,
    /// How many bytes a row's answers have.
    answers: usize,
    trees: Vec<Tree>,
    /// If all of them are shallow, they stand in groves; and for each the names of its leaves.
    groves: Vec<Grove>,
    grove_leaves: Vec<[u8; 1 << GROVE_DEPTH]>,
    /// Their nodes, if they are in no groves.
    nodes: Vec<Node>,
    /// For each node that is a leaf its name in its tree.
    leaf_of: Vec<u32>,
    /// The trees, the shallowest first.
    by_depth: Vec<u32>,
    /// The sets of codes that go right, for going down, and how many bytes a row's answers have with theirs.
    sets_of_codes: Vec<Sets>,
    all_answers: usize,
    /// For going up, if that is worth while.
    up: Option<Up>,
    /// The numbers of the leaves of all trees.
    leaves: Vec<f64>,
    /// For each leaf of a tree with [`To::Each`] the output it is added to.
    outputs: Vec<u32>,
    linear: Option<Linear>,
    base: Vec<f64>,
    divisor: f64,
    rounds_sums: bool,
    /// The leaves if all that is summed is f32, so that f32 can be added.
    singles: Vec<f32>,
}

#[derive(Clone, Copy, Debug)]
struct Tree {
    root: u32,
    depth: u32,
    /// Where its leaves' numbers begin.
    leaves: u32,
    to: To,
}

/// What the leaves of a tree are added to.
#[derive(Clone, Copy, Debug)]
enum To {
    /// All to this output.
    One(u32),
    /// Each to an output of its own; they are named from here on.
    Each(u32),
    /// Each, with a number for every output, to all of them.
    All,
}

impl PackedForest {
    /// Lays a sound forest out.
    pub fn new(forest: Forest) -> Self {
        let mut asker = Asker::new(&forest);
        let rounds_sums = forest.sums == Precision::F32;
        let mut packed = Self {
            questions: Questions::default(),
            answers: asker.bytes.max(1) as usize,
            trees: Vec::with_capacity(forest.targets.len()),
            groves: Vec::new(),
            grove_leaves: Vec::new(),
            nodes: Vec::new(),
            leaf_of: Vec::new(),
            by_depth: Vec::new(),
            sets_of_codes: Vec::new(),
            all_answers: 0,
            up: if WALKS_ONLY { None } else { Up::new(&asker).filter(|_| forest.linear.is_none()) },
            leaves: Vec::new(),
            outputs: Vec::new(),
            linear: None,
            base: Vec::new(),
            divisor: forest.divisor,
            rounds_sums,
            singles: Vec::new(),
        };
        // A zero may be left out where adding it changes nothing: -0 + 0 is 0, and the first addition may round.
        let is_kept = |&x: &f64| x.to_bits() != (-0.0_f64).to_bits() && !(rounds_sums && f64::from(x as f32) != x);
        let skips_zeros = forest.base.iter().all(is_kept);
        let mut leaves = &forest.leaves[..];
        let shapes = forest.trees().map(|kinds| Shape::new(kinds, &mut asker));
        let shapes: Vec<Shape> = shapes.collect();
        let (sets_of_codes, places) = asker.sets(packed.answers as u32);
        packed.all_answers = packed.answers + sets_of_codes.iter().map(|sets| 16 * sets.sixteens).sum::<usize>();
        packed.sets_of_codes = sets_of_codes;
        let sets = mem::take(&mut asker.code_sets);
        let depth = shapes.iter().fold(0, |depth, shape| depth.max(shape.depth));
        let in_groves = !WALKS_ONLY && depth <= GROVE_DEPTH && packed.answers <= MAX_ANSWERS && sets.len() == 1;
        let mut groves = Vec::new();
        for (shape, target) in shapes.iter().zip(&forest.targets) {
            let width = if target.is_some() { 1 } else { forest.base.len() };
            let (own, rest) = leaves.split_at((shape.splits() + 1) * width);
            leaves = rest;
            let mut named = Names::by_numbers(own, width, forest.linear.is_none());
            packed.up = packed.up.take().and_then(|mut up| {
                let candidates = Names::by_way(shape).into_iter().chain([named.in_gray_code()]);
                named = up.push(shape, candidates, &sets)?;
                Some(up)
            });
            let Names { names, leaves: firsts } = named;
            let (root, leaves_at) = (packed.nodes.len() as u32, packed.leaves.len() as u32);
            if in_groves {
                let lane = packed.trees.len() % GROVE;
                if lane == 0 {
                    groves.push(BARE);
                }
                packed.grove_leaves.push([0; 1 << GROVE_DEPTH]);
                if let (Some(grove), Some(leaves)) = (groves.last_mut(), packed.grove_leaves.last_mut()) {
                    shape.plant(&names, lane, grove, leaves);
                }
            } else {
                shape.lay_down(&names, &places, &mut packed.nodes, &mut packed.leaf_of);
            }
            let to =
                packed.push_leaves(firsts.iter().map(|first| &own[first * width..][..width]), *target, skips_zeros);
            packed.trees.push(Tree { root, depth: shape.depth, leaves: leaves_at, to });
        }
        // Whoever goes up looks at as many leaves as a byte could ask for.
        packed.leaves.resize(packed.leaves.len() + MAX_LEAVES, 0.0);
        packed.outputs.resize(packed.outputs.len() + MAX_LEAVES, 0);
        packed.groves = groves.iter().map(grown).collect();
        let is_f32 = |&x: &f64| f64::from(x as f32) == x;
        if rounds_sums && packed.leaves.iter().chain(&forest.base).all(is_f32) {
            packed.singles = packed.leaves.iter().map(|&x| x as f32).collect();
        }
        packed.up = packed.up.take().filter(Up::is_worth_it);
        if !in_groves {
            packed.by_depth = (0..packed.trees.len() as u32).collect();
            packed.by_depth.sort_unstable_by_key(|&tree| packed.trees[tree as usize].depth);
        }
        packed.questions = asker.into_questions();
        packed.linear = forest.linear.map(|linear| Linear::new(*linear));
        packed.base = forest.base;
        packed
    }

    /// Stores a tree's leaves and says what they are added to.
    fn push_leaves<'a>(
        &mut self,
        leaves: impl Iterator<Item = &'a [f64]> + Clone,
        target: Option<u32>,
        skips_zeros: bool,
    ) -> To {
        if let Some(output) = target {
            self.leaves.extend(leaves.flatten());
            return To::One(output);
        }
        let only = |leaf: &[f64]| {
            let mut others = leaf.iter().enumerate().filter(|(_, x)| **x != 0.0);
            let (output, &x) = others.next().unwrap_or((0, &0.0));
            others.next().is_none().then_some((output as u32, x))
        };
        if !skips_zeros || leaves.clone().any(|leaf| only(leaf).is_none()) {
            self.leaves.extend(leaves.flatten());
            return To::All;
        }
        let start = self.outputs.len() as u32;
        let (outputs, numbers): (Vec<u32>, Vec<f64>) = leaves.filter_map(only).unzip();
        self.outputs.extend(outputs);
        self.leaves.extend(numbers);
        To::Each(start)
    }
}

/// A grove as lanes.
fn grown(bytes: &GroveBytes) -> Grove {
    let splits = |i: usize| [to_lanes(&bytes[2 * i]).turned(), to_lanes(&bytes[2 * i + 1])];
    Grove { upper: array::from_fn(splits), lower: array::from_fn(|i| array::from_fn(|way| splits(7 + i * 8 + way))) }
}

/// Linear leaves, each with the end of its terms.
#[derive(Clone, Debug)]
struct Linear {
    leaves: Vec<(f64, u32)>,
    terms: Vec<Term>,
}

impl Linear {
    fn new(linear: LinearLeaves) -> Self {
        let mut end = 0;
        let ends = linear.counts.iter().map(|count| {
            end += count;
            end
        });
        Self {
            leaves: linear.constants.into_iter().zip(ends).collect(),
            terms: linear.features.into_iter().zip(linear.coefficients).collect(),
        }
    }

    /// The number of leaf `i`, whose plain number is given.
    fn of(&self, i: usize, row: &[f64], plain: f64) -> f64 {
        let (constant, end) = self.leaves[i];
        let start = if i == 0 { 0 } else { self.leaves[i - 1].1 };
        forest::linear(row, constant, &self.terms[start as usize..end as usize], plain)
    }
}
