//! Which rows are fitted and which are scored: seeded shuffles, a held-out part, folds.

use super::random::Random;
use super::roles::Order;

/// Two sets of rows, by index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The rows to fit.
    pub fit: Vec<usize>,
    /// The rows to score.
    pub score: Vec<usize>,
}

/// Splits `rows` into `folds` parts of nearly equal size, each scored once. With `strata` (a class index for every row
/// of the table) each part has nearly the same share of every class. Groups are dealt whole; where time is what counts, there
/// is one part more, and each but the first is scored by what comes before it.
pub fn folds(rows: &[usize], strata: Option<&[f64]>, order: &Order, folds: usize, seed: u64) -> Vec<Split> {
    let parts: Vec<Vec<usize>> = match order {
        Order::Shuffled => {
            let dealt = deal(rows, strata, seed);
            (0..folds).map(|fold| dealt.iter().skip(fold).step_by(folds).copied().collect()).collect()
        }
        Order::Groups(groups) => {
            let mut parts = vec![Vec::new(); folds];
            let mut gathered = gather(rows, groups, seed);
            gathered.sort_by_key(|group| std::cmp::Reverse(group.len()));
            for group in gathered {
                // The first of the smallest parts.
                if let Some(part) = parts.iter_mut().min_by_key(|part| part.len()) {
                    part.extend(group);
                }
            }
            parts
        }
        Order::Time(ranks) => {
            let sorted = in_time(rows, ranks);
            let begin = |part: usize| part * sorted.len() / (folds + 1);
            return (1..=folds)
                .map(|part| Split::new(sorted[..begin(part)].to_vec(), sorted[begin(part)..begin(part + 1)].to_vec()))
                .collect();
        }
    };
    let others = |fold| parts.iter().enumerate().filter(move |(i, _)| *i != fold).flat_map(|(_, part)| part).copied();
    parts.iter().enumerate().map(|(fold, score)| Split::new(others(fold).collect(), score.clone())).collect()
}

/// Holds out about `share` of `count` rows, split like [`folds`]; of time the end.
pub fn hold_out(count: usize, strata: Option<&[f64]>, order: &Order, share: f64, seed: u64) -> Split {
    let rows: Vec<usize> = (0..count).collect();
    let held_out = (count as f64 * share).floor() as usize;
    match order {
        Order::Shuffled => {
            // A row is held out whenever the running share falls behind, which spreads them over the strata.
            let is_held_out = |i: usize| ((i + 1) as f64 * share).floor() > (i as f64 * share).floor();
            let dealt = deal(&rows, strata, seed).into_iter().enumerate();
            let (score, fit): (Vec<_>, Vec<_>) = dealt.partition(|(i, _)| is_held_out(*i));
            let rows_of = |part: Vec<(usize, usize)>| part.into_iter().map(|(_, row)| row).collect();
            Split::new(rows_of(fit), rows_of(score))
        }
        Order::Groups(groups) => {
            let (mut fit, mut score) = (Vec::new(), Vec::new());
            for group in gather(&rows, groups, seed) {
                // A group that would take more than twice what is missing stays.
                let fits = score.len() < held_out && group.len() < 2 * (held_out - score.len());
                if fits { score.extend(group) } else { fit.extend(group) }
            }
            Split::new(fit, score)
        }
        Order::Time(ranks) => {
            let sorted = in_time(&rows, ranks);
            let (fit, score) = sorted.split_at(count - held_out);
            Split::new(fit.to_vec(), score.to_vec())
        }
    }
}

impl Split {
    fn new(mut fit: Vec<usize>, mut score: Vec<usize>) -> Self {
        fit.sort_unstable();
        score.sort_unstable();
        Self { fit, score }
    }
}

/// The rows from the earliest to the latest.
fn in_time(rows: &[usize], ranks: &[u32]) -> Vec<usize> {
    let mut sorted = rows.to_vec();
    sorted.sort_unstable_by_key(|&row| ranks[row]);
    sorted
}

