//! An alias: which versions `production` or `canary` are, and in what shares.

use super::digest::Digest;
use super::reference::LARGEST;
use super::statement::{Seconds, check_expiry, check_format, check_subject, parse};
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

/// The type of its payload.
pub const PAYLOAD_TYPE: &str = "application/vnd.edgelet.alias+json";
/// The most versions at once.
const MAX_TARGETS: usize = 16;
/// The largest weight.
pub const MAX_WEIGHT: u64 = 100_000;

/// Which versions an alias is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alias {
    /// The format of this statement.
    pub format: u64,
    /// The model's name.
    pub model: String,
    /// Its own name.
    pub alias: String,
    /// One more than before it moved.
    pub serial: u64,
    /// When it moved.
    pub created: Seconds,
    /// Until when it holds.
    #[serde(default)]
    pub expires: Option<Seconds>,
    /// The versions.
    pub targets: Vec<Target>,
    /// The version that it was before, to go back to.
    #[serde(default)]
    pub previous: Option<u64>,
}

/// One version of an alias.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The version.
    pub version: u64,
    /// Of its release's payload.
    pub sha256: Digest,
    /// Its share of the sum of all weights.
    pub weight: u64,
}

impl Alias {
    /// Reads the payload of alias `alias` of `model`, and checks that it can be one.
    ///
    /// # Errors
    /// [`Kind::Corrupt`], [`Kind::UnsupportedVersion`]; [`Kind::WrongModel`] for an alias of something else.
    pub fn read(payload: &[u8], model: &str, alias: &str, place: &str) -> Result<Self> {
        let read: Self = parse(payload, place)?;
        check_format(read.format, place)?;
        check_subject("model", model, &read.model, place)?;
        check_subject("alias", alias, &read.alias, place)?;
        let is_version = |version: u64| (1..=LARGEST).contains(&version);
        let is_sound = |target: &Target| is_version(target.version) && (1..=MAX_WEIGHT).contains(&target.weight);
        let has_sound_targets = (1..=MAX_TARGETS).contains(&read.targets.len()) && read.targets.iter().all(is_sound);
        if !has_sound_targets || !is_version(read.serial) || !read.previous.is_none_or(is_version) {
            let expected = format!("a serial, and 1 to {MAX_TARGETS} versions with weights from 1 to {MAX_WEIGHT}");
            return Err(Error::new(Kind::Corrupt, place.to_owned(), expected, "other numbers"));
        }
        Ok(read)
    }

    /// Refuses one that expired before `now`.
    ///
    /// # Errors
    /// [`Kind::Expired`].
    pub fn check_expiry(&self, now: Seconds, place: &str) -> Result<()> {
        let hint = "Renew it with `edgelet promote`; if it was renewed, somebody keeps an old state in force.";
        check_expiry(self.expires, now, place, hint)
    }

    /// Refuses one that is older than the one with the serial `seen`.
    ///
    /// # Errors
    /// [`Kind::Rollback`].
    pub fn check_serial(&self, seen: u64, place: &str) -> Result<()> {
        if self.serial >= seen {
            return Ok(());
        }
        let expected = format!("serial {seen} or a later one");
        Err(Error::new(Kind::Rollback, place.to_owned(), expected, format!("serial {}", self.serial)))
    }

    /// The target whose share of all holds the point `draw` / 2³².
    pub fn target(&self, draw: u32) -> Target {
        let sum: u128 = self.targets.iter().map(|target| u128::from(target.weight)).sum();
        let point = (u128::from(draw) * sum) >> 32;
        let mut below = 0;
        for &target in &self.targets {
            below += u128::from(target.weight);
            if point < below {
                return target;
            }
        }
        // There is always one: the point is less than the sum.
        self.targets[self.targets.len() - 1]
    }

    /// The version with the largest weight; of several the newest.
    pub fn heaviest(&self) -> u64 {
        let heaviest = self.targets.iter().max_by_key(|target| (target.weight, target.version));
        heaviest.map_or(0, |target| target.version)
    }

