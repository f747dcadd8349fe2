//! Rows as trees learn from them: every number is one of at most 256 bins, a byte.
//!
//! Numbers are binned by quantile, as scikit-learn's `_BinMapper` does it. Features lie in panels, row after row: the
//! histograms of a panel stay in the cache of a core, and panels are what threads share out.

use super::Column;
use crate::native::train::matrix::Matrix;
use rayon::prelude::*;

/// How many bins a byte tells apart.
pub const BINS: usize = 256;
/// The bin of what is missing.
pub const MISSING: u8 = 255;
/// The most features of a panel.
pub const PANEL: usize = 8;
/// The most rows that quantiles are taken from.
const SAMPLE: usize = 200_000;

/// Binned rows.
pub struct Binned {
    /// How many rows there are.
    pub(super) rows: usize,
    /// What the bins of each feature are.
    pub(super) features: Vec<Feature>,
    /// How many features a panel has; the last may have fewer.
    pub(super) panel: usize,
    /// Row after row the bins of each panel's features.
    pub(super) panels: Vec<Panel>,
}

/// The bins of neighbouring features.
pub(super) struct Panel {
    /// How many features.
    pub width: usize,
    /// Rows × width.
    pub bins: Vec<u8>,
}

/// What the bins of a feature stand for.
pub(super) struct Feature {
    /// How many bins there are, but for the missing one.
    pub bins: usize,
    /// Whether any row has none.
    pub has_missing: bool,
    pub kind: Kind,
}

/// What bins are made of.
pub(super) enum Kind {
    /// Numbers: those of bin i are at most edge i, those of the last bin greater than all.
    Numeric { edges: Vec<f64>, least: f64, greatest: f64 },
    /// The bin of each category. Rows of none that is known have the last bin, where there is one for them: it is never
    /// told apart by name, so it never goes left.
    Categorical { bins: Vec<u8>, unknown: Option<u8> },
}

impl Binned {
    /// The rows `picks` of `rows`, each column by what it is, in at most `max_bins` (2 to 255) bins and one for missing.
    pub fn new(rows: &Matrix, picks: &[usize], columns: &[Column], max_bins: usize) -> Self {
        let max_bins = max_bins.clamp(2, BINS - 1);
        let learned = columns.par_iter().enumerate().map(|(j, column)| {
            let values = picks.iter().map(|&i| rows.values[i * rows.width + j]);
            match column {
                Column::Numeric => Feature::of_numbers(values, max_bins),
                Column::Categorical(count) => Feature::of_categories(values, *count, max_bins),
            }
        });
        let features: Vec<Feature> = learned.collect();
        let panel = features.len().div_ceil(features.len().div_ceil(PANEL).max(2)).max(1);
        let panels = features.par_chunks(panel).enumerate().map(|(p, features)| {
            let mut bins = vec![0; picks.len() * features.len()];
            bins.par_chunks_mut(features.len()).zip(picks).with_min_len(1024).for_each(|(bins, &i)| {
                let row = &rows.values[i * rows.width + p * panel..];
                bins.iter_mut().zip(features).zip(row).for_each(|((bin, feature), &x)| *bin = feature.bin(x));
            });
            Panel { width: features.len(), bins }
        });
        let panels = panels.collect();
        Self { rows: picks.len(), features, panel, panels }
    }

    /// The panel of a feature and its place there.
    pub(super) fn place(&self, feature: u32) -> (&Panel, usize) {
        (&self.panels[feature as usize / self.panel], feature as usize % self.panel)
    }
}

impl Feature {
    fn of_numbers(values: impl ExactSizeIterator<Item = f64> + Clone, max_bins: usize) -> Self {
        let has_missing = values.clone().any(f64::is_nan);
        let step = values.len().div_ceil(SAMPLE).max(1);
        let mut sorted: Vec<f64> = values.step_by(step).filter(|x| !x.is_nan()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut distinct = sorted.clone();
        distinct.dedup();
        let mut edges: Vec<f64> = if distinct.len() <= max_bins {
            distinct.windows(2).map(|pair| between(pair[0], pair[1])).collect()
        } else {
            let cuts = (1..max_bins).map(|i| sorted[i * (sorted.len() - 1) / max_bins]);
            let above = |x: f64| distinct.get(distinct.partition_point(|&other| other <= x)).copied();
            cuts.filter_map(|x| above(x).map(|next| between(x, next))).collect()
        };
        edges.dedup();
        let (least, greatest) = (distinct.first().copied().unwrap_or(0.0), distinct.last().copied().unwrap_or(0.0));
        Self { bins: edges.len() + 1, has_missing, kind: Kind::Numeric { edges, least, greatest } }
    }

    fn of_categories(values: impl Iterator<Item = f64> + Clone, count: usize, max_bins: usize) -> Self {
        let has_missing = values.clone().any(f64::is_nan);
        let mut counts = vec![0_usize; count];
        let mut has_unknown = false;
        for x in values.filter(|x| !x.is_nan()) {
            match counts.get_mut(x as usize) {
                Some(count) if x >= 0.0 => *count += 1,
                _ => has_unknown = true,
            }
        }
        let room = max_bins - usize::from(has_unknown);
        let mut by_count: Vec<usize> = (0..count).collect();
        if count > room {
            by_count.sort_by_key(|&category| std::cmp::Reverse(counts[category]));
        }
        let mut bins = vec![0; count];
        by_count.iter().enumerate().for_each(|(i, &category)| bins[category] = i.min(room - 1) as u8);
        let named = count.min(room);
        let unknown = has_unknown.then_some(named as u8);
        Self { bins: named + usize::from(has_unknown), has_missing, kind: Kind::Categorical { bins, unknown } }
    }

    /// The bin of a number.
    fn bin(&self, x: f64) -> u8 {
        if x.is_nan() {
            return MISSING;
        }
        match &self.kind {
            Kind::Numeric { edges, .. } => edges.partition_point(|&edge| edge < x) as u8,
            Kind::Categorical { bins, unknown } if x >= 0.0 => {
                bins.get(x as usize).copied().or(*unknown).unwrap_or_default()
            }
            Kind::Categorical { unknown, .. } => unknown.unwrap_or_default(),
        }
    }
}

/// The number with the fewest significant bits in the middle half between two neighbours: files with such thresholds are
/// small. At least `low`, below `high`.
fn between(low: f64, high: f64) -> f64 {
    // Quarters first: differences of great numbers may not be finite.
    let quarter = high / 4.0 - low / 4.0;
    let (from, to) = (low + quarter, high - quarter);
    if !(low < from && from < to && to < high) {
        return low;
    }
    match (from <= 0.0, to >= 0.0) {
        (true, true) => 0.0,
        (true, false) => -roundest(-to, -from),
        _ => roundest(from, to),
    }
}

/// The positive number with the fewest significant bits that is at least `from` and at most `to`.
fn roundest(from: f64, to: f64) -> f64 {
    let (from, to) = (from.to_bits(), to.to_bits());
    let differing = 63 - ((from - 1) ^ to).leading_zeros();
    f64::from_bits(to >> differing << differing)
}
