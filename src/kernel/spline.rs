//! B-splines of one number: `SplineTransformer`.

/// What a spline does beyond its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// It stays at the end's values.
    Constant,
    /// It goes on straight.
    Linear,
    /// Its last polynomial goes on.
    Continue,
    /// It begins again.
    Periodic,
}

/// The largest degree of a spline.
pub const MAX_DEGREE: usize = 16;

/// The interval between knots that `x` is in, of those between the ends; the first or last one beyond.
fn interval(x: f64, knots: &[f64], degree: usize) -> usize {
    knots.partition_point(|&knot| knot <= x).saturating_sub(1).clamp(degree, knots.len() - degree - 2)
}

/// The values at `x` of the `degree` + 1 splines that are not 0 in an interval, by de Boor's recurrence.
fn values(x: f64, interval: usize, knots: &[f64], degree: usize) -> [f64; MAX_DEGREE + 1] {
    let mut values = [0.0; MAX_DEGREE + 1];
    values[0] = 1.0;
    for d in 1..=degree {
        let mut carried = 0.0;
        for j in 0..d {
            let (left, right) = (knots[interval + 1 + j - d], knots[interval + 1 + j]);
            let share = if right == left { 0.0 } else { values[j] / (right - left) };
            values[j] = carried + share * (right - x);
            carried = share * (x - left);
        }
        values[d] = carried;
    }
    values
}

/// The slopes of the same splines, from the values of those of one degree less.
fn slopes(x: f64, interval: usize, knots: &[f64], degree: usize) -> [f64; MAX_DEGREE + 1] {
    let lower = if degree == 0 { [0.0; MAX_DEGREE + 1] } else { values(x, interval, knots, degree - 1) };
    let mut slopes = [0.0; MAX_DEGREE + 1];
    for j in 0..degree {
        let first = interval + 1 + j - degree;
        let span = knots[first + degree] - knots[first];
        let slope = if span == 0.0 { 0.0 } else { degree as f64 * lower[j] / span };
        slopes[j] -= slope;
        slopes[j + 1] += slope;
    }
    slopes
}

/// The splines of each column, `per_column` of them: over the column's own sorted `knots`, whose ends are `degree` knots
/// from the first and the last. A missing number (NaN) gives NaN.
pub fn splines(rows: &[f64], knots: &[Vec<f64>], degree: usize, beyond: Beyond, per_column: usize, out: &mut [f64]) {
    let mut columns = knots.iter().cycle();
    for (&x, out) in rows.iter().zip(out.chunks_exact_mut(per_column)) {
        let Some(knots) = columns.next() else { return };
        if x.is_nan() {
            out.fill(x);
            continue;
        }
        let (low, high) = (knots[degree], knots[knots.len() - 1 - degree]);
        let at = match beyond {
            Beyond::Periodic => x - ((x - low) / (high - low)).floor() * (high - low),
            Beyond::Continue => x,
            Beyond::Constant | Beyond::Linear => x.clamp(low, high),
        };
        let interval = interval(at, knots, degree);
        let mut values = values(at, interval, knots, degree);
        if beyond == Beyond::Linear && at != x {
            let slopes = slopes(at, interval, knots, degree);
            values.iter_mut().zip(slopes).for_each(|(value, slope)| *value += slope * (x - at));
        }
        out.fill(0.0);
        for (j, value) in values[..=degree].iter().enumerate() {
            // A period has fewer splines than there are: the last ones are the first ones again.
            out[(interval - degree + j) % per_column] += value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splines_sum_to_one_within_and_beyond() {
        let knots: Vec<f64> = (-3..=7).map(f64::from).collect();
        for beyond in [Beyond::Constant, Beyond::Linear, Beyond::Continue] {
            for x in [-1.5, 0.0, 0.3, 3.999, 4.0, 6.0] {
                let mut out = [0.0; 7];
                splines(&[x], std::slice::from_ref(&knots), 3, beyond, 7, &mut out);
                assert!((out.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{beyond:?} {x}: {out:?}");
            }
        }
        let mut out = [0.0; 7];
        splines(&[2.0], std::slice::from_ref(&knots), 3, Beyond::Constant, 7, &mut out);
        assert!((out[3] - 2.0 / 3.0).abs() < 1e-15, "{out:?}");
    }

    #[test]
    fn a_period_begins_again() {
        let knots: Vec<f64> = (-3..=7).map(f64::from).collect();
        let at = |x: f64| {
            let mut out = [0.0; 4];
            splines(&[x], std::slice::from_ref(&knots), 3, Beyond::Periodic, 4, &mut out);
            out
        };
        assert_eq!(at(0.5), at(4.5));
        assert!((at(3.7).iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
