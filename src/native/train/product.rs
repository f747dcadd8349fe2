//! Products of matrices, tile by tile. Every sum is in the order of the inner dimension: the bits are the same everywhere.

use super::real::Real;

/// How many rows a tile has.
const ROWS: usize = 4;

/// A matrix in a slice: the number in row i and column j is at i × the first stride + j × the second.
#[derive(Clone, Copy)]
pub struct View<'a, R> {
    numbers: &'a [R],
    strides: [usize; 2],
}

impl<'a, R: Real> View<'a, R> {
    /// Rows of that many numbers, one after another.
    pub fn rows(numbers: &'a [R], width: usize) -> Self {
        Self { numbers, strides: [width, 1] }
    }

    /// The same matrix with rows for columns.
    pub fn transposed(self) -> Self {
        Self { strides: [self.strides[1], self.strides[0]], ..self }
    }

    /// `N` rows from one on, number by number beside each other; 0 beyond the last row.
    fn pack<const N: usize>(self, begin: usize, end: usize, length: usize, to: &mut Vec<[R; N]>) {
        let [own, along] = self.strides;
        let zero = [R::default(); N];
        to.clear();
        to.resize(length, zero);
        for (lane, row) in (begin..end.min(begin + N)).enumerate() {
            let numbers = self.numbers[row * own..].iter().step_by(along.max(1));
            to.iter_mut().zip(numbers).for_each(|(packed, x)| packed[lane] = *x);
        }
    }
}

/// Adds the product of a matrix of some rows × `inner` and one of `inner` × `width` to `out`, rows × `width`.
pub fn add_product<R: Real>(a: View<'_, R>, b: View<'_, R>, inner: usize, width: usize, out: &mut [R]) {
    // As many columns as there are registers for the sums.
    if size_of::<R>() == size_of::<f32>() {
        add_tiles::<R, 8>(a, b, inner, width, out);
    } else {
        add_tiles::<R, 4>(a, b, inner, width, out);
    }
}

fn add_tiles<R: Real, const COLUMNS: usize>(a: View<'_, R>, b: View<'_, R>, inner: usize, width: usize, out: &mut [R]) {
    let rows = out.len() / width;
    let columns = b.transposed();
    let mut right: Vec<Vec<[R; COLUMNS]>> = vec![Vec::new(); width.div_ceil(COLUMNS)];
    for (panel, right) in right.iter_mut().enumerate() {
        columns.pack(panel * COLUMNS, width, inner, right);
    }
    let mut left: Vec<[R; ROWS]> = Vec::new();
    for (panel, out) in out.chunks_mut(ROWS * width).enumerate() {
        a.pack(panel * ROWS, rows, inner, &mut left);
        for (panel, right) in right.iter().enumerate() {
            let sums = tile(&left, right);
            let begin = panel * COLUMNS;
            for (out, sums) in out.chunks_exact_mut(width).zip(sums) {
                out[begin..].iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
            }
        }
    }
}

#[inline(always)]
fn tile<R: Real, const COLUMNS: usize>(left: &[[R; ROWS]], right: &[[R; COLUMNS]]) -> [[R; COLUMNS]; ROWS] {
    let mut sums = [[R::default(); COLUMNS]; ROWS];
    for (left, right) in left.iter().zip(right) {
        for (sums, &x) in sums.iter_mut().zip(left) {
            for (sum, &y) in sums.iter_mut().zip(right) {
                *sum += x * y;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_by_definition_whatever_the_shapes() {
        for (rows, inner, width) in [(1, 1, 1), (4, 3, 8), (5, 7, 9), (9, 2, 3), (3, 10, 17)] {
            let number = |i: usize| (i * 7919 % 101) as f64 - 50.0;
            let a: Vec<f64> = (0..rows * inner).map(number).collect();
            let b: Vec<f64> = (7..7 + inner * width).map(number).collect();
            let expected: Vec<f64> = (0..rows * width)
                .map(|at| 1.0 + (0..inner).map(|k| a[at / width * inner + k] * b[k * width + at % width]).sum::<f64>())
                .collect();
            let mut out = vec![1.0; rows * width];
            add_product(View::rows(&a, inner), View::rows(&b, width), inner, width, &mut out);
            assert_eq!(out, expected, "{rows} {inner} {width}");
            // (Bᵀ Aᵀ)ᵀ, in f32: whole numbers are exact.
            let narrow = |numbers: &[f64]| numbers.iter().map(|x| *x as f32).collect::<Vec<f32>>();
            let (a, b) = (narrow(&a), narrow(&b));
            let mut turned = vec![1.0_f32; rows * width];
            let (left, right) = (View::rows(&b, width).transposed(), View::rows(&a, inner).transposed());
            add_product(left, right, inner, rows, &mut turned);
            let turned: Vec<f64> =
                (0..rows * width).map(|at| f64::from(turned[at % width * rows + at / width])).collect();
            assert_eq!(turned, expected, "{rows} {inner} {width}");
        }
    }
}
