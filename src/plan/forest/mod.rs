//! A forest laid out for the kernel.

mod buckets;
mod leaves;
mod names;
mod questions;
mod run;
mod tree;
mod up;

pub use run::Room;

use crate::kernel::forest::{self, GROVE, GROVE_DEPTH, Grove, MAX_ANSWERS, Questions, Sets, Term, to_lanes};
use crate::model::forest::{Forest, LinearLeaves, Precision};
use leaves::{Leaves, Own, To};
use questions::Asked;
use std::array;
use std::sync::OnceLock;
use tree::{BARE, GroveBytes, Nodes, Tree, Words};
use up::Up;

/// Whether there is the way up: whoever downloads a package of one model would wait longer for its 3 KB than many rows save.
const GOES_UP: bool = cfg!(not(feature = "packaged"));

/// A forest laid out for the kernel: what its splits ask, and its trees for the ways to their leaves.
///
/// Loading is waited for, so it does what a row needs to go down. The way up is laid out when many rows have come.
#[derive(Clone, Debug)]
pub struct PackedForest {
    questions: Questions,
    /// How many bytes a row's answers have.
    answers: usize,
    trees: Vec<Tree>,
    /// If all of them are shallow, they stand in groves; and for each the numbers of its leaves.
    groves: Vec<Grove>,
    grove_leaves: Vec<[u8; 1 << GROVE_DEPTH]>,
    nodes: Nodes,
    /// The trees, the shallowest first, if they are in no groves.
    by_depth: Vec<u32>,
    /// The sets of codes that go right, for going down, and how many bytes a row's answers have with theirs.
    sets: Vec<Sets>,
    all_answers: usize,
    leaves: Leaves,
    /// Those of each tree.
    owns: Vec<Own>,
    linear: Option<Linear>,
    base: Vec<f64>,
    divisor: f64,
    /// For going up, if that is worth while.
    up: OnceLock<Option<Box<Up>>>,
}

impl PackedForest {
    /// Lays a sound forest out.
    pub fn new(forest: Forest) -> Self {
        let asked = Asked::new(&forest);
        let (kinds, count) = (&forest.kinds, forest.targets.len());
        let mut nodes = Nodes::new(kinds.len());
        let Asked { of_thresholds, of_sets, .. } = &asked;
        let mut words = Words { places: forest.thresholds.places.iter(), of_thresholds, of_sets: of_sets.iter() };
        let trees = nodes.lay_all_down(kinds, count, &mut words);
        let deepest = trees.iter().fold(0, |deepest, tree| deepest.max(tree.depth));
        let mut packed = Self {
            questions: asked.questions,
            answers: asked.answers as usize,
            trees,
            groves: Vec::new(),
            grove_leaves: Vec::new(),
            nodes,
            by_depth: Vec::new(),
            sets: asked.sets,
            all_answers: asked.all_answers as usize,
            leaves: Leaves { rounds: forest.sums == Precision::F32, ..Leaves::default() },
            owns: Vec::with_capacity(count),
            linear: forest.linear.map(|linear| Linear::new(*linear)),
            base: forest.base,
            divisor: forest.divisor,
            up: OnceLock::new(),
        };
        packed.take_leaves(forest.leaves, &forest.targets);
        if deepest <= GROVE_DEPTH && packed.answers <= MAX_ANSWERS && packed.sets.is_empty() {
            packed.plant();
        } else {
            packed.by_depth = (0..count as u32).collect();
            packed.by_depth.sort_unstable_by_key(|&tree| packed.trees[tree as usize].depth);
        }
        packed
    }

    /// Where tree `i` ends.
    fn end(&self, i: usize) -> usize {
        self.trees.get(i + 1).map_or(self.nodes.nodes.len(), |tree| tree.root as usize)
    }

    /// How many leaves tree `i` has.
    fn count(&self, i: usize) -> usize {
        (self.end(i) - self.trees[i].root as usize).div_ceil(2)
    }

    #[inline(never)]
    fn take_leaves(&mut self, numbers: Vec<f64>, targets: &[Option<u32>]) {
        // A zero may be left out where adding it changes nothing: -0 + 0 is 0, and the first addition may round.
        let rounds = self.leaves.rounds;
        let is_kept = |&x: &f64| x.to_bits() != (-0.0_f64).to_bits() && !(rounds && f64::from(x as f32) != x);
        let skips_zeros = self.base.iter().all(is_kept);
        if targets.iter().all(Option::is_some) {
            // They stay as they are.
            let mut start = 0;
            for (i, output) in targets.iter().flatten().enumerate() {
                self.owns.push(Own { start, to: To::One(*output) });
                start += self.count(i) as u32;
            }
            self.leaves.numbers = numbers;
        } else {
            self.pick_leaves(&numbers, targets, skips_zeros);
        }
        self.leaves.narrow(&self.base);
    }

    /// Takes the leaves of trees of which some have a number for each output.
    #[inline(never)]
    fn pick_leaves(&mut self, numbers: &[f64], targets: &[Option<u32>], skips_zeros: bool) {
        let (mut rest, outputs) = (numbers, self.base.len());
        for (i, target) in targets.iter().enumerate() {
            let (own, more) = rest.split_at(self.count(i) * if target.is_some() { 1 } else { outputs });
            rest = more;
            self.owns.push(match *target {
                Some(output) => self.leaves.push_plain(own, output),
                None => self.leaves.push(own, outputs, skips_zeros),
            });
        }
    }

    /// Plants all trees in groves.
    fn plant(&mut self) {
        for trees in self.trees.chunks(GROVE) {
            let mut grove = BARE;
            for (lane, tree) in trees.iter().enumerate() {
                let mut leaves = [0; 1 << GROVE_DEPTH];
                self.nodes.plant(tree.root as usize, lane, &mut grove, &mut leaves);
                self.grove_leaves.push(leaves);
            }
            self.groves.push(grown(&grove));
        }
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
