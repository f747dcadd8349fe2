//! Trees: a row is asked every question once, its answers are bytes, and trees compare those.
//!
//! An answer is a number's place among the sorted thresholds of its feature: x ≤ thresholds[i] exactly if the place is at
//! most i. So trees see only bytes, whatever the numbers are. A byte tells 255 thresholds apart; more take more bytes. Where
//! a missing number goes is in the answer too. A category's answer is a code, which splits look up in 256 bits.
//!
//! Three ways lead to the leaves, none with a branch. [`fall`] goes down sixteen shallow trees at once with one row,
//! [`Trees::walk`] goes down four trees, or with four rows. [`merge`] goes up: it settles every split of a small tree for
//! [`ROWS`] rows at once.

use super::lanes::Bytes;

/// How many rows go up a tree at once.
pub const ROWS: usize = 64;
/// The answers of [`ROWS`] rows to a question, or for each row the leaf of a part of a tree.
pub type Block = [Bytes; ROWS / 16];
/// How many thresholds a byte tells apart.
pub const PLACES: usize = 255;
/// How many categories have a code of their own: two more codes are for the missing and for all others.
pub const CODES: usize = 254;
/// How many leaves a tree may have to be gone up.
pub const MAX_LEAVES: usize = 256;
/// How many splits a tree may have to be gone up.
pub const MAX_MERGES: usize = 256;
/// How many answers there may be to go up.
pub const MAX_ANSWERS: usize = 256;

/// A question about the place of a number.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Which number.
    pub feature: u32,
    /// A missing number has the first place, else the last.
    pub missing_first: bool,
    /// Where its thresholds begin.
    pub start: u32,
    /// How many there are: one less than a power of two, with NaN to fill up.
    pub count: u32,
    /// How many bytes the answer has.
    pub bytes: u32,
}

/// A question about a category: the number without its fraction. The code of a category below `count` is the category,
/// of a missing one `count`, and of any other `count + 1`.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Which number.
    pub feature: u32,
    /// How many categories have a code: at most [`CODES`].
    pub count: u32,
}

/// A question about membership, for features with more categories than there are codes. The answer is 0 for members.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Which number.
    pub feature: u32,
    /// A missing number is a member.
    pub has_missing: bool,
    /// Where the words of the set end; they begin where those of the set before end.
    pub end: u32,
}

/// What a row is asked, in order.
#[derive(Clone, Debug, Default)]
pub struct Questions {
    /// Whether numbers are rounded to f32 first.
    pub rounds: bool,
    /// The places.
    pub places: Vec<Place>,
    /// The thresholds of all places.
    pub thresholds: Vec<f64>,
    /// The codes.
    pub codes: Vec<Code>,
    /// The memberships.
    pub members: Vec<Member>,
    /// Their sets: bit c mod 32 of word c / 32.
    pub words: Vec<u32>,
}

impl Questions {
    /// Writes a row's answers to every `stride`-th byte, from the first on.
    pub fn ask(&self, row: &[f64], stride: usize, answers: &mut [u8]) {
        // No closures and no iterators of several things: the module is built for size, where those are calls.
        let mut at = 0;
        for place in &self.places {
            let x = self.number(row, place.feature);
            let after = &self.thresholds[place.start as usize..];
            // NaN is above none of them.
            let below = count_below(&after[..place.count as usize], after, x);
            let mut rank = if x.is_nan() & !place.missing_first { u32::MAX } else { below };
            let end = at + place.bytes as usize * stride;
            while at < end {
                answers[at] = rank.min(PLACES as u32) as u8;
                rank = rank.saturating_sub(PLACES as u32);
                at += stride;
            }
        }
        for &Code { feature, count } in &self.codes {
            let x = self.number(row, feature);
            answers[at] = category(x, count).unwrap_or(count + u32::from(!x.is_nan())) as u8;
            at += stride;
        }
        let mut start = 0;
        for &Member { feature, has_missing, end } in &self.members {
            let words = &self.words[start..end as usize];
            start = end as usize;
            let x = self.number(row, feature);
            let is_member = match category(x, words.len() as u32 * 32) {
                Some(category) => words[category as usize / 32] >> (category % 32) & 1 == 1,
                None => x.is_nan() & has_missing,
            };
            answers[at] = u8::from(!is_member);
            at += stride;
        }
    }

