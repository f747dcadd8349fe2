//! Trees: from the root to a leaf, several ways at once.
//!
//! A step down is a load, a comparison and a choice without a branch, and each needs the one before it. So four ways go
//! down side by side: four rows through one tree, or, for a single row, four trees.

/// A split or a leaf. A leaf's threshold is NaN and its `right` is its own index: whoever arrives stays.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What a number may be at most to go left, or the number of a set of categories.
    pub threshold: f64,
    /// The feature, and [`MISSING_LEFT`] and [`IN_SET`] in its upper bits.
    pub feature: u32,
    /// Where the right side begins; the left one follows at once.
    pub right: u32,
}

/// A missing number goes left.
pub const MISSING_LEFT: u32 = 1 << 31;
/// The split asks for a set of categories.
pub const IN_SET: u32 = 1 << 30;

/// Trees laid out for walking.
#[derive(Clone, Copy, Debug)]
pub struct Trees<'a> {
    /// All nodes.
    pub nodes: &'a [Node],
    /// Whether a row's numbers are rounded to f32 before they are compared.
    pub rounds: bool,
    /// The sets of categories: bit c mod 32 of word c / 32.
    pub sets: &'a [Vec<u32>],
}

impl Trees<'_> {
    /// The node after `at` on the way of the row.
    #[inline(always)]
    fn next(&self, row: &[f64], at: u32) -> u32 {
        let node = &self.nodes[at as usize];
        let mut x = row[(node.feature & !(MISSING_LEFT | IN_SET)) as usize];
        if self.rounds {
            x = f64::from(x as f32);
        }
        let is_left = if node.feature & IN_SET == 0 { x <= node.threshold } else { self.is_member(x, node.threshold) };
        let goes_left = is_left | (x.is_nan() & (node.feature & MISSING_LEFT != 0));
        if goes_left { at + 1 } else { node.right }
    }

    /// Whether the category, a number without its fraction, is in a set.
    fn is_member(&self, x: f64, set: f64) -> bool {
        let words = &self.sets[set as usize];
        // -0.5 has the category 0; NaN has none.
        if !(x > -1.0 && x < words.len() as f64 * 32.0) {
            return false;
        }
        let category = x as usize;
        words[category / 32] >> (category % 32) & 1 == 1
    }

    /// The leaves that four ways of at most `depth` steps arrive at.
    #[inline(always)]
    pub fn descend(&self, rows: [&[f64]; 4], roots: [u32; 4], depth: u32) -> [u32; 4] {
        let [mut a, mut b, mut c, mut d] = roots;
        for _ in 0..depth {
            a = self.next(rows[0], a);
            b = self.next(rows[1], b);
            c = self.next(rows[2], c);
            d = self.next(rows[3], d);
        }
        [a, b, c, d]
    }
}

/// A term of a linear leaf: a feature and its coefficient.
pub type Term = (u32, f64);

/// A linear leaf: the constant and the terms in order, or `plain` if a number among them is missing.
pub fn linear(row: &[f64], constant: f64, terms: &[Term], plain: f64) -> f64 {
    let sum = terms.iter().fold(constant, |sum, &(feature, coefficient)| sum + coefficient * row[feature as usize]);
    let is_missing = |&(feature, _): &Term| row[feature as usize].is_nan();
    // A sum of numbers may be NaN too (inf - inf), so the numbers are asked, but only then.
    if sum.is_nan() && terms.iter().any(is_missing) { plain } else { sum }
}

/// Adds a leaf's numbers to sums; `rounds` after each addition to f32.
#[inline(always)]
pub fn add(sums: &mut [f64], leaf: &[f64], rounds: bool) {
    for (sum, x) in sums.iter_mut().zip(leaf) {
        *sum += x;
        if rounds {
            // Both are f32, and an f64 holds enough of their sum for a second rounding to do no harm.
            *sum = f64::from(*sum as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(at: u32) -> Node {
        Node { threshold: f64::NAN, feature: 0, right: at }
    }

    #[test]
    fn each_row_goes_its_own_way_and_stays_at_its_leaf() {
        let nodes = [Node { threshold: 0.5, feature: 0, right: 2 }, leaf(1), leaf(2)];
        let trees = Trees { nodes: &nodes, rounds: false, sets: &[] };
        let rows = [&[0.5][..], &[0.500_000_000_001], &[f64::NAN], &[f64::NEG_INFINITY]];
        assert_eq!(trees.descend(rows, [0; 4], 9), [1, 2, 2, 1]);
        let rounded = Trees { rounds: true, ..trees };
        assert_eq!(rounded.descend(rows, [0; 4], 1), [1, 1, 2, 1]);
    }

    #[test]
    fn missing_goes_where_the_split_says_and_categories_by_their_set() {
        let split = Node { threshold: 0.0, feature: IN_SET | MISSING_LEFT, right: 2 };
        let (nodes, sets) = ([split, leaf(1), leaf(2)], [vec![0b101, 1]]);
        let trees = Trees { nodes: &nodes, rounds: false, sets: &sets };
        let rows = |xs: [f64; 4]| trees.descend([&xs[..1], &xs[1..2], &xs[2..3], &xs[3..]], [0; 4], 1);
        assert_eq!(rows([0.0, 1.0, 2.9, f64::NAN]), [1, 2, 1, 1]);
        assert_eq!(rows([32.0, 33.0, -1.0, 1e300]), [1, 2, 2, 2]);
    }

    #[test]
    fn linear_leaves_are_plain_where_a_number_is_missing() {
        let leaf = |row: &[f64]| linear(row, 0.5, &[(1, 2.0), (0, -1.0)], 9.0);
        assert_eq!(leaf(&[3.0, 0.25, f64::NAN]), -2.0);
        assert_eq!(leaf(&[f64::NAN, 0.25]), 9.0);
        assert!(leaf(&[f64::INFINITY, f64::INFINITY]).is_nan());
    }

    #[test]
    fn sums_round_to_f32_where_the_framework_does() {
        let mut sums = [f64::from(0.1_f32)];
        add(&mut sums, &[f64::from(0.2_f32)], true);
        assert_eq!(sums[0], f64::from(0.1_f32 + 0.2_f32));
    }
}
