//! Rows of numbers, one after another: what features become and solvers work on.

/// A row-major matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Rows × width.
    pub values: Vec<f64>,
    /// How many numbers a row has; at least 1.
    pub width: usize,
}

impl Matrix {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.width)
    }

    /// The numbers of one column, in the order of the rows.
    pub fn column(&self, column: usize) -> impl Iterator<Item = f64> + Clone {
        self.values.iter().skip(column).step_by(self.width).copied()
    }

    /// The rows with those indices.
    pub fn pick(&self, indices: &[usize]) -> Self {
        let values = indices.iter().flat_map(|&i| &self.values[i * self.width..][..self.width]).copied().collect();
        Self { values, width: self.width }
    }

    /// The mean of each column, of rows that count as `weights` says.
    pub fn means(&self, weights: Option<&[f64]>) -> Vec<f64> {
        (0..self.width).map(|j| weighted_mean(self.column(j), weights)).collect()
    }

    /// Every column minus its offset, column after column: the layout that column-wise solvers want. Rows are multiplied by
    /// the root of their weight, which makes a sum of squares count them so.
    pub fn centered_columns(&self, offsets: &[f64], weights: Option<&[f64]>) -> Vec<f64> {
        let root = |row: usize| weights.map_or(1.0, |weights| weights[row].sqrt());
        let column = |(j, &offset): (usize, &f64)| {
            self.column(j).enumerate().map(move |(row, x)| (x - offset) * root(row)).collect::<Vec<f64>>()
        };
        offsets.iter().enumerate().flat_map(column).collect()
    }
}

/// The mean; NaN of no numbers.
pub fn mean(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = numbers.clone().count();
    numbers.sum::<f64>() / count as f64
}

/// The mean of numbers that count as `weights` says; without weights all alike.
pub fn weighted_mean(numbers: impl Iterator<Item = f64> + Clone, weights: Option<&[f64]>) -> f64 {
    let Some(weights) = weights else { return mean(numbers) };
    let sum: f64 = numbers.zip(weights).map(|(x, weight)| x * weight).sum();
    sum / weights.iter().sum::<f64>()
}

/// The mean and the population variance, by the compensated two-pass algorithm that numpy and scikit-learn rely on.
pub fn mean_and_variance(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let mean = mean(numbers.clone());
    let (mut count, mut squares, mut drift) = (0.0, 0.0, 0.0);
    for x in numbers {
        let distance = x - mean;
        squares += distance * distance;
        drift += distance;
        count += 1.0;
    }
    (mean, (squares - drift * drift / count) / count)
}
