//! Rows that are mostly zeros, as texts make them: only the other numbers are kept.

use super::matrix::Matrix;

/// A matrix without its zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Sparse {
    /// Where each row begins, and where the last one ends.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f64>,
    /// How many numbers a row has; at least 1.
    pub width: usize,
}

impl Sparse {
    /// Without rows.
    pub fn new(width: usize) -> Self {
        Self { starts: vec![0], columns: Vec::new(), values: Vec::new(), width }
    }

    /// Puts a number into the row that is being made, behind the others.
    pub fn push(&mut self, column: u32, x: f64) {
        self.columns.push(column);
        self.values.push(x);
    }

    /// The numbers that are kept.
    pub fn values(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// Ends the row that is being made.
    pub fn end_row(&mut self) {
        self.starts.push(self.values.len());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The columns of a row that are not 0, ascending, each with its number.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        let range = self.starts[i]..self.starts[i + 1];
        self.columns[range.clone()].iter().map(|&column| column as usize).zip(self.values[range].iter().copied())
    }

    /// The mean of each column, of rows that count as `weights` says.
    pub fn means(&self, weights: Option<&[f64]>) -> Vec<f64> {
        let mut sums = vec![0.0; self.width];
        let mut count = 0.0;
        for i in 0..self.len() {
            let weight = weights.map_or(1.0, |weights| weights[i]);
            count += weight;
            self.row(i).for_each(|(column, x)| sums[column] += weight * x);
        }
        sums.iter_mut().for_each(|sum| *sum /= count);
        sums
    }

    /// The population variance of each column, around its mean.
    pub fn variances(&self, means: &[f64]) -> Vec<f64> {
        let mut squares = vec![0.0; self.width];
        let mut kept = vec![0_usize; self.width];
        for i in 0..self.len() {
            for (column, x) in self.row(i) {
                squares[column] += (x - means[column]) * (x - means[column]);
                kept[column] += 1;
            }
        }
        let count = self.len() as f64;
        let of_column = |((squares, kept), mean): ((f64, usize), &f64)| {
            (squares + (self.len() - kept) as f64 * mean * mean) / count
        };
        squares.into_iter().zip(kept).zip(means).map(of_column).collect()
    }

    /// The same with its zeros.
    pub fn dense(&self) -> Matrix {
        let mut values = vec![0.0; self.len() * self.width];
        for (i, row) in values.chunks_exact_mut(self.width).enumerate() {
            self.row(i).for_each(|(column, x)| row[column] = x);
        }
        Matrix { values, width: self.width }
    }
}
