//! A declared space of hyper-parameters → the combinations to try.

use super::random::Random;
use crate::error::{Error, Kind, Result};
use crate::math;

/// What a hyper-parameter may be in a search.
#[derive(Clone, Debug, PartialEq)]
pub enum Space {
    /// One of these.
    Values(Vec<String>),
    /// A number from the first to the second, whole if both are written so; drawn by its logarithm if so.
    Range {
        /// The least.
        low: f64,
        /// The most.
        high: f64,
        /// Whether numbers are whole.
        is_whole: bool,
        /// Whether numbers of each magnitude are drawn equally often.
        is_log: bool,
    },
}

impl Space {
    /// Reads `3,6,9`, `0.5..1` or `log:0.01..0.3`.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a range whose ends are no numbers, or not in order, or not above 0 for a logarithm.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = || {
            let expected = "values such as 3,6,9, or a range such as 0.5..1 or log:0.01..0.3";
            Error::new(Kind::BadOption, "--search", expected, format!("{text:?}"))
        };
        let (is_log, range) = text.strip_prefix("log:").map_or((false, text), |range| (true, range));
        let Some((low, high)) = range.split_once("..") else {
            let values: Vec<String> = text.split(',').map(|value| value.trim().to_owned()).collect();
            return if is_log || values.iter().any(String::is_empty) { Err(wrong()) } else { Ok(Self::Values(values)) };
        };
        let is_whole = low.parse::<i64>().is_ok() && high.parse::<i64>().is_ok();
        let number = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(wrong);
        let (low, high) = (number(low)?, number(high)?);
        if low > high || is_log && low <= 0.0 {
            return Err(wrong());
        }
        Ok(Self::Range { low, high, is_whole, is_log })
    }

    /// One value, by a share from 0 to below 1.
    fn at(&self, share: f64) -> String {
        match self {
            Self::Values(values) => values[((share * values.len() as f64) as usize).min(values.len() - 1)].clone(),
            Self::Range { low, high, is_whole: true, is_log: false } => {
                (low + (share * (high - low + 1.0)).floor()).min(*high).to_string()
            }
            Self::Range { low, high, is_whole, is_log } => {
                let x = if *is_log { low * math::pow(high / low, share) } else { low + share * (high - low) };
                // Digits that a person would write.
                let x: f64 = format!("{x:.3e}").parse().unwrap_or(x);
                let x = if *is_whole { x.round() } else { x };
                x.clamp(*low, *high).to_string()
            }
        }
    }
}

/// The combinations to try: all of them where there are only values and no more than `trials`, else that many drawn.
pub fn combinations(space: &[(String, Space)], trials: usize, seed: u64) -> Vec<Vec<(String, String)>> {
    if let Some(all) = every(space, trials) {
        return all;
    }
    let mut random = Random::new(seed, 0);
    let mut drawn: Vec<Vec<(String, String)>> = Vec::new();
    // A combination that comes again is drawn again, but not for ever.
    for _ in 0..trials.saturating_mul(10) {
        let one: Vec<(String, String)> =
            space.iter().map(|(name, space)| (name.clone(), space.at(random.unit()))).collect();
        if drawn.len() < trials && !drawn.contains(&one) {
            drawn.push(one);
        }
    }
    drawn
}

/// Every combination of values; `None` if there are more than `most`, or ranges.
fn every(space: &[(String, Space)], most: usize) -> Option<Vec<Vec<(String, String)>>> {
    let mut all: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (name, space) in space {
        let Space::Values(values) = space else { return None };
        if all.len().saturating_mul(values.len()) > most {
            return None;
        }
        let with = |value: &String| (name.clone(), value.clone());
        all = all.iter().flat_map(|one| values.iter().map(move |value| [&one[..], &[with(value)]].concat())).collect();
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(texts: &[(&str, &str)]) -> Vec<(String, Space)> {
        texts.iter().map(|(name, text)| ((*name).to_owned(), Space::read(text).expect("a space"))).collect()
    }

    #[test]
    fn values_are_tried_in_every_combination() {
        let tried = combinations(&space(&[("max_depth", "3,6,9"), ("max_iter", "50,100")]), 6, 0);
        let distinct: std::collections::BTreeSet<_> = tried.iter().collect();
        assert_eq!((tried.len(), distinct.len()), (6, 6));
        assert!(tried.iter().all(|one| one.len() == 2));
    }

    #[test]
    fn ranges_are_drawn_within_their_ends_and_by_the_seed() {
        let space = space(&[("learning_rate", "log:0.01..0.3"), ("max_leaf_nodes", "7..63")]);
        let tried = combinations(&space, 50, 7);
        assert_eq!(tried, combinations(&space, 50, 7));
        assert_ne!(tried, combinations(&space, 50, 8));
        let rates: Vec<f64> = tried.iter().map(|one| one[0].1.parse().expect("a number")).collect();
        assert!(rates.iter().all(|rate| (0.01..=0.3).contains(rate)));
        assert!(rates.iter().filter(|rate| **rate < 0.0548).count() > 15, "by magnitude: {rates:?}");
        assert!(tried.iter().all(|one| one[1].1.parse::<usize>().is_ok_and(|leaves| (7..=63).contains(&leaves))));
    }

    #[test]
    fn what_is_no_space_is_refused() {
        for text in ["", "1,,2", "log:3", "log:0..1", "5..1", "a..b", "1..inf"] {
            assert!(Space::read(text).is_err(), "{text}");
        }
    }
}
