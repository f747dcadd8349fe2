//! Multi-layer perceptrons: `MLPClassifier` and `MLPRegressor`, by Adam or L-BFGS.

mod batch;
mod layers;
mod passes;

use super::answer::Answer;
use super::candidate::{Candidate, Sample};
use super::lbfgs;
use super::random::Random;
use super::roles::Order;
use super::split::{Split, hold_out};
use crate::error::{Error, Kind, Result};
use crate::model::{Function, Linear, Map, ValueId};
use crate::native::train::prepare::Preparation;
use batch::Objective;
use layers::{Rows, Shape, Work};
use passes::Settings;

/// The most parameters.
const MAX_PARAMETERS: usize = 1 << 24;
/// The most rows of a batch where nobody says.
const BATCH: usize = 200;
/// The relative decrease of the loss that ends L-BFGS: scipy's.
const DECREASE: f64 = 2.2e-9;

/// A fitted network.
#[derive(Clone, Debug)]
pub struct Network {
    /// The layers, from first to last.
    layers: Vec<Linear>,
    /// What is done with the numbers of hidden layers; `None` for nothing.
    activation: Option<Function>,
}

impl Network {
    /// How many numbers come out.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.intercepts.len())
    }
}

/// Fits a network to rows. Says whether the solver reached its tolerance.
///
/// # Errors
/// [`Kind::LimitExceeded`] for more parameters than are sensible; [`Kind::BadOption`] for a part held out that is too small;
/// [`Kind::Training`] if the numbers grow beyond all bounds.
pub fn fit(
    candidate: &Candidate,
    sample: &Sample<'_>,
    seed: u64,
    goes_on: &(dyn Fn() -> bool + Sync),
) -> Result<(Network, bool)> {
    let values = candidate.values();
    let shape = shape(candidate, sample)?;
    let alpha = values.number("alpha");
    let mut random = Random::new(seed, 0);
    let start = shape.draw(&mut random);
    let (targets, weights) = (sample.targets, sample.weights);
    let (parameters, converged) = if values.word("solver") == "lbfgs" {
        let rows = Rows { numbers: &sample.rows.values, targets, weights };
        let objective = Objective { shape: &shape, rows, alpha };
        let limits =
            lbfgs::Limits { gradient: values.number("tol"), decrease: DECREASE, steps: values.whole("max_iter") };
        let all: Vec<usize> = (0..sample.rows.len()).collect();
        let mut works: Vec<Work<f64>> = Vec::new();
        let smooth = |x: &[f64], slopes: &mut [f64]| objective.slopes(&mut works, x, &all, slopes);
        let no_weights = vec![0.0; start.len()];
        lbfgs::minimize(start, &no_weights, limits, goes_on, smooth)
    } else {
        let split = split(candidate, sample, seed)?;
        let batch = values.whole_or_none("batch_size").unwrap_or(BATCH).min(split.fit.len());
        let settings = Settings {
            batch,
            learning_rate: values.number("learning_rate_init"),
            epochs: values.whole("max_iter"),
            tolerance: values.number("tol"),
            patience: values.whole("n_iter_no_change"),
        };
        let numbers: Vec<f32> = sample.rows.values.iter().map(|x| *x as f32).collect();
        let objective = Objective { shape: &shape, rows: Rows { numbers: &numbers, targets, weights }, alpha };
        let start = start.iter().map(|x| *x as f32).collect();
        let (found, converged) = passes::minimize(&objective, start, &split, settings, &mut random, goes_on);
        (found.into_iter().map(f64::from).collect(), converged)
    };
    if !parameters.iter().all(|x: &f64| x.is_finite() && x.abs() <= f64::from(f32::MAX)) {
        return Err(Error::new(Kind::Training, "--model mlp", "weights that stay finite", "others")
            .hint("Standardize the columns, or choose a smaller learning_rate_init."));
    }
    let layer = |(width, weights, intercepts): (usize, &[f64], &[f64])| {
        let outputs = intercepts.len();
        // Output by output here, input by input there. As f32 numbers they pack well.
        let weight = |i: usize| weights[i % width * outputs + i / width];
        Linear {
            width,
            coefficients: (0..weights.len()).map(|i| f64::from(weight(i) as f32)).collect(),
            intercepts: intercepts.iter().map(|x| f64::from(*x as f32)).collect(),
        }
    };
    let layers = shape.layers(&parameters).into_iter().map(layer).collect();
    Ok((Network { layers, activation: shape.activation }, converged))
}

/// The shape that is asked for.
fn shape(candidate: &Candidate, sample: &Sample<'_>) -> Result<Shape> {
    let values = candidate.values();
    let hidden = values.wholes("hidden_layer_sizes");
    let (answer, outputs) = match sample.classes {
        0 => (Answer::Number, 1),
        2 => (Answer::Odds, 1),
        classes => (Answer::Shares, classes),
    };
    let activation = match values.word("activation") {
        "identity" => None,
        "logistic" => Some(Function::Sigmoid),
        "tanh" => Some(Function::Tanh),
        _ => Some(Function::Relu),
    };
    let widths = [&[sample.rows.width][..], &hidden, &[outputs]].concat();
    let shape = Shape { widths, activation, answer };
    if shape.parameters() > MAX_PARAMETERS {
        let (at, expected) = ("--set hidden_layer_sizes", format!("at most {MAX_PARAMETERS} weights"));
        return Err(Error::new(Kind::LimitExceeded, at, expected, shape.parameters().to_string())
            .hint("A visitor downloads all of them: choose smaller layers."));
    }
    Ok(shape)
}

/// The rows to fit, and those that tell when to stop.
fn split(candidate: &Candidate, sample: &Sample<'_>, seed: u64) -> Result<Split> {
    let (values, count) = (candidate.values(), sample.targets.len());
    if values.word("early_stopping") != "true" {
        return Ok(Split { fit: (0..count).collect(), score: Vec::new() });
    }
    let strata = (sample.classes > 0).then_some(sample.targets);
    let split = hold_out(count, strata, &Order::Shuffled, values.number("validation_fraction"), seed);
    if split.score.len() < 2 || split.fit.is_empty() {
        let expected = format!("at least 2 of {count} rows, and not all of them");
        let found = split.score.len().to_string();
        return Err(Error::new(Kind::BadOption, "--set validation_fraction", expected, found));
    }
    Ok(split)
}

/// Lays the steps from a prepared row to a network's scores.
pub fn lay(preparation: &mut Preparation, network: &Network) -> ValueId {
    let mut value = preparation.value;
    for (i, layer) in network.layers.iter().enumerate() {
        if i > 0
            && let Some(activation) = network.activation
        {
            value = preparation.push("activation", Map::of(activation), vec![value]);
        }
        value = preparation.push("layer", layer.clone(), vec![value]);
    }
    value
}
