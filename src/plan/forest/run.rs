//! Runs a forest over rows.

use super::up::{Up, UpTree};
use super::{PackedForest, To, Tree, WALKS_ONLY};
use crate::kernel::forest::{
    CONSTANTS, EVERY_ROW, GROVE_DEPTH, MAX_ANSWERS, MAX_PLANES, Plane, ROWS, Singles, TREES, add, add_each,
    add_singles, add_where, choose, fall, from_lanes, names, to_lanes, unite, walk, walk_trees,
};

/// Fewer rows than this go down: going up takes nearly as long for one as for [`ROWS`].
const FEW: usize = 24;

/// What a forest writes to while it runs.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// The answers of rows that go down.
    bytes: Vec<u8>,
    /// Where a row ends in each tree.
    ends: Vec<u32>,
    /// All planes of rows that go up.
    planes: Vec<Plane>,
}

impl Room {
    /// Makes it large enough for a forest.
    pub fn grow(&mut self, forest: &PackedForest) {
        let rows = if forest.up.is_some() { FEW } else { ROWS };
        self.bytes.resize((forest.all_answers * rows + MAX_ANSWERS).max(self.bytes.len()), 0);
        self.ends.resize(forest.by_depth.len().max(self.ends.len()), 0);
        if forest.up.is_some() {
            self.planes.resize(MAX_PLANES, [0; ROWS / 8]);
            self.planes[usize::from(EVERY_ROW)] = [u8::MAX; ROWS / 8];
        }
    }
}

impl PackedForest {
    /// Predicts rows of `width` numbers.
    pub fn run(&self, rows: &[f64], width: usize, out: &mut [f64], room: &mut Room) {
        let outputs = self.base.len();
        for sums in out.chunks_exact_mut(outputs) {
            sums.copy_from_slice(&self.base);
        }
        for (rows, out) in rows.chunks(ROWS * width).zip(out.chunks_mut(ROWS * outputs)) {
            match &self.up {
                Some(up) if !WALKS_ONLY && rows.len() >= FEW * width => {
                    self.go_up(up, rows, width, out, &mut room.planes)
                }
                _ => self.go_down(rows, width, out, room),
            }
        }
        if self.divisor != 1.0 {
            out.iter_mut().for_each(|x| *x /= self.divisor);
        }
    }

