//! Gradient boosting: tree after tree learns what those before it leave.

use super::super::random::Random;
use super::bins::Binned;
use super::grow::{self, Ground, Spare};
use super::histogram::{Step, Units};
use super::loss::{Loss, log_sum, quantile};
use super::split::Rules;
use super::tree::{self, Tree};
use super::{Grown, Progress, Sample};
use crate::math::exp;
use crate::model::forest::MAX_TREE_DEPTH;
use crate::native::train::roles::Order;
use crate::native::train::split::hold_out;
use rayon::prelude::*;

/// The most rows whose loss the curve tells.
const CURVE_ROWS: usize = 10_000;
/// More rows than this, and boosting stops early by itself.
const MANY_ROWS: usize = 10_000;
/// How many rows one thread takes at a time.
const CHUNK: usize = 1 << 12;

/// When boosting stops early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarlyStopping {
    /// Where there are more than 10,000 rows.
    Auto,
    /// Whenever rows held out are predicted no better.
    On,
    /// Never.
    Off,
}

/// Gradient boosting's settings, by scikit-learn's names.
#[derive(Clone, Debug)]
pub struct Boosting {
    /// What is made small.
    pub loss: Loss,
    /// What each tree's values are multiplied by.
    pub learning_rate: f64,
    /// The most iterations.
    pub max_iter: usize,
    /// The most leaves of a tree.
    pub max_leaf_nodes: Option<usize>,
    /// The most splits on the way to a leaf.
    pub max_depth: Option<usize>,
    /// The fewest rows of a leaf.
    pub min_samples_leaf: usize,
    /// What is added to each leaf's hessian.
    pub l2_regularization: f64,
    /// The share of features that each node compares.
    pub max_features: f64,
    /// For each feature whether predictions rise (1) or fall (-1) with it, or neither (0); empty for no such rule.
    pub monotonic_cst: Vec<i8>,
    /// Whether rows are held out to stop early.
    pub early_stopping: EarlyStopping,
    /// The share of rows held out.
    pub validation_fraction: f64,
    /// After how many iterations without progress to stop.
    pub n_iter_no_change: usize,
    /// Less is no progress.
    pub tol: f64,
}

impl Default for Boosting {
    fn default() -> Self {
        Self {
            loss: Loss::SquaredError,
            learning_rate: 0.1,
            max_iter: 100,
            max_leaf_nodes: Some(31),
            max_depth: None,
            min_samples_leaf: 20,
            l2_regularization: 0.0,
            max_features: 1.0,
            monotonic_cst: Vec::new(),
            early_stopping: EarlyStopping::Auto,
            validation_fraction: 0.1,
            n_iter_no_change: 10,
            tol: 1e-7,
        }
    }
}

/// Rows and the scores that the trees so far give them.
struct State<'a> {
    binned: &'a Binned,
    sample: &'a Sample<'a>,
    loss: Loss,
    /// The rows to learn from, in order.
    fit: Vec<u32>,
    /// Those held out.
    held_out: Vec<u32>,
    /// For each output the score of each row.
    scores: Vec<Vec<f64>>,
}

/// Boosts trees; `progress` hears of each iteration.
pub fn boost(binned: &Binned, sample: &Sample, settings: &Boosting, progress: Progress) -> Grown {
    let mut state = State::new(binned, sample, settings);
    let outputs = state.scores.len();
    let base: Vec<f64> = state.scores.iter().map(|scores| scores.first().copied().unwrap_or_default()).collect();
    let width = binned.features.len();
    let rules = Rules { min_samples_leaf: settings.min_samples_leaf.max(1), l2: settings.l2_regularization };
    let ground = Ground {
        binned,
        steps: &[],
        units: Units::new(1, 1.0, 1.0),
        rules,
        max_leaf_nodes: settings.max_leaf_nodes.unwrap_or(usize::MAX),
        max_depth: settings.max_depth.unwrap_or(MAX_TREE_DEPTH).min(MAX_TREE_DEPTH),
        max_features: ((settings.max_features * width as f64) as usize).clamp(1, width.max(1)),
        monotone: &settings.monotonic_cst,
    };
    let mut random = Random::new(sample.seed, 1);
    let (mut rows, mut steps, mut spare) = (Vec::new(), Vec::new(), Spare::default());
    let (mut trees, mut targets, mut curve) = (Vec::new(), Vec::new(), Vec::new());
    let mut validations = vec![state.loss_of(&state.held_out)];
    for i in 0..settings.max_iter {
        let sums = state.log_sums();
        for k in 0..outputs {
            let units = state.steps(k, &sums, &mut steps);
            rows.clone_from(&state.fit);
            let nodes = Ground { steps: &steps, units, ..ground }.grow(&mut rows, &mut spare, &mut random);
            trees.push(state.add(k, nodes, &rows, settings.learning_rate));
            targets.push(Some(k as u32));
        }
        let validation = state.loss_of(&state.held_out);
        let step = state.fit.len().div_ceil(CURVE_ROWS).max(1);
        let shown: Vec<u32> = state.fit.iter().copied().step_by(step).collect();
        curve.push((state.loss_of(&shown).unwrap_or_default(), validation));
        validations.push(validation);
        if !progress(i + 1, settings.max_iter) || has_settled(&validations, settings) {
            break;
        }
    }
    let forest = tree::forest(binned, &trees, targets, base, 1.0);
    Grown { forest, link: settings.loss.link(outputs), curve, weights: tree::weights(trees) }
}

/// Whether none of the latest losses is less than the one before them.
fn has_settled(losses: &[Option<f64>], settings: &Boosting) -> bool {
    let Some(before) = losses.len().checked_sub(settings.n_iter_no_change + 1) else { return false };
    let Some(reference) = losses[before] else { return false };
    !losses[before + 1..].iter().flatten().any(|&loss| loss < reference - settings.tol)
}

