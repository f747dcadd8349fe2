//! Rows against stored points: products, distances and nearest neighbours.

use super::dense::dot;
use crate::math::pow;

/// How a row and a point are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// The sum of products.
    Dot,
    /// The sum of squared differences.
    SquaredEuclidean,
    /// Its square root.
    Euclidean,
    /// The sum of absolute differences.
    Manhattan,
    /// The largest absolute difference.
    Chebyshev,
    /// The p-th root of the sum of p-th powers of absolute differences.
    Minkowski(f64),
    /// 1 less the cosine of the angle between them.
    Cosine,
    /// The share of places where they differ.
    Hamming,
    /// The sum of |x - y| / (|x| + |y|), 0 / 0 being 0.
    Canberra,
    /// The sum of |x - y| over the sum of |x| + |y|, as scikit-learn has it.
    BrayCurtis,
}

/// Each row's measure with each of the points (points × width).
pub fn pairwise(rows: &[f64], width: usize, points: &[f64], measure: Measure, out: &mut [f64]) {
    let count = points.len() / width;
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(count)) {
        for (out, point) in out.iter_mut().zip(points.chunks_exact(width)) {
            *out = compared(row, point, measure);
        }
    }
}

fn compared(x: &[f64], y: &[f64], measure: Measure) -> f64 {
    let fold = |add: fn(f64, f64, f64) -> f64| x.iter().zip(y).fold(0.0, |sum, (&x, &y)| add(sum, x, y));
    let squares = || fold(|sum, x, y| sum + (x - y) * (x - y));
    match measure {
        Measure::Dot => dot(x, y),
        Measure::SquaredEuclidean => squares(),
        Measure::Euclidean => squares().sqrt(),
        Measure::Manhattan => fold(|sum, x, y| sum + (x - y).abs()),
        Measure::Chebyshev => fold(|most, x, y| if (x - y).abs() > most { (x - y).abs() } else { most }),
        Measure::Minkowski(p) => pow(x.iter().zip(y).fold(0.0, |sum, (&x, &y)| sum + pow((x - y).abs(), p)), 1.0 / p),
        Measure::Cosine => {
            // As scikit-learn: a row of zeros has a length of 1; the distance is from 0 to 2.
            let length = |row: &[f64]| match dot(row, row).sqrt() {
                0.0 => 1.0,
                length => length,
            };
            (1.0 - dot(x, y) / (length(x) * length(y))).clamp(0.0, 2.0)
        }
        Measure::Hamming => fold(|sum, x, y| sum + f64::from(u8::from(x != y))) / x.len() as f64,
        Measure::Canberra => fold(|sum, x, y| {
            let size = x.abs() + y.abs();
            if size > 0.0 { sum + (x - y).abs() / size } else { sum }
        }),
        Measure::BrayCurtis => match fold(|sum, x, y| sum + x.abs() + y.abs()) {
            0.0 => 0.0,
            size => fold(|sum, x, y| sum + (x - y).abs()) / size,
        },
    }
}

/// Which points count as neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// So many nearest ones; of equally near ones those that come first.
    Nearest(u32),
    /// All that are at most so far.
    Within(f64),
}

/// What neighbours know.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Points × outputs numbers, or one class index for each point.
    pub targets: &'a [f64],
    /// How many outputs there are.
    pub outputs: usize,
    /// Whether the targets are class indices; an output is then the share of its class.
    pub are_classes: bool,
    /// What an output is where there is no neighbour.
    pub outlier: &'a [f64],
}

