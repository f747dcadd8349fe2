//! What the range of a feature's thresholds is cut into, so that few of them have to be searched.

use crate::kernel::forest::bucket;

/// The most buckets of a feature.
const MAX_BUCKETS: usize = 1 << 10;

/// The buckets of a feature: see [`Place`](crate::kernel::forest::Place).
pub struct Buckets {
    pub low: f64,
    pub scale: f64,
    /// For each the first of its thresholds.
    pub firsts: Vec<u32>,
    /// How many steps a search takes in the fullest.
    pub steps: u32,
}

impl Buckets {
    /// As many as there are sorted thresholds, or so. A few outliers at both ends are in the first and in the last.
    #[inline(never)]
    pub fn new(thresholds: &[f64]) -> Self {
        let count = (thresholds.len() + 1).next_power_of_two().min(MAX_BUCKETS);
        let outliers = thresholds.len() / 64;
        let (low, high) = (thresholds[outliers], thresholds[thresholds.len() - 1 - outliers]);
        let width = high - low;
        // A range without an end has one bucket.
        let scale = if width.is_finite() { count as f64 / width } else { 0.0 };
        // How many thresholds there are in each, then before each.
        let mut firsts = vec![0; count];
        for &threshold in thresholds {
            firsts[bucket(threshold, low, scale, (count - 1) as f64) as usize] += 1;
        }
        let fullest = firsts.iter().fold(0_u32, |most, &own| most.max(own));
        let mut before = 0;
        for first in &mut firsts {
            (*first, before) = (before, before + *first);
        }
        Self { low, scale, firsts, steps: u32::BITS - fullest.leading_zeros() }
    }
}
