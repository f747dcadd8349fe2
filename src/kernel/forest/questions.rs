//! What a row is asked: the places of its numbers among thresholds, and its categories.

use super::planes::{Plane, ROWS, mark, sweep};
use crate::kernel::lanes::{Bytes, Lanes, bucket};

/// How many thresholds a byte tells apart.
pub const PLACES: usize = 255;
/// How many categories have a code of their own: two more codes are for the missing and for all others.
pub const CODES: usize = 254;
/// A question about the place of a number.
///
/// A number falls into one of the buckets that its feature's range is cut into, and only the thresholds of that bucket have to
/// be searched: those of buckets before are less, those of buckets after are not.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Which number.
    pub feature: u32,
    /// A missing number has the first place, else the last.
    pub missing_first: bool,
    /// Where its thresholds begin, sorted.
    pub start: u32,
    /// How many there are. After them come as many NaN as a search may look at.
    pub count: u32,
    /// What decides on the [`bucket`] of a number.
    pub low: f64,
    /// The same.
    pub scale: f64,
    /// Where its buckets begin.
    pub buckets: u32,
    /// The last of them.
    pub last: f64,
    /// How many steps a search takes: each halves what is left.
    pub steps: u32,
}

impl Place {
    /// The place of x, which is above the thresholds before that one.
    #[inline(always)]
    fn of(&self, x: f64, after: u32) -> usize {
        // NaN is above none of them.
        (if x.is_nan() & !self.missing_first { self.count } else { after - self.start }) as usize
    }
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

impl Member {
    /// Whether x is a member of the set with those words.
    #[inline(always)]
    fn holds(&self, words: &[u32], x: f64) -> bool {
        match category(x, words.len() as u32 * 32) {
            Some(category) => words[category as usize / 32] >> (category % 32) & 1 == 1,
            None => x.is_nan() & self.has_missing,
        }
    }
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
    /// Whether a code is in set `i`.
    pub fn has(&self, i: usize, code: u32) -> bool {
        self.planes[code as usize / 8 * self.sixteens + i / 16][i % 16] >> (code % 8) & 1 == 1
    }

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
    /// For each bucket of all places the first of its thresholds.
    pub firsts: Vec<u32>,
    /// The codes.
    pub codes: Vec<Code>,
    /// The memberships.
    pub members: Vec<Member>,
    /// Their sets: bit c mod 32 of word c / 32.
    pub words: Vec<u32>,
}

impl Questions {
    /// Writes a row's answers.
    pub fn ask(&self, row: &[f64], answers: &mut [u8]) {
        // No closures and no iterators of several things: the module is built for size, where those are calls.
        let mut at = 0;
        for place in &self.places {
            let x = self.number(row, place.feature);
            let bucket = bucket(x, place.low, place.scale, place.last);
            let first = self.firsts[(place.buckets + bucket) as usize];
            let mut rank = place.of(x, search(&self.thresholds, place.steps, first, x));
            let mut left = place.count as usize;
            while left > 0 {
                answers[at] = rank.min(PLACES) as u8;
                (rank, left) = (rank.saturating_sub(PLACES), left.saturating_sub(PLACES));
                at += 1;
            }
        }
        for &Code { feature, count } in &self.codes {
            answers[at] = code(self.number(row, feature), count) as u8;
            at += 1;
        }
        let mut start = 0;
        for member in &self.members {
            let words = &self.words[start..member.end as usize];
            start = member.end as usize;
            answers[at] = u8::from(!member.holds(words, self.number(row, member.feature)));
            at += 1;
        }
    }

