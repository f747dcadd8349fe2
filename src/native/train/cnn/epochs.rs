//! One fit: epochs over the examples by Adam with decoupled weight decay (Loshchilov and Hutter, Decoupled Weight Decay
//! Regularization, 2019), whose steps become shorter along a cosine.

use super::super::adam::Moments as Means;
use super::super::options::Task;
use super::super::parameters::Values;
use super::super::random::Random;
use super::super::roles::Order;
use super::super::split::{Split, hold_out};
use super::super::watch::Watch;
use super::batch::{Batch, Fill, Lesson, at_once};
use super::batch_norm::Moments;
use super::images::Images;
use super::scaling::{Scaling, shifted};
use super::shape::Shape;
use crate::error::{Error, Kind, Result};
use crate::math;
use std::f64::consts::PI;

/// A fitted network, as it was learned.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Its shape.
    pub shape: Shape,
    /// Its parameters.
    pub parameters: Vec<f32>,
    /// What its batch norms know of each block's channels.
    pub moments: Vec<Vec<Moments>>,
    /// What is done to examples first, and to the answer at the end.
    pub scaling: Scaling,
    /// The loss of each epoch, and that of the examples that tell when to stop.
    pub curve: Vec<(f64, Option<f64>)>,
}

/// What the epochs are told.
struct Settings {
    batch: usize,
    epochs: usize,
    learning_rate: f64,
    is_cosine: bool,
    weight_decay: f64,
    dropout: f64,
    shift: usize,
    patience: usize,
}

impl Settings {
    fn of(values: Values<'_>) -> Self {
        Self {
            batch: values.whole("batch_size"),
            epochs: values.whole("epochs"),
            learning_rate: values.number("learning_rate"),
            is_cosine: values.word("schedule") == "cosine",
            weight_decay: values.number("weight_decay"),
            dropout: values.number("dropout"),
            shift: values.whole("shift"),
            patience: values.whole("n_iter_no_change"),
        }
    }

    /// How long the step is after a share of all.
    fn rate(&self, share: f64) -> f64 {
        if self.is_cosine { self.learning_rate * (1.0 + libm::cos(PI * share)) / 2.0 } else { self.learning_rate }
    }
}

/// Fits a network to some examples. The first epoch goes to its end; later ones are ended if `watch` says so.
///
/// # Errors
/// Those of [`Shape::new`]; [`Kind::BadOption`] for a part held out that is too small; [`Kind::Training`] if the numbers grow
/// beyond all bounds.
pub fn fit(
    images: &Images,
    rows: &[usize],
    values: Values<'_>,
    seed: u64,
    watch: &dyn Watch,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Result<Learned> {
    let target = &images.target;
    let shape = Shape::new(images.size, values, target.task, target.class_count())?;
    let settings = Settings::of(values);
    let split = split(images, rows, values, seed)?;
    let scaling = Scaling::of(images, &split.fit)?;
    let balanced = values.word("class_weight") == "balanced";
    let counts = images.roles.counts(target, balanced, &split.fit);
    // Each example's number among those fitted finds what it counts.
    let mut weights = vec![1.0; target.values.len()];
    for (&row, count) in split.fit.iter().zip(counts.into_iter().flatten()) {
        weights[row] = count;
    }
    let [mean, deviation] = scaling.target;
    let truth = |row: usize| match target.task {
        Task::Regression => (target.values[row] - mean) / deviation,
        Task::Classification => target.values[row],
    };
    let mut random = Random::new(seed, 0);
    let parameters = shape.draw(&mut random);
    let moments = shape.blocks.iter().map(|block| vec![Moments::UNKNOWN; block.filters]).collect();
    let mut learned = Learned { shape, parameters, moments, scaling, curve: Vec::new() };
    let mut means = Means::new(learned.parameters.len());
    let (mut gradient, mut batch) = (vec![0.0; learned.parameters.len()], Batch::default());
    let (mut order, mut step) = (split.fit.clone(), 0);
    let (mut least, mut best, mut stale) = (f64::INFINITY, None, 0);
    let batches = order.len().div_ceil(settings.batch);
    'epochs: for epoch in 0..settings.epochs {
        random.shuffle(&mut order);
        let (mut sum, mut all) = (0.0, 0.0);
        // Batches of nearly one size: the norms of a last one of a few examples would be wide of the mark.
        for i in 0..batches {
            if epoch > 0 && !goes_on() {
                break 'epochs;
            }
            let rows = &order[i * order.len() / batches..(i + 1) * order.len() / batches];
            let count: f64 = rows.iter().map(|&row| weights[row]).sum();
            let truth: Vec<(f64, f64)> = rows.iter().map(|&row| (truth(row), weights[row] / count)).collect();
            let Learned { shape, parameters, moments, scaling, .. } = &mut learned;
            let fill = |row: usize, random: &mut Random, to: &mut [f32]| {
                scaling.scale(images, row, to);
                shifted(images.size, settings.shift, random, to);
            };
            let lesson = Lesson { shape, parameters, moments, dropout: settings.dropout, seed: (seed, step) };
            sum += count * batch.learn(lesson, rows, &fill, &truth, &mut gradient);
            all += count;
            let rate = settings.rate(step as f64 / (settings.epochs * batches) as f64);
            step += 1;
            let kept = (1.0 - rate * settings.weight_decay) as f32;
            for weights in shape.weights() {
                parameters[weights].iter_mut().for_each(|x| *x *= kept);
            }
            means.step(parameters, &gradient, rate);
        }
        let told = (!split.score.is_empty()).then(|| learned.loss(&mut batch, images, &split.score, &truth));
        let loss = sum / all;
        if !loss.is_finite() || !learned.parameters.iter().all(|x| x.is_finite()) {
            return Err(Error::new(Kind::Training, "--model cnn", "a loss that stays finite", loss.to_string())
                .hint("Choose a smaller learning_rate."));
        }
        learned.curve.push((loss, told));
        watch.passed(epoch + 1, settings.epochs, told.unwrap_or(loss));
        if let Some(told) = told {
            stale = if told < least { 0 } else { stale + 1 };
            if told < least {
                least = told;
                best = Some((learned.parameters.clone(), learned.moments.clone()));
            }
            if stale > settings.patience {
                break;
            }
        }
    }
    if let Some((parameters, moments)) = best {
        learned = Learned { parameters, moments, ..learned };
    }
    Ok(learned)
}

