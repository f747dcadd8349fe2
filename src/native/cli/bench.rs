//! `edgelet bench`.

use super::trust::Trusting;
use super::{Globals, model, network, stdout};
use crate::error::{Error, Kind, Result};
use crate::format::Content;
use crate::model::{Method, Model};
use crate::predict::Predictor;
use clap::Args;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many rounds are timed; their median counts.
const ROUNDS: usize = 21;
/// How long a round should take at least: many times what reading the clock does.
const ROUND: Duration = Duration::from_millis(1);
/// The most numbers in the rows of a batch: 2 GiB of them.
const MAX_NUMBERS: usize = 1 << 28;

/// Time a model on this machine, without reading or encoding rows: one row, and a batch. Of a network, one run on its
/// example or on zeros.
#[derive(Args)]
#[command(after_long_help = "\
Example:
  edgelet bench churn.edgelet --rows 100000")]
pub struct Bench {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// The rows of the batch.
    #[arg(long, default_value_t = 10_000)]
    rows: usize,
    #[command(flatten)]
    trust: Trusting,
}

impl Bench {
    /// Times every output of the model.
    pub fn run(self, globals: Globals) -> Result<()> {
        let model = match model::open(&self.model, &self.trust, globals)? {
            Content::Model(model) => model,
            Content::Network(network) => return network::bench(&network),
        };
        let outputs = &model.signature().outputs;
        let widest = outputs.iter().map(|output| model.width(output.value)).max().unwrap_or(1);
        let most = MAX_NUMBERS / widest.max(model.signature().inputs.len());
        if !(1..=most).contains(&self.rows) {
            let expected = format!("a number from 1 to {most}, for this model");
            return Err(Error::new(Kind::BadOption, "--rows", expected, self.rows.to_string()));
        }
        let mut text = format!("{:<18} {:>14} {:>14} {:>16}\n", "", "one row, ns", "batch, ms", "rows/s");
        for output in outputs {
            let (one, batch) = (time(&model, output.method, 1), time(&model, output.method, self.rows));
            let rate = self.rows as f64 / batch;
            text += &format!("{:<18} {:>14.1} {:>14.3} {rate:>16.0}\n", output.method.name(), one * 1e9, batch * 1e3);
        }
        stdout::print(&text)
    }
}

/// The median time, in seconds, that a method takes for so many rows.
pub(super) fn time(model: &Model, method: Method, rows: usize) -> f64 {
    let mut predictor = Predictor::new(model);
    let input = vec![0.0; rows * predictor.input_width()];
    let mut answers = vec![0.0; rows * predictor.output_width(method).unwrap_or(0)];
    let mut round = |times: usize| {
        let start = Instant::now();
        for _ in 0..times {
            predictor.predict(method, black_box(&input), black_box(&mut answers));
        }
        start.elapsed()
    };
    let mut times = 1;
    while round(times) < ROUND {
        times *= 2;
    }
    let mut rounds: Vec<f64> = (0..ROUNDS).map(|_| round(times).as_secs_f64() / times as f64).collect();
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 2]
}
