//! The shares of an alias's versions when another one joins them.

use super::alias::{MAX_WEIGHT, Target};
use crate::error::{Error, Kind, Result};

/// The targets with one more that takes `percent` of all, from 1 to 99; the others share the rest as they did.
///
/// # Errors
/// [`Kind::LimitExceeded`] if the weights become too large to be written down.
pub fn joined(targets: &[Target], one: Target, percent: u64) -> Result<Vec<Target>> {
    let others: Vec<Target> = targets.iter().copied().filter(|target| target.version != one.version).collect();
    let sum: u64 = others.iter().map(|target| target.weight).sum();
    if sum == 0 {
        return Ok(vec![Target { weight: 1, ..one }]);
    }
    let mut shared: Vec<Target> =
        others.into_iter().map(|target| Target { weight: target.weight * (100 - percent), ..target }).collect();
    shared.push(Target { weight: sum * percent, ..one });
    let divisor = shared.iter().fold(0, |divisor, target| greatest_common_divisor(divisor, target.weight));
    for target in &mut shared {
        target.weight /= divisor;
        if target.weight > MAX_WEIGHT {
            let expected = format!("weights up to {MAX_WEIGHT}");
            return Err(Error::new(Kind::LimitExceeded, "--weight", expected, target.weight.to_string())
                .hint("Promote without --weight to one version first."));
        }
    }
    Ok(shared)
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::super::digest::Digest;
    use super::*;

    fn target(version: u64, weight: u64) -> Target {
        Target { version, sha256: Digest::of(b""), weight }
    }

    fn shares(targets: &[Target], one: Target, percent: u64) -> Vec<(u64, u64)> {
        let joined = joined(targets, one, percent).expect("small weights");
        joined.iter().map(|target| (target.version, target.weight)).collect()
    }

    #[test]
    fn one_takes_its_percent_and_the_others_keep_their_ratio() {
        assert_eq!(shares(&[target(6, 1)], target(7, 1), 10), [(6, 9), (7, 1)]);
        assert_eq!(shares(&[target(5, 3), target(6, 1)], target(7, 1), 50), [(5, 3), (6, 1), (7, 4)]);
        // It has a share already: this is its new one.
        assert_eq!(shares(&[target(6, 9), target(7, 1)], target(7, 1), 50), [(6, 1), (7, 1)]);
        assert_eq!(shares(&[], target(7, 1), 10), [(7, 1)]);
        let heavy = [target(5, MAX_WEIGHT), target(6, MAX_WEIGHT - 1)];
        assert!(joined(&heavy, target(7, 1), 1).is_err());
    }
}
