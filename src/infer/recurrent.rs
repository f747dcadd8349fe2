//! Recurrent layers: RNN, GRU and LSTM. All of it is computed in f64 and rounded once.
//!
//! Source of the formulas and of the gates' order: ONNX's specification of RNN, GRU (zrh) and LSTM (iofc; peepholes iof).

use super::arguments::{Arguments, length, wrong_shape};
use super::elementwise::of_float;
use super::normalize::{narrow, wide};
use crate::error::Result;
use crate::network::tensor::count;
use crate::network::{Cell, Direction, Recurrent, Tensor, Unary, shown};

/// Runs a layer: data `[time, batch, input]`, W `[ways, gates · hidden, input]`, R `[ways, gates · hidden, hidden]`,
/// B `[ways, 2 · gates · hidden]`?, lengths `[batch]`?, the first state `[ways, batch, hidden]`?, an LSTM's first cell, the
/// same?, its peepholes `[ways, 3 · hidden]`?, and which steps count `[time, batch]`?: the others change no state, and what is
/// made of them is the state before. Makes all states, the last ones, and an LSTM's last cells.
pub fn run(layer: &Recurrent, given: &Arguments<'_>) -> Result<Vec<Tensor>> {
    let tensor = given.get(0)?;
    let [first, second, inputs] = *tensor.shape() else {
        return Err(wrong_shape("3 dimensions", shown(tensor.shape())));
    };
    let (time, batch) = if layer.batch_first { (second, first) } else { (first, second) };
    let ways = if layer.direction == Direction::Bidirectional { 2 } else { 1 };
    let (gates, functions) = match layer.cell {
        Cell::Rnn => (1, 1),
        Cell::Gru { .. } => (3, 2),
        Cell::Lstm { .. } => (4, 3),
    };
    let hidden = length(layer.hidden)?;
    if layer.activations.len() != functions * ways {
        let found = layer.activations.len().to_string();
        return Err(wrong_shape(format!("{} activations", functions * ways), found));
    }
    let at = |time: usize, batch_at: usize| match layer.batch_first {
        true => batch_at * second + time,
        false => time * second + batch_at,
    };
    let numbers = |i: usize, shape: &[usize]| match given.find(i) {
        Some(tensor) if tensor.shape() == shape => wide(tensor).map(Some),
        Some(tensor) => Err(wrong_shape(shown(shape), shown(tensor.shape()))),
        None => Ok(None),
    };
    let rows = count(&[gates, hidden])?;
    let x = wide(tensor)?;
    let missing = || wrong_shape("weights", "none");
    let w = numbers(1, &[ways, rows, inputs])?.ok_or_else(missing)?;
    let r = numbers(2, &[ways, rows, hidden])?.ok_or_else(missing)?;
    let b = numbers(3, &[ways, 2 * rows])?.unwrap_or_else(|| vec![0.0; ways * 2 * rows]);
    let state = if layer.batch_first { [batch, ways, hidden] } else { [ways, batch, hidden] };
    let states = count(&state)?;
    let is_lstm = matches!(layer.cell, Cell::Lstm { .. });
    let mut last = numbers(5, &state)?.unwrap_or_else(|| vec![0.0; states]);
    let mut cells = if is_lstm { numbers(6, &state)? } else { None }.unwrap_or_else(|| vec![0.0; states]);
    let peepholes = if is_lstm { numbers(7, &[ways, 3 * hidden])? } else { None };
    let peepholes = peepholes.unwrap_or_else(|| vec![0.0; ways * 3 * hidden]);
    let lengths = lengths(given.find_integers(4)?, batch, time)?;
    let counts = given.find_integers(Recurrent::COUNTS)?;
    if let Some(counts) = given.find(Recurrent::COUNTS).filter(|counts| *counts.shape() != [first, second]) {
        return Err(wrong_shape(shown(&[first, second]), shown(counts.shape())));
    }
    let shape = match layer.batch_first {
        true => vec![batch, time, ways, hidden],
        false => vec![time, ways, batch, hidden],
    };
    let mut all = vec![0.0; count(&shape)?];
    for way in 0..ways {
        let step = Step {
            layer,
            hidden,
            functions: &layer.activations[way * functions..(way + 1) * functions],
            w: &w[way * rows * inputs..(way + 1) * rows * inputs],
            r: &r[way * rows * hidden..(way + 1) * rows * hidden],
            b: &b[way * 2 * rows..(way + 1) * 2 * rows],
            peepholes: &peepholes[way * 3 * hidden..(way + 1) * 3 * hidden],
        };
        let backward = layer.direction == Direction::Reverse || way == 1;
        for (i, &steps) in lengths.iter().enumerate() {
            let own = if layer.batch_first { i * ways + way } else { way * batch + i } * hidden;
            let (h, c) = (&mut last[own..own + hidden], &mut cells[own..own + hidden]);
            for t in 0..steps {
                let t = if backward { steps - 1 - t } else { t };
                if counts.is_none_or(|counts| counts[at(t, i)] != 0) {
                    step.run(&x[at(t, i) * inputs..(at(t, i) + 1) * inputs], h, c);
                }
                let place = if layer.batch_first { at(t, i) * ways + way } else { (t * ways + way) * batch + i };
                all[place * hidden..(place + 1) * hidden].copy_from_slice(h);
            }
        }
    }
    let made = |shape: &[usize], numbers| narrow(tensor.dtype(), shape.to_vec(), numbers);
    let mut outputs = vec![made(&shape, all), made(&state, last)];
    outputs.extend(is_lstm.then(|| made(&state, cells)));
    Ok(outputs)
}

