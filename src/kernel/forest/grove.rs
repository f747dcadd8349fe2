//! Sixteen shallow trees at once, one to a lane.

use crate::kernel::lanes::Bytes;

/// How many trees there are in a [`Grove`].
pub const GROVE: usize = 16;
/// The most splits on the way to a leaf in a grove.
pub const GROVE_DEPTH: u32 = 6;

/// The splits at one place of [`GROVE`] trees: the bytes that are asked for, and the largest that go left.
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

/// For each level whether it goes left.
#[inline(always)]
fn three_levels(splits: &[Splits; 7], answers: &[Bytes]) -> [Bytes; 3] {
    let a = goes_left(splits[0], answers);
    let b = goes_left([a.choose(splits[1][0], splits[2][0]), a.choose(splits[1][1], splits[2][1])], answers);
    let question = a.choose(b.choose(splits[3][0], splits[4][0]), b.choose(splits[5][0], splits[6][0]));
    let most = a.choose(b.choose(splits[3][1], splits[4][1]), b.choose(splits[5][1], splits[6][1]));
    [a, b, goes_left([question, most], answers)]
}

#[inline(always)]
fn goes_left(split: Splits, answers: &[Bytes]) -> Bytes {
    split[0].pick(answers).at_most(split[1])
}

/// Which of the eight is on the way.
#[inline(always)]
fn eighth(ways: &[Splits; 8], i: usize, [a, b, c]: [Bytes; 3]) -> Bytes {
    let left = b.choose(c.choose(ways[0][i], ways[1][i]), c.choose(ways[2][i], ways[3][i]));
    let right = b.choose(c.choose(ways[4][i], ways[5][i]), c.choose(ways[6][i], ways[7][i]));
    a.choose(left, right)
}

/// That bit where it does not go left.
#[inline(always)]
fn bit(goes_left: Bytes, bit: u8) -> Bytes {
    goes_left.choose(Bytes::splat(0), Bytes::splat(bit))
}

/// Bytes as lanes.
pub fn to_lanes(bytes: &[u8; 16]) -> Bytes {
    let [low, high] =
        [&bytes[..8], &bytes[8..]].map(|half| half.first_chunk().map_or(0, |half| u64::from_le_bytes(*half)));
    Bytes::from_halves([low, high])
}

/// Lanes as bytes: eight to a number, the first in its least byte.
pub fn from_lanes(lanes: Bytes) -> [u64; 2] {
    lanes.to_halves()
}
