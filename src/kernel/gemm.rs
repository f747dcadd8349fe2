//! Products of f32 matrices, for networks: their sums have no order that every target keeps, only a tolerance.

use super::lanes::Singles;

/// How many rows of the left matrix are multiplied at once.
const ROWS: usize = 4;
/// How many columns of the right one: two vectors. With four rows that is what wasm's registers hold.
const COLUMNS: usize = 8;

/// Eight numbers of a row of the right matrix.
type Eight = [[f32; 4]; 2];

/// Adds the product of a matrix (rows × depth) and another (depth × width) to a third, all row after row.
///
/// A few rows read the right matrix once, as it lies. More of them share its columns, which are packed eight at a time.
#[inline(never)]
pub fn multiply(a: &[f32], b: &[f32], out: &mut [f32], (rows, depth, width): (usize, usize, usize)) {
    if width == 0 || depth == 0 {
        return;
    }
    let a = &a[..rows * depth];
    if rows < ROWS {
        for (a, out) in a.chunks_exact(depth).zip(out.chunks_exact_mut(width)) {
            one_row(a, b, out);
        }
        return;
    }
    let mut panel: Vec<Eight> = vec![[[0.0; 4]; 2]; depth];
    for column in (0..width).step_by(COLUMNS) {
        let columns = COLUMNS.min(width - column);
        for (packed, row) in panel.iter_mut().zip(b.chunks_exact(width)) {
            packed.as_flattened_mut()[..columns].copy_from_slice(&row[column..column + columns]);
        }
        let mut out = out.chunks_exact_mut(width).map(|row| &mut row[column..column + columns]);
        let fours = a.chunks_exact(ROWS * depth);
        let rest = fours.remainder();
        for four in fours {
            for (sums, out) in four_rows(four, depth, &panel).into_iter().zip(&mut out) {
                add(out, sums);
            }
        }
        for (row, out) in rest.chunks_exact(depth).zip(&mut out) {
            add(out, row_by_panel(row, &panel));
        }
    }
}

/// Adds a row's product with a matrix to another row: the numbers of the matrix are read once, in the order they lie.
fn one_row(a: &[f32], b: &[f32], out: &mut [f32]) {
    let width = out.len();
    let (out, end) = out.as_chunks_mut::<4>();
    for (&x, row) in a.iter().zip(b.chunks_exact(width)) {
        let (row, row_end) = row.as_chunks::<4>();
        let factor = Singles::splat(x);
        for (sums, row) in out.iter_mut().zip(row) {
            *sums = Singles::of(sums).add_product(factor, Singles::of(row)).to_array();
        }
        for (sum, y) in end.iter_mut().zip(row_end) {
            *sum += x * y;
        }
    }
}

/// The products of four rows with eight columns.
fn four_rows(rows: &[f32], depth: usize, panel: &[Eight]) -> [Eight; ROWS] {
    let (first, last) = rows.split_at(2 * depth);
    let (a, b) = first.split_at(depth);
    let (c, d) = last.split_at(depth);
    let zero = Singles::splat(0.0);
    let mut sums = [[zero; 2]; ROWS];
    for ((((eight, &a), &b), &c), &d) in panel.iter().zip(a).zip(b).zip(c).zip(d) {
        let [low, high] = [Singles::of(&eight[0]), Singles::of(&eight[1])];
        for (sums, x) in sums.iter_mut().zip([a, b, c, d]) {
            let x = Singles::splat(x);
            *sums = [sums[0].add_product(x, low), sums[1].add_product(x, high)];
        }
    }
    sums.map(|sums| sums.map(Singles::to_array))
}

/// The product of a row with eight columns.
fn row_by_panel(row: &[f32], panel: &[Eight]) -> Eight {
    let mut sums = [Singles::splat(0.0); 2];
    for (eight, &x) in panel.iter().zip(row) {
        let x = Singles::splat(x);
        sums = [sums[0].add_product(x, Singles::of(&eight[0])), sums[1].add_product(x, Singles::of(&eight[1]))];
    }
    sums.map(Singles::to_array)
}

fn add(out: &mut [f32], sums: Eight) {
    for (out, sum) in out.iter_mut().zip(sums.as_flattened()) {
        *out += sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_gives_the_sums_of_products() {
        for rows in [1, 3, 4, 5, 9] {
            for (depth, width) in [(0, 3), (1, 1), (2, 8), (7, 9), (5, 21)] {
                let a: Vec<f32> = (0..rows * depth).map(|i| (i % 7) as f32 - 3.0).collect();
                let b: Vec<f32> = (0..depth * width).map(|i| (i % 5) as f32 - 2.0).collect();
                let mut out = vec![1.0; rows * width];
                multiply(&a, &b, &mut out, (rows, depth, width));
                for i in 0..rows {
                    for j in 0..width {
                        let product: f32 = (0..depth).map(|k| a[i * depth + k] * b[k * width + j]).sum();
                        assert_eq!(out[i * width + j], 1.0 + product, "{rows} × {depth} × {width}");
                    }
                }
            }
        }
    }
}
