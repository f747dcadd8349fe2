//! Dense products: a row times a matrix.

use super::lanes::{LANES, Lanes, Pair, padded};

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

/// Whether every number is finite: no branch and no comparison for each. At the end are zeros, or NaN, which is not below 1.
#[inline]
pub fn all_finite(numbers: &[f64]) -> bool {
    let (fours, rest) = numbers.as_chunks::<LANES>();
    let zeros = fours.iter().fold(Lanes::splat(0.0), |zeros, four| zeros.or_spoiled(Lanes::new(four)));
    zeros.are_below(Lanes::splat(1.0)) && rest.iter().all(|x| x.is_finite())
}

/// Copies f32 to the start of f64, and returns whether all are finite.
#[inline]
pub fn widen(narrow: &[f32], wide: &mut [f64]) -> bool {
    let (fours, rest) = narrow.as_chunks::<LANES>();
    let (wide_fours, wide_rest) = wide[..narrow.len()].as_chunks_mut::<LANES>();
    let mut zeros = Lanes::splat(0.0);
    for (x, out) in fours.iter().zip(wide_fours) {
        let x = Lanes::widened(x);
        zeros = zeros.or_spoiled(x);
        *out = x.to_array();
    }
    let mut are_finite = zeros.are_below(Lanes::splat(1.0));
    for (&x, out) in rest.iter().zip(wide_rest) {
        *out = x.into();
        are_finite &= x.is_finite();
    }
    are_finite
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
    // Four rows at once, and two outputs: each number that is read takes part in two or four products.
    let outputs = intercepts.len();
    let mut out = out;
    while rows.len() >= 4 * width {
        let (four, more_rows) = rows.split_at(4 * width);
        let (answers, more_out) = out.split_at_mut(4 * outputs);
        affine_of_four(four, width, coefficients, intercepts, answers);
        (rows, out) = (more_rows, more_out);
    }
    while !rows.is_empty() {
        let (row, more_rows) = rows.split_at(width);
        let (answers, more_out) = out.split_at_mut(outputs);
        affine_of_row(row, coefficients, intercepts, answers);
        (rows, out) = (more_rows, more_out);
    }
}

/// [`affine`] of four rows, two outputs at once.
#[inline(always)]
fn affine_of_four(rows: &[f64], width: usize, mut weights: &[f64], intercepts: &[f64], out: &mut [f64]) {
    let (first, second) = rows.split_at(2 * width);
    let ((a, b), (c, d)) = (first.split_at(width), second.split_at(width));
    let outputs = intercepts.len();
    let mut k = 0;
    while k + 1 < outputs {
        let (v, more) = weights.split_at(width);
        let (w, more) = more.split_at(width);
        let [with_v, with_w] = eight_dots(a, b, c, d, v, w);
        for (row, (v, w)) in with_v.to_array().into_iter().zip(with_w.to_array()).enumerate() {
            out[row * outputs + k] = v + intercepts[k];
            out[row * outputs + k + 1] = w + intercepts[k + 1];
        }
        (k, weights) = (k + 2, more);
    }
    if k < outputs {
        for (i, row) in [a, b, c, d].into_iter().enumerate() {
            out[i * outputs + k] = dot(row, weights) + intercepts[k];
        }
    }
}

/// [`affine`] of one row, four outputs at once.
#[inline(always)]
fn affine_of_row(row: &[f64], coefficients: &[f64], intercepts: &[f64], out: &mut [f64]) {
    let (fours, last) = out.as_chunks_mut::<4>();
    let (fours_of_intercepts, last_intercepts) = intercepts.as_chunks::<4>();
    let mut weights = coefficients;
    for (answers, intercepts) in fours.iter_mut().zip(fours_of_intercepts) {
        let (first, more_weights) = weights.split_at(4 * row.len());
        *answers = dots_of_four(row, first).plus(Lanes::new(intercepts)).to_array();
        weights = more_weights;
    }
    for (answer, intercept) in last.iter_mut().zip(last_intercepts) {
        let (first, more_weights) = weights.split_at(row.len());
        *answer = dot(row, first) + intercept;
        weights = more_weights;
    }
}

