//! Runs a forest over rows.

use super::up::{Up, UpTree};
use super::{GOES_UP, Leaves, PackedForest};
use crate::kernel::forest::{
    CONSTANTS, EVERY_ROW, GROVE_DEPTH, MAX_ANSWERS, MAX_PLANES, Plane, ROWS, Singles, TREES, add_singles, choose, fall,
    from_lanes, names, to_lanes, unite, walk, walk_trees,
};

/// Fewer rows than this go down: going up takes nearly as long for one as for [`ROWS`].
const FEW: usize = 24;
/// So many rows go down before the way up is laid out: that takes about as long.
const MANY: usize = 4 * ROWS;

/// What a forest writes to while it runs. It grows when it has to.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// The answers of rows that go down.
    bytes: Vec<u8>,
    /// Where a row ends in each tree.
    ends: Vec<u32>,
    /// All planes of rows that go up.
    planes: Vec<Plane>,
    /// How many rows have come side by side.
    seen: usize,
}

impl PackedForest {
    /// Predicts rows of `width` numbers.
    pub fn run(&self, rows: &[f64], width: usize, out: &mut [f64], room: &mut Room) {
        let outputs = self.base.len();
        for sums in out.chunks_exact_mut(outputs) {
            sums.copy_from_slice(&self.base);
        }
        for (rows, out) in rows.chunks(ROWS * width).zip(out.chunks_mut(ROWS * outputs)) {
            match self.up(rows.len() / width, room) {
                Some(up) => self.go_up(up, rows, width, out, &mut room.planes),
                None => self.go_down(rows, width, out, room),
            }
        }
        if self.divisor != 1.0 {
            out.iter_mut().for_each(|x| *x /= self.divisor);
        }
    }

    /// The way up, if that is the way for so many rows.
    fn up(&self, rows: usize, room: &mut Room) -> Option<&Up> {
        if !GOES_UP || rows < FEW {
            return None;
        }
        room.seen = room.seen.saturating_add(rows);
        if room.seen < MANY {
            return None;
        }
        let up = self.up.get_or_init(|| Up::new(self).map(Box::new)).as_deref()?;
        if room.planes.is_empty() {
            room.planes.resize(MAX_PLANES, [0; ROWS / 8]);
            room.planes[usize::from(EVERY_ROW)] = [u8::MAX; ROWS / 8];
        }
        Some(up)
    }

    /// Goes up all trees with at most [`ROWS`] rows.
    #[inline(never)]
    fn go_up(&self, up: &Up, rows: &[f64], width: usize, out: &mut [f64], planes: &mut [Plane]) {
        let Some(planes) = planes.first_chunk_mut::<MAX_PLANES>() else { return };
        self.questions.ask_all(rows, width, &mut planes[CONSTANTS..]);
        let (mut first_set, mut first_choice) = (0, 0);
        let is_single = self.base.len() == 1 && !up.leaves.singles.is_empty();
        let base = self.base[0] as f32;
        let mut sums = [Singles::new(base, base, base, base); ROWS / 4];
        for UpTree { last_set, end, bits, own } in &up.trees {
            let (last_set, end) = (*last_set as usize, *end as usize);
            unite(&up.members, &up.ends[first_set..=last_set], planes, up.made_at);
            choose(&up.choices[first_choice..end], planes, up.made_at + last_set - first_set);
            (first_set, first_choice) = (last_set, end);
            let names = names(bits, planes);
            match up.leaves.singles[own.start as usize * usize::from(is_single)..].first_chunk() {
                Some(leaves) if is_single => add_singles(&mut sums, leaves, &names),
                _ => up.leaves.add_all(*own, &names, out, self.base.len()),
            }
        }
        if is_single {
            for (out, sums) in out.chunks_mut(4).zip(sums) {
                for (out, sum) in out.iter_mut().zip(sums.to_array()) {
                    *out = sum.into();
                }
            }
        }
    }

