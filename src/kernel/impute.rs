//! Missing numbers from the nearest points that know them: `KNNImputer`.

use super::pairwise::next_nearest;

/// How missing numbers are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Donors<'a> {
    /// Points × width, NaN for what a point does not know.
    pub points: &'a [f64],
    /// How many of the points that know a column count; of equally near ones those that come first.
    pub nearest: u32,
    /// Whether each counts by 1 over its distance.
    pub by_distance: bool,
}

/// Each row of `width` numbers with its missing ones filled, and behind them the row's distance to each point, NaN if the
/// row is whole. What no point knows stays missing.
pub fn impute_nearest(rows: &[f64], width: usize, donors: Donors<'_>, out: &mut [f64]) {
    let count = donors.points.len() / width;
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width + count)) {
        let (filled, distances) = out.split_at_mut(width);
        filled.copy_from_slice(row);
        if !row.iter().any(|x| x.is_nan()) {
            distances.fill(f64::NAN);
            continue;
        }
        for (distance, point) in distances.iter_mut().zip(donors.points.chunks_exact(width)) {
            *distance = shared_distance(row, point);
        }
        for (column, x) in filled.iter_mut().enumerate().filter(|(_, x)| x.is_nan()) {
            *x = mean(distances, column, donors).unwrap_or(*x);
        }
    }
}

/// The Euclidean distance by the columns that both know, as if the others were on average as far apart; NaN without any.
fn shared_distance(row: &[f64], point: &[f64]) -> f64 {
    let (mut sum, mut shared) = (0.0, 0.0);
    for (x, y) in row.iter().zip(point) {
        let difference = x - y;
        if !difference.is_nan() {
            sum += difference * difference;
            shared += 1.0;
        }
    }
    if shared == 0.0 { f64::NAN } else { (sum / shared * row.len() as f64).sqrt() }
}

/// The mean of a column over the nearest points that know it, the nearest first; those at distance 0, if any, alone where
/// each counts by its distance. Over all points that know it, in their order, if none of them has a distance.
fn mean(distances: &[f64], column: usize, donors: Donors<'_>) -> Option<f64> {
    let width = donors.points.len() / distances.len();
    let known = |i: usize| donors.points[i * width + column];
    let counts = |i: usize| !known(i).is_nan() && !distances[i].is_nan();
    let (mut sum, mut total, mut touches) = (0.0, 0.0, false);
    let mut last = None;
    for _ in 0..donors.nearest {
        let Some(i) = next_nearest(distances, last, counts) else { break };
        let mut weight = if donors.by_distance { 1.0 / distances[i] } else { 1.0 };
        if weight.is_infinite() {
            (weight, touches) = (1.0, true);
        } else if touches {
            break;
        }
        sum += weight * known(i);
        total += weight;
        last = Some(i);
    }
    if last.is_none() {
        for i in (0..distances.len()).filter(|&i| !known(i).is_nan()) {
            sum += known(i);
            total += 1.0;
        }
    }
    (total != 0.0).then(|| sum / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;
    const POINTS: [f64; 12] = [0.0, 1.0, NAN, 3.0, 5.0, NAN, 4.0, NAN, 7.0, NAN, 9.0, NAN];

    fn imputed(row: [f64; 3], nearest: u32, by_distance: bool) -> [f64; 3] {
        let mut out = [9.0; 7];
        impute_nearest(&row, 3, Donors { points: &POINTS, nearest, by_distance }, &mut out);
        out[..3].try_into().expect("a row")
    }

    #[test]
    fn what_is_missing_comes_from_the_nearest_that_know_it() {
        assert_eq!(imputed([1.0, 2.0, 3.0], 1, false), [1.0, 2.0, 3.0]);
        assert_eq!(imputed([1.0, NAN, 7.0], 1, false), [1.0, 1.0, 7.0]);
        assert_eq!(imputed([1.0, NAN, 7.0], 2, false)[1], 3.0);
        assert_eq!(imputed([1.0, NAN, 7.0], 9, false)[1], 3.0);
        // 1 away in one of three columns, 2 away in one of three.
        assert!((imputed([1.0, NAN, 7.0], 2, true)[1] - 7.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn points_at_distance_0_count_alone_by_distance() {
        assert_eq!(imputed([0.0, NAN, NAN], 2, true)[1], 1.0);
        assert_eq!(imputed([0.0, NAN, NAN], 2, false), [0.0, 3.0, 7.0]);
    }

    #[test]
    fn without_a_distance_all_that_know_it_count() {
        assert_eq!(imputed([NAN; 3], 1, true), [7.0 / 3.0, 5.0, 7.0]);
        let mut out = [9.0; 3];
        impute_nearest(&[NAN, NAN], 2, Donors { points: &[NAN, 2.0], nearest: 1, by_distance: false }, &mut out);
        assert!(out[0].is_nan());
        assert_eq!(out[1], 2.0);
    }

    #[test]
    fn distances_stand_for_the_columns_that_are_not_shared() {
        assert_eq!(shared_distance(&[1.0, NAN, 7.0], &[3.0, 5.0, NAN]), 12.0_f64.sqrt());
        assert!(shared_distance(&[NAN, 1.0], &[1.0, NAN]).is_nan());
    }
}
