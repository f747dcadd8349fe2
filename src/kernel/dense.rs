//! Dense products: a row times a matrix.

use super::lanes::{LANES, Lanes, padded};

/// The sum of `a[i] * b[i]`.
///
/// Lane j of four sums the products of the indices i with i mod 4 = j, in order; the result is
/// (lane 0 + lane 2) + (lane 1 + lane 3). That order is part of the format's promise of equal bits.
#[inline(always)]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    debug_assert_eq!(a.len(), b.len());
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = Lanes::splat(0.0);
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        sums = sums.add_product(Lanes::new(x), Lanes::new(y));
    }
    let mut lanes = sums.to_array();
    // Lane by lane and not in a loop: an index would send the lanes through memory, which doubles the time of a short row.
    match (a_rest, b_rest) {
        ([x0], [y0]) => lanes[0] += x0 * y0,
        ([x0, x1], [y0, y1]) => {
            lanes[0] += x0 * y0;
            lanes[1] += x1 * y1;
        }
        ([x0, x1, x2], [y0, y1, y2]) => {
            lanes[0] += x0 * y0;
            lanes[1] += x1 * y1;
            lanes[2] += x2 * y2;
        }
        _ => {}
    }
    (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
}

/// Whether every number is finite. Times 0 it is 0 if it is and NaN if not, and NaN stays in a sum: no branch and no
/// comparison for each number.
#[inline]
pub fn all_finite(numbers: &[f64]) -> bool {
    let (chunks, rest) = numbers.as_chunks::<{ 2 * LANES }>();
    let zero = Lanes::splat(0.0);
    let (mut even, mut odd) = (zero, zero);
    for [a, b, c, d, e, f, g, h] in chunks {
        even = even.add_product(Lanes::new(&[*a, *b, *c, *d]), zero);
        odd = odd.add_product(Lanes::new(&[*e, *f, *g, *h]), zero);
    }
    let lanes = even.plus(odd).to_array();
    let rest = rest.iter().fold(0.0, |sum, x| sum + x * 0.0);
    lanes[0] + lanes[1] + lanes[2] + lanes[3] + rest == 0.0
}

/// Copies f32 into f64, as many as there are of the fewer.
#[inline]
pub fn widen(narrow: &[f32], wide: &mut [f64]) {
    let (narrow_chunks, narrow_rest) = narrow.as_chunks::<LANES>();
    let (wide_chunks, wide_rest) = wide.as_chunks_mut::<LANES>();
    for (x, out) in narrow_chunks.iter().zip(&mut *wide_chunks) {
        *out = Lanes::widened(x).to_array();
    }
    let wide_rest = match wide_chunks.get_mut(narrow_chunks.len()) {
        Some(chunk) => &mut chunk[..],
        None => wide_rest,
    };
    for (&x, out) in narrow_rest.iter().zip(wide_rest) {
        *out = x.into();
    }
}

