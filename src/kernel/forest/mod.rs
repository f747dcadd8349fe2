//! Trees: a row is asked every question once, its answers are bytes, and trees compare those.
//!
//! An answer is a number's place among the sorted thresholds of its feature: x ≤ threshold i exactly if the place is at
//! most i. So trees see only bytes, whatever the numbers are. A byte tells 255 thresholds apart; more take more bytes. Where
//! a missing number goes is in the answer too. A category's answer is a code: who goes down has it looked up for all splits
//! ([`Sets`]).
//!
//! Three ways lead to the leaves, none with a branch. [`fall`] goes down sixteen shallow trees at once with one row,
//! [`walk_trees`] goes down eight with one row, and [`walk`] down one with four. [`choose`] goes up: it settles every split of a small tree for
//! [`ROWS`] rows at once, whose answers are [planes](Plane) of bits then.

mod grove;
mod planes;
mod questions;

pub use grove::{GROVE, GROVE_DEPTH, Grove, Splits, fall, from_lanes, to_lanes};
pub use planes::{
    CONSTANTS, Choice, EVERY_ROW, MAX_PLANES, NAME_BITS, NO_ROW, Plane, Planes, ROWS, choose, names, unite,
};
pub use questions::{CODES, Code, Member, PLACES, Place, Questions, Sets};

pub use super::lanes::{Singles, bucket};

/// How many leaves a tree may have to be gone up.
pub const MAX_LEAVES: usize = 1 << NAME_BITS;
/// How many answers a row may have to fall.
pub const MAX_ANSWERS: usize = 256;

/// A split or a leaf.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The place of the byte that is asked for, shifted by 8, and the largest one that goes left.
    pub question: u32,
    /// The node to the left, with the one to the right after it. A leaf, where all bytes go left, has itself here.
    pub next: u32,
}

#[inline(always)]
fn next(nodes: &[Node], answers: &[u8], at: u32) -> u32 {
    let Node { question, next } = nodes[at as usize];
    next + u32::from(answers[(question >> 8) as usize] > question as u8)
}

/// How many trees one row walks down at once.
pub const TREES: usize = 8;

/// The leaves that one row arrives at on [`TREES`] ways of at most `depth` steps: enough ways to wait for memory together.
#[inline(never)]
pub fn walk_trees(nodes: &[Node], answers: &[u8], ways: &mut [u32; TREES], depth: u32) {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *ways;
    let mut left = depth;
    while left > 0 {
        left -= 1;
        a = next(nodes, answers, a);
        b = next(nodes, answers, b);
        c = next(nodes, answers, c);
        d = next(nodes, answers, d);
        e = next(nodes, answers, e);
        f = next(nodes, answers, f);
        g = next(nodes, answers, g);
        h = next(nodes, answers, h);
    }
    *ways = [a, b, c, d, e, f, g, h];
}

/// The leaves that four ways of at most `depth` steps arrive at.
#[inline(never)]
pub fn walk(nodes: &[Node], answers: [&[u8]; 4], ways: &mut [u32; 4], depth: u32) {
    let [of_a, of_b, of_c, of_d] = answers;
    let [mut a, mut b, mut c, mut d] = *ways;
    let mut left = depth;
    while left > 0 {
        left = left.saturating_sub(2);
        let (a0, b0, c0, d0) = (a, b, c, d);
        a = next(nodes, of_a, a);
        b = next(nodes, of_b, b);
        c = next(nodes, of_c, c);
        d = next(nodes, of_d, d);
        a = next(nodes, of_a, a);
        b = next(nodes, of_b, b);
        c = next(nodes, of_c, c);
        d = next(nodes, of_d, d);
        // Who stays is at a leaf.
        if (a ^ a0) | (b ^ b0) | (c ^ c0) | (d ^ d0) == 0 {
            break;
        }
    }
    *ways = [a, b, c, d];
}

/// Adds to every `stride`-th sum the leaf of its row.
#[inline(always)]
pub fn add_each<const ROUNDS: bool>(
    sums: &mut [f64],
    stride: usize,
    leaves: &[f64; MAX_LEAVES],
    eights: &[u64; ROWS / 8],
) {
    let mut at = 0;
    for &eight in eights {
        let mut names = eight;
        let mut i = 0;
        while i < 8 && at < sums.len() {
            add(&mut sums[at], leaves[usize::from(names as u8)], ROUNDS);
            names >>= 8;
            at += stride;
            i += 1;
        }
    }
}

/// Adds to each row's `stride` sums the leaf of the row, to the output that is the leaf's.
#[inline(always)]
pub fn add_where(
    sums: &mut [f64],
    stride: usize,
    (leaves, outputs): (&[f64; MAX_LEAVES], &[u32; MAX_LEAVES]),
    eights: &[u64; ROWS / 8],
    rounds: bool,
) {
    let mut at = 0;
    for &eight in eights {
        let mut names = eight;
        let mut i = 0;
        while i < 8 && at < sums.len() {
            let name = usize::from(names as u8);
            add(&mut sums[at + outputs[name] as usize], leaves[name], rounds);
            names >>= 8;
            at += stride;
            i += 1;
        }
    }
}

/// Adds to each of [`ROWS`] sums the leaf of its row.
#[inline(always)]
pub fn add_singles(sums: &mut [Singles; ROWS / 4], leaves: &[f32; MAX_LEAVES], eights: &[u64; ROWS / 8]) {
    let mut i = 0;
    while i < ROWS / 8 {
        let names = eights[i];
        let (first, second) = (leaves_of(leaves, names as u32), leaves_of(leaves, (names >> 32) as u32));
        sums[2 * i] = sums[2 * i].plus(first);
        sums[2 * i + 1] = sums[2 * i + 1].plus(second);
        i += 1;
    }
}

/// Four leaves by name, the first in the least byte.
#[inline(always)]
fn leaves_of(leaves: &[f32; MAX_LEAVES], names: u32) -> Singles {
    let [a, b, c, d] = names.to_le_bytes();
    Singles::new(leaves[usize::from(a)], leaves[usize::from(b)], leaves[usize::from(c)], leaves[usize::from(d)])
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

/// Adds to a sum; `rounds` it to f32.
#[inline(always)]
pub fn add(sum: &mut f64, x: f64, rounds: bool) {
    *sum += x;
    if rounds {
        // Both are f32, and an f64 holds enough of their sum for a second rounding to do no harm.
        *sum = f64::from(*sum as f32);
    }
}
