//! The split of a node that leaves the least impurity, by histograms that know which of their bins are filled: small nodes
//! cost what their rows cost.

use super::super::random::Random;
use super::bagging::{Bagging, Criterion, Splitter};
use super::bins::{BINS, Feature, Kind, MISSING};
use super::split::Left;
use crate::math::ln;

/// A row of a tree.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub row: u32,
    pub weight: f32,
    /// The index of a class, or a number's distance from the mean.
    pub value: f32,
}

/// How many rows, and what they weigh.
#[derive(Clone, Copy, Default)]
struct Mass {
    rows: u32,
    weight: f64,
}

/// A split and how much it leaves pure.
struct Found {
    purity: f64,
    feature: u32,
    left: Left,
    missing_left: bool,
}

/// What compares the splits of one node after the other.
///
/// A purity is a sum over both sides: of squared sums by weight (Gini, variance) or of n ln n (entropy), more is better.
pub struct Impurity {
    splitter: Splitter,
    is_entropy: bool,
    min_samples_leaf: u32,
    /// The least purity that a split adds, before the node's own.
    min_gain: f64,
    classes: usize,
    /// How many sums tell all: one of numbers or of two classes, or one for each class.
    sums: usize,
    masses: [Mass; BINS],
    of_bins: Vec<f64>,
    /// Which bins are filled.
    filled: [u64; 4],
    node: Mass,
    of_node: Vec<f64>,
    left: Vec<f64>,
    purity: f64,
    has_seen_two: bool,
    best: Option<Found>,
}

impl Impurity {
    pub fn new(settings: &Bagging, classes: usize, items: &[Item]) -> Self {
        let is_entropy = settings.criterion == Criterion::Entropy && classes > 0;
        let sums = if classes == 0 || (classes == 2 && !is_entropy) { 1 } else { classes.max(1) };
        let all: f64 = items.iter().map(|item| f64::from(item.weight)).sum();
        // Two classes' Gini impurity is twice the variance of the second's share; entropy is in bits.
        let unit =
            if is_entropy { std::f64::consts::LN_2 } else { 1.0 } / if classes == 2 && sums == 1 { 2.0 } else { 1.0 };
        Self {
            splitter: settings.splitter,
            is_entropy,
            min_samples_leaf: settings.min_samples_leaf.max(1) as u32,
            min_gain: settings.min_impurity_decrease * all * unit,
            classes,
            sums,
            masses: [Mass::default(); BINS],
            of_bins: vec![0.0; BINS * sums],
            filled: [0; 4],
            node: Mass::default(),
            of_node: vec![0.0; sums],
            left: vec![0.0; sums],
            purity: 0.0,
            has_seen_two: false,
            best: None,
        }
    }

    /// Begins with a node.
    pub fn enter(&mut self, items: &[Item]) {
        (self.best, self.has_seen_two, self.node) = (None, false, Mass::default());
        self.of_node.fill(0.0);
        for item in items {
            self.node.rows += 1;
            self.node.weight += f64::from(item.weight);
            add(&mut self.of_node, self.sums, 0, item);
        }
        self.purity = purity(self.is_entropy, &self.of_node, self.node.weight);
    }

    /// Whether all rows of the node are the same.
    pub fn is_pure(&self, items: &[Item]) -> bool {
        items.iter().all(|item| item.value == items[0].value)
    }

    /// Whether a feature had more than one bin filled.
    pub fn has_seen_two(&self) -> bool {
        self.has_seen_two
    }

    /// The best split, if it is worth it.
    pub fn best(&self) -> Option<(u32, Left, bool)> {
        let found = self.best.as_ref()?;
        let is_worth = self.min_gain == 0.0 || found.purity - self.purity >= self.min_gain;
        is_worth.then_some((found.feature, found.left, found.missing_left))
    }

    /// The numbers of a leaf: shares of classes, or the mean.
    pub fn leaf(&self, center: f64) -> Vec<f32> {
        let share = |sum: f64| sum / self.node.weight;
        match (self.classes, self.sums) {
            (0, _) => vec![(share(self.of_node[0]) + center) as f32],
            (2, 1) => vec![(1.0 - share(self.of_node[0])) as f32, share(self.of_node[0]) as f32],
            _ => self.of_node.iter().map(|&sum| share(sum) as f32).collect(),
        }
    }

