//! What the splits of a forest ask, each question once.

use super::buckets::Buckets;
use crate::kernel::forest::{CODES, Code, Member, PLACES, Place, Questions, Sets};
use crate::model::forest::{Forest, NodeKind, Precision};
use std::slice::Iter;

/// What a node asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The byte of the answer.
    pub answer: u32,
    /// The largest one that goes left.
    pub most: u8,
    /// The number of the set of codes that go right; 0 for none.
    pub set: u32,
    /// The plane of the answer; of a code the first of its planes.
    pub plane: u32,
    /// How many codes there are.
    pub codes: u32,
}

impl Question {
    /// Whoever is asked this goes left, as at a leaf.
    pub const NONE: Self = Self { answer: 0, most: u8::MAX, set: 0, plane: 0, codes: 0 };
}

/// Hands out the questions of a forest's nodes, in order.
pub struct Asker<'a> {
    forest: &'a Forest,
    features: Iter<'a, u32>,
    thresholds: Iter<'a, f64>,
    sets: Iter<'a, Vec<u32>>,
    /// Sorted by their keys.
    groups: Vec<Group>,
    /// Their order as questions.
    order: Vec<usize>,
    /// For each feature how many categories its largest set could hold.
    categories: Vec<usize>,
    /// For each feature the byte of its code, if it has one, and its first plane.
    codes: Vec<(u32, u32)>,
    /// The byte of the next answer about membership, and its plane.
    next_member: (u32, u32),
    /// How many bytes all answers have.
    pub bytes: u32,
    /// How many planes they have.
    pub planes: u32,
    /// The sets of codes that go right: none first.
    pub code_sets: Vec<[u64; 4]>,
    /// For each set the byte of the code.
    codes_of_sets: Vec<u32>,
}

/// The thresholds of a feature with one side for missing numbers.
struct Group {
    key: u32,
    thresholds: Vec<f64>,
    buckets: Buckets,
    /// The byte of its answer.
    answer: u32,
    /// Its first plane.
    plane: u32,
}

impl<'a> Asker<'a> {
    pub fn new(forest: &'a Forest) -> Self {
        let (mut thresholds, mut sets) = (forest.thresholds.iter(), forest.sets.iter());
        let mut keys = Vec::with_capacity(forest.thresholds.len());
        let mut categories = vec![0; if forest.sets.is_empty() { 0 } else { forest.width }];
        for (kind, feature) in splits(forest) {
            if let NodeKind::AtMost { missing_left } = kind {
                keys.extend(thresholds.next().map(|&threshold| key(feature, missing_left, threshold)));
            } else if let Some(set) = sets.next() {
                // A set without words asks for no category, but its feature has a code.
                let count = &mut categories[feature as usize];
                *count = set.len().max(1).saturating_mul(32).max(*count);
            }
        }
        keys.sort_unstable();
        keys.dedup();
        let mut groups = Vec::new();
        for group in keys.chunk_by(|a, b| a.0 == b.0) {
            let thresholds: Vec<f64> = group.iter().map(|&(_, order)| number(order)).collect();
            let buckets = Buckets::new(&thresholds);
            groups.push(Group { key: group[0].0, thresholds, buckets, answer: 0, plane: 0 });
        }
        // Searches of as many steps come together, which a processor foresees.
        let has_steps = |group: &usize, steps| groups[*group].buckets.steps == steps;
        let order = (0..=u32::BITS).flat_map(|steps| (0..groups.len()).filter(move |group| has_steps(group, steps)));
        let order: Vec<usize> = order.collect();
        let (mut bytes, mut planes) = (0, 0);
        for &group in &order {
            let group = &mut groups[group];
            (group.answer, group.plane) = (bytes, planes);
            bytes += group.thresholds.len().div_ceil(PLACES) as u32;
            planes += group.thresholds.len() as u32 + 1;
        }
        let mut codes = vec![(0, 0); categories.len()];
        for (code, &count) in codes.iter_mut().zip(&categories) {
            if has_code(count) {
                *code = (bytes, planes);
                bytes += 1;
                planes += count as u32 + 2;
            }
        }
        let members = splits(forest)
            .filter(|(kind, feature)| matches!(kind, NodeKind::In { .. }) && !has_code(categories[*feature as usize]));
        let members = members.count() as u32;
        Self {
            forest,
            features: forest.features.iter(),
            thresholds: forest.thresholds.iter(),
            sets: forest.sets.iter(),
            groups,
            order,
            categories,
            codes,
            next_member: (bytes, planes),
            bytes: bytes + members,
            planes: planes + members,
            code_sets: vec![[0; 4]],
            codes_of_sets: vec![u32::MAX],
        }
    }

    /// The question of the next node.
    pub fn next(&mut self, kind: NodeKind) -> Question {
        match kind {
            NodeKind::Leaf => Some(Question::NONE),
            NodeKind::AtMost { missing_left } => self.next_place(missing_left),
            NodeKind::In { missing_left } => self.next_set(missing_left),
        }
        .unwrap_or(Question::NONE)
    }

