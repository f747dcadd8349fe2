//! A forest as bytes that compress well: like numbers side by side, byte by byte.
//!
//! Splits name thresholds by their place in a sorted table of their feature's, so that a threshold used often is stored
//! once. Arrays are stored in planes, all first bytes before all second ones, as the upper bytes of like numbers are alike.
//! Numbers that are f32 take 4 bytes.

mod numbers;

pub(super) use numbers::Leaves;

use super::blobs::{BlobReader, BlobWriter, Numbers, Planes};
use super::limits::{self, MAX_LABELS};
use crate::error::{Error, Kind, Result};
use crate::model::MAX_WIDTH;
use crate::model::forest::{Forest, LinearLeaves, MAX_TREE_NODES, NodeKind, Precision, Sets, Thresholds};
use numbers::{push_integers, push_numbers, push_sorted, take_integers, take_numbers, take_sorted};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct WireForest {
    width: u32,
    rounds_rows: bool,
    rounds_sums: bool,
    base: Numbers,
    divisor: f64,
    /// For each tree 0 where a leaf has a number for every output, else 1 + its output.
    targets: Vec<u32>,
    /// 0 leaf; 1 and 2 as is usual for the feature, missing right and left; 3 and 4 as is not.
    kinds: Planes,
    features: Planes,
    /// The features that are usually asked whether they are in a set, not whether they are at most a threshold.
    categorical: Vec<u32>,
    /// How many thresholds each feature's table has.
    table_lengths: Vec<u32>,
    /// The tables one after another, each sorted.
    tables: Planes,
    /// For each threshold its place in its feature's table.
    thresholds: Planes,
    /// How many words each set has, and all words.
    set_lengths: Planes,
    sets: Planes,
    leaves: Leaves,
    linear: Option<Box<WireLinearLeaves>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct WireLinearLeaves {
    constants: Planes,
    counts: Planes,
    features: Planes,
    coefficients: Planes,
}

impl WireForest {
    pub fn from_forest(forest: &Forest, blobs: &mut BlobWriter) -> Self {
        let mut categorical: Vec<u32> = splits(forest).filter(|(kind, _)| is_set(kind)).map(|(_, x)| x).collect();
        categorical.sort_unstable();
        categorical.dedup();
        let mut features = forest.features.iter();
        let kind = |kind: &NodeKind| {
            let (NodeKind::AtMost { missing_left } | NodeKind::In { missing_left }) = *kind else { return 0 };
            let usual = features.next().is_some_and(|feature| categorical.binary_search(feature).is_ok());
            1 + u64::from(missing_left) + 2 * u64::from(is_set(kind) != usual)
        };
        let kinds: Vec<u64> = forest.kinds.iter().map(kind).collect();
        let tables = &forest.thresholds;
        let place = |(feature, place): (u32, &u32)| u64::from(place - tables.table(feature as usize).start);
        let places: Vec<u64> = forest.features_of_thresholds().zip(&tables.places).map(place).collect();
        Self {
            width: forest.width as u32,
            rounds_rows: forest.rows == Precision::F32,
            rounds_sums: forest.sums == Precision::F32,
            base: blobs.push(&forest.base),
            divisor: forest.divisor,
            targets: forest.targets.iter().map(|target| target.map_or(0, |output| output + 1)).collect(),
            kinds: blobs.push_planes(kinds.into_iter()),
            features: push_integers(&forest.features, blobs),
            categorical,
            table_lengths: (0..forest.width).map(|feature| tables.table(feature).len() as u32).collect(),
            tables: push_sorted(&tables.tables, blobs),
            thresholds: blobs.push_planes(places.into_iter()),
            set_lengths: push_integers(&forest.sets.iter().map(|set| set.len() as u32).collect::<Vec<u32>>(), blobs),
            sets: push_integers(&forest.sets.words, blobs),
            leaves: Leaves::push(&forest.leaves, leaf_width(&forest.targets, forest.base.len()), blobs),
            linear: forest.linear.as_ref().map(|linear| Box::new(WireLinearLeaves::from_linear(linear, blobs))),
        }
    }

    pub fn check_limits(&self) -> Result<()> {
        limits::check("forest.width", self.width as usize, MAX_WIDTH)?;
        limits::check("forest.targets", self.targets.len(), MAX_TREE_NODES)?;
        limits::check("forest.table_lengths", self.table_lengths.len(), MAX_WIDTH)
    }

    #[inline(never)]
    pub fn into_forest(self, blobs: &mut BlobReader<'_>) -> Result<Forest> {
        let corrupt =
            |at: &'static str| move || Error::new(Kind::Corrupt, at, "what the format allows", "another number");
        let base = blobs.take(self.base)?;
        if self.kinds.bytes() != 1 {
            return Err(corrupt("forest.kinds")());
        }
        let codes = blobs.take_planes_of(self.kinds)?;
        let features = take_integers(self.features, blobs)?;
        let tables = take_sorted(self.tables, blobs)?;
        let mut ends = self.table_lengths;
        add_up(&mut ends);
        let mut places = take_integers(self.thresholds, blobs)?;
        let kinds = kinds(codes, &features, &self.categorical, &ends, &mut places);
        let kinds = kinds.ok_or_else(corrupt("forest.kinds"))?;
        let mut ends_of_sets = take_integers(self.set_lengths, blobs)?;
        let most = ends_of_sets.iter().fold(0, |most, &length| length.max(most));
        limits::check("forest.sets", most as usize, MAX_LABELS / 32)?;
        add_up(&mut ends_of_sets);
        let sets = Sets { words: take_integers(self.sets, blobs)?, ends: ends_of_sets };
        let targets: Vec<Option<u32>> = self.targets.into_iter().map(|target| target.checked_sub(1)).collect();
        let leaf_width = leaf_width(&targets, base.len());
        let precision = |rounds| if rounds { Precision::F32 } else { Precision::F64 };
        Ok(Forest {
            width: self.width as usize,
            rows: precision(self.rounds_rows),
            sums: precision(self.rounds_sums),
            base,
            divisor: self.divisor,
            targets,
            thresholds: Thresholds { tables, ends, places },
            kinds,
            features,
            sets,
            leaves: self.leaves.take(leaf_width, blobs)?,
            linear: self.linear.map(|linear| linear.into_linear(blobs).map(Box::new)).transpose()?,
        })
    }
}

/// Lengths become ends.
#[inline(never)]
fn add_up(lengths: &mut [u32]) {
    let mut end: u32 = 0;
    for length in lengths {
        end = end.saturating_add(*length);
        *length = end;
    }
}

/// The kinds of nodes; the `places` of thresholds in their features' tables become those in all tables, which have these
/// `ends`. Fails at a code that means nothing, and if there is no such feature as is categorical.
///
/// A function of its own, because it takes time: engines compile what runs long once more, and all of a function.
#[inline(never)]
fn kinds(
    codes: &[u8],
    features: &[u32],
    categorical: &[u32],
    ends: &[u32],
    places: &mut [u32],
) -> Option<Vec<NodeKind>> {
    let mut kinds = vec![NodeKind::Leaf; codes.len()];
    let mut is_categorical = vec![false; ends.len()];
    for &feature in categorical {
        *is_categorical.get_mut(feature as usize)? = true;
    }
    let (mut features, mut places) = (features.iter(), places.iter_mut());
    for (kind, code) in kinds.iter_mut().zip(codes) {
        let Some(code) = code.checked_sub(1) else { continue };
        // Whoever makes a model of it refuses features that are not there.
        let feature = features.next().map_or(usize::MAX, |&feature| feature as usize);
        let usual = is_categorical.get(feature).is_some_and(|is| *is);
        let missing_left = code & 1 == 1;
        if code > 3 {
            return None;
        }
        if usual != (code > 1) {
            *kind = NodeKind::In { missing_left };
            continue;
        }
        *kind = NodeKind::AtMost { missing_left };
        // So with places that are not in the feature's table.
        if let Some(place) = places.next()
            && let Some(start) = ends.get(feature.wrapping_sub(1))
        {
            *place = place.saturating_add(*start);
        }
    }
    Some(kinds)
}

impl WireLinearLeaves {
    fn from_linear(linear: &LinearLeaves, blobs: &mut BlobWriter) -> Self {
        Self {
            constants: push_numbers(&linear.constants, blobs),
            counts: push_integers(&linear.counts, blobs),
            features: push_integers(&linear.features, blobs),
            coefficients: push_numbers(&linear.coefficients, blobs),
        }
    }

    fn into_linear(self, blobs: &mut BlobReader<'_>) -> Result<LinearLeaves> {
        Ok(LinearLeaves {
            constants: take_numbers(self.constants, blobs)?,
            counts: take_integers(self.counts, blobs)?,
            features: take_integers(self.features, blobs)?,
            coefficients: take_numbers(self.coefficients, blobs)?,
        })
    }
}

/// The splits with their features.
fn splits(forest: &Forest) -> impl Iterator<Item = (&NodeKind, u32)> + Clone {
    let splits = forest.kinds.iter().filter(|kind| **kind != NodeKind::Leaf);
    splits.zip(forest.features.iter().copied())
}

fn is_set(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::In { .. })
}

/// How many numbers a leaf has, where all have as many.
fn leaf_width(targets: &[Option<u32>], outputs: usize) -> usize {
    if targets.iter().all(Option::is_none) { outputs.max(1) } else { 1 }
}
