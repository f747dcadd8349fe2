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

    /// The mean of each column.
    pub fn means(&self) -> Vec<f64> {
        (0..self.width).map(|j| mean(self.column(j))).collect()
    }

    /// Every column minus its offset, column after column: the layout that column-wise solvers want.
    pub fn centered_columns(&self, offsets: &[f64]) -> Vec<f64> {
        offsets.iter().enumerate().flat_map(|(j, &offset)| self.column(j).map(move |x| x - offset)).collect()
    }
}

/// The mean; NaN of no numbers.
pub fn mean(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = numbers.clone().count();
    numbers.sum::<f64>() / count as f64
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
