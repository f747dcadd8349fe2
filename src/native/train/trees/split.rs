//! The best split of a node by its histograms, as scikit-learn's gradient boosting chooses it.

use super::bins::{BINS, Feature, Kind, MISSING};
use super::histogram::{Cell, Histogram, Sums, Units, add};

/// The least hessian of a child.
const MIN_HESSIAN: f64 = 1e-3;
/// The least rows, by hessian, of a category that is told apart.
const MIN_SUPPORT: f64 = 10.0;
/// What the order of categories is smoothed by.
const SMOOTHING: f64 = 10.0;

/// Which bins go left.
#[derive(Clone, Copy, Debug)]
pub enum Left {
    /// Those of numbers up to this one.
    AtMost(u8),
    /// Those whose bit is set.
    In([u64; 4]),
}

impl Left {
    /// Whether a bin goes left.
    pub fn takes(self, bin: u8, missing_left: bool) -> bool {
        match self {
            _ if bin == MISSING => missing_left,
            Self::AtMost(last) => bin <= last,
            Self::In(set) => has(&set, bin),
        }
    }

    /// For each bin whether it goes left.
    pub fn table(self, missing_left: bool) -> [bool; BINS] {
        std::array::from_fn(|bin| self.takes(bin as u8, missing_left))
    }
}

/// A split, where it leads to and what it is worth.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    pub gain: f64,
    pub feature: u32,
    pub left: Left,
    pub missing_left: bool,
    /// What comes to the left and to the right.
    pub sums: [Sums; 2],
}

/// What a node must keep to.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
}

/// What is asked of every split.
#[derive(Clone, Copy)]
pub struct Rules {
    pub min_samples_leaf: usize,
    pub l2: f64,
}

/// Whether a bin is in a set.
pub fn has(set: &[u64; 4], bin: u8) -> bool {
    set[usize::from(bin / 64)] >> (bin % 64) & 1 == 1
}

/// What a leaf adds, before it is shrunk.
pub fn value(sums: Sums, l2: f64, bounds: Bounds) -> f64 {
    (-sums.gradient / (sums.hessian + l2 + 1e-15)).clamp(bounds.low, bounds.high)
}

/// A node whose splits are compared.
pub struct Node<'a> {
    pub units: Units,
    pub rules: Rules,
    pub bounds: Bounds,
    pub sums: Sums,
    pub best: &'a mut Option<Split>,
}

impl<'a> Node<'a> {
    pub fn new(units: Units, rules: Rules, bounds: Bounds, sums: Sums, best: &'a mut Option<Split>) -> Self {
        Self { units, rules, bounds, sums, best }
    }

    /// Compares the splits by one feature, which answers are to rise with (1), fall with (-1) or neither.
    pub fn search(&mut self, feature: u32, bins: &Feature, histogram: &Histogram, monotone: i8) {
        match bins.kind {
            Kind::Numeric { .. } => {
                self.search_numbers(feature, bins, histogram, monotone, false);
                if bins.has_missing && (histogram[usize::from(MISSING)][1] != 0) {
                    self.search_numbers(feature, bins, histogram, monotone, true);
                }
            }
            Kind::Categorical { unknown, .. } => self.search_categories(feature, bins.bins, histogram, unknown),
        }
    }

    fn search_numbers(
        &mut self,
        feature: u32,
        bins: &Feature,
        histogram: &Histogram,
        monotone: i8,
        with_missing: bool,
    ) {
        let missing = histogram[usize::from(MISSING)];
        let any_missing = bins.has_missing && missing[1] != 0;
        let mut cell = if with_missing { missing } else { [0; 2] };
        // The last bin's split only tells what is missing from all others.
        let ends = bins.bins - usize::from(with_missing || !any_missing);
        for (bin, &of_bin) in histogram[..ends].iter().enumerate() {
            if of_bin[1] == 0 {
                continue;
            }
            add(&mut cell, of_bin);
            let Some((left, right)) = self.sides(cell) else { continue };
            let missing_left = if any_missing { with_missing } else { left.rows > right.rows };
            self.compare(feature, Left::AtMost(bin as u8), missing_left, [left, right], monotone);
        }
    }

    fn search_categories(&mut self, feature: u32, bins: usize, histogram: &Histogram, unknown: Option<u8>) {
        let support = self.sums.rows as f64 / self.sums.hessian.max(1e-15);
        let named = (0..bins as u8).chain([MISSING]).filter(|&bin| Some(bin) != unknown);
        let mut ordered: Vec<(f64, u8)> = named
            .filter_map(|bin| {
                let sums = self.units.sums(histogram[usize::from(bin)]);
                let is_told = sums.rows > 0 && sums.hessian * support >= MIN_SUPPORT;
                is_told.then(|| (sums.gradient / (sums.hessian + SMOOTHING), bin))
            })
            .collect();
        ordered.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = ordered.len().div_ceil(2);
        self.search_prefixes(feature, ordered.iter().take(half), histogram);
        self.search_prefixes(feature, ordered.iter().rev().take(half), histogram);
    }

    fn search_prefixes<'b>(
        &mut self,
        feature: u32,
        ordered: impl Iterator<Item = &'b (f64, u8)>,
        histogram: &Histogram,
    ) {
        let (mut cell, mut set) = ([0; 2], [0_u64; 4]);
        for &(_, bin) in ordered {
            add(&mut cell, histogram[usize::from(bin)]);
            set[usize::from(bin / 64)] |= 1 << (bin % 64);
            let Some((left, right)) = self.sides(cell) else { continue };
            self.compare(feature, Left::In(set), has(&set, MISSING), [left, right], 0);
        }
    }

    /// What comes to the left and to the right; `None` if that is too little.
    fn sides(&self, cell: Cell) -> Option<(Sums, Sums)> {
        let left = self.units.sums(cell);
        let right = self.sums - left;
        let is_enough = |sums: Sums| sums.rows >= self.rules.min_samples_leaf && sums.hessian >= MIN_HESSIAN;
        (is_enough(left) && is_enough(right)).then_some((left, right))
    }

    fn compare(&mut self, feature: u32, left: Left, missing_left: bool, sums: [Sums; 2], monotone: i8) {
        let worth = |sums: Sums| {
            let value = value(sums, self.rules.l2, self.bounds);
            (value, -sums.gradient * value)
        };
        let [(left_value, of_left), (right_value, of_right)] = sums.map(worth);
        if f64::from(monotone) * (right_value - left_value) < 0.0 {
            return;
        }
        let gain = of_left + of_right - worth(self.sums).1;
        if gain > self.best.as_ref().map_or(1e-15, |best| best.gain) {
            *self.best = Some(Split { gain, feature, left, missing_left, sums });
        }
    }
}
