//! One machine for each pair of classes, and its probabilities by five folds: `SVC(probability=True)`.

use super::super::candidate::Sample;
use super::super::matrix::Matrix;
use super::super::random::Random;
use super::kernel::{Kernel, Points};
use super::platt;
use super::smo::{self, Dual, Limits, Solution};
use rayon::prelude::*;

/// How many parts of a pair's rows are decided by machines of the other parts.
const FOLDS: usize = 5;

/// The rows of two classes, and where they are among all.
struct Pair {
    rows: Vec<usize>,
    /// Whether each is of the earlier class.
    are_earlier: Vec<bool>,
    /// The places of the rows in a random order, which the folds are parts of.
    order: Vec<usize>,
}

/// What one machine tells: of all rows of a pair its coefficients, of a fold its decisions for the earlier class.
enum Told {
    All(Solution),
    Fold(Vec<(usize, f64)>),
}

/// For each pair of classes a machine that speaks for the later class, with a coefficient for each of all rows, and the scale
/// of its probabilities.
pub fn fit(
    rows: &Matrix,
    kernel: Kernel,
    sample: &Sample<'_>,
    bounds: &[f64],
    limits: Limits<'_>,
    seed: u64,
) -> (Vec<Solution>, Vec<[f64; 2]>) {
    let pairs = pairs(sample, seed);
    let jobs: Vec<(usize, usize)> =
        (0..pairs.len()).flat_map(|pair| (0..=FOLDS).map(move |fold| (pair, fold))).collect();
    let limits = Limits { bytes: limits.bytes / jobs.len().min(rayon::current_num_threads()), ..limits };
    let told: Vec<Told> = jobs
        .into_par_iter()
        .with_max_len(1)
        .map(|(pair, fold)| {
            let pair = &pairs[pair];
            if fold == FOLDS {
                let all: Vec<usize> = (0..pair.rows.len()).collect();
                return Told::All(pair.separate(&all, rows, kernel, bounds, limits).0);
            }
            let end = |fold: usize| fold * pair.order.len() / FOLDS;
            let (begin, end) = (end(fold), end(fold + 1));
            let others = [&pair.order[..begin], &pair.order[end..]].concat();
            let scored = &pair.order[begin..end];
            let decisions = pair.decisions(&others, scored, rows, kernel, bounds, limits);
            Told::Fold(scored.iter().copied().zip(decisions).collect())
        })
        .collect();
    let (mut machines, mut scales) = (Vec::new(), Vec::new());
    for (pair, told) in pairs.iter().zip(told.chunks_exact(FOLDS + 1)) {
        let mut decisions = vec![0.0; pair.rows.len()];
        for told in told {
            match told {
                Told::Fold(of_fold) => of_fold.iter().for_each(|&(place, decision)| decisions[place] = decision),
                Told::All(Solution { coefficients, intercept, converged }) => {
                    let mut of_all = vec![0.0; rows.len()];
                    pair.rows.iter().zip(coefficients).for_each(|(&row, coefficient)| of_all[row] = -coefficient);
                    machines.push(Solution { coefficients: of_all, intercept: -intercept, converged: *converged });
                }
            }
        }
        scales.push(platt::fit(&decisions, &pair.are_earlier));
    }
    (machines, scales)
}

/// Each class with each later one.
fn pairs(sample: &Sample<'_>, seed: u64) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for earlier in 0..sample.classes {
        for later in earlier + 1..sample.classes {
            let is_either = |row: &usize| [earlier, later].contains(&(sample.targets[*row] as usize));
            let rows: Vec<usize> = (0..sample.targets.len()).filter(is_either).collect();
            let are_earlier = rows.iter().map(|&row| sample.targets[row] as usize == earlier).collect();
            let mut order: Vec<usize> = (0..rows.len()).collect();
            Random::new(seed, pairs.len() as u64).shuffle(&mut order);
            pairs.push(Pair { rows, are_earlier, order });
        }
    }
    pairs
}

impl Pair {
    /// The machine of the rows at some places that speaks for the earlier class, and what it was fitted to.
    fn separate(
        &self,
        places: &[usize],
        rows: &Matrix,
        kernel: Kernel,
        bounds: &[f64],
        limits: Limits<'_>,
    ) -> (Solution, Points) {
        let picks: Vec<usize> = places.iter().map(|&place| self.rows[place]).collect();
        let points = Points::new(rows.pick(&picks), kernel, false);
        let signs: Vec<f64> = places.iter().map(|&place| if self.are_earlier[place] { 1.0 } else { -1.0 }).collect();
        let bounds = picks.iter().map(|&row| bounds[row]).collect();
        let solution = smo::solve(&Dual { points: &points, slopes: signs.clone(), signs, bounds }, limits);
        (solution, points)
    }

    /// The decisions of the machine of some rows for other ones.
    fn decisions(
        &self,
        fitted: &[usize],
        scored: &[usize],
        rows: &Matrix,
        kernel: Kernel,
        bounds: &[f64],
        limits: Limits<'_>,
    ) -> Vec<f64> {
        let earlier = fitted.iter().filter(|&&place| self.are_earlier[place]).count();
        // Of one class only, libsvm decides for it, or for nothing where there are no rows.
        match (earlier, fitted.len() - earlier) {
            (0, 0) => return vec![0.0; scored.len()],
            (0, _) => return vec![-1.0; scored.len()],
            (_, 0) => return vec![1.0; scored.len()],
            _ => {}
        }
        let (solution, points) = self.separate(fitted, rows, kernel, bounds, limits);
        let row = |place: usize| &rows.values[self.rows[place] * rows.width..][..rows.width];
        scored.iter().map(|&place| points.sum(row(place), &solution.coefficients) + solution.intercept).collect()
    }
}
