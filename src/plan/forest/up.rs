//! Trees laid out for going up: every split settled for many rows at once.

use super::questions::{Asker, Question};
use super::tree::{Names, Shape, ShapeNode};
use crate::kernel::forest::{CONSTANTS, Choice, EVERY_ROW, MAX_LEAVES, MAX_PLANES, NAME_BITS, NO_ROW};
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
    /// The steps of all trees on the way down.
    steps: u32,
}

/// A tree: how many sets there are up to its end, how many choices, and the planes of its leaves' names.
#[derive(Clone, Debug)]
pub struct UpTree {
    pub last_set: u32,
    pub end: u32,
    pub bits: Bits,
}

/// The planes of a name's bits, from the least on.
type Bits = [u16; NAME_BITS];

impl Up {
    /// Without trees, for the answers of that asker; `None` if they have too many planes.
    pub fn new(asker: &Asker<'_>) -> Option<Self> {
        let made_at = CONSTANTS + asker.planes as usize;
        let (trees, members, ends, choices) = (Vec::new(), Vec::new(), vec![0], Vec::new());
        (made_at < MAX_PLANES).then_some(Self { trees, members, ends, choices, made_at, steps: 0 })
    }

    /// Lays a tree out with those of the names for its leaves that take the fewest choices, and returns them. Fails if there
    /// are too many leaves, or too many planes to make.
    pub fn push(
        &mut self,
        shape: &Shape,
        candidates: impl IntoIterator<Item = Names>,
        sets: &[[u64; 4]],
    ) -> Option<Names> {
        let first_set = self.ends.len();
        let answers: Vec<_> = shape.nodes.iter().map(|node| self.answer(node.question, first_set, sets)).collect();
        let chosen_at = self.made_at + self.ends.len() - first_set;
        if chosen_at > MAX_PLANES {
            return None;
        }
        let lay = |names: Names| {
            let mut chooser = Chooser { choices: Vec::new(), made_at: chosen_at };
            let bits = chooser.tree(shape, &names, &answers)?;
            Some((chooser.choices, bits, names))
        };
        let (choices, bits, names) =
            candidates.into_iter().filter_map(lay).min_by_key(|(choices, ..)| choices.len())?;
        self.choices.extend(choices);
        self.trees.push(UpTree { last_set: self.ends.len() as u32 - 1, end: self.choices.len() as u32, bits });
        self.steps += shape.depth;
        Some(names)
    }

    /// The plane of a question's answer; or, if that is of fewer codes, of the opposite.
    fn answer(&mut self, question: Question, first_set: usize, sets: &[[u64; 4]]) -> (u16, bool) {
        let first = CONSTANTS as u32 + question.plane;
        if question.set == 0 {
            return (first as u16, false);
        }
        let set = &sets[question.set as usize];
        let codes = (0..question.codes).map(|code| (code, set[code as usize / 64] >> (code % 64) & 1 == 1));
        let is_turned = 2 * codes.clone().filter(|(_, is_in)| *is_in).count() > question.codes as usize;
        self.members.extend(codes.filter(|(_, is_in)| *is_in != is_turned).map(|(code, _)| (first + code) as u16));
        self.ends.push(self.members.len() as u32);
        ((self.made_at + self.ends.len() - 1 - first_set) as u16, is_turned)
    }

    /// Whether it is quicker than going down.
    pub fn is_worth_it(&self) -> bool {
        let steps = self.choices.len() as f64 * STEPS_OF_CHOICE
            + self.members.len() as f64 * STEPS_OF_MEMBER
            + self.trees.len() as f64 * STEPS_OF_TREE;
        steps < f64::from(self.steps)
    }
}

/// Makes a tree's choices.
struct Chooser {
    choices: Vec<Choice>,
    /// Where their planes go.
    made_at: usize,
}

impl Chooser {
    /// The planes of the leaves' names, with the planes of the answers and whether they are the opposite.
    fn tree(&mut self, shape: &Shape, names: &Names, answers: &[(u16, bool)]) -> Option<Bits> {
        if names.leaves.len() > MAX_LEAVES {
            return None;
        }
        // Of the names below each node.
        let mut bits = vec![[NO_ROW; NAME_BITS]; shape.nodes.len()];
        for (at, &ShapeNode { next, is_leaf, .. }) in shape.nodes.iter().enumerate().rev() {
            if is_leaf {
                let name = names.names[next as usize];
                bits[at] = array::from_fn(|bit| if name >> bit & 1 == 1 { EVERY_ROW } else { NO_ROW });
                continue;
            }
            let (plane, is_turned) = answers[at];
            let (left, right) = (bits[at + 1], bits[next as usize]);
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