    /// Compares the splits of the node by a feature.
    pub fn search(&mut self, feature: u32, bins: &Feature, column: &[u8], items: &[Item], random: &mut Random) {
        // Told apart here, so that each has code of its own.
        if self.sums == 1 {
            self.fill(column, items, 1)
        } else {
            self.fill(column, items, self.sums)
        }
        let filled: u32 = self.filled.iter().map(|word| word.count_ones()).sum();
        if filled > 1 {
            self.has_seen_two = true;
            match (&bins.kind, self.splitter) {
                (Kind::Categorical { unknown, .. }, _) => self.search_categories(feature, *unknown, random),
                (Kind::Numeric { .. }, Splitter::Random) => self.search_one(feature, bins, random),
                (Kind::Numeric { .. }, Splitter::Best) if self.sums == 1 => self.search_numbers(feature, 1),
                (Kind::Numeric { .. }, Splitter::Best) => self.search_numbers(feature, self.sums),
            }
        }
        self.clear();
    }

    #[inline(always)]
    fn fill(&mut self, column: &[u8], items: &[Item], sums: usize) {
        for item in items {
            let bin = usize::from(column[item.row as usize]);
            self.filled[bin / 64] |= 1 << (bin % 64);
            self.masses[bin].rows += 1;
            self.masses[bin].weight += f64::from(item.weight);
            add(&mut self.of_bins, sums, bin, item);
        }
    }

    fn clear(&mut self) {
        for bin in bins_of(self.filled) {
            self.masses[usize::from(bin)] = Mass::default();
            self.of_bins[usize::from(bin) * self.sums..][..self.sums].fill(0.0);
        }
        self.filled = [0; 4];
    }

    /// Moves a bin to the left.
    #[inline(always)]
    fn take(&mut self, mass: &mut Mass, bin: u8, sums: usize) {
        let of_bin = self.masses[usize::from(bin)];
        mass.rows += of_bin.rows;
        mass.weight += of_bin.weight;
        let of_bin = &self.of_bins[usize::from(bin) * sums..][..sums];
        self.left[..sums].iter_mut().zip(of_bin).for_each(|(sum, x)| *sum += x);
    }

    /// Compares what is to the left with the best so far; says whether it is better.
    #[inline(always)]
    fn compare(&mut self, mass: Mass, sums: usize) -> Option<f64> {
        let right = self.node.rows - mass.rows;
        if mass.rows < self.min_samples_leaf || right < self.min_samples_leaf {
            return None;
        }
        let purity = sides(self.is_entropy, &self.left[..sums], &self.of_node[..sums], mass.weight, self.node.weight);
        let least = self.best.as_ref().map_or(f64::NEG_INFINITY, |best| best.purity);
        (purity > least).then_some(purity)
    }

    #[inline(always)]
    fn search_numbers(&mut self, feature: u32, sums: usize) {
        let has_missing = self.filled[3] >> 63 == 1;
        let mut known = self.filled;
        known[3] &= u64::MAX >> 1;
        for with_missing in [false, true] {
            if with_missing && !has_missing {
                break;
            }
            let mut mass = Mass::default();
            self.left.fill(0.0);
            if with_missing {
                self.take(&mut mass, MISSING, sums);
            }
            let mut last = None;
            for bin in bins_of(known) {
                if let Some(last) = last
                    && let Some(purity) = self.compare(mass, sums)
                {
                    // Amid the bins between, where this node has no rows.
                    let middle = (u16::from(last) + u16::from(bin) - 1) / 2;
                    let missing_left = if has_missing { with_missing } else { mass.rows * 2 > self.node.rows };
                    let left = Left::AtMost(middle as u8);
                    self.best = Some(Found { purity, feature, left, missing_left });
                }
                self.take(&mut mass, bin, sums);
                last = Some(bin);
            }
            // What is missing from all others.
            if has_missing
                && !with_missing
                && let Some(purity) = self.compare(mass, sums)
            {
                self.best = Some(Found { purity, feature, left: Left::AtMost(MISSING - 1), missing_left: false });
            }
        }
    }

