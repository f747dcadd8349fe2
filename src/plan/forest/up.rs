//! Trees laid out for going up: every split settled for many rows at once.

use super::names::Names;
use super::{Leaves, Own, PackedForest};
use crate::kernel::forest::{
    CONSTANTS, Choice, EVERY_ROW, MAX_LEAVES, MAX_PLANES, NAME_BITS, NO_ROW, Node, PLACES, Questions,
};
use std::array;

/// What a choice takes, a code in a set, and a tree besides, in steps of a way down: see the benchmarks.
const STEPS_OF_CHOICE: f64 = 0.005;
const STEPS_OF_MEMBER: f64 = 0.001;
const STEPS_OF_TREE: f64 = 1.0;

/// All trees, and what they choose between.
#[derive(Clone, Debug)]
pub struct Up {
    pub trees: Vec<UpTree>,
    /// The planes of the codes in each set, set after set.
    pub members: Vec<u16>,
    /// Where the sets begin and end: set i at place i, and ends at the next.
    pub ends: Vec<u32>,
    pub choices: Vec<Choice>,
    /// Where a tree's planes go: those of its sets, then those that its choices make.
    pub made_at: usize,
    pub leaves: Leaves,
}

/// A tree: how many sets there are up to its end, how many choices, the planes of its leaves' names, and the leaves.
#[derive(Clone, Debug)]
pub struct UpTree {
    pub last_set: u32,
    pub end: u32,
    pub bits: Bits,
    pub own: Own,
}

/// The planes of a name's bits, from the least on.
type Bits = [u16; NAME_BITS];

/// The plane of a split's answer, and whether that is the opposite.
type Answer = (u16, bool);

impl Up {
    /// A forest; `None` if its leaves are linear, if it has too many leaves or planes, or if going down is quicker.
    pub fn new(forest: &PackedForest) -> Option<Self> {
        let planes = Planes::of(&forest.questions);
        let mut up = Self {
            trees: Vec::with_capacity(forest.trees.len()),
            members: Vec::new(),
            ends: vec![0],
            choices: Vec::new(),
            made_at: CONSTANTS + planes.count as usize,
            leaves: Leaves { rounds: forest.leaves.rounds, ..Leaves::default() },
        };
        if up.made_at >= MAX_PLANES || forest.linear.is_some() {
            return None;
        }
        for i in 0..forest.trees.len() {
            up.push(forest, i, &planes)?;
        }
        up.leaves.pad();
        up.leaves.narrow(&forest.base);
        up.is_worth_it(forest).then_some(up)
    }

    /// Lays tree `i` out with those of the names for its leaves that take the fewest choices. Fails if there
    /// are too many leaves, or too many planes to make.
    fn push(&mut self, forest: &PackedForest, i: usize, planes: &Planes) -> Option<()> {
        let (tree, own) = (forest.trees[i], forest.owns[i]);
        let (root, end, first_set) = (tree.root as usize, forest.end(i), self.ends.len());
        let (count, outputs) = (forest.count(i), forest.base.len());
        let named = Names::by_numbers(&forest.leaves, own, count, outputs)?;
        let mut answers = Vec::with_capacity(end - root);
        for node in &forest.nodes.nodes[root..end] {
            answers.push(self.answer(forest, node.question, first_set, planes));
        }
        let chosen_at = self.made_at + self.ends.len() - first_set;
        if chosen_at > MAX_PLANES {
            return None;
        }
        let lay = |names: Names| {
            let mut chooser = Chooser { choices: Vec::new(), made_at: chosen_at };
            let bits = chooser.tree(forest, root, &names, &answers)?;
            Some((chooser.choices, bits, names))
        };
        let candidates =
            Names::by_way(&forest.nodes, root, tree.depth, count).into_iter().chain([named.in_gray_code()]);
        let (choices, bits, names) = candidates.filter_map(lay).min_by_key(|(choices, ..)| choices.len())?;
        self.choices.extend(choices);
        let own = self.leaves.copy(&forest.leaves, own, &names.leaves, outputs);
        self.trees.push(UpTree { last_set: self.ends.len() as u32 - 1, end: self.choices.len() as u32, bits, own });
        Some(())
    }

