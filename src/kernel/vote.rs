//! Many opinions to one: classes that were compared in pairs, and weighted medians.

/// The classes' scores from comparisons of each class with each later one, (0, 1), (0, 2) … (1, 2) …: a vote for the
/// later class where the number is above the threshold, else for the earlier one; plus, if wanted, the sum of numbers in
/// a class's favour, squeezed so that it decides between equal votes only. As scikit-learn's
/// `_ovr_decision_function`.
pub fn votes(rows: &[f64], classes: usize, threshold: f64, with_sums: bool, out: &mut [f64]) {
    let pairs = classes * (classes - 1) / 2;
    for (row, out) in rows.chunks_exact(pairs).zip(out.chunks_exact_mut(classes)) {
        out.fill(0.0);
        if with_sums {
            each_pair(row, classes, |i, j, x| {
                out[i] -= x;
                out[j] += x;
            });
            out.iter_mut().for_each(|sum| *sum /= 3.0 * (sum.abs() + 1.0));
        }
        // A class's votes are counted before they are added, as whole numbers.
        for (class, out) in out.iter_mut().enumerate() {
            let mut votes = 0.0;
            each_pair(row, classes, |i, j, x| {
                votes += f64::from(u8::from(class == if x > threshold { j } else { i }));
            });
            *out += votes;
        }
    }
}

fn each_pair(row: &[f64], classes: usize, mut with: impl FnMut(usize, usize, f64)) {
    let mut numbers = row.iter();
    for i in 0..classes {
        for j in i + 1..classes {
            numbers.next().into_iter().for_each(|&x| with(i, j, x));
        }
    }
}

/// How many numbers a row of [`couple`] has: the probabilities, and after them its working space.
pub const fn coupled_width(classes: usize) -> usize {
    classes * (classes + 2)
}

/// The classes' probabilities from those of the earlier class in each pair, as libsvm couples them: Wu, Lin and Weng,
/// Probability Estimates for Multi-class Classification by Pairwise Coupling, algorithm 2.
pub fn couple(rows: &[f64], classes: usize, out: &mut [f64]) {
    const LEAST: f64 = 1e-7;
    let k = classes;
    let pairs = k * (k - 1) / 2;
    for (row, out) in rows.chunks_exact(pairs).zip(out.chunks_exact_mut(coupled_width(k))) {
        let (p, rest) = out.split_at_mut(k);
        let (q, qp) = rest.split_at_mut(k * k);
        q.fill(0.0);
        each_pair(row, k, |i, j, x| {
            let x = x.clamp(LEAST, 1.0 - LEAST);
            q[i * k + i] += (1.0 - x) * (1.0 - x);
            q[j * k + j] += x * x;
            q[i * k + j] = -(1.0 - x) * x;
            q[j * k + i] = -(1.0 - x) * x;
        });
        p.fill(1.0 / k as f64);
        for _ in 0..k.max(100) {
            let mut pqp = 0.0;
            for t in 0..k {
                qp[t] = (0..k).fold(0.0, |sum, j| sum + q[t * k + j] * p[j]);
                pqp += p[t] * qp[t];
            }
            let error = qp.iter().fold(0.0, |most: f64, x| most.max((x - pqp).abs()));
            if error < 0.005 / k as f64 {
                break;
            }
            for t in 0..k {
                let difference = (pqp - qp[t]) / q[t * k + t];
                p[t] += difference;
                pqp = (pqp + difference * (difference * q[t * k + t] + 2.0 * qp[t]))
                    / (1.0 + difference)
                    / (1.0 + difference);
                for j in 0..k {
                    qp[j] = (qp[j] + difference * q[t * k + j]) / (1.0 + difference);
                    p[j] /= 1.0 + difference;
                }
            }
        }
    }
}

/// The smallest number of each row such that those up to it have at least half of the weight: `AdaBoostRegressor`.
pub fn weighted_median(rows: &[f64], weights: &[f64], out: &mut [f64]) {
    for (row, out) in rows.chunks_exact(weights.len()).zip(out) {
        let half = 0.5 * summed_in_order(row, weights, |_| false).0;
        *out = row[summed_in_order(row, weights, |sum| sum >= half).1];
    }
}

/// Adds the weights in the order of the row's numbers, until it `ends`; returns the sum and where it ended.
fn summed_in_order(row: &[f64], weights: &[f64], ends: impl Fn(f64) -> bool) -> (f64, usize) {
    let (mut sum, mut last) = (0.0, None);
    loop {
        let is_after =
            |i: &usize| last.is_none_or(|last: usize| row[*i] > row[last] || row[*i] == row[last] && *i > last);
        let next = (0..row.len()).filter(is_after).reduce(|best, i| if row[i] < row[best] { i } else { best });
        let Some(next) = next else { return (sum, last.unwrap_or(0)) };
        sum += weights[next];
        last = Some(next);
        if ends(sum) {
            return (sum, next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn votes_are_counted_and_sums_decide_between_equal_ones() {
        let mut out = [9.0; 3];
        votes(&[-1.0, 2.0, -0.5], 3, 0.0, false, &mut out);
        assert_eq!(out, [1.0, 1.0, 1.0]);
        votes(&[-1.0, 2.0, -0.5], 3, 0.0, true, &mut out);
        assert_eq!(out, [1.0 - 1.0 / 6.0, 1.0 - 0.5 / 4.5, 1.0 + 1.5 / 7.5]);
    }

    #[test]
    fn two_classes_keep_their_probability() {
        let mut out = [0.0; coupled_width(2)];
        couple(&[0.8], 2, &mut out);
        assert!((out[0] - 0.8).abs() < 0.005 && (out[0] + out[1] - 1.0).abs() < 1e-12, "{out:?}");
    }

    #[test]
    fn half_of_the_weight_lies_up_to_the_median() {
        let mut out = [0.0];
        weighted_median(&[3.0, 1.0, 2.0], &[1.0, 1.0, 5.0], &mut out);
        assert_eq!(out, [2.0]);
        weighted_median(&[3.0, 1.0, 2.0], &[1.0, 1.0, 1.0], &mut out);
        assert_eq!(out, [2.0]);
    }
}