/// For each row of `width` numbers, one dot product with each row of `coefficients` (`intercepts.len()` × `width`),
/// plus that row's intercept, added last as scikit-learn does.
#[inline(never)]
pub fn affine(mut rows: &[f64], width: usize, coefficients: &[f64], intercepts: &[f64], out: &mut [f64]) {
    // Split off piece by piece: `chunks_exact` divides to count its pieces, which costs more than a short row's product.
    if let [intercept] = intercepts {
        for answer in out {
            let (row, more_rows) = rows.split_at(width);
            *answer = dot(row, coefficients) + intercept;
            rows = more_rows;
        }
        return;
    }
    // Two rows at once, and two outputs: each number that is read takes part in two products.
    let outputs = intercepts.len();
    let (mut out, even) = (out, outputs / 2 * 2);
    while rows.len() >= 2 * width {
        let (first_row, more_rows) = rows.split_at(width);
        let (second_row, more_rows) = more_rows.split_at(width);
        let (first_out, more_out) = out.split_at_mut(outputs);
        let (second_out, more_out) = more_out.split_at_mut(outputs);
        let (mut k, mut weights) = (0, coefficients);
        while k < even {
            let (first, more) = weights.split_at(width);
            let (second, more) = more.split_at(width);
            let [a, b, c, d] = four_dots([first_row, second_row], [first, second]).to_array();
            first_out[k] = a + intercepts[k];
            first_out[k + 1] = b + intercepts[k + 1];
            second_out[k] = c + intercepts[k];
            second_out[k + 1] = d + intercepts[k + 1];
            (k, weights) = (k + 2, more);
        }
        if k < outputs {
            first_out[k] = dot(first_row, weights) + intercepts[k];
            second_out[k] = dot(second_row, weights) + intercepts[k];
        }
        (rows, out) = (more_rows, more_out);
    }
    if rows.is_empty() {
        return;
    }
    // One row, four outputs at once.
    let (fours, last) = out.as_chunks_mut::<4>();
    let (fours_of_intercepts, last_intercepts) = intercepts.as_chunks::<4>();
    let mut weights = coefficients;
    for (answers, intercepts) in fours.iter_mut().zip(fours_of_intercepts) {
        let (first, more_weights) = weights.split_at(4 * width);
        *answers = dots_of_four(rows, first).plus(Lanes::new(intercepts)).to_array();
        weights = more_weights;
    }
    for (answer, intercept) in last.iter_mut().zip(last_intercepts) {
        let (first, more_weights) = weights.split_at(width);
        *answer = dot(rows, first) + intercept;
        weights = more_weights;
    }
}

/// The [`dot`] of each of two rows with each of two rows of weights, the first row's first.
#[inline(always)]
fn four_dots([x, y]: [&[f64]; 2], [v, w]: [&[f64]; 2]) -> Lanes {
    let ((x, x_rest), (y, y_rest)) = (x.as_chunks(), y.as_chunks());
    let ((v, v_rest), (w, w_rest)) = (v.as_chunks(), w.as_chunks());
    let zero = Lanes::splat(0.0);
    let (mut xv, mut xw, mut yv, mut yw) = (zero, zero, zero, zero);
    for (((x, y), v), w) in x.iter().zip(y).zip(v).zip(w) {
        // Each is read when it is needed: all eight vectors and eight sums at once are more than there are registers.
        let (x, v) = (Lanes::new(x), Lanes::new(v));
        xv = xv.add_product(x, v);
        let w = Lanes::new(w);
        xw = xw.add_product(x, w);
        let y = Lanes::new(y);
        yv = yv.add_product(y, v);
        yw = yw.add_product(y, w);
    }
    // The product of two zeros changes no sum: those begin with 0, so none is -0.
    if !x_rest.is_empty() {
        let [x, y, v, w] = [padded(x_rest), padded(y_rest), padded(v_rest), padded(w_rest)];
        (xv, xw) = (xv.add_product(x, v), xw.add_product(x, w));
        (yv, yw) = (yv.add_product(y, v), yw.add_product(y, w));
    }
    Lanes::sums([xv, xw, yv, yw])
}

/// The [`dot`] of a row with each of four rows of weights.
#[inline(always)]
fn dots_of_four(row: &[f64], weights: &[f64]) -> Lanes {
    let (first, second) = weights.split_at(2 * row.len());
    let ((a, b), (c, d)) = (first.split_at(row.len()), second.split_at(row.len()));
    let (chunks, rest) = row.as_chunks::<LANES>();
    let ((a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest)) =
        (a.as_chunks::<LANES>(), b.as_chunks::<LANES>(), c.as_chunks::<LANES>(), d.as_chunks::<LANES>());
    let zero = Lanes::splat(0.0);
    let mut sums = [zero; 4];
    for ((((x, a), b), c), d) in chunks.iter().zip(a).zip(b).zip(c).zip(d) {
        let x = Lanes::new(x);
        let [first, second, third, fourth] = sums;
        sums = [
            first.add_product(x, Lanes::new(a)),
            second.add_product(x, Lanes::new(b)),
            third.add_product(x, Lanes::new(c)),
            fourth.add_product(x, Lanes::new(d)),
        ];
    }
    if !rest.is_empty() {
        let x = padded(rest);
        let [first, second, third, fourth] = sums;
        sums = [
            first.add_product(x, padded(a_rest)),
            second.add_product(x, padded(b_rest)),
            third.add_product(x, padded(c_rest)),
            fourth.add_product(x, padded(d_rest)),
        ];
    }
    Lanes::sums(sums)
}