    #[inline(always)]
    fn number(&self, row: &[f64], feature: u32) -> f64 {
        let x = row[feature as usize];
        if self.rounds { f64::from(x as f32) } else { x }
    }
}

/// How many of the sorted thresholds, one less than a power of two, are less than x. `after` are the same and what comes
/// after them.
#[inline(always)]
fn count_below(thresholds: &[f64], after: &[f64], x: f64) -> u32 {
    let count = thresholds.len();
    let Some(after) = after.first_chunk().filter(|_| count < 256) else { return search(thresholds, x) };
    let below = half::<128>(after, count, 0, x);
    let below = half::<64>(after, count, below, x);
    let below = half::<32>(after, count, below, x);
    let below = half::<16>(after, count, below, x);
    let below = half::<8>(after, count, below, x);
    let below = half::<4>(after, count, below, x);
    let below = half::<2>(after, count, below, x);
    half::<1>(after, count, below, x) as u32
}

/// A step of a search among at most 255 thresholds. There is nothing to check, and no branch but on their count: half of the
/// answers would be a surprise.
#[inline(always)]
fn half<const STEP: usize>(thresholds: &[f64; 256], count: usize, below: usize, x: f64) -> usize {
    let is_above = thresholds[(below | (STEP - 1)) % 256] < x;
    if count < STEP { below } else { below + usize::from(is_above) * STEP }
}

fn search(thresholds: &[f64], x: f64) -> u32 {
    let mut below = 0;
    let mut step = thresholds.len().div_ceil(2);
    while step > 0 {
        below += step & usize::from(thresholds[below + step - 1] < x).wrapping_neg();
        step /= 2;
    }
    below as u32
}

/// The category below `count` that a number is.
#[inline(always)]
fn category(x: f64, count: u32) -> Option<u32> {
    // -0.5 has the category 0; NaN has none.
    if x > -1.0 && (x as u32) < count { Some(x as u32) } else { None }
}

/// A split or a leaf.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The place of the byte that is asked for, shifted by 8, and the largest one that goes left.
    pub question: u32,
    /// The node to the left, with the one to the right after it. A leaf, where all bytes go left, has itself here.
    pub next: u32,
}

/// Nodes, and what those that ask for a code need besides.
#[derive(Clone, Copy, Debug)]
pub struct Trees<'a> {
    /// All nodes.
    pub nodes: &'a [Node],
    /// For each node the place in `sets` of the codes that go right; no codes at all for other nodes.
    pub set_of: &'a [u32],
    /// Bit c mod 64 of word c / 64.
    pub sets: &'a [[u64; 4]],
}

impl Trees<'_> {
    #[inline(always)]
    fn next<const CODED: bool>(&self, answers: &[u8], at: u32) -> u32 {
        let Node { question, next } = self.nodes[at as usize];
        let answer = answers[(question >> 8) as usize];
        let goes_right = u32::from(answer > question as u8);
        if !CODED {
            return next + goes_right;
        }
        let set = &self.sets[self.set_of[at as usize] as usize];
        next + (goes_right | (set[usize::from(answer / 64)] >> (answer % 64)) as u32 & 1)
    }

    /// The leaves that four ways of at most `depth` steps arrive at. `CODED` if some nodes ask for a code.
    #[inline(never)]
    pub fn walk<const CODED: bool>(&self, answers: [&[u8]; 4], ways: &mut [u32; 4], depth: u32) {
        let [of_a, of_b, of_c, of_d] = answers;
        let [mut a, mut b, mut c, mut d] = *ways;
        let mut left = depth;
        while left > 0 {
            left = left.saturating_sub(2);
            let (a0, b0, c0, d0) = (a, b, c, d);
            a = self.next::<CODED>(of_a, a);
            b = self.next::<CODED>(of_b, b);
            c = self.next::<CODED>(of_c, c);
            d = self.next::<CODED>(of_d, d);
            a = self.next::<CODED>(of_a, a);
            b = self.next::<CODED>(of_b, b);
            c = self.next::<CODED>(of_c, c);
            d = self.next::<CODED>(of_d, d);
            // Who stays is at a leaf.
            if (a ^ a0) | (b ^ b0) | (c ^ c0) | (d ^ d0) == 0 {
                break;
            }
        }
        *ways = [a, b, c, d];
    }
}

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