/// How long each sequence of the batch is; all of the time without lengths.
fn lengths(given: Option<&[i64]>, batch: usize, time: usize) -> Result<Vec<usize>> {
    let Some(given) = given else { return Ok(vec![time; batch]) };
    let lengths = given.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?;
    match lengths.len() == batch && lengths.iter().all(|&length| length <= time) {
        true => Ok(lengths),
        false => Err(wrong_shape(format!("{batch} lengths of at most {time}"), format!("{given:?}"))),
    }
}

/// What each step of one way through time needs.
struct Step<'a> {
    layer: &'a Recurrent,
    hidden: usize,
    functions: &'a [Unary],
    w: &'a [f64],
    r: &'a [f64],
    b: &'a [f64],
    peepholes: &'a [f64],
}

impl Step<'_> {
    /// Changes a state, and an LSTM's cell, by an input.
    fn run(&self, x: &[f64], h: &mut [f64], c: &mut [f64]) {
        let size = self.hidden;
        match self.layer.cell {
            Cell::Rnn => {
                let gate = self.sums(0, x, h);
                h.iter_mut().zip(gate).for_each(|(h, gate)| *h = self.activated(0, gate));
            }
            Cell::Gru { reset_after } => {
                let z: Vec<f64> = self.sums(0, x, h).iter().map(|&z| self.activated(0, z)).collect();
                let r: Vec<f64> = self.sums(1, x, h).iter().map(|&r| self.activated(0, r)).collect();
                let from_input = self.times_input(2, x);
                let from_state: Vec<f64> = match reset_after {
                    true => self.times_state(2, h).iter().zip(&r).map(|(sum, r)| sum * r).collect(),
                    false => self.times_state(2, &h.iter().zip(&r).map(|(h, r)| h * r).collect::<Vec<_>>()),
                };
                for i in 0..size {
                    let fresh = self.activated(1, from_input[i] + from_state[i]);
                    h[i] = (1.0 - z[i]) * fresh + z[i] * h[i];
                }
            }
            Cell::Lstm { coupled } => {
                let gates: [Vec<f64>; 4] = [0, 1, 2, 3].map(|gate| self.sums(gate, x, h));
                let [input, output, forget, fresh] = &gates;
                let (for_input, rest) = self.peepholes.split_at(size);
                let (for_output, for_forget) = rest.split_at(size);
                for i in 0..size {
                    let input = self.activated(0, input[i] + for_input[i] * c[i]);
                    let forget = match coupled {
                        true => 1.0 - input,
                        false => self.activated(0, forget[i] + for_forget[i] * c[i]),
                    };
                    // Only gates are clipped, as in onnxruntime: not the cell on its way to the state.
                    c[i] = forget * c[i] + input * self.activated(1, fresh[i]);
                    h[i] = self.activated(0, output[i] + for_output[i] * c[i]) * of_float(self.functions[2], c[i]);
                }
            }
        }
    }

    fn activated(&self, function: usize, x: f64) -> f64 {
        let clip = f64::from(self.layer.clip);
        of_float(self.functions[function], if clip > 0.0 { x.clamp(-clip, clip) } else { x })
    }

    /// A gate's products with the input and the state, and its biases.
    fn sums(&self, gate: usize, x: &[f64], h: &[f64]) -> Vec<f64> {
        self.times_input(gate, x).iter().zip(self.times_state(gate, h)).map(|(x, h)| x + h).collect()
    }

    fn times_input(&self, gate: usize, x: &[f64]) -> Vec<f64> {
        products(self.w, self.b, gate * self.hidden, self.hidden, x)
    }

    fn times_state(&self, gate: usize, h: &[f64]) -> Vec<f64> {
        products(self.r, &self.b[self.b.len() / 2..], gate * self.hidden, self.hidden, h)
    }
}

/// Products of a matrix's rows from `first` on with a vector, each with its bias.
fn products(matrix: &[f64], biases: &[f64], first: usize, rows: usize, x: &[f64]) -> Vec<f64> {
    let row = |i: usize| {
        let row = &matrix[i * x.len()..(i + 1) * x.len()];
        biases[i] + row.iter().zip(x).map(|(a, b)| a * b).sum::<f64>()
    };
    (first..first + rows).map(row).collect()
}
