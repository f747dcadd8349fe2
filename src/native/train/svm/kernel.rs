//! How alike two rows are to a support vector machine.

use super::super::matrix::{Matrix, mean_and_variance};
use super::super::parameters::Values;
use crate::kernel::dense::dot;
use crate::kernel::exp::exp_all;
use rayon::prelude::*;

/// The fewest products of a row that are worth a second thread.
const PARALLEL: usize = 1 << 17;
/// How many rows a thread compares at once.
const CHUNK: usize = 1 << 10;

/// A kernel's form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// The product ⟨x, y⟩.
    Linear,
    /// exp(-gamma |x - y|²)
    Rbf,
    /// (gamma ⟨x, y⟩ + coef0) to the power of a degree.
    Poly(usize),
    /// tanh(gamma ⟨x, y⟩ + coef0)
    Sigmoid,
}

/// A kernel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kernel {
    /// Its form.
    pub form: Form,
    /// The factor.
    pub gamma: f64,
    /// The offset.
    pub coef0: f64,
}

impl Kernel {
    /// The kernel that is asked for, on those rows.
    pub fn of(values: Values<'_>, rows: &Matrix) -> Self {
        let form = match values.word("kernel") {
            "linear" => Form::Linear,
            "poly" => Form::Poly(values.whole("degree")),
            "sigmoid" => Form::Sigmoid,
            _ => Form::Rbf,
        };
        let columns = rows.width as f64;
        let gamma = match values.word("gamma") {
            "auto" => 1.0 / columns,
            "scale" => match mean_and_variance(rows.values.iter().copied()).1 {
                variance if variance > 0.0 => 1.0 / (columns * variance),
                _ => 1.0,
            },
            _ => values.number("gamma"),
        };
        Self { form, gamma, coef0: values.number("coef0") }
    }

    /// Makes products of rows, and beside each the sum of both rows' products with themselves, values of the kernel.
    fn values(&self, products: &mut [f64], squares: impl Iterator<Item = f64>) {
        if self.form == Form::Rbf {
            for (x, squares) in products.iter_mut().zip(squares) {
                *x = -self.gamma * (squares - 2.0 * *x).max(0.0);
            }
            return exp_all(products);
        }
        for x in products {
            let scaled = self.gamma * *x + self.coef0;
            *x = match self.form {
                Form::Linear | Form::Rbf => *x,
                Form::Poly(degree) => (0..degree).fold(1.0, |power, _| power * scaled),
                Form::Sigmoid => libm::tanh(scaled),
            };
        }
    }
}

/// Rows to be compared with each other.
pub struct Points {
    rows: Matrix,
    kernel: Kernel,
    /// Each row's product with itself.
    squares: Vec<f64>,
    /// Whether a second thread would have nothing else to do.
    is_alone: bool,
}

impl Points {
    /// Rows and how they are compared; by all threads if this is the only machine that is fitted.
    pub fn new(rows: Matrix, kernel: Kernel, is_alone: bool) -> Self {
        let squares = rows.rows().map(|row| dot(row, row)).collect();
        Self { rows, kernel, squares, is_alone }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.squares.len()
    }

    /// Compares each row with itself. Rounded as other comparisons are, so that equal rows are at no distance.
    pub fn diagonal(&self) -> Vec<f64> {
        let mut values = self.squares.clone();
        self.kernel.values(&mut values, self.squares.iter().map(|square| 2.0 * square));
        values.into_iter().map(|x| f64::from(x as f32)).collect()
    }

    /// Compares all rows with one of them.
    pub fn compare(&self, with: usize, out: &mut [f32]) {
        let one = &self.rows.values[with * self.rows.width..][..self.rows.width];
        let chunk = |(place, out): (usize, &mut [f32])| {
            let mut values = [0.0; CHUNK];
            let values = &mut values[..out.len()];
            self.compare_some(one, self.squares[with], place * CHUNK, values);
            out.iter_mut().zip(values).for_each(|(out, x)| *out = *x as f32);
        };
        if self.is_alone && self.rows.values.len() >= PARALLEL {
            out.par_chunks_mut(CHUNK).enumerate().for_each(chunk);
        } else {
            out.chunks_mut(CHUNK).enumerate().for_each(chunk);
        }
    }

    /// The sum of the kernel of a new row with these ones, each times its coefficient.
    pub fn sum(&self, row: &[f64], coefficients: &[f64]) -> f64 {
        let mut values = [0.0; CHUNK];
        let chunk = |(place, coefficients): (usize, &[f64])| {
            let values = &mut values[..coefficients.len()];
            self.compare_some(row, dot(row, row), place * CHUNK, values);
            dot(values, coefficients)
        };
        coefficients.chunks(CHUNK).enumerate().map(chunk).sum()
    }

    /// Compares the rows from one place on with another row.
    fn compare_some(&self, with: &[f64], square: f64, begin: usize, out: &mut [f64]) {
        let rows = self.rows.values[begin * with.len()..].chunks_exact(with.len());
        out.iter_mut().zip(rows).for_each(|(out, row)| *out = dot(with, row));
        self.kernel.values(out, self.squares[begin..].iter().map(|own| own + square));
    }
}