/// A split, seen from below.
#[derive(Clone, Copy, Debug)]
pub struct Merge {
    /// Which block of answers is asked for, shifted by 8, and the largest one that goes left.
    pub question: u16,
    /// The block with the leaves of the left side: first come [`MAX_LEAVES`] leaves, then what each merge makes.
    pub left: u16,
    /// The block with the leaves of the right side.
    pub right: u16,
}

/// All leaves, and what merges make of them.
pub type Merged = [Block; MAX_LEAVES + MAX_MERGES];

/// The answers of [`ROWS`] rows, question after question, as blocks.
pub fn to_blocks(answers: &[u8], blocks: &mut [Block]) {
    let bytes =
        |eights: &[[u8; 8]; 2]| Bytes::from_halves([u64::from_le_bytes(eights[0]), u64::from_le_bytes(eights[1])]);
    for (answers, block) in answers.as_chunks::<8>().0.as_chunks::<2>().0.as_chunks::<4>().0.iter().zip(blocks) {
        *block = [bytes(&answers[0]), bytes(&answers[1]), bytes(&answers[2]), bytes(&answers[3])];
    }
}

/// The leaves of [`ROWS`] rows, eight to a number, the first in its least byte.
#[inline(always)]
pub fn from_block(block: &Block) -> [u64; ROWS / 8] {
    let [a, b, c, d] = [block[0].to_halves(), block[1].to_halves(), block[2].to_halves(), block[3].to_halves()];
    [a[0], a[1], b[0], b[1], c[0], c[1], d[0], d[1]]
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

/// A block of the same byte.
pub fn block_of(byte: u8) -> Block {
    [Bytes::splat(byte); ROWS / 16]
}

/// Looks codes up: for each row 0 where it is not in the set, which goes left.
#[inline(always)]
pub fn look_up(codes: &Block, set: &[u64; 4]) -> Block {
    [codes[0].are_in(set), codes[1].are_in(set), codes[2].are_in(set), codes[3].are_in(set)]
}

/// Goes up a tree and returns the leaf of each row.
#[inline(always)]
pub fn merge(merges: &[Merge], answers: &[Block; MAX_ANSWERS], blocks: &mut Merged) -> Block {
    // Without a split there is one leaf.
    let mut last = blocks[0];
    let mut at = MAX_LEAVES;
    // Not an iterator of pairs, and no arrays of lanes: the module is built for size, where those are calls and copies.
    let mut rest = merges;
    while let [merge, more @ ..] = rest {
        rest = more;
        let most = Bytes::splat(merge.question as u8);
        // Nothing is checked here: a byte cannot point outside, nor can what is masked.
        let answer = &answers[usize::from(merge.question >> 8)];
        let left = &blocks[usize::from(merge.left) % (MAX_LEAVES + MAX_MERGES)];
        let right = &blocks[usize::from(merge.right) % (MAX_LEAVES + MAX_MERGES)];
        last = [
            answer[0].at_most(most).choose(left[0], right[0]),
            answer[1].at_most(most).choose(left[1], right[1]),
            answer[2].at_most(most).choose(left[2], right[2]),
            answer[3].at_most(most).choose(left[3], right[3]),
        ];
        blocks[at % (MAX_LEAVES + MAX_MERGES)] = last;
        at += 1;
    }
    last
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