    /// Writes the answers of up to [`ROWS`] rows of `width` numbers as planes: for each place one a threshold, the rows above
    /// it, and one more; for each code one a code, the rows that have it; for each membership one, the rows without it.
    pub fn ask_all(&self, rows: &[f64], width: usize, planes: &mut [Plane]) {
        let count = (rows.len() / width).min(ROWS);
        let mut column = [0.0; ROWS];
        let mut rest = planes;
        for place in &self.places {
            let (own, others) = rest.split_at_mut(place.count as usize + 1);
            rest = others;
            own.fill([0; ROWS / 8]);
            self.number_each(rows, width, place.feature, &mut column);
            let firsts = &self.firsts[place.buckets as usize..];
            // Whatever is there after the last row has a place too.
            for (i, four) in column[..count.next_multiple_of(4)].as_chunks::<4>().0.iter().enumerate() {
                let [a, b, c, d] = Lanes::new(four).buckets(place.low, place.scale, place.last);
                let four_firsts = [firsts[a as usize], firsts[b as usize], firsts[c as usize], firsts[d as usize]];
                let [a, b, c, d] = search_four(&self.thresholds, place.steps, four_firsts, *four);
                mark(&mut own[place.of(four[0], a)], 4 * i);
                mark(&mut own[place.of(four[1], b)], 4 * i + 1);
                mark(&mut own[place.of(four[2], c)], 4 * i + 2);
                mark(&mut own[place.of(four[3], d)], 4 * i + 3);
            }
            sweep(own);
        }
        for &Code { feature, count: codes } in &self.codes {
            let (own, others) = rest.split_at_mut(codes as usize + 2);
            rest = others;
            own.fill([0; ROWS / 8]);
            self.number_each(rows, width, feature, &mut column);
            for (i, &x) in column[..count].iter().enumerate() {
                mark(&mut own[code(x, codes) as usize], i);
            }
        }
        let mut start = 0;
        for (member, plane) in self.members.iter().zip(rest) {
            let words = &self.words[start..member.end as usize];
            start = member.end as usize;
            *plane = [0; ROWS / 8];
            self.number_each(rows, width, member.feature, &mut column);
            for (i, &x) in column[..count].iter().enumerate() {
                if !member.holds(words, x) {
                    mark(plane, i);
                }
            }
        }
    }

    /// That number of each row.
    fn number_each(&self, rows: &[f64], width: usize, feature: u32, column: &mut [f64; ROWS]) {
        for (x, row) in column.iter_mut().zip(rows.chunks_exact(width)) {
            *x = row[feature as usize];
        }
        if self.rounds {
            for four in column.as_chunks_mut().0 {
                *four = Lanes::new(four).rounded().to_array();
            }
        }
    }

    #[inline(always)]
    fn number(&self, row: &[f64], feature: u32) -> f64 {
        let x = row[feature as usize];
        if self.rounds { f64::from(x as f32) } else { x }
    }
}

/// Where the thresholds that are not less than x begin, from the `first` on, if they are not further than a search of so many
/// steps gets.
#[inline(always)]
fn search(thresholds: &[f64], steps: u32, first: u32, x: f64) -> u32 {
    let mut after = first;
    let mut step = (1 << steps) / 2;
    while step > 0 {
        after = halve(thresholds, step, after, x);
        step /= 2;
    }
    after
}

/// The same for four at once: while one search waits for a threshold, another goes on.
#[inline(always)]
fn search_four(thresholds: &[f64], steps: u32, firsts: [u32; 4], [x, y, z, w]: [f64; 4]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = firsts;
    let mut step = (1 << steps) / 2;
    while step > 0 {
        a = halve(thresholds, step, a, x);
        b = halve(thresholds, step, b, y);
        c = halve(thresholds, step, c, z);
        d = halve(thresholds, step, d, w);
        step /= 2;
    }
    [a, b, c, d]
}

/// A step of a search, without a branch: half of the answers would be a surprise.
#[inline(always)]
fn halve(thresholds: &[f64], step: u32, after: u32, x: f64) -> u32 {
    let is_less = thresholds[(after + step) as usize - 1] < x;
    after + if is_less { step } else { 0 }
}

/// The code of a number where `count` categories have one.
#[inline(always)]
fn code(x: f64, count: u32) -> u32 {
    category(x, count).unwrap_or(count + u32::from(!x.is_nan()))
}

/// The category below `count` that a number is.
#[inline(always)]
fn category(x: f64, count: u32) -> Option<u32> {
    // -0.5 has the category 0; NaN has none.
    if x > -1.0 && (x as u32) < count { Some(x as u32) } else { None }
}
