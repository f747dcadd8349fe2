//! What the splits of a forest ask, each question once.

use super::buckets::Buckets;
use crate::kernel::forest::{CODES, Code, Member, PLACES, Place, Questions, Sets};
use crate::model::forest::{Forest, NodeKind, Precision};

/// What a forest asks a row, and how its nodes ask for the answers. They do so in a word: the byte of the answer, shifted by
/// 8, and the largest one that goes left.
pub struct Asked {
    /// What a row is asked.
    pub questions: Questions,
    /// How many bytes the answers have.
    pub answers: u32,
    /// The sets of codes that go right.
    pub sets: Vec<Sets>,
    /// How many bytes the answers have with theirs.
    pub all_answers: u32,
    /// The words for the thresholds, where missing numbers go right and where they go left.
    pub of_thresholds: [Vec<u32>; 2],
    /// The words for the sets of the forest.
    pub of_sets: Vec<u32>,
}

/// A set of categories that a split asks for.
struct Set<'a> {
    feature: usize,
    missing_left: bool,
    words: &'a [u32],
}

/// The thresholds of a feature with one side for missing numbers.
struct Group {
    feature: u32,
    missing_left: bool,
    thresholds: Vec<f64>,
    buckets: Buckets,
}

impl Asked {
    /// What a sound forest asks. Whatever takes time for each node or set is in a function of its own: engines compile what
    /// runs long once more, and all of a function.
    pub fn new(forest: &Forest) -> Self {
        let mut asked = Self {
            questions: Questions { rounds: forest.rows == Precision::F32, ..Questions::default() },
            answers: 0,
            sets: Vec::new(),
            all_answers: 0,
            of_thresholds: [Vec::new(), Vec::new()],
            of_sets: Vec::new(),
        };
        let sets = asked.look_through(forest);
        asked.ask_for_places(forest);
        asked.ask_for_categories(forest.width, &sets);
        // A row has an answer even if nobody asks: leaves look at the first.
        asked.answers = asked.answers.max(1);
        asked.all_answers = asked.answers;
        asked.look_up_codes(forest.width, &sets);
        asked
    }