    fn next_place(&mut self, missing_left: bool) -> Option<Question> {
        let (&feature, &threshold) = (self.features.next()?, self.thresholds.next()?);
        let key = key(feature, missing_left, threshold).0;
        let group = self.groups.binary_search_by_key(&key, |group| group.key).ok()?;
        let Group { thresholds, answer, plane, .. } = &self.groups[group];
        let place = thresholds.partition_point(|&other| other < threshold) as u32;
        let (answer, most) = (answer + place / PLACES as u32, (place % PLACES as u32) as u8);
        Some(Question { answer, most, plane: plane + place, ..Question::NONE })
    }

    fn next_set(&mut self, missing_left: bool) -> Option<Question> {
        let (feature, words) = (*self.features.next()? as usize, self.sets.next()?);
        let count = self.categories[feature];
        if !has_code(count) {
            let (answer, plane) = self.next_member;
            self.next_member = (answer + 1, plane + 1);
            return Some(Question { answer, most: 0, plane, ..Question::NONE });
        }
        let mut rights = [u64::MAX; 4];
        for (i, &word) in words.iter().enumerate() {
            rights[i / 2] ^= u64::from(word) << (i % 2 * 32);
        }
        rights[count / 64] ^= u64::from(missing_left) << (count % 64);
        self.code_sets.push(rights);
        let (answer, plane) = self.codes[feature];
        self.codes_of_sets.push(answer);
        let set = self.code_sets.len() as u32 - 1;
        Some(Question { answer, set, plane, codes: count as u32 + 2, ..Question::NONE })
    }

    /// The sets of each code, and for each set the byte of its answer; those come after the `answers` that there are.
    pub fn sets(&self, answers: u32) -> (Vec<Sets>, Vec<u32>) {
        let mut sorted: Vec<usize> = (1..self.code_sets.len()).collect();
        sorted.sort_by_key(|&set| self.codes_of_sets[set]);
        let (mut all, mut places, mut next) = (Vec::new(), vec![0; self.code_sets.len()], answers);
        for own in sorted.chunk_by(|&a, &b| self.codes_of_sets[a] == self.codes_of_sets[b]) {
            let sixteens = own.len().div_ceil(16);
            let mut planes = vec![[0; 16]; 32 * sixteens];
            for (i, &set) in own.iter().enumerate() {
                places[set] = next + i as u32;
                for (plane, byte) in self.code_sets[set].iter().flat_map(|word| word.to_le_bytes()).enumerate() {
                    planes[plane * sixteens + i / 16][i % 16] = byte;
                }
            }
            next += 16 * sixteens as u32;
            all.push(Sets { code: self.codes_of_sets[own[0]], sixteens, planes });
        }
        (all, places)
    }

    /// What a row is asked.
    pub fn into_questions(self) -> Questions {
        let mut questions = Questions { rounds: self.forest.rows == Precision::F32, ..Questions::default() };
        for group in self.order.iter().map(|&group| &self.groups[group]) {
            let Buckets { low, scale, firsts, steps } = &group.buckets;
            let start = questions.thresholds.len() as u32;
            questions.places.push(Place {
                feature: group.key >> 1,
                missing_first: group.key & 1 == 1,
                start,
                count: group.thresholds.len() as u32,
                low: *low,
                scale: *scale,
                buckets: questions.firsts.len() as u32,
                last: (firsts.len() - 1) as f64,
                steps: *steps,
            });
            questions.firsts.extend(firsts.iter().map(|first| start + first));
            questions.thresholds.extend(&group.thresholds);
            let end = questions.thresholds.len() + (1 << steps);
            questions.thresholds.resize(end, f64::NAN);
        }
        for (feature, &count) in self.categories.iter().enumerate().filter(|(_, count)| has_code(**count)) {
            questions.codes.push(Code { feature: feature as u32, count: count as u32 });
        }
        let mut sets = self.forest.sets.iter();
        for (kind, feature) in splits(self.forest) {
            if let NodeKind::In { missing_left } = kind
                && let Some(set) = sets.next()
                && !has_code(self.categories[feature as usize])
            {
                questions.words.extend(set);
                let end = questions.words.len() as u32;
                questions.members.push(Member { feature, has_missing: missing_left, end });
            }
        }
        questions
    }
}

/// Whether a feature with sets of that many categories has a code: one byte is enough then.
fn has_code(categories: usize) -> bool {
    (1..=CODES).contains(&categories)
}

/// The splits with their features.
fn splits(forest: &Forest) -> impl Iterator<Item = (NodeKind, u32)> {
    let splits = forest.kinds.iter().filter(|kind| **kind != NodeKind::Leaf);
    splits.copied().zip(forest.features.iter().copied())
}

/// Sorts as the feature, where missing numbers go, and the threshold.
fn key(feature: u32, missing_left: bool, threshold: f64) -> (u32, u64) {
    // Both zeros are one threshold.
    let bits = (threshold + 0.0).to_bits();
    (feature << 1 | u32::from(missing_left), if bits >> 63 == 1 { !bits } else { bits | 1 << 63 })
}

/// The threshold of a key.
fn number(order: u64) -> f64 {
    f64::from_bits(if order >> 63 == 1 { order ^ 1 << 63 } else { !order })
}
