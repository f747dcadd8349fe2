//! How far two networks' outputs are apart.

use super::super::Globals;
use crate::error::{Error, Kind, Result};
use crate::infer::Inference;
use crate::network::tensor::map_each;
use crate::network::{Data, Dim, Network, Port, Tensor, shown};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::fmt;

/// How many rows run at once, where a network takes any number.
const BATCH: usize = 16;

/// How far one output is apart on all rows.
#[derive(Clone, Debug, Default)]
pub struct Agreement {
    name: String,
    rows: usize,
    /// The largest difference, and the largest number of the first network.
    largest: (f64, f64),
    /// The sums of the squared differences and of the first network's squared numbers.
    squares: (f64, f64),
    /// In how many rows of classes the largest number is at the same place.
    same: Option<usize>,
}

impl Agreement {
    /// The largest difference, relative to the largest number.
    fn most(&self) -> f64 {
        relative(self.largest.0, self.largest.1)
    }

    /// The root of the mean square of the differences, relative to that of the numbers.
    fn mean(&self) -> f64 {
        relative(self.squares.0.sqrt(), self.squares.1.sqrt())
    }

    /// The same as JSON.
    pub fn as_value(&self) -> Value {
        json!({
            "output": self.name, "rows": self.rows, "largest_difference": self.most(), "rms_difference": self.mean(),
            "same_largest": self.same,
        })
    }

    fn add(&mut self, before: &Tensor, after: &Tensor) -> Result<()> {
        if before.shape() != after.shape() {
            return Err(Error::new(Kind::Parity, self.name.clone(), shown(before.shape()), shown(after.shape())));
        }
        let (x, y) = (numbers(before.data()), numbers(after.data()));
        self.rows += before.shape().first().copied().unwrap_or(1);
        for (x, y) in x.iter().zip(&y).filter(|(x, _)| x.is_finite()) {
            // What is no number any more is as far away as it gets.
            let off = if y.is_finite() { (x - y).abs() } else { f64::INFINITY };
            self.largest = (self.largest.0.max(off), self.largest.1.max(x.abs()));
            self.squares = (self.squares.0 + off * off, self.squares.1 + x * x);
        }
        if let [_, classes] = *before.shape()
            && classes > 1
        {
            let same =
                x.chunks(classes).zip(y.chunks(classes)).filter(|(x, y)| place_of_largest(x) == place_of_largest(y));
            *self.same.get_or_insert(0) += same.count();
        }
        Ok(())
    }
}

impl fmt::Display for Agreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (most, mean) = (self.most() * 100.0, self.mean() * 100.0);
        write!(
            formatter,
            "{}, {} rows: off by {most:.3} % of the largest number at most, {mean:.3} % in the mean (RMS)",
            self.name, self.rows
        )?;
        match self.same {
            Some(same) => write!(formatter, "; the largest at the same place in {same} of {}", self.rows),
            None => Ok(()),
        }
    }
}

/// Lets both networks run on the same rows.
///
/// # Errors
/// Those of a run, and [`Kind::WrongShape`] for rows that are no whole number of batches.
pub fn on(before: &Network, after: &Network, given: Vec<Tensor>, globals: Globals) -> Result<Vec<Agreement>> {
    let named = |(port, _): &(Port, u32)| Agreement { name: port.name.clone(), ..Agreement::default() };
    let mut agreements: Vec<Agreement> = before.outputs().iter().map(named).collect();
    let (before, after) = (Inference::new(before.clone()), Inference::new(after.clone()));
    let batches = batches(before.inputs(), given)?;
    let rounds = batches.len() as u64;
    let bar = if globals.shows_progress() { ProgressBar::new(rounds) } else { ProgressBar::hidden() };
    for batch in batches {
        let (x, y) = (before.run(batch.clone())?, after.run(batch)?);
        for ((agreement, x), y) in agreements.iter_mut().zip(&x).zip(&y) {
            agreement.add(x, y)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(agreements)
}

/// Rows in as many batches as the network takes; all at once where inputs do not have as many rows.
fn batches(ports: &[Port], given: Vec<Tensor>) -> Result<Vec<Vec<Tensor>>> {
    let rows: Option<usize> = given.first().and_then(|tensor| tensor.shape().first().copied());
    let Some(rows) = rows.filter(|rows| given.iter().all(|tensor| tensor.shape().first() == Some(rows))) else {
        return Ok(vec![given]);
    };
    let fixed = ports.iter().find_map(|port| match port.shape.as_ref()?.first()? {
        Dim::Fixed(length) => Some(*length as usize),
        Dim::Any(_) => None,
    });
    let batch = fixed.unwrap_or(BATCH).max(1);
    if fixed.is_some() && !rows.is_multiple_of(batch) {
        let expected = format!("a multiple of {batch} rows, which the network takes at once");
        return Err(Error::new(Kind::WrongShape, "rows", expected, rows.to_string()));
    }
    let part = |tensor: &Tensor, from: usize| {
        let to = rows.min(from + batch);
        let size = tensor.len() / rows.max(1);
        let mut shape = tensor.shape().to_vec();
        shape[0] = to - from;
        let data = map_each!(tensor.data(), x => x[from * size..to * size].to_vec());
        Tensor::exact(tensor.dtype(), shape, data)
    };
    Ok((0..rows).step_by(batch).map(|from| given.iter().map(|tensor| part(tensor, from)).collect()).collect())
}

fn numbers(data: &Data) -> Vec<f64> {
    match data {
        Data::F32(x) => x.iter().map(|x| f64::from(*x)).collect(),
        Data::F64(x) => x.clone(),
        Data::I64(x) => x.iter().map(|x| *x as f64).collect(),
        Data::Text(_) => Vec::new(),
    }
}

fn relative(x: f64, to: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x / to }
}

fn place_of_largest(x: &[f64]) -> usize {
    (0..x.len()).fold(0, |best, i| if x[i] > x[best] { i } else { best })
}