    /// The plane of the answer to a word; of a set of codes a plane is made, of the opposite if that is of fewer codes.
    fn answer(&mut self, forest: &PackedForest, word: u32, first_set: usize, planes: &Planes) -> Answer {
        let answer = word >> 8;
        if let Some(first) = planes.firsts.get(answer as usize) {
            return ((CONSTANTS as u32 + first + word % (1 << 8)) as u16, false);
        }
        let mut i = answer - planes.firsts.len() as u32;
        let mut sets = forest.sets.iter().zip(&forest.questions.codes);
        let found = sets.find(|(sets, _)| {
            let is_here = i < 16 * sets.sixteens as u32;
            i -= if is_here { 0 } else { 16 * sets.sixteens as u32 };
            is_here
        });
        let Some((sets, code)) = found else { return (NO_ROW, false) };
        let first = CONSTANTS as u32 + planes.firsts[sets.code as usize];
        let codes = (0..code.count + 2).map(|code| (first + code, sets.has(i as usize, code)));
        let is_turned = 2 * codes.clone().filter(|(_, is_in)| *is_in).count() > codes.len();
        self.members.extend(codes.filter(|(_, is_in)| *is_in != is_turned).map(|(plane, _)| plane as u16));
        self.ends.push(self.members.len() as u32);
        ((self.made_at + self.ends.len() - 1 - first_set) as u16, is_turned)
    }

    /// Whether it is quicker than going down.
    fn is_worth_it(&self, forest: &PackedForest) -> bool {
        let steps = self.choices.len() as f64 * STEPS_OF_CHOICE
            + self.members.len() as f64 * STEPS_OF_MEMBER
            + self.trees.len() as f64 * STEPS_OF_TREE;
        steps < forest.trees.iter().map(|tree| f64::from(tree.depth)).sum()
    }
}

/// The planes of answers.
struct Planes {
    /// For each byte of an answer the first of its planes.
    firsts: Vec<u32>,
    count: u32,
}

impl Planes {
    /// Of a place one for each threshold and one more, of a code one for each, of a membership one.
    fn of(questions: &Questions) -> Self {
        let mut planes = Self { firsts: Vec::new(), count: 0 };
        for place in &questions.places {
            planes.firsts.extend((0..place.count).step_by(PLACES).map(|before| planes.count + before));
            planes.count += place.count + 1;
        }
        for code in &questions.codes {
            planes.firsts.push(planes.count);
            planes.count += code.count + 2;
        }
        for _ in &questions.members {
            planes.firsts.push(planes.count);
            planes.count += 1;
        }
        planes
    }
}

/// Makes a tree's choices.
struct Chooser {
    choices: Vec<Choice>,
    /// Where their planes go.
    made_at: usize,
}

impl Chooser {
    /// The planes of the leaves' names, for the answers of its splits.
    fn tree(&mut self, forest: &PackedForest, root: usize, names: &Names, answers: &[Answer]) -> Option<Bits> {
        if names.leaves.len() > MAX_LEAVES {
            return None;
        }
        // Of the names below each node.
        let mut bits = vec![[NO_ROW; NAME_BITS]; answers.len()];
        for (at, &(plane, is_turned)) in answers.iter().enumerate().rev() {
            let Node { next, .. } = forest.nodes.nodes[root + at];
            if forest.nodes.is_leaf(root + at) {
                let name = names.names[forest.nodes.leaf_of[root + at] as usize];
                bits[at] = array::from_fn(|bit| if name >> bit & 1 == 1 { EVERY_ROW } else { NO_ROW });
                continue;
            }
            let next = next as usize - root;
            let (left, right) = (bits[next], bits[next + 1]);
            let (left, right) = if is_turned { (right, left) } else { (left, right) };
            for bit in 0..NAME_BITS {
                bits[at][bit] = self.choose(plane, left[bit], right[bit])?;
            }
        }
        Some(bits[0])
    }

    /// The plane of a choice: made only if there is something to choose. Fails if there is no room.
    fn choose(&mut self, question: u16, left: u16, right: u16) -> Option<u16> {
        if left == right {
            return Some(left);
        }
        if (left, right) == (NO_ROW, EVERY_ROW) {
            return Some(question);
        }
        let plane = self.made_at + self.choices.len();
        self.choices.push(Choice::new(question, left, right));
        (plane < MAX_PLANES).then_some(plane as u16)
    }
}
