//! Sixteen shallow trees at once, one to a lane.

use crate::kernel::lanes::Bytes;

/// How many trees there are in a [`Grove`].
pub const GROVE: usize = 16;
/// The most splits on the way to a leaf in a grove.
pub const GROVE_DEPTH: u32 = 6;

/// The splits at one place of [`GROVE`] trees: the bytes that are asked for, and the largest that go left, as i8.
pub type Splits = [Bytes; 2];

/// Shallow trees, with all places taken: the upper three levels, in the order of a heap; then for each place of the lower
/// three levels the splits there, on each of the eight ways down to them.
#[derive(Clone, Debug)]
pub struct Grove {
    /// The upper levels.
    pub upper: [Splits; 7],
    /// The lower levels.
    pub lower: [[Splits; 8]; 7],
}

/// Where a split of the lower levels lies is chosen, not looked up: so one row goes down all trees of a grove at once.
/// Returns for each the number of the leaf.
#[inline(always)]
pub fn fall(grove: &Grove, answers: &[Bytes]) -> Bytes {
    let first = three_levels(&grove.upper, answers);
    let mut lower = grove.upper;
    let mut i = 0;
    while i < 7 {
        let ways = &grove.lower[i];
        lower[i] = [eighth(ways, 0, first), eighth(ways, 1, first)];
        i += 1;
    }
    let second = three_levels(&lower, answers);
    let [a, b, c] = first;
    let [d, e, f] = second;
    bit(a, 32).or(bit(b, 16)).or(bit(c, 8)).or(bit(d, 4).or(bit(e, 2)).or(bit(f, 1)))
}

/// For each level whether it goes right.
#[inline(always)]
fn three_levels(splits: &[Splits; 7], answers: &[Bytes]) -> [Bytes; 3] {
    let a = goes_right(splits[0], answers);
    let b = goes_right([a.choose(splits[2][0], splits[1][0]), a.choose(splits[2][1], splits[1][1])], answers);
    let question = a.choose(b.choose(splits[6][0], splits[5][0]), b.choose(splits[4][0], splits[3][0]));
    let most = a.choose(b.choose(splits[6][1], splits[5][1]), b.choose(splits[4][1], splits[3][1]));
    [a, b, goes_right([question, most], answers)]
}

#[inline(always)]
fn goes_right(split: Splits, answers: &[Bytes]) -> Bytes {
    split[0].pick(answers).is_above(split[1])
}

/// Which of the eight is on the way.
#[inline(always)]
fn eighth(ways: &[Splits; 8], i: usize, [a, b, c]: [Bytes; 3]) -> Bytes {
    let left = b.choose(c.choose(ways[3][i], ways[2][i]), c.choose(ways[1][i], ways[0][i]));
    let right = b.choose(c.choose(ways[7][i], ways[6][i]), c.choose(ways[5][i], ways[4][i]));
    a.choose(right, left)
}

/// That bit where it goes right.
#[inline(always)]
fn bit(goes_right: Bytes, bit: u8) -> Bytes {
    goes_right.choose(Bytes::splat(bit), Bytes::splat(0))
}

/// Bytes as lanes of i8, in the same order.
pub fn to_lanes(bytes: &[u8; 16]) -> Bytes {
    Bytes::new(bytes).turned()
}

/// Lanes as bytes: eight to a number, the first in its least byte.
pub fn from_lanes(lanes: Bytes) -> [u64; 2] {
    lanes.to_halves()
}
