//! What a row is asked: the places of its numbers among thresholds, and its categories.

use super::Bytes;

/// How many thresholds a byte tells apart.
pub const PLACES: usize = 255;
/// How many categories have a code of their own: two more codes are for the missing and for all others.
pub const CODES: usize = 254;
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

/// All sets of codes that go right of one feature, to look a code up in each of them.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    /// The byte of the code.
    pub code: u32,
    /// How many times 16 sets there are, with empty ones to fill up.
    pub sixteens: usize,
    /// Of each set a byte for the codes 0 to 7, the first in its least bit; then of each a byte for the codes 8 to 15, and
    /// so on.
    pub planes: Vec<[u8; 16]>,
}

impl Sets {
    /// Looks a code up: for each set 0 where it is not in it, above 0 where it is.
    pub fn look_up(&self, code: u8, answers: &mut [[u8; 16]]) {
        let bit = Bytes::splat(1 << (code % 8));
        for (answers, sets) in answers.iter_mut().zip(&self.planes[usize::from(code / 8) * self.sixteens..]) {
            *answers = Bytes::new(sets).choose(bit, Bytes::splat(0)).to_array();
        }
    }
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