/// The rows of each group, the groups shuffled.
fn gather(rows: &[usize], groups: &[u32], seed: u64) -> Vec<Vec<usize>> {
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|&row| groups[row]);
    let mut gathered: Vec<Vec<usize>> =
        sorted.chunk_by(|&a, &b| groups[a] == groups[b]).map(<[usize]>::to_vec).collect();
    Random::new(seed, 0).shuffle(&mut gathered);
    gathered
}

/// The rows shuffled, then brought together by stratum.
fn deal(rows: &[usize], strata: Option<&[f64]>, seed: u64) -> Vec<usize> {
    let mut dealt = rows.to_vec();
    Random::new(seed, 0).shuffle(&mut dealt);
    if let Some(strata) = strata {
        dealt.sort_by(|&a, &b| strata[a].total_cmp(&strata[b]));
    }
    dealt
}

/// Some of the rows, always the same ones, in an order of no meaning.
pub fn sample(rows: &[usize], most: usize, seed: u64) -> Vec<usize> {
    let mut rows = rows.to_vec();
    Random::new(seed, 0).shuffle(&mut rows);
    rows.truncate(most);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_score_every_row_once_and_keep_the_classes_shares() {
        let strata: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i % 5 == 0))).collect();
        let rows: Vec<usize> = (0..100).collect();
        let splits = folds(&rows, Some(&strata), &Order::Shuffled, 4, 7);
        let mut scored: Vec<usize> = splits.iter().flat_map(|split| split.score.clone()).collect();
        scored.sort_unstable();
        assert_eq!(scored, rows);
        for split in &splits {
            assert_eq!((split.fit.len(), split.score.len()), (75, 25));
            assert_eq!(split.score.iter().filter(|&&row| strata[row] == 1.0).count(), 5);
            assert!(split.fit.iter().all(|row| !split.score.contains(row)));
        }
        assert_ne!(splits, folds(&rows, Some(&strata), &Order::Shuffled, 4, 8), "another seed, another shuffle");
    }

    #[test]
    fn holds_out_the_share_that_was_asked_for() {
        let split = hold_out(442, None, &Order::Shuffled, 0.2, 0);
        assert_eq!((split.fit.len(), split.score.len()), (354, 88));
        assert!(hold_out(10, None, &Order::Shuffled, 0.0, 0).score.is_empty());
    }

    #[test]
    fn groups_stay_together() {
        let groups: Vec<u32> = (0..200).map(|i| (i * i % 23) as u32).collect();
        let rows: Vec<usize> = (0..200).collect();
        let of = |rows: &[usize]| rows.iter().map(|&row| groups[row]).collect::<std::collections::BTreeSet<_>>();
        let order = Order::Groups(groups.clone());
        let mut splits = folds(&rows, None, &order, 4, 3);
        assert_eq!(splits.iter().map(|split| split.score.len()).sum::<usize>(), 200);
        let held_out = hold_out(200, None, &order, 0.25, 3);
        assert!((30..=70).contains(&held_out.score.len()), "{}", held_out.score.len());
        splits.push(held_out);
        assert!(splits.iter().all(|split| of(&split.fit).is_disjoint(&of(&split.score))));
    }

    #[test]
    fn the_future_is_never_fitted() {
        let ranks: Vec<u32> = (0..100_u32).map(|i| i * 37 % 100).collect();
        let rows: Vec<usize> = (0..100).collect();
        let order = Order::Time(ranks.clone());
        let mut splits = folds(&rows, None, &order, 4, 0);
        assert_eq!(
            splits.iter().map(|split| (split.fit.len(), split.score.len())).collect::<Vec<_>>(),
            [(20, 20), (40, 20), (60, 20), (80, 20)]
        );
        splits.push(hold_out(100, None, &order, 0.1, 0));
        for split in splits {
            let latest = split.fit.iter().map(|&row| ranks[row]).max();
            assert!(split.score.iter().all(|&row| Some(ranks[row]) > latest));
        }
    }
}
