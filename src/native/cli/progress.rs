//! How far `edgelet train` is, for whoever waits.

use crate::native::store;
use crate::native::train::{Spread, Standing, Watch};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Mutex;

/// A bar, and the best candidate so far.
pub(super) struct Progress {
    bar: ProgressBar,
    best: Mutex<f64>,
}

impl Progress {
    /// Before the first fit; nothing is shown where nobody looks.
    pub fn new(is_shown: bool) -> Self {
        let bar = if is_shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("fitting {bar:40} {pos}/{len} {eta}  {msg}") {
            bar.set_style(style);
        }
        Self { bar, best: Mutex::new(f64::INFINITY) }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn expects(&self, fits: usize) {
        self.bar.set_length(fits as u64);
    }

    fn fitted(&self, done: usize) {
        self.bar.set_position(done as u64);
    }

    fn passed(&self, epoch: usize, of: usize, loss: f64) {
        self.bar.set_message(format!("epoch {epoch} of {of}, loss {loss:.5}"));
    }

    /// The leaderboard while it comes about: who takes the lead, at what price.
    fn compared(&self, standing: &Standing) {
        let Spread { mean, std } = standing.loss;
        let Ok(mut best) = self.best.lock() else { return };
        if mean < *best {
            *best = mean;
            let line = format!("{mean:>10.5} ± {std:<9.5} {:>9} bytes  {}", standing.bytes, standing.model);
            self.bar.println(line);
            self.bar.set_message(format!("best: {}", standing.model));
        }
    }

    fn goes_on(&self) -> bool {
        // Never so unless --keep-best heeds it.
        store::check_interruption("rows").is_ok()
    }
}
