//! Work on categories and bins: a value's number, and a number's value.

/// A table from numbers to numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The numbers it knows, sorted; empty if they are 0, 1, 2 ….
    pub keys: Vec<f64>,
    /// The number for each of them.
    pub values: Vec<f64>,
    /// The number for any other.
    pub unknown: f64,
    /// The number for a missing one (NaN).
    pub missing: f64,
}

impl Table {
    /// What the table has for `x`.
    fn value(&self, x: f64) -> f64 {
        if x.is_nan() {
            return self.missing;
        }
        let at = match self.keys.is_empty() {
            true if x >= 0.0 && x < self.values.len() as f64 && x.trunc() == x => x as usize,
            true => return self.unknown,
            false => match below(&self.keys, x) {
                at if self.keys.get(at) == Some(&x) => at,
                _ => return self.unknown,
            },
        };
        self.values[at]
    }
}

/// How many of the sorted numbers are below `x`.
pub fn below(sorted: &[f64], x: f64) -> usize {
    sorted.partition_point(|&key| key < x)
}

/// Replaces each column's numbers by those of its table.
pub fn recode(rows: &[f64], tables: &[Table], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(tables.len()).zip(out.chunks_exact_mut(tables.len())) {
        for ((out, &x), table) in out.iter_mut().zip(row).zip(tables) {
            *out = table.value(x);
        }
    }
}

/// How many of the column's sorted edges are at most the number, as `numpy.searchsorted(side="right")`.
pub fn bins(rows: &[f64], edges: &[Vec<f64>], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(edges.len()).zip(out.chunks_exact_mut(edges.len())) {
        for ((out, &x), edges) in out.iter_mut().zip(row).zip(edges) {
            *out = edges.partition_point(|&edge| edge <= x) as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_know_their_keys_and_what_else_there_is() {
        let named = Table { keys: vec![-1.5, 2.0, 7.0], values: vec![0.0, 1.0, 2.0], unknown: -1.0, missing: 9.0 };
        let counted = Table { keys: vec![], values: vec![5.0, 6.0], unknown: -1.0, missing: f64::NAN };
        let mut out = [0.0; 8];
        recode(&[2.0, 1.0, -1.5, 2.0, 2.5, -0.0, f64::NAN, 0.5], &[named, counted], &mut out);
        assert_eq!(out, [1.0, 6.0, 0.0, -1.0, -1.0, 5.0, 9.0, -1.0]);
    }

    #[test]
    fn a_number_on_an_edge_is_in_the_bin_above() {
        let mut out = [0.0; 4];
        bins(&[1.0, 2.0, 0.999, 3.5], &[vec![1.0, 3.0], vec![2.0]], &mut out);
        assert_eq!(out, [1.0, 1.0, 0.0, 1.0]);
    }
}
