//! Path-dependent SHAP values of trees: how much each feature moves the answer from its mean to a row's.
//!
//! Let a feature count with the chance t and be forgotten else. A tree is then a function of t: at a split a row goes to
//! its side with the chance t, and with what is left it goes as training rows did. The Shapley value of a feature is the
//! integral over t from 0 to 1 of what more of that feature does (Owen 1972). For a tree it is a polynomial, so a few
//! points give it to the last bits ([`Points`]), and at each point a tree takes one way down and one up, whatever its
//! depth: Linear TreeSHAP (Yu et al. 2022) without a polynomial to divide.
//!
//! At a split on feature f, let `share` be the share of its training rows that went left, `x` 1 if the row goes left and 0
//! if not, and `held` the share of training rows that f's own splits above let through (1 if there are none). Then
//!
//! ```text
//! with no split on f above:        left = share · (1 − t) + x · t              moved = x − share
//! if the row passes all of those:  left = (share · held · (1 − t) + x · t) / q  moved = held · (x − share) / q²
//!                                                                               where q = held · (1 − t) + t
//! if it does not:                  left = share                                 moved = 0
//! ```
//!
//! where `left` is the chance of going left. Going down, each split gets the chance of coming there; going up, the answer
//! expected from there on; and f gains `weight · chance · moved · (answer of the left − answer of the right)`.
//!
//! Four points lie side by side in four lanes. Splits are taken in their order going down and in the opposite going up,
//! and each adds to its feature's four lanes: that is the order of the sums.

mod quadrature;

pub use quadrature::{MAX_FEATURES, POINTS, Points};

use super::lanes::Lanes;

/// No split above on the same feature.
pub const NONE: u32 = u32::MAX;

/// What a split is and what training rows did there.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// The number that it asks for.
    pub column: u32,
    /// Where what it moves is added to.
    pub feature: u32,
    /// To the left: a split, or, from the number of splits on, a leaf.
    pub left: u32,
    /// To the right.
    pub right: u32,
    /// The nearest split above on the same number, times 2, plus 1 if this one is to the right of it; or [`NONE`].
    pub above: u32,
    /// The number of the set of categories that goes left, from 1 on; 0 if numbers up to the threshold do.
    pub set: u32,
    /// Whether a missing number goes left.
    pub missing_left: bool,
    /// The largest number that goes left.
    pub threshold: f64,
    /// The share of training rows that went left.
    pub share: f64,
    /// The share of training rows that the splits above on the same number let through.
    pub held: f64,
}

/// Sets of categories: bit c mod 32 of word c / 32.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    /// The words of all sets.
    pub words: Vec<u32>,
    /// Where each set ends; it begins where the one before ends.
    pub ends: Vec<u32>,
}

impl Sets {
    /// Whether x, without its fraction, is in a set, counted from 1.
    fn holds(&self, set: u32, x: f64) -> bool {
        let start = if set == 1 { 0 } else { self.ends[set as usize - 2] };
        let words = &self.words[start as usize..self.ends[set as usize - 1] as usize];
        // Whatever is no category is beyond all words.
        let category = if x > -1.0 { x as u64 } else { u64::MAX };
        let word = usize::try_from(category / 32).ok().and_then(|at| words.get(at));
        word.is_some_and(|word| word >> (category % 32) & 1 == 1)
    }
}

/// Where a tree is worked out: room for the largest one.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// For each split 1 if the row goes left there, plus 2 if it passes the splits above on the same number.
    sides: Vec<u8>,
    /// For each split the chance of coming there, and then what its answers count in its feature's sum.
    ways: Vec<[f64; POINTS]>,
    /// For each split the chance of going left.
    lefts: Vec<[f64; POINTS]>,
    /// For each split and leaf the answer expected from there on.
    answers: Vec<[f64; POINTS]>,
}

impl Desk {
    /// Makes room for trees of so many splits.
    pub fn grow(&mut self, splits: usize) {
        if splits > self.sides.len() {
            self.sides.resize(splits, 0);
            self.lefts.resize(splits, [0.0; POINTS]);
            self.ways.resize(2 * splits + 1, [0.0; POINTS]);
            self.answers.resize(2 * splits + 1, [0.0; POINTS]);
        }
    }

