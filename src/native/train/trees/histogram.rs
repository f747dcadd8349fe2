//! Histograms of gradients in whole numbers: their sums do not depend on the order, so not on the number of threads, and
//! that of a child is exactly its parent's without its sibling's.

use super::bins::{BINS, Binned, Feature, MISSING, Panel};

/// A sum of gradients; a sum of hessians and, in the low bits, the number of rows.
pub type Cell = [u64; 2];
/// The cell of each bin of a feature.
pub type Histogram = [Cell; BINS];
/// Gradient and hessian of a row.
pub type Step = [i32; 2];

/// How many rows' bins are brought near at once: a core waits for all of them together, and not for one after the other.
const AHEAD: usize = 32;

/// What the whole numbers stand for.
#[derive(Clone, Copy)]
pub struct Units {
    /// What gradients are multiplied by.
    gradient: f64,
    /// What hessians are multiplied by.
    hessian: f64,
    /// How many bits the number of rows takes.
    shift: u32,
}

/// What the rows of a node come to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums {
    pub gradient: f64,
    pub hessian: f64,
    pub rows: usize,
}

impl std::ops::Sub for Sums {
    type Output = Self;

    // Exact: whole numbers of the same units.
    fn sub(self, other: Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            hessian: self.hessian - other.hessian,
            rows: self.rows.saturating_sub(other.rows),
        }
    }
}

impl Units {
    /// For `rows` rows, none with a greater gradient or hessian than those.
    pub fn new(rows: usize, gradient: f64, hessian: f64) -> Self {
        let shift = rows.max(1).ilog2() + 1;
        let bits = (63 - 2 * shift.min(26)).min(30) as i32;
        Self { gradient: scale(gradient, 30.min(62 - shift as i32)), hessian: scale(hessian, bits), shift }
    }

    pub fn step(self, gradient: f64, hessian: f64) -> Step {
        [(gradient * self.gradient).round() as i32, (hessian * self.hessian).round() as i32]
    }

    pub fn sums(self, [gradient, hessian]: Cell) -> Sums {
        Sums {
            gradient: gradient as i64 as f64 / self.gradient,
            hessian: (hessian >> self.shift) as f64 / self.hessian,
            rows: (hessian & ((1 << self.shift) - 1)) as usize,
        }
    }
}

/// The power of two that brings numbers up to `most` below 2^`bits`.
fn scale(most: f64, bits: i32) -> f64 {
    let exponent = if most > 0.0 && most.is_finite() { (most.to_bits() >> 52) as i32 - 1022 } else { 0 };
    2_f64.powi((bits - exponent).clamp(-1000, 1000))
}

pub fn add(sum: &mut Cell, cell: Cell) {
    *sum = [sum[0].wrapping_add(cell[0]), sum[1].wrapping_add(cell[1])];
}

pub fn subtract(sum: &mut Cell, cell: Cell) {
    *sum = [sum[0].wrapping_sub(cell[0]), sum[1].wrapping_sub(cell[1])];
}

/// Empty histograms of all features.
pub fn empty(binned: &Binned) -> Vec<Histogram> {
    vec![[[0; 2]; BINS]; binned.features.len()]
}

/// Takes the histogram of a child from that of its parent.
pub fn subtract_all(parent: &mut Histogram, child: &Histogram, feature: &Feature) {
    parent.iter_mut().zip(child).take(feature.bins).for_each(|(sum, &cell)| subtract(sum, cell));
    subtract(&mut parent[usize::from(MISSING)], child[usize::from(MISSING)]);
}

/// Fills the histograms of a panel with rows, each with its step: the steps lie in the rows' order, so that only bins are
/// looked for far away.
pub fn fill(panel: &Panel, rows: &[u32], steps: &[Step], units: Units, histograms: &mut [Histogram]) {
    let fill = match panel.width {
        1 => fill_wide::<1>,
        2 => fill_wide::<2>,
        3 => fill_wide::<3>,
        4 => fill_wide::<4>,
        5 => fill_wide::<5>,
        6 => fill_wide::<6>,
        7 => fill_wide::<7>,
        _ => fill_wide::<8>,
    };
    fill(&panel.bins, rows, steps, units.shift, histograms);
}

fn fill_wide<const W: usize>(bins: &[u8], rows: &[u32], steps: &[Step], shift: u32, histograms: &mut [Histogram]) {
    histograms.as_flattened_mut().fill([0; 2]);
    let (bins, _) = bins.as_chunks::<W>();
    let (panels, _) = histograms.as_chunks_mut::<W>();
    let Some(histograms) = panels.first_mut() else { return };
    for (rows, steps) in rows.chunks(AHEAD).zip(steps.chunks(AHEAD)) {
        let mut near = [[0; W]; AHEAD];
        near.iter_mut().zip(rows).for_each(|(near, &row)| *near = bins[row as usize]);
        for (bins, &[gradient, hessian]) in near.iter().zip(steps) {
            let cell = [i64::from(gradient) as u64, (hessian as u64) << shift | 1];
            for f in 0..W {
                add(&mut histograms[f][usize::from(bins[f])], cell);
            }
        }
    }
}
