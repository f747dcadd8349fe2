//! Sequential minimal optimization: the multipliers of a support vector machine, two at a time.
//!
//! The pair is the one of libsvm: Fan, Chen, Lin, Working Set Selection Using Second Order Information for Training
//! Support Vector Machines, JMLR 6, 2005 (WSS 2). Rows of the kernel's matrix are f32 there and here.

use super::cache::Cache;
use super::kernel::Points;

/// What stands for a curvature that is 0.
const LEAST_CURVATURE: f64 = 1e-12;
/// How many steps there are between two questions whether to go on.
const PATIENCE: usize = 1 << 10;

/// Multipliers to be found: one or two for each row, in turns of all rows.
pub struct Dual<'a> {
    /// The rows.
    pub points: &'a Points,
    /// For each multiplier the side it is on: 1 or -1.
    pub signs: Vec<f64>,
    /// For each multiplier minus its sign times the objective's slope where all are 0.
    pub slopes: Vec<f64>,
    /// The most that each may be.
    pub bounds: Vec<f64>,
}

/// Where to stop.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// The largest violation of the conditions of an optimum.
    pub tolerance: f64,
    /// The most steps.
    pub steps: usize,
    /// The most bytes of kernel rows.
    pub bytes: usize,
    /// Says no to end it.
    pub goes_on: &'a (dyn Fn() -> bool + Sync),
}

/// A function of the kernel with each row.
pub struct Solution {
    /// For each row its coefficient.
    pub coefficients: Vec<f64>,
    /// The constant part.
    pub intercept: f64,
    /// Whether the tolerance was reached.
    pub converged: bool,
}

struct State<'a> {
    dual: &'a Dual<'a>,
    multipliers: Vec<f64>,
    slopes: Vec<f64>,
    /// Whether each may still move to its side, and away from it.
    may: Vec<[bool; 2]>,
}

/// Finds the multipliers.
pub fn solve(dual: &Dual<'_>, limits: Limits<'_>) -> Solution {
    let mut cache = Cache::new(dual.points, limits.bytes);
    let diagonal = dual.points.diagonal();
    let mut state = State {
        dual,
        multipliers: vec![0.0; dual.signs.len()],
        slopes: dual.slopes.clone(),
        may: dual.signs.iter().map(|&sign| [sign > 0.0, sign < 0.0]).collect(),
    };
    let rows = dual.points.len();
    let mut converged = false;
    for step in 0..limits.steps {
        if step % PATIENCE == 0 && !(limits.goes_on)() {
            break;
        }
        let Some(first) = state.first() else {
            converged = true;
            break;
        };
        let with_first = cache.slot(first % rows, None);
        let Some((second, curvature)) = state.second(first, cache.row(with_first), &diagonal, limits.tolerance) else {
            converged = true;
            break;
        };
        let with_second = cache.slot(second % rows, Some(with_first));
        state.step(first, second, curvature, cache.row(with_first), cache.row(with_second));
    }
    let mut coefficients = vec![0.0; rows];
    for (i, (multiplier, sign)) in state.multipliers.iter().zip(&dual.signs).enumerate() {
        coefficients[i % rows] += sign * multiplier;
    }
    Solution { coefficients, intercept: state.intercept(), converged }
}

impl State<'_> {
    /// The multiplier whose move to its side promises most.
    fn first(&self) -> Option<usize> {
        let (mut best, mut most) = (None, f64::NEG_INFINITY);
        for (i, (&slope, may)) in self.slopes.iter().zip(&self.may).enumerate() {
            if may[0] && slope > most {
                (best, most) = (Some(i), slope);
            }
        }
        best
    }

    /// The multiplier that lowers the objective most together with the first, and the curvature along the way; none if
    /// no pair violates the conditions by more than the tolerance.
    fn second(&self, first: usize, row: &[f32], diagonal: &[f64], tolerance: f64) -> Option<(usize, f64)> {
        let (top, own) = (self.slopes[first], diagonal[first % row.len()]);
        let (mut best, mut most, mut least) = (None, 0.0, f64::INFINITY);
        let turns = self.slopes.chunks_exact(row.len()).zip(self.may.chunks_exact(row.len()));
        for (turn, (slopes, may)) in turns.enumerate() {
            for (i, (((&slope, may), &x), &other)) in slopes.iter().zip(may).zip(row).zip(diagonal).enumerate() {
                if !may[1] {
                    continue;
                }
                least = slope.min(least);
                let violation = top - slope;
                if violation > 0.0 {
                    let curvature = own + other - 2.0 * f64::from(x);
                    let curvature = if curvature > 0.0 { curvature } else { LEAST_CURVATURE };
                    let gain = violation * violation / curvature;
                    if gain > most {
                        (best, most) = (Some((turn * row.len() + i, curvature)), gain);
                    }
                }
            }
        }
        best.filter(|_| top - least >= tolerance)
    }

    /// Moves the first to its side and the second away from its own, by the same amount, as far as both may.
    fn step(&mut self, first: usize, second: usize, curvature: f64, with_first: &[f32], with_second: &[f32]) {
        let Dual { signs, bounds, .. } = self.dual;
        let room = |i: usize, grows: bool| if grows { bounds[i] - self.multipliers[i] } else { self.multipliers[i] };
        let (grows, shrinks) = (signs[first] > 0.0, signs[second] > 0.0);
        let rooms = [room(first, grows), room(second, !shrinks)];
        let length = ((self.slopes[first] - self.slopes[second]) / curvature).min(rooms[0]).min(rooms[1]);
        for (i, grows, room) in [(first, grows, rooms[0]), (second, !shrinks, rooms[1])] {
            self.multipliers[i] = match (length < room, grows) {
                (true, true) => self.multipliers[i] + length,
                (true, false) => self.multipliers[i] - length,
                // Exactly at the end, whatever rounding says.
                (false, true) => bounds[i],
                (false, false) => 0.0,
            };
            let (is_above_0, is_below_bound) = (self.multipliers[i] > 0.0, self.multipliers[i] < bounds[i]);
            self.may[i] = if signs[i] > 0.0 { [is_below_bound, is_above_0] } else { [is_above_0, is_below_bound] };
        }
        for slopes in self.slopes.chunks_exact_mut(with_first.len()) {
            for ((slope, &a), &b) in slopes.iter_mut().zip(with_first).zip(with_second) {
                *slope -= length * (f64::from(a) - f64::from(b));
            }
        }
    }

    /// The mean of what the multipliers between their bounds say; if there are none, the middle of what the others allow.
    fn intercept(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (&slope, &[to, away]) in self.slopes.iter().zip(&self.may) {
            if to && away {
                sum += slope;
                count += 1.0;
            }
            low = if to { slope.max(low) } else { low };
            high = if away { slope.min(high) } else { high };
        }
        if count > 0.0 { sum / count } else { (low + high) / 2.0 }
    }
}