    /// Marks with 1 which thresholds are asked for, and returns the sets that are.
    #[inline(never)]
    fn look_through<'a>(&mut self, forest: &'a Forest) -> Vec<Set<'a>> {
        self.of_thresholds = [false, true].map(|_| vec![0; forest.thresholds.tables.len()]);
        let (mut places, mut words) = (forest.thresholds.places.iter(), forest.sets.iter());
        let mut sets = Vec::with_capacity(forest.sets.ends.len());
        let mut features = forest.features.iter();
        for &kind in &forest.kinds {
            let (NodeKind::AtMost { missing_left } | NodeKind::In { missing_left }) = kind else { continue };
            let feature = features.next();
            if let NodeKind::In { .. } = kind {
                if let (Some(&feature), Some(words)) = (feature, words.next()) {
                    sets.push(Set { feature: feature as usize, missing_left, words });
                }
            } else if let Some(&place) = places.next() {
                self.of_thresholds[usize::from(missing_left)][place as usize] = 1;
            }
        }
        sets
    }

    /// Asks for the places of numbers among thresholds.
    #[inline(never)]
    fn ask_for_places(&mut self, forest: &Forest) {
        let thresholds = &forest.thresholds;
        let mut groups = Vec::new();
        for feature in 0..forest.width {
            let table = thresholds.table(feature);
            let table = table.start as usize..table.end as usize;
            for missing_left in [false, true] {
                let words = &mut self.of_thresholds[usize::from(missing_left)][table.clone()];
                let own = ranked(words, &thresholds.tables[table.clone()]);
                if !own.is_empty() {
                    let buckets = Buckets::new(&own);
                    groups.push(Group { feature: feature as u32, missing_left, thresholds: own, buckets });
                }
            }
        }
        // Searches of as many steps come together, which a processor foresees.
        let steps = |steps| groups.iter().filter(move |group| group.buckets.steps == steps);
        for group in (0..=u32::BITS).flat_map(steps) {
            let table = thresholds.table(group.feature as usize);
            let table = table.start as usize..table.end as usize;
            ranks_to_words(&mut self.of_thresholds[usize::from(group.missing_left)][table], self.answers);
            self.answers += group.thresholds.len().div_ceil(PLACES) as u32;
            self.questions.push(group);
        }
    }

    /// Asks for the codes of features with few categories, and for membership in each set of the others.
    #[inline(never)]
    fn ask_for_categories(&mut self, width: usize, sets: &[Set<'_>]) {
        // For each feature how many categories its largest set could hold. One without words asks for no category, but its
        // feature has a code.
        let mut categories = vec![0; width];
        for set in sets {
            let count = &mut categories[set.feature];
            *count = set.words.len().max(1).saturating_mul(32).max(*count);
        }
        for (feature, &count) in categories.iter().enumerate().filter(|(_, count)| has_code(**count)) {
            self.questions.codes.push(Code { feature: feature as u32, count: count as u32 });
            self.answers += 1;
        }
        for &Set { feature, missing_left, words } in sets {
            let mut word = 0;
            if !has_code(categories[feature]) {
                self.questions.words.extend(words);
                let end = self.questions.words.len() as u32;
                let feature = feature as u32;
                self.questions.members.push(Member { feature, has_missing: missing_left, end });
                word = self.answers << 8;
                self.answers += 1;
            }
            self.of_sets.push(word);
        }
    }

    /// Has the codes looked up in the sets: the answers of each come after all others.
    #[inline(never)]
    fn look_up_codes(&mut self, width: usize, sets: &[Set<'_>]) {
        let mut counts = vec![0_usize; width];
        sets.iter().for_each(|set| counts[set.feature] += 1);
        let codes = &self.questions.codes;
        let first_code = self.answers - (codes.len() + self.questions.members.len()) as u32;
        // For each feature its code, how many categories have one, the answer of its first set, and how many it has so far.
        let mut own = vec![None; width];
        for (i, &Code { feature, count }) in codes.iter().enumerate() {
            let sixteens = counts[feature as usize].div_ceil(16);
            own[feature as usize] = Some((i, count as usize, self.all_answers, 0));
            let bytes = (count as usize + 2).div_ceil(8);
            self.sets.push(Sets { code: first_code + i as u32, sixteens, planes: vec![[0; 16]; bytes * sixteens] });
            self.all_answers += 16 * sixteens as u32;
        }
        for (&Set { feature, missing_left, words }, of_set) in sets.iter().zip(&mut self.of_sets) {
            let Some((code, count, first, so_far)) = &mut own[feature] else { continue };
            let mut rights = [u64::MAX; 4];
            rights[*count / 64] ^= u64::from(missing_left) << (*count % 64);
            put(&mut self.sets[*code], *so_far as usize, words, rights);
            *of_set = (*first + *so_far) << 8;
            *so_far += 1;
        }
    }
}

/// The thresholds that are marked; the marks become their places among those.
#[inline(never)]
fn ranked(marks: &mut [u32], table: &[f64]) -> Vec<f64> {
    let mut own: Vec<f64> = Vec::new();
    for (mark, &threshold) in marks.iter_mut().zip(table) {
        // Both zeros are one threshold.
        if *mark == 1 && own.last() != Some(&threshold) {
            own.push(threshold + 0.0);
        }
        *mark = own.len().saturating_sub(1) as u32;
    }
    own
}

/// Places among thresholds become words, from that answer on.
#[inline(never)]
fn ranks_to_words(ranks: &mut [u32], answer: u32) {
    for rank in ranks {
        let (byte, most) = (*rank / PLACES as u32, *rank % PLACES as u32);
        *rank = ((answer + byte) << 8) | most;
    }
}

/// Makes set `i` that of the codes that go right: those that would without it, but for the words' bits.
#[inline(never)]
fn put(sets: &mut Sets, i: usize, words: &[u32], mut rights: [u64; 4]) {
    for (i, &word) in words.iter().enumerate() {
        rights[i / 2] ^= u64::from(word) << (i % 2 * 32);
    }
    for (plane, sixteens) in sets.planes.chunks_exact_mut(sets.sixteens).enumerate() {
        sixteens[i / 16][i % 16] = (rights[plane / 8] >> (plane % 8 * 8)) as u8;
    }
}

impl Questions {
    fn push(&mut self, group: &Group) {
        let Buckets { low, scale, firsts, steps } = &group.buckets;
        let start = self.thresholds.len() as u32;
        self.places.push(Place {
            feature: group.feature,
            missing_first: group.missing_left,
            start,
            count: group.thresholds.len() as u32,
            low: *low,
            scale: *scale,
            buckets: self.firsts.len() as u32,
            last: (firsts.len() - 1) as f64,
            steps: *steps,
        });
        self.firsts.extend(firsts.iter().map(|first| start + first));
        self.thresholds.extend(&group.thresholds);
        let end = self.thresholds.len() + (1 << steps);
        self.thresholds.resize(end, f64::NAN);
    }
}

/// Whether a feature with sets of that many categories has a code: one byte is enough then.
fn has_code(categories: usize) -> bool {
    (1..=CODES).contains(&categories)
}