/// The [`dot`] of each of four rows with `v`, and with `w`.
///
/// First the lanes 0 and 1, then 2 and 3: the sums of all four at once are more than there are registers.
#[inline(always)]
fn eight_dots(a: &[f64], b: &[f64], c: &[f64], d: &[f64], v: &[f64], w: &[f64]) -> [Lanes; 2] {
    let (low_v, low_w) = half_sums(a, b, c, d, v, w, Pair::first);
    let (high_v, high_w) = half_sums(a, b, c, d, v, w, Pair::last);
    [Pair::sums(low_v, high_v), Pair::sums(low_w, high_w)]
}

/// For each of four rows two lanes' sums of the products with `v` and with `w`.
#[inline(always)]
fn half_sums(
    a: &[f64],
    b: &[f64],
    c: &[f64],
    d: &[f64],
    v: &[f64],
    w: &[f64],
    half: impl Fn(&[f64; LANES]) -> Pair,
) -> ([Pair; 4], [Pair; 4]) {
    let ((a, a_rest), (b, b_rest), (c, c_rest)) = (a.as_chunks(), b.as_chunks(), c.as_chunks());
    let ((d, d_rest), (v, v_rest), (w, w_rest)) = (d.as_chunks(), v.as_chunks(), w.as_chunks());
    let zero = Pair::ZERO;
    let (mut av, mut bv, mut cv, mut dv) = (zero, zero, zero, zero);
    let (mut aw, mut bw, mut cw, mut dw) = (zero, zero, zero, zero);
    let mut add = |a, b, c, d, v, w| {
        let (v, w) = (half(v), half(w));
        let x = half(a);
        (av, aw) = (av.add_product(x, v), aw.add_product(x, w));
        let x = half(b);
        (bv, bw) = (bv.add_product(x, v), bw.add_product(x, w));
        let x = half(c);
        (cv, cw) = (cv.add_product(x, v), cw.add_product(x, w));
        let x = half(d);
        (dv, dw) = (dv.add_product(x, v), dw.add_product(x, w));
    };
    for (((((a, b), c), d), v), w) in a.iter().zip(b).zip(c).zip(d).zip(v).zip(w) {
        add(a, b, c, d, v, w);
    }
    // The product of two zeros changes no sum: those begin with 0, so none is -0.
    if !v_rest.is_empty() {
        let rest = |rest| padded(rest).to_array();
        add(&rest(a_rest), &rest(b_rest), &rest(c_rest), &rest(d_rest), &rest(v_rest), &rest(w_rest));
    }
    ([av, bv, cv, dv], [aw, bw, cw, dw])
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
            assert!(widen(&narrow, &mut wide));
            let expected: Vec<f64> = narrow.iter().map(|&x| x.into()).collect();
            assert_eq!(wide[..n], expected);
            assert!(wide[n..].iter().all(|&x| x == -1.0));
            for i in 0..n {
                let mut bad = narrow.clone();
                bad[i] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY][i % 3];
                assert!(!widen(&bad, &mut wide), "{} at {i} of {n}", bad[i]);
            }
        }
    }

    #[test]
    fn many_outputs_are_dots_of_their_own() {
        // Four rows at once, then those that are left one by one.
        const ROWS: usize = 7;
        for (width, outputs) in [(1, 4), (3, 5), (8, 11), (13, 8), (4, 2), (6, 3)] {
            let number = |i: usize| (i * 7919 % 101) as f64 / 3.0 - 11.0;
            let rows: Vec<f64> = (0..ROWS * width).map(number).collect();
            let coefficients: Vec<f64> = (5..5 + width * outputs).map(number).collect();
            let intercepts: Vec<f64> = (9..9 + outputs).map(number).collect();
            let mut out = vec![0.0; ROWS * outputs];
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