/// The mean of what the neighbours know, given the distances of each row to all points; each counts by 1 over its
/// distance if wanted, where those at distance 0, if any, count alone.
pub fn neighbours(
    distances: &[f64],
    points: usize,
    reach: Reach,
    by_distance: bool,
    known: Known<'_>,
    out: &mut [f64],
) {
    let Known { targets, outputs, are_classes, outlier } = known;
    for (row, out) in distances.chunks_exact(points).zip(out.chunks_exact_mut(outputs)) {
        out.fill(0.0);
        let touches = by_distance && row.contains(&0.0);
        let mut total = 0.0;
        let mut count = |i: usize| {
            let weight = match by_distance {
                true if touches => f64::from(u8::from(row[i] == 0.0)),
                true => 1.0 / row[i],
                false => 1.0,
            };
            total += weight;
            if are_classes {
                out[targets[i] as usize] += weight;
            } else {
                out.iter_mut().zip(&targets[i * outputs..]).for_each(|(sum, x)| *sum += weight * x);
            }
        };
        match reach {
            Reach::Within(radius) => (0..points).filter(|&i| row[i] <= radius).for_each(count),
            Reach::Nearest(wanted) => {
                // One after another, so that nothing has to be kept: wanted ones are few.
                let mut last = None;
                for _ in 0..wanted {
                    last = next_nearest(row, last, |_| true);
                    last.into_iter().for_each(&mut count);
                }
            }
        }
        if total == 0.0 {
            out.copy_from_slice(outlier);
        } else {
            out.iter_mut().for_each(|sum| *sum /= total);
        }
    }
}

/// The nearest point that counts after `last` in the order of distances and, of equal ones, of places.
pub(super) fn next_nearest(distances: &[f64], last: Option<usize>, counts: impl Fn(usize) -> bool) -> Option<usize> {
    let is_after = |i: usize| match last {
        None => true,
        Some(last) => distances[i] > distances[last] || distances[i] == distances[last] && i > last,
    };
    (0..distances.len())
        .filter(|&i| is_after(i) && counts(i))
        .reduce(|best, i| if distances[i] < distances[best] { i } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_are_their_definitions() {
        let measured = |measure| {
            let mut out = [9.0; 2];
            pairwise(&[1.0, -2.0], 2, &[4.0, 2.0, 0.0, 0.0], measure, &mut out);
            out
        };
        assert_eq!(measured(Measure::Dot), [0.0, 0.0]);
        assert_eq!(measured(Measure::SquaredEuclidean), [25.0, 5.0]);
        assert_eq!(measured(Measure::Euclidean)[0], 5.0);
        assert_eq!(measured(Measure::Manhattan), [7.0, 3.0]);
        assert_eq!(measured(Measure::Chebyshev), [4.0, 2.0]);
        assert!((measured(Measure::Minkowski(3.0))[0] - 91.0_f64.cbrt()).abs() < 1e-14);
        assert_eq!(measured(Measure::Cosine), [1.0, 1.0]);
        assert_eq!(measured(Measure::Hamming), [1.0, 1.0]);
        assert_eq!(measured(Measure::Canberra), [1.6, 2.0]);
        assert_eq!(measured(Measure::BrayCurtis), [7.0 / 9.0, 1.0]);
    }

    #[test]
    fn neighbours_are_the_nearest_and_count_by_their_distance() {
        let distances = [2.0, 1.0, 1.0, 0.5];
        let known = Known { targets: &[10.0, 20.0, 30.0, 40.0], outputs: 1, are_classes: false, outlier: &[-1.0] };
        let mean = |reach, by_distance| {
            let mut out = [9.0];
            neighbours(&distances, 4, reach, by_distance, known, &mut out);
            out[0]
        };
        assert_eq!(mean(Reach::Nearest(2), false), 30.0);
        assert_eq!(mean(Reach::Nearest(3), false), 30.0);
        assert_eq!(mean(Reach::Nearest(2), true), 100.0 / 3.0);
        assert_eq!(mean(Reach::Within(0.1), false), -1.0);
        assert_eq!(mean(Reach::Within(1.0), false), 30.0);
        let classes = Known { targets: &[0.0, 1.0, 0.0, 1.0], outputs: 2, are_classes: true, outlier: &[0.0, 0.0] };
        let mut out = [9.0; 2];
        neighbours(&[0.0, 3.0, 0.0, 1.0], 4, Reach::Nearest(3), true, classes, &mut out);
        assert_eq!(out, [1.0, 0.0]);
    }
}