/// [`affine`] as XGBoost's linear booster computes it: in f32, beginning with the intercept, product after product, those
/// of missing numbers (NaN) left out.
#[inline]
pub fn affine_f32(rows: &[f64], width: usize, coefficients: &[f64], intercepts: &[f64], out: &mut [f64]) {
    for (row, answers) in rows.chunks_exact(width).zip(out.chunks_exact_mut(intercepts.len())) {
        for ((answer, &intercept), weights) in answers.iter_mut().zip(intercepts).zip(coefficients.chunks_exact(width))
        {
            let mut sum = intercept as f32;
            for (&x, &weight) in row.iter().zip(weights) {
                if !x.is_nan() {
                    sum += x as f32 * weight as f32;
                }
            }
            *answer = f64::from(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documented order, spelled out index by index.
    fn dot_by_definition(a: &[f64], b: &[f64]) -> f64 {
        let lane = |j: usize| (j..a.len()).step_by(LANES).fold(0.0, |sum, i| sum + a[i] * b[i]);
        (lane(0) + lane(2)) + (lane(1) + lane(3))
    }

    #[test]
    fn sums_in_the_documented_order_at_every_length() {
        for n in 0..70 {
            let a: Vec<f64> = (0..n).map(|i| f64::from(i * 7919 % 101) / 3.0 - 11.0).collect();
            let b: Vec<f64> = (0..n).map(|i| 1.0 / (f64::from(i) + 0.7)).collect();
            assert_eq!(dot(&a, &b).to_bits(), dot_by_definition(&a, &b).to_bits(), "length {n}");
        }
    }

    #[test]
    fn finds_a_number_that_is_not_finite_anywhere() {
        for n in 0..20 {
            let mut numbers = vec![f64::MAX; n];
            assert!(all_finite(&numbers));
            for i in 0..n {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    numbers[i] = bad;
                    assert!(!all_finite(&numbers), "{bad} at {i} of {n}");
                }
                numbers[i] = -0.0;
            }
        }
    }

    #[test]
    fn widens_as_many_numbers_as_there_are() {
        for (n, room) in [(0, 0), (1, 1), (3, 8), (4, 4), (6, 8), (9, 16), (10, 10)] {
            let narrow: Vec<f32> = (0..n).map(|i| i as f32 + 0.1).collect();
            let mut wide = vec![-1.0; room];
            widen(&narrow, &mut wide);
            let expected: Vec<f64> = narrow.iter().map(|&x| x.into()).collect();
            assert_eq!(wide[..n], expected);
            assert!(wide[n..].iter().all(|&x| x == -1.0));
        }
    }

    #[test]
    fn many_outputs_are_dots_of_their_own() {
        for (width, outputs) in [(1, 4), (3, 5), (8, 11), (13, 8)] {
            let number = |i: usize| (i * 7919 % 101) as f64 / 3.0 - 11.0;
            let rows: Vec<f64> = (0..2 * width).map(number).collect();
            let coefficients: Vec<f64> = (5..5 + width * outputs).map(number).collect();
            let intercepts: Vec<f64> = (9..9 + outputs).map(number).collect();
            let mut out = vec![0.0; 2 * outputs];
            affine(&rows, width, &coefficients, &intercepts, &mut out);
            for (i, found) in out.iter().enumerate() {
                let weights = &coefficients[i % outputs * width..][..width];
                let expected = dot(&rows[i / outputs * width..][..width], weights) + intercepts[i % outputs];
                assert_eq!(found.to_bits(), expected.to_bits(), "{width} {outputs} {i}");
            }
        }
    }

    #[test]
    fn affine_adds_the_intercept_of_its_output() {
        let mut out = [0.0; 4];
        affine(&[1.0, 2.0, 3.0, 4.0], 2, &[1.0, 10.0, 0.5, 0.0], &[100.0, -1.0], &mut out);
        assert_eq!(out, [121.0, -0.5, 143.0, 0.5]);
    }
}