impl<'a> State<'a> {
    fn new(binned: &'a Binned, sample: &'a Sample<'a>, settings: &Boosting) -> Self {
        let all = binned.rows;
        let loss = settings.loss;
        let stops_early = match settings.early_stopping {
            EarlyStopping::Auto => all > MANY_ROWS,
            EarlyStopping::On => true,
            EarlyStopping::Off => false,
        };
        let (mut fit, mut held_out): (Vec<u32>, Vec<u32>) = ((0..all as u32).collect(), Vec::new());
        if stops_early {
            let strata = (sample.classes > 0).then_some(sample.targets);
            let split = hold_out(all, strata, &Order::Shuffled, settings.validation_fraction, sample.seed);
            fit = split.fit.iter().map(|&row| row as u32).collect();
            held_out = split.score.iter().map(|&row| row as u32).collect();
        }
        let known = || fit.iter().map(|&row| (sample.targets[row as usize], sample.weight(row as usize)));
        let scores = if loss == Loss::Logistic && sample.classes > 2 {
            let mut weights = vec![0.0; sample.classes];
            known().for_each(|(class, weight)| weights[class as usize] += weight);
            let sum: f64 = weights.iter().sum();
            let logs: Vec<f64> = weights.iter().map(|weight| crate::math::ln((weight / sum).max(1e-15))).collect();
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            logs.iter().map(|log| vec![log - mean; all]).collect()
        } else {
            vec![vec![loss.baseline(known()); all]]
        };
        Self { binned, sample, loss, fit, held_out, scores }
    }

    /// For each row what its scores' exponentials are divided by for probabilities, as a logarithm; empty for one score.
    fn log_sums(&self) -> Vec<f64> {
        if self.scores.len() == 1 {
            return Vec::new();
        }
        let rows = (0..self.binned.rows).into_par_iter().with_min_len(CHUNK);
        rows.map(|row| log_sum(self.scores.iter().map(move |scores| scores[row]))).collect()
    }

    /// Gradient and hessian of an output's score.
    fn step(&self, k: usize, sums: &[f64], row: usize) -> (f64, f64) {
        let (score, target) = (self.scores[k][row], self.sample.targets[row]);
        let (gradient, hessian) = match sums.get(row) {
            None => self.loss.step(score, target),
            Some(sum) => {
                let p = exp(score - sum);
                (p - f64::from(target == k as f64), p * (1.0 - p))
            }
        };
        let weight = self.sample.weight(row);
        (gradient * weight, hessian * weight)
    }

    /// Fills in the steps of an output's scores.
    fn steps(&self, k: usize, sums: &[f64], steps: &mut Vec<Step>) -> Units {
        let all = self.binned.rows;
        let greater = |a: (f64, f64), b: (f64, f64)| (a.0.max(b.0.abs()), a.1.max(b.1.abs()));
        let (gradient, hessian) = match self.loss.most() {
            Some((gradient, hessian)) => {
                let weight = (0..all).map(|row| self.sample.weight(row)).fold(0.0, f64::max);
                (gradient * weight, hessian * weight)
            }
            None => {
                let rows = (0..all).into_par_iter().with_min_len(CHUNK);
                rows.map(|row| self.step(k, sums, row)).reduce(|| (0.0, 0.0), greater)
            }
        };
        let units = Units::new(all, gradient, hessian);
        steps.resize(all, [0; 2]);
        steps.par_iter_mut().with_min_len(CHUNK).enumerate().for_each(|(row, step)| {
            let (gradient, hessian) = self.step(k, sums, row);
            *step = units.step(gradient, hessian);
        });
        units
    }

    /// Makes nodes a tree and adds its leaves to the scores.
    fn add(&mut self, k: usize, mut nodes: Vec<grow::Node>, rows: &[u32], learning_rate: f64) -> Tree {
        let (sample, scores) = (self.sample, &mut self.scores[k]);
        nodes.par_iter_mut().filter(|node| node.split.is_none()).for_each(|leaf| {
            if let Some(q) = self.loss.quantile() {
                let residual = |&row: &u32| {
                    let row = row as usize;
                    (sample.targets[row] - scores[row], sample.weight(row))
                };
                let residuals = rows[leaf.rows.clone()].iter().map(residual).collect();
                leaf.value = quantile(residuals, q).clamp(leaf.bounds.low, leaf.bounds.high);
            }
            // What the file holds is what the next tree goes on from.
            leaf.value = f64::from((leaf.value * learning_rate) as f32);
        });
        for leaf in nodes.iter().filter(|node| node.split.is_none()) {
            rows[leaf.rows.clone()].iter().for_each(|&row| scores[row as usize] += leaf.value);
        }
        let of_held_out = self.held_out.par_iter().with_min_len(CHUNK);
        let values: Vec<f64> = of_held_out.map(|&row| nodes[grow::leaf_of(&nodes, self.binned, row)].value).collect();
        self.held_out.iter().zip(values).for_each(|(&row, value)| scores[row as usize] += value);
        grow::tree_of(&nodes)
    }

    /// The mean loss of rows; `None` of none.
    fn loss_of(&self, rows: &[u32]) -> Option<f64> {
        let (mut sum, mut all, mut scores) = (0.0, 0.0, vec![0.0; self.scores.len()]);
        for row in rows.iter().map(|&row| row as usize) {
            scores.iter_mut().zip(&self.scores).for_each(|(score, of_rows)| *score = of_rows[row]);
            let weight = self.sample.weight(row);
            sum += weight * self.loss.of(&scores, self.sample.targets[row]);
            all += weight;
        }
        (!rows.is_empty()).then(|| sum / all)
    }
}
