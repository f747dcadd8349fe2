//! Passes over the rows by Adam, and when scikit-learn ends them.

use super::super::adam::Moments;
use super::super::answer::Answer;
use super::super::random::Random;
use super::super::real::Real;
use super::super::split::Split;
use super::batch::Objective;
use super::layers::Work;

/// How many rows are scored at once.
const SCORED: usize = 256;

/// What the steps are told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many rows a step looks at.
    pub batch: usize,
    /// How long the first steps are.
    pub learning_rate: f64,
    /// The most passes over the rows.
    pub epochs: usize,
    /// What counts as better.
    pub tolerance: f64,
    /// How many passes may be no better, one after another.
    pub patience: usize,
}

/// Passes over rows until they are no better any more. Of rows that are held out to tell, the best parameters are kept. Says
/// whether the passes were enough.
pub fn minimize<R: Real>(
    objective: &Objective<'_, R>,
    mut parameters: Vec<R>,
    split: &Split,
    settings: Settings,
    random: &mut Random,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> (Vec<R>, bool) {
    let zeros = || vec![R::default(); parameters.len()];
    let mut moments = Moments::new(parameters.len());
    let (mut slopes, mut works) = (zeros(), Vec::new());
    let mut order = split.fit.clone();
    let (mut least, mut best, mut stale) = (f64::INFINITY, None, 0);
    for _ in 0..settings.epochs {
        if !goes_on() {
            break;
        }
        random.shuffle(&mut order);
        let mut sum = 0.0;
        for picks in order.chunks(settings.batch) {
            sum += objective.slopes(&mut works, &parameters, picks, &mut slopes) * picks.len() as f64;
            moments.step(&mut parameters, &slopes, settings.learning_rate);
        }
        let tells = !split.score.is_empty();
        let loss =
            if tells { -score(objective, &parameters, &split.score, &mut works[0]) } else { sum / order.len() as f64 };
        // Nothing comes back from there.
        if !loss.is_finite() {
            break;
        }
        stale = if loss > least - settings.tolerance { stale + 1 } else { 0 };
        if loss < least {
            least = loss;
            best = tells.then(|| parameters.clone());
        }
        if stale > settings.patience {
            return (best.unwrap_or(parameters), true);
        }
    }
    (best.unwrap_or(parameters), false)
}

/// How good a network is on some rows: the share of right classes, or the part of the variance that it explains.
fn score<R: Real>(objective: &Objective<'_, R>, parameters: &[R], picks: &[usize], work: &mut Work<R>) -> f64 {
    let rows = &objective.rows;
    let weight = |row: usize| rows.weights.map_or(1.0, |weights| weights[row]);
    let count: f64 = picks.iter().map(|&row| weight(row)).sum();
    let mean = picks.iter().map(|&row| weight(row) * rows.targets[row]).sum::<f64>() / count;
    let (mut right, mut squares, mut all_squares) = (0.0, 0.0, 0.0);
    for picks in picks.chunks(SCORED) {
        let scores = work.forward(objective.shape, parameters, rows, picks);
        for (&row, scores) in picks.iter().zip(scores.chunks_exact(scores.len() / picks.len())) {
            let target = rows.targets[row];
            let decided = match objective.shape.answer {
                Answer::Number => scores[0].wide(),
                Answer::Odds => f64::from(u8::from(scores[0] > R::default())),
                Answer::Shares => {
                    (1..scores.len()).fold(0, |best, i| if scores[i] > scores[best] { i } else { best }) as f64
                }
            };
            right += if decided == target { weight(row) } else { 0.0 };
            squares += weight(row) * (decided - target) * (decided - target);
            all_squares += weight(row) * (target - mean) * (target - mean);
        }
    }
    match objective.shape.answer {
        Answer::Number if all_squares > 0.0 => 1.0 - squares / all_squares,
        Answer::Number => -squares,
        _ => right / count,
    }
}