impl Learned {
    /// The network's own answers for some examples, before they are an `.edgelet`: examples × outputs.
    pub fn answers(&self, batch: &mut Batch, images: &Images, rows: &[usize]) -> Vec<f32> {
        let fill: &Fill<'_> = &|row, _, to| self.scaling.scale(images, row, to);
        let of_rows = |rows: &[usize]| batch.answer(&self.shape, &self.parameters, &self.moments, rows, fill);
        rows.chunks(at_once(&self.shape)).flat_map(of_rows).collect()
    }

    /// The mean loss of examples.
    fn loss(&self, batch: &mut Batch, images: &Images, rows: &[usize], truth: &dyn Fn(usize) -> f64) -> f64 {
        let answers = self.answers(batch, images, rows);
        let of_row = |(answers, &row): (&[f32], &usize)| match images.target.task {
            Task::Regression => (f64::from(answers[0]) - truth(row)).powi(2) / 2.0,
            Task::Classification => -math::ln(f64::from(answers[truth(row) as usize]).max(f64::EPSILON)),
        };
        answers.chunks_exact(self.shape.outputs()).zip(rows).map(of_row).sum::<f64>() / rows.len() as f64
    }
}

/// The examples to fit, and those that tell when to stop. Groups stay together here, too.
fn split(images: &Images, rows: &[usize], values: Values<'_>, seed: u64) -> Result<Split> {
    if values.word("early_stopping") != "true" {
        return Ok(Split { fit: rows.to_vec(), score: Vec::new() });
    }
    let of = |all: &[u32]| rows.iter().map(|&row| all[row]).collect();
    let order = match &images.roles.order {
        Order::Shuffled => Order::Shuffled,
        Order::Groups(groups) => Order::Groups(of(groups)),
        Order::Time(ranks) => Order::Time(of(ranks)),
    };
    let targets = images.target.of(rows);
    let strata = images.target.classes.is_some().then_some(&targets[..]);
    let split = hold_out(rows.len(), strata, &order, values.number("validation_fraction"), seed);
    if split.score.is_empty() || split.fit.len() < 2 {
        let expected = format!("at least 1 of {} examples, and not all of them", rows.len());
        let found = split.score.len().to_string();
        return Err(Error::new(Kind::BadOption, "--set validation_fraction", expected, found));
    }
    let rows_of = |part: Vec<usize>| part.into_iter().map(|i| rows[i]).collect();
    Ok(Split { fit: rows_of(split.fit), score: rows_of(split.score) })
}
