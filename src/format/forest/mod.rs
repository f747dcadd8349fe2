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
use crate::model::forest::{Forest, LinearLeaves, MAX_TREE_NODES, NodeKind, Precision};
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
        let tables = tables(forest);
        let place = |(feature, threshold): (u32, f64)| {
            let table = &tables[feature as usize];
            table.binary_search_by(|x| x.total_cmp(&threshold)).map_or(0, |at| at as u64)
        };
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
            table_lengths: tables.iter().map(|table| table.len() as u32).collect(),
            tables: push_sorted(&tables, blobs),
            thresholds: blobs.push_planes(thresholds(forest).map(place)),
            set_lengths: blobs.push_planes(forest.sets.iter().map(|set| set.len() as u64)),
            sets: push_integers(&forest.sets.concat(), blobs),
            leaves: Leaves::push(&forest.leaves, leaf_width(&forest.targets, forest.base.len()), blobs),
            linear: forest.linear.as_ref().map(|linear| Box::new(WireLinearLeaves::from_linear(linear, blobs))),
        }
    }

    pub fn check_limits(&self) -> Result<()> {
        limits::check("forest.width", self.width as usize, MAX_WIDTH)?;
        limits::check("forest.targets", self.targets.len(), MAX_TREE_NODES)?;
        limits::check("forest.table_lengths", self.table_lengths.len(), MAX_WIDTH)
    }

    pub fn into_forest(self, blobs: &mut BlobReader<'_>) -> Result<Forest> {
        let corrupt =
            |at: &'static str| move || Error::new(Kind::Corrupt, at, "what the format allows", "another number");
        let base = blobs.take(self.base)?;
        let codes = blobs.take_planes(self.kinds)?;
        let features = take_integers(self.features, blobs)?;
        let mut rest = features.iter();
        let mut kinds = Vec::with_capacity(codes.len());
        for code in codes {
            let Some(code) = code.checked_sub(1) else {
                kinds.push(NodeKind::Leaf);
                continue;
            };
            let usual = rest.next().is_some_and(|feature| self.categorical.binary_search(feature).is_ok());
            let missing_left = code & 1 == 1;
            kinds.push(match code / 2 {
                unusual @ 0..2 if usual != (unusual == 1) => NodeKind::In { missing_left },
                0..2 => NodeKind::AtMost { missing_left },
                _ => return Err(corrupt("forest.kinds")()),
            });
        }
        let tables = take_sorted(self.tables, blobs)?;
        let mut starts = Vec::with_capacity(self.table_lengths.len());
        let mut start: usize = 0;
        for length in self.table_lengths {
            starts.push(start);
            start = start.saturating_add(length as usize);
        }
        let places = blobs.take_planes(self.thresholds)?;
        let splits = kinds.iter().filter(|kind| **kind != NodeKind::Leaf).zip(&features);
        let features_of_thresholds = splits.filter(|(kind, _)| matches!(kind, NodeKind::AtMost { .. }));
        let threshold = |((_, feature), place): ((&NodeKind, &u32), u64)| {
            let at = starts.get(*feature as usize)?.checked_add(usize::try_from(place).ok()?)?;
            tables.get(at).copied()
        };
        let thresholds: Option<Vec<f64>> = features_of_thresholds.zip(places).map(threshold).collect();
        let thresholds = thresholds.ok_or_else(corrupt("forest.thresholds"))?;
        let lengths = take_integers(self.set_lengths, blobs)?;
        let words = take_integers(self.sets, blobs)?;
        let mut words = &words[..];
        let mut sets = Vec::with_capacity(lengths.len());
        for length in lengths {
            limits::check("forest.sets", length as usize, MAX_LABELS / 32)?;
            let (set, rest) = words.split_at_checked(length as usize).ok_or_else(corrupt("forest.sets"))?;
            sets.push(set.to_vec());
            words = rest;
        }
        if !words.is_empty() {
            return Err(corrupt("forest.sets")());
        }
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
            thresholds,
            kinds,
            features,
            sets,
            leaves: self.leaves.take(leaf_width, blobs)?,
            linear: self.linear.map(|linear| linear.into_linear(blobs).map(Box::new)).transpose()?,
        })
    }
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

/// The threshold of each split that has one, with its feature.
fn thresholds(forest: &Forest) -> impl Iterator<Item = (u32, f64)> + Clone {
    let features = splits(forest).filter(|(kind, _)| !is_set(kind)).map(|(_, feature)| feature);
    features.zip(forest.thresholds.iter().copied())
}

/// The distinct thresholds of each feature, sorted.
fn tables(forest: &Forest) -> Vec<Vec<f64>> {
    let mut tables = vec![Vec::new(); forest.width];
    thresholds(forest).for_each(|(feature, threshold)| tables[feature as usize].push(threshold));
    for table in &mut tables {
        table.sort_unstable_by(f64::total_cmp);
        table.dedup_by_key(|x| x.to_bits());
    }
    tables
}