    /// Walks at most [`ROWS`] rows down all trees.
    #[inline(never)]
    fn go_down(&self, rows: &[f64], width: usize, out: &mut [f64], room: &mut Room) {
        let Room { bytes, ends, .. } = room;
        let (outputs, count, size) = (self.base.len(), rows.len() / width, self.all_answers);
        bytes.resize((size * count + MAX_ANSWERS).max(bytes.len()), 0);
        ends.resize(self.by_depth.len().max(ends.len()), 0);
        for i in 0..count {
            let answers = &mut bytes[i * size..];
            self.questions.ask(&rows[i * width..][..width], answers);
            let (codes, more) = answers.split_at_mut(self.answers);
            let mut more = more.as_chunks_mut().0;
            for sets in &self.sets {
                let (own, others) = more.split_at_mut(sets.sixteens);
                sets.look_up(codes[sets.code as usize], own);
                more = others;
            }
        }
        if !self.groves.is_empty() {
            for i in 0..count {
                if let Some(answers) = bytes[i * size..].first_chunk() {
                    self.fall(answers, &rows[i * width..], &mut out[i * outputs..][..outputs]);
                }
            }
            return;
        }
        let (bytes, linear) = (&bytes[..], self.linear.as_ref());
        let answers = |i: usize| &bytes[i * size..][..size];
        // Four rows through each tree …
        let together = count / 4 * 4;
        if together > 0 {
            for (tree, &own) in self.trees.iter().zip(&self.owns) {
                let mut i = 0;
                while i < together {
                    let four = [answers(i), answers(i + 1), answers(i + 2), answers(i + 3)];
                    let mut ends = [tree.root; 4];
                    walk(&self.nodes.nodes, four, &mut ends, tree.depth);
                    let mut j = 0;
                    while j < 4 {
                        let leaf = self.nodes.leaf_of[ends[j] as usize] as usize;
                        let sums = &mut out[(i + j) * outputs..][..outputs];
                        self.leaves.add(own, linear, &rows[(i + j) * width..], sums, leaf);
                        j += 1;
                    }
                    i += 4;
                }
            }
        }
        // … and what is left, each row through several trees of about the same depth. They add up in their own order.
        for i in together..count {
            for trees in self.by_depth.chunks(TREES) {
                let mut ways = [self.trees[trees[0] as usize].root; TREES];
                let mut depth = 0;
                for (way, &tree) in ways.iter_mut().zip(trees) {
                    let tree = &self.trees[tree as usize];
                    (*way, depth) = (tree.root, tree.depth);
                }
                walk_trees(&self.nodes.nodes, answers(i), &mut ways, depth);
                for (&way, &tree) in ways.iter().zip(trees) {
                    ends[tree as usize] = way;
                }
            }
            let (row, sums) = (&rows[i * width..], &mut out[i * outputs..][..outputs]);
            for (&own, &end) in self.owns.iter().zip(&*ends) {
                self.leaves.add(own, linear, row, sums, self.nodes.leaf_of[end as usize] as usize);
            }
        }
    }

    /// Lets a row fall down all groves.
    #[inline(never)]
    fn fall(&self, answers: &[u8; MAX_ANSWERS], row: &[f64], sums: &mut [f64]) {
        let mut lanes = [to_lanes(&[0; 16]); MAX_ANSWERS / 16];
        let used = self.answers.div_ceil(16);
        for i in 0..used {
            lanes[i] = answers[i * 16..].first_chunk().map_or(lanes[i], to_lanes);
        }
        let lanes = &lanes[..used];
        let Leaves { numbers, singles, rounds, .. } = &self.leaves;
        let (owns, is_single) = (&self.owns[..], !singles.is_empty());
        let is_one = sums.len() == 1 && self.linear.is_none() && *rounds == is_single;
        let (mut sum, mut narrow_sum) = (sums[0], sums[0] as f32);
        let mut trees = self.grove_leaves.iter().zip(owns);
        for grove in &self.groves {
            for mut names in from_lanes(fall(grove, lanes)) {
                let eight = trees.by_ref().take(8).map(|(leaves, own)| {
                    let leaf = usize::from(leaves[names as usize % (1 << GROVE_DEPTH)]);
                    names >>= 8;
                    (*own, leaf)
                });
                // With one output the sum stays in a register.
                if !is_one {
                    eight.for_each(|(own, leaf)| self.leaves.add(own, self.linear.as_ref(), row, sums, leaf));
                } else if is_single {
                    narrow_sum = eight.fold(narrow_sum, |sum, (at, leaf)| sum + singles[at.start as usize + leaf]);
                } else {
                    sum = eight.fold(sum, |sum, (at, leaf)| sum + numbers[at.start as usize + leaf]);
                }
            }
        }
        if is_one {
            sums[0] = if is_single { narrow_sum.into() } else { sum };
        }
    }
}
