//! Which rows are fitted and which are scored: seeded shuffles, a held-out part, folds.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Two sets of rows, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The rows to fit.
    pub fit: Vec<usize>,
    /// The rows to score.
    pub score: Vec<usize>,
}

/// Splits `rows` into `folds` parts of nearly equal size, each scored once. With `strata` (a class index for every row
/// of the table) each part has nearly the same share of every class.
pub fn folds(rows: &[usize], strata: Option<&[f64]>, folds: usize, seed: u64) -> Vec<Split> {
    let dealt = deal(rows, strata, seed);
    (0..folds)
        .map(|fold| {
            let (score, fit) = dealt.iter().enumerate().partition::<Vec<_>, _>(|(i, _)| i % folds == fold);
            let in_order = |mut picked: Vec<usize>| {
                picked.sort_unstable();
                picked
            };
            let rows_of = |part: Vec<(usize, &usize)>| in_order(part.into_iter().map(|(_, &row)| row).collect());
            Split { fit: rows_of(fit), score: rows_of(score) }
        })
        .collect()
}

/// Holds out about `share` of `count` rows, stratified like [`folds`].
pub fn hold_out(count: usize, strata: Option<&[f64]>, share: f64, seed: u64) -> Split {
    let rows: Vec<usize> = (0..count).collect();
    let dealt = deal(&rows, strata, seed);
    let mut split = Split { fit: Vec::new(), score: Vec::new() };
    for (i, row) in dealt.into_iter().enumerate() {
        // A row is held out whenever the running share falls behind, which spreads them over the strata.
        let is_held_out = ((i + 1) as f64 * share).floor() > (i as f64 * share).floor();
        if is_held_out { split.score.push(row) } else { split.fit.push(row) }
    }
    split.fit.sort_unstable();
    split.score.sort_unstable();
    split
}

/// The rows shuffled, then brought together by stratum.
fn deal(rows: &[usize], strata: Option<&[f64]>, seed: u64) -> Vec<usize> {
    let mut dealt = rows.to_vec();
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    for i in (1..dealt.len()).rev() {
        // The high half of the product is uniform on 0..=i but for a bias below 2^-32.
        let j = (u128::from(random.next_u64()) * (i as u128 + 1)) >> 64;
        dealt.swap(i, j as usize);
    }
    if let Some(strata) = strata {
        dealt.sort_by(|&a, &b| strata[a].total_cmp(&strata[b]));
    }
    dealt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_score_every_row_once_and_keep_the_classes_shares() {
        let strata: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i % 5 == 0))).collect();
        let rows: Vec<usize> = (0..100).collect();
        let splits = folds(&rows, Some(&strata), 4, 7);
        let mut scored: Vec<usize> = splits.iter().flat_map(|split| split.score.clone()).collect();
        scored.sort_unstable();
        assert_eq!(scored, rows);
        for split in &splits {
            assert_eq!((split.fit.len(), split.score.len()), (75, 25));
            assert_eq!(split.score.iter().filter(|&&row| strata[row] == 1.0).count(), 5);
            assert!(split.fit.iter().all(|row| !split.score.contains(row)));
        }
        assert_ne!(splits, folds(&rows, Some(&strata), 4, 8), "another seed, another shuffle");
    }

    #[test]
    fn holds_out_the_share_that_was_asked_for() {
        let split = hold_out(442, None, 0.2, 0);
        assert_eq!((split.fit.len(), split.score.len()), (354, 88));
        assert!(hold_out(10, None, 0.0, 0).score.is_empty());
    }
}
