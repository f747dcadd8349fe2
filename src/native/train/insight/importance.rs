//! How much a column matters: how much worse the model is when the column's values are dealt out anew among the rows.
//! (Breiman, Random Forests, Machine Learning 45, 2001, section 10; scikit-learn's `permutation_importance`.)

use super::super::matrix::mean_and_variance;
use super::super::metrics::Measure;
use super::super::problem::Problem;
use super::super::random::Random;
use super::super::select::Study;
use crate::model::Model;

/// How often a column's values are dealt out.
const REPETITIONS: usize = 5;

/// How much a column matters.
#[derive(Clone, Debug)]
pub struct Importance {
    /// The column's place among the inputs.
    pub place: usize,
    /// Its name.
    pub column: String,
    /// How much larger the loss becomes, on average.
    pub mean: f64,
    /// The population deviation of that.
    pub std: f64,
}

/// The importance of every column, from most to least.
pub fn of(problem: &Problem, model: &Model, rows: &[usize]) -> Vec<Importance> {
    let picked = problem.features.rows.pick(rows);
    let truth = problem.target.of(rows);
    let loss = |measures: Vec<Measure>| {
        let found = measures.into_iter().find(|(name, _)| *name == problem.loss());
        found.and_then(|(_, value)| value).unwrap_or(f64::NAN)
    };
    let before = loss(problem.score_rows(model, &picked, &truth));
    let of_column = |(place, input): (usize, &crate::model::Input)| {
        let mut dealt = picked.clone();
        let changes: Vec<f64> = (0..REPETITIONS)
            .map(|repetition| {
                let mut random = Random::new(problem.seed, (place * REPETITIONS + repetition) as u64);
                for i in (1..dealt.len()).rev() {
                    let j = random.below(i + 1);
                    dealt.values.swap(i * dealt.width + place, j * dealt.width + place);
                }
                loss(problem.score_rows(model, &dealt, &truth)) - before
            })
            .collect();
        let (mean, variance) = mean_and_variance(changes.into_iter());
        Importance { place, column: input.name.clone(), mean, std: variance.max(0.0).sqrt() }
    };
    let mut all: Vec<Importance> = problem.features.inputs.iter().enumerate().map(of_column).collect();
    all.sort_by(|a, b| b.mean.total_cmp(&a.mean));
    all
}