    /// Compares one threshold, drawn between the least and the greatest number of the node.
    fn search_one(&mut self, feature: u32, bins: &Feature, random: &mut Random) {
        let Kind::Numeric { edges, least, greatest } = &bins.kind else { return };
        let has_missing = self.filled[3] >> 63 == 1;
        let mut known = self.filled;
        known[3] &= u64::MAX >> 1;
        let (Some(first), Some(last)) = (bins_of(known).next(), bins_of(known).last()) else { return };
        if first == last {
            return;
        }
        let value = |bin: u8| {
            let bin = usize::from(bin);
            let low = if bin == 0 { *least } else { edges[bin - 1] };
            low / 2.0 + edges.get(bin).copied().unwrap_or(*greatest) / 2.0
        };
        let (low, high, share) = (value(first), value(last), random.unit());
        let drawn = low * (1.0 - share) + high * share;
        let middle = (edges.partition_point(|&edge| edge < drawn) as u8).clamp(first, last - 1);
        let mut mass = Mass::default();
        self.left.fill(0.0);
        let takes_missing = has_missing && random.below(2) == 1;
        for bin in bins_of(known).take_while(|&bin| bin <= middle).chain(takes_missing.then_some(MISSING)) {
            self.take(&mut mass, bin, self.sums);
        }
        if let Some(purity) = self.compare(mass, self.sums) {
            let missing_left = if has_missing { takes_missing } else { mass.rows * 2 > self.node.rows };
            self.best = Some(Found { purity, feature, left: Left::AtMost(middle), missing_left });
        }
    }

    /// Compares sets of categories: with numbers or two classes, those whose mean is least; with more, those where the
    /// node's greatest class is rarest.
    fn search_categories(&mut self, feature: u32, unknown: Option<u8>, random: &mut Random) {
        let greatest = (0..self.sums).max_by(|&a, &b| self.of_node[a].total_cmp(&self.of_node[b])).unwrap_or(0);
        let named = bins_of(self.filled).filter(|&bin| Some(bin) != unknown);
        let share = |bin: u8| {
            let bin = usize::from(bin);
            self.of_bins[bin * self.sums + greatest] / self.masses[bin].weight
        };
        let mut ordered: Vec<(f64, u8)> = named.map(|bin| (share(bin), bin)).collect();
        ordered.sort_by(|a, b| a.0.total_cmp(&b.0));
        let only = (self.splitter == Splitter::Random && !ordered.is_empty()).then(|| random.below(ordered.len()));
        let (mut mass, mut set) = (Mass::default(), [0_u64; 4]);
        self.left.fill(0.0);
        for (i, (_, bin)) in ordered.into_iter().enumerate() {
            self.take(&mut mass, bin, self.sums);
            set[usize::from(bin / 64)] |= 1 << (bin % 64);
            if only.is_none_or(|only| only == i)
                && let Some(purity) = self.compare(mass, self.sums)
            {
                let missing_left = set[3] >> 63 == 1;
                self.best = Some(Found { purity, feature, left: Left::In(set), missing_left });
            }
        }
    }
}

/// The bins that are set, in order.
fn bins_of(set: [u64; 4]) -> impl Iterator<Item = u8> {
    set.into_iter().zip([0, 64, 128, 192]).flat_map(|(mut word, first)| {
        std::iter::from_fn(move || {
            let bit = word.trailing_zeros();
            word &= word.wrapping_sub(1);
            (bit < 64).then(|| first + bit as u8)
        })
    })
}

#[inline(always)]
fn add(of_bins: &mut [f64], sums: usize, bin: usize, item: &Item) {
    if sums == 1 {
        of_bins[bin] += f64::from(item.weight) * f64::from(item.value);
    } else {
        of_bins[bin * sums + item.value as usize] += f64::from(item.weight);
    }
}

/// The purity of what weighs so much.
fn purity(is_entropy: bool, sums: &[f64], weight: f64) -> f64 {
    if is_entropy {
        sums.iter().map(|&sum| weighed(sum)).sum::<f64>() - weighed(weight)
    } else {
        sums.iter().map(|sum| sum * sum).sum::<f64>() / weight
    }
}

/// The purity of both sides of a split.
#[inline(always)]
fn sides(is_entropy: bool, left: &[f64], all: &[f64], left_weight: f64, weight: f64) -> f64 {
    let (mut of_left, mut of_right) = (0.0, 0.0);
    let right_weight = weight - left_weight;
    if is_entropy {
        for (&sum, &all) in left.iter().zip(all) {
            of_left += weighed(sum);
            of_right += weighed(all - sum);
        }
        return of_left - weighed(left_weight) + of_right - weighed(right_weight);
    }
    for (&sum, &all) in left.iter().zip(all) {
        of_left += sum * sum;
        of_right += (all - sum) * (all - sum);
    }
    of_left / left_weight + of_right / right_weight
}

/// x ln x, 0 for nothing.
fn weighed(x: f64) -> f64 {
    if x > 0.0 { x * ln(x) } else { 0.0 }
}