    /// Goes up all trees with at most [`ROWS`] rows.
    #[inline(never)]
    fn go_up(&self, up: &Up, rows: &[f64], width: usize, out: &mut [f64], planes: &mut [Plane]) {
        let Some(planes) = planes.first_chunk_mut::<MAX_PLANES>() else { return };
        self.questions.ask_all(rows, width, &mut planes[CONSTANTS..]);
        let (mut first_set, mut first_choice) = (0, 0);
        let is_single = self.base.len() == 1 && !self.singles.is_empty();
        let base = self.base[0] as f32;
        let mut sums = [Singles::new(base, base, base, base); ROWS / 4];
        for (tree, UpTree { last_set, end, bits }) in self.trees.iter().zip(&up.trees) {
            let (last_set, end) = (*last_set as usize, *end as usize);
            unite(&up.members, &up.ends[first_set..=last_set], planes, up.made_at);
            choose(&up.choices[first_choice..end], planes, up.made_at + last_set - first_set);
            (first_set, first_choice) = (last_set, end);
            let names = names(bits, planes);
            match self.singles[tree.leaves as usize * usize::from(is_single)..].first_chunk() {
                Some(leaves) if is_single => add_singles(&mut sums, leaves, &names),
                _ => self.add_all(tree, &names, out),
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
        for i in 0..count {
            let answers = &mut bytes[i * size..];
            self.questions.ask(&rows[i * width..][..width], answers);
            let (codes, more) = answers.split_at_mut(self.answers);
            let mut more = more.as_chunks_mut().0;
            for sets in &self.sets_of_codes {
                let (own, others) = more.split_at_mut(sets.sixteens);
                sets.look_up(codes[sets.code as usize], own);
                more = others;
            }
        }
        if !WALKS_ONLY && !self.groves.is_empty() {
            for i in 0..count {
                if let Some(answers) = bytes[i * size..].first_chunk() {
                    self.fall(answers, &rows[i * width..], &mut out[i * outputs..][..outputs]);
                }
            }
            return;
        }
        let bytes = &bytes[..];
        let answers = |i: usize| &bytes[i * size..][..size];
        // Four rows through each tree …
        let together = count / 4 * 4;
        if together > 0 {
            for tree in &self.trees {
                let mut i = 0;
                while i < together {
                    let four = [answers(i), answers(i + 1), answers(i + 2), answers(i + 3)];
                    let mut ends = [tree.root; 4];
                    walk(&self.nodes, four, &mut ends, tree.depth);
                    let mut j = 0;
                    while j < 4 {
                        let leaf = self.leaf_of[ends[j] as usize] as usize;
                        self.add(tree, &rows[(i + j) * width..], &mut out[(i + j) * outputs..], leaf);
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
                walk_trees(&self.nodes, answers(i), &mut ways, depth);
                for (&way, &tree) in ways.iter().zip(trees) {
                    ends[tree as usize] = way;
                }
            }
            let (row, sums) = (&rows[i * width..], &mut out[i * outputs..]);
            for (tree, &end) in self.trees.iter().zip(&*ends) {
                self.add(tree, row, sums, self.leaf_of[end as usize] as usize);
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
        let (trees, leaves) = (&self.trees[..], &self.leaves[..]);
        // With one output the sum need not go through memory.
        let is_single = !self.singles.is_empty();
        let is_one = sums.len() == 1 && self.linear.is_none() && self.rounds_sums == is_single;
        let (mut sum, mut narrow_sum) = (sums[0], sums[0] as f32);
        let mut i = 0;
        for grove in &self.groves {
            for eight in from_lanes(fall(grove, lanes)) {
                let mut names = eight;
                let end = trees.len().min(i + 8);
                while i < end {
                    let leaf = usize::from(self.grove_leaves[i][names as usize % (1 << GROVE_DEPTH)]);
                    names >>= 8;
                    if !is_one {
                        self.add(&trees[i], row, sums, leaf);
                    } else if is_single {
                        narrow_sum += self.singles[trees[i].leaves as usize + leaf];
                    } else {
                        sum += leaves[trees[i].leaves as usize + leaf];
                    }
                    i += 1;
                }
            }
        }
        if is_one {
            sums[0] = if is_single { narrow_sum.into() } else { sum };
        }
    }

    /// Adds the leaf with that name.
    #[inline(always)]
    fn add(&self, tree: &Tree, row: &[f64], sums: &mut [f64], leaf: usize) {
        let at = tree.leaves as usize + leaf;
        match (tree.to, &self.linear) {
            (To::One(output), None) => add(&mut sums[output as usize], self.leaves[at], self.rounds_sums),
            (To::One(output), Some(linear)) => {
                add(&mut sums[output as usize], linear.of(at, row, self.leaves[at]), self.rounds_sums);
            }
            (To::Each(start), _) => {
                let output = self.outputs[start as usize + leaf] as usize;
                add(&mut sums[output], self.leaves[at], self.rounds_sums);
            }
            (To::All, _) => self.add_leaf(tree, leaf, sums),
        }
    }

    /// Adds a leaf with a number for every output.
    fn add_leaf(&self, tree: &Tree, leaf: usize, sums: &mut [f64]) {
        let outputs = self.base.len();
        let leaf = &self.leaves[tree.leaves as usize + leaf * outputs..][..outputs];
        let sums = &mut sums[..outputs];
        for i in 0..outputs {
            add(&mut sums[i], leaf[i], self.rounds_sums);
        }
    }

    /// Adds to the sums of each row the leaf with its name, eight names to a number.
    #[inline(always)]
    fn add_all(&self, tree: &Tree, names: &[u64; ROWS / 8], out: &mut [f64]) {
        let outputs = self.base.len();
        // After the last leaf there are as many numbers as a byte could ask for.
        let after = self.leaves.get(tree.leaves as usize..).and_then(|leaves| leaves.first_chunk());
        if let (To::One(output), Some(leaves)) = (tree.to, after) {
            let sums = &mut out[output as usize..];
            if self.rounds_sums {
                add_each::<true>(sums, outputs, leaves, names);
            } else {
                add_each::<false>(sums, outputs, leaves, names);
            }
            return;
        }
        if let (To::Each(start), Some(leaves)) = (tree.to, after)
            && let Some(to) = self.outputs[start as usize..].first_chunk()
        {
            add_where(out, outputs, (leaves, to), names, self.rounds_sums);
            return;
        }
        let mut i = 0;
        while i * outputs < out.len() {
            let leaf = usize::from((names[i / 8] >> (i % 8 * 8)) as u8);
            self.add(tree, &[], &mut out[i * outputs..], leaf);
            i += 1;
        }
    }
}