    /// The version to go back to from these targets, which take the place of this alias's.
    pub fn previous_of(&self, targets: &[Target]) -> Option<u64> {
        match (self.previous, targets) {
            // It stays the version that it mostly was.
            (previous, [one]) if one.version == self.heaviest() => previous,
            // The other version still gives place, step by step.
            (Some(previous), [_, _, ..]) if targets.iter().any(|target| target.version == previous) => Some(previous),
            _ => Some(self.heaviest()),
        }
    }

    /// The draw of a sticky key: the same for the same key, on every runtime.
    pub fn draw(&self, key: &str) -> u32 {
        let digest = Digest::of(format!("{}@{}:{key}", self.model, self.alias).as_bytes());
        let [a, b, c, d, ..] = *digest.bytes();
        u32::from_be_bytes([a, b, c, d])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn payload(targets: Value, serial: u64) -> Vec<u8> {
        json!({"format": 1, "model": "churn", "alias": "production", "serial": serial, "created": 1, "targets": targets})
            .to_string()
            .into_bytes()
    }

    fn read(targets: Value, serial: u64) -> Result<Alias> {
        Alias::read(&payload(targets, serial), "churn", "production", "aliases/production")
    }

    fn target(version: u64, weight: u64) -> Value {
        json!({"version": version, "weight": weight, "sha256": Digest::of(b"").to_string()})
    }

    #[test]
    fn reads_what_an_alias_is_and_refuses_the_rest() {
        assert!(read(json!([target(7, 90), target(6, 10)]), 12).is_ok());
        let many: Vec<_> = (1..=17).map(|version| target(version, 1)).collect();
        for targets in
            [json!([]), json!([target(0, 1)]), json!([target(7, 0)]), json!([target(7, MAX_WEIGHT + 1)]), json!(many)]
        {
            assert_eq!(read(targets, 1).map_err(|error| error.kind()), Err(Kind::Corrupt));
        }
        assert!(read(json!([target(7, 1)]), 0).is_err());
        let other = Alias::read(&payload(json!([target(7, 1)]), 1), "churn", "canary", "aliases/canary");
        assert_eq!(other.map_err(|error| error.kind()), Err(Kind::WrongModel));
    }

    #[test]
    fn an_older_serial_is_refused() {
        let alias = read(json!([target(7, 1)]), 12).expect("an alias");
        assert!(alias.check_serial(12, "").is_ok() && alias.check_serial(0, "").is_ok());
        assert_eq!(alias.check_serial(13, "").map_err(|error| error.kind()), Err(Kind::Rollback));
    }

    #[test]
    fn the_way_back_leads_past_a_rollout() {
        let mut alias = read(json!([target(6, 1)]), 1).expect("an alias");
        alias.previous = Some(5);
        // Each step: the versions and weights, and where the way back leads.
        let steps: [(&[(u64, u64)], u64); 6] = [
            (&[(6, 1)], 5),
            (&[(6, 9), (7, 1)], 6),
            (&[(6, 1), (7, 9)], 6),
            (&[(7, 1)], 6),
            (&[(8, 1)], 7),
            (&[(6, 1)], 8),
        ];
        for (versions, expected) in steps {
            let targets: Vec<Target> =
                versions.iter().map(|&(version, weight)| Target { version, sha256: Digest::of(b""), weight }).collect();
            alias.previous = alias.previous_of(&targets);
            alias.targets = targets;
            assert_eq!(alias.previous, Some(expected), "{versions:?}");
        }
    }

    #[test]
    fn shares_are_as_the_weights_say() {
        let alias = read(json!([target(7, 90), target(6, 10)]), 1).expect("an alias");
        let edge = (0.9 * 4_294_967_296.0) as u32;
        let versions = [0, edge, edge + 1, u32::MAX].map(|draw| alias.target(draw).version);
        assert_eq!(versions, [7, 7, 6, 6]);
        let heaviest = read(json!([target(7, MAX_WEIGHT), target(6, MAX_WEIGHT)]), 1).expect("an alias");
        assert_eq!([0, u32::MAX].map(|draw| heaviest.target(draw).version), [7, 6]);
        // sha-256("churn@production:user 1") begins with these digits.
        assert_eq!(alias.draw("user 1"), 0x5be6_0658);
    }
}
