//! Dense products: a row times a matrix.

use super::lanes::{LANES, Lanes};

/// The sum of `a[i] * b[i]`.
///
/// Lane j of four sums the products of the indices i with i mod 4 = j, in order; the result is
/// (lane 0 + lane 2) + (lane 1 + lane 3). That order is part of the format's promise of equal bits.
#[inline(always)]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    debug_assert_eq!(a.len(), b.len());
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = Lanes::zero();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        sums = sums.add_product(x, y);
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
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let mut sums = Lanes::zero();
    for x in chunks {
        sums = sums.add_product(x, &[0.0; LANES]);
    }
    let lanes = sums.to_array();
    let rest = rest.iter().fold(0.0, |sum, x| sum + x * 0.0);
    lanes[0] + lanes[1] + lanes[2] + lanes[3] + rest == 0.0
}

/// Copies f32 into f64, as many as there are of the fewer.
#[inline]
pub fn widen(narrow: &[f32], wide: &mut [f64]) {
    let (narrow_chunks, narrow_rest) = narrow.as_chunks::<LANES>();
    let (wide_chunks, wide_rest) = wide.as_chunks_mut::<LANES>();
    for (x, out) in narrow_chunks.iter().zip(&mut *wide_chunks) {
        *out = [x[0].into(), x[1].into(), x[2].into(), x[3].into()];
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
#[inline]
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
    let mut out = out;
    while let Some((row, more_rows)) = rows.split_at_checked(width) {
        let (answers, more_out) = out.split_at_mut(intercepts.len());
        let mut weights = coefficients;
        let (fours, last) = answers.as_chunks_mut::<4>();
        let (fours_of_intercepts, last_intercepts) = intercepts.as_chunks::<4>();
        for (answers, intercepts) in fours.iter_mut().zip(fours_of_intercepts) {
            let (first, more_weights) = weights.split_at(4 * width);
            *answers = four_dots(row, first);
            answers.iter_mut().zip(intercepts).for_each(|(answer, intercept)| *answer += intercept);
            weights = more_weights;
        }
        for (answer, intercept) in last.iter_mut().zip(last_intercepts) {
            let (first, more_weights) = weights.split_at(width);
            *answer = dot(row, first) + intercept;
            weights = more_weights;
        }
        (rows, out) = (more_rows, more_out);
    }
}

/// [`dot`] with each of four rows of weights, side by side: a sum waits for its own last addition, not for the others'.
#[inline(always)]
fn four_dots(row: &[f64], weights: &[f64]) -> [f64; 4] {
    let (first, second) = weights.split_at(2 * row.len());
    let ((a, b), (c, d)) = (first.split_at(row.len()), second.split_at(row.len()));
    let (chunks, rest) = row.as_chunks::<LANES>();
    let [(a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest)] = [a, b, c, d].map(|weights| weights.as_chunks::<LANES>());
    let mut sums = [Lanes::zero(); 4];
    for ((((x, a), b), c), d) in chunks.iter().zip(a).zip(b).zip(c).zip(d) {
        let [first, second, third, fourth] = sums;
        sums = [first.add_product(x, a), second.add_product(x, b), third.add_product(x, c), fourth.add_product(x, d)];
    }
    let finished = |sums: Lanes, weights: &[f64]| {
        let mut lanes = sums.to_array();
        lanes.iter_mut().zip(rest).zip(weights).for_each(|((lane, x), weight)| *lane += x * weight);
        (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    };
    let [first, second, third, fourth] = sums;
    [finished(first, a_rest), finished(second, b_rest), finished(third, c_rest), finished(fourth, d_rest)]
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