    /// Adds what a tree's features move to `sums`, four to a feature, each times `scale`. Leaf i answers
    /// `leaves[i * stride]`. There is room for the tree.
    pub fn explain(
        &mut self,
        (splits, sets): (&[Split], &Sets),
        (leaves, stride): (&[f64], usize),
        row: &[f64],
        (points, scale): (&[Points], f64),
        sums: &mut [[f64; POINTS]],
    ) {
        self.ask(splits, sets, row);
        for points in points {
            self.go_down(splits, points, scale);
            let mut i = 0;
            while i <= splits.len() {
                self.answers[splits.len() + i] = [leaves[i * stride]; POINTS];
                i += 1;
            }
            self.go_up(splits, sums);
        }
    }

    /// Works out the sides.
    fn ask(&mut self, splits: &[Split], sets: &Sets, row: &[f64]) {
        let sides = &mut self.sides[..splits.len()];
        let mut i = 0;
        while i < splits.len() {
            let split = &splits[i];
            let x = row[split.column as usize];
            let goes_left = if split.set > 0 { sets.holds(split.set, x) } else { x <= split.threshold };
            let goes_left = goes_left | (x.is_nan() & split.missing_left);
            // 3: it passed those above that one, and went left; 2: and went right.
            let passes = split.above == NONE || u32::from(sides[(split.above / 2) as usize]) == 3 - split.above % 2;
            sides[i] = u8::from(goes_left) + 2 * u8::from(passes);
            i += 1;
        }
    }

    /// Works out the chances, and what answers count.
    #[inline(never)]
    fn go_down(&mut self, splits: &[Split], points: &Points, scale: f64) {
        let (t, rest) = (Lanes::new(&points.at), Lanes::new(&points.rest));
        let count = splits.len();
        let (sides, ways, lefts) = (&self.sides[..count], &mut self.ways[..2 * count + 1], &mut self.lefts[..count]);
        ways[0] = Lanes::new(&points.weights).times(Lanes::splat(scale)).to_array();
        let mut i = 0;
        while i < count {
            let Split { left, right, above, share, held, .. } = splits[i];
            let side = sides[i];
            let way = Lanes::new(&ways[i]);
            let x = f64::from(side & 1);
            let chance;
            if above == NONE {
                chance = rest.times(Lanes::splat(share)).add_product(t, Lanes::splat(x));
                ways[i] = way.times(Lanes::splat(x - share)).to_array();
            } else if side >= 2 {
                let passed = rest.times(Lanes::splat(held)).plus(t);
                let to_left = rest.times(Lanes::splat(share * held)).add_product(t, Lanes::splat(x));
                chance = to_left.over(passed);
                ways[i] = way.times(Lanes::splat(held * (x - share))).over(passed.times(passed)).to_array();
            } else {
                chance = Lanes::splat(share);
                ways[i] = [0.0; POINTS];
            }
            let to_left = way.times(chance);
            lefts[i] = chance.to_array();
            ways[left as usize] = to_left.to_array();
            ways[right as usize] = way.minus(to_left).to_array();
            i += 1;
        }
    }

    /// Works out the answers, and adds.
    #[inline(never)]
    fn go_up(&mut self, splits: &[Split], sums: &mut [[f64; POINTS]]) {
        let count = splits.len();
        let (ways, lefts, answers) = (&self.ways[..count], &self.lefts[..count], &mut self.answers[..2 * count + 1]);
        let mut i = count;
        while i > 0 {
            i -= 1;
            let Split { feature, left, right, .. } = splits[i];
            let right = Lanes::new(&answers[right as usize]);
            let difference = Lanes::new(&answers[left as usize]).minus(right);
            answers[i] = right.add_product(difference, Lanes::new(&lefts[i])).to_array();
            let sum = &mut sums[feature as usize];
            *sum = Lanes::new(sum).add_product(difference, Lanes::new(&ways[i])).to_array();
        }
    }
}

/// The sum of a feature's four lanes: (0 + 2) + (1 + 3).
pub fn total(sum: &[f64; POINTS]) -> f64 {
    (sum[0] + sum[2]) + (sum[1] + sum[3])
}
