//! A forest as bytes that compress well: like numbers side by side, byte by byte.
//!
//! Splits name thresholds by their place in a sorted table of their feature's, so that a threshold used often is stored
//! once. Arrays are stored in planes, all first bytes before all second ones, as the upper bytes of like numbers are alike.
//! Numbers that are f32 take 4 bytes.

use super::blobs::{BlobReader, BlobWriter, Numbers, Planes};
use super::limits::{self, MAX_LABELS};
use crate::error::{Error, Kind, Result};
use crate::model::MAX_WIDTH;
use crate::model::forest::{Forest, LinearLeaves, MAX_TREE_NODES, NodeKind, Precision};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct WireForest {
    width: u32,
    rounds_rows: bool,
    rounds_sums: bool,
    base: Numbers,
    divisor: f64,
    /// For each tree 0 where a leaf has a number for every output, else 1 + its output.
    targets: Vec<u32>,
    /// 0 leaf; 1 and 2 at most a threshold, missing right and left; 3 and 4 in a set, missing right and left.
    kinds: Planes,
    features: Planes,
    /// How many thresholds each feature's table has.
    table_lengths: Vec<u32>,
    /// The tables one after another, each sorted.
    tables: Planes,
    /// For each threshold its place in its feature's table.
    thresholds: Planes,
    sets: Vec<Vec<u32>>,
    leaves: Planes,
    linear: Option<Box<WireLinearLeaves>>,
}

#[derive(Serialize, Deserialize)]
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
        let kind = |kind: &NodeKind| match kind {
            NodeKind::Leaf => 0,
            NodeKind::AtMost { missing_left } => 1 + u64::from(*missing_left),
            NodeKind::In { missing_left } => 3 + u64::from(*missing_left),
        };
        Self {
            width: forest.width as u32,
            rounds_rows: forest.rows == Precision::F32,
            rounds_sums: forest.sums == Precision::F32,
            base: blobs.push(&forest.base),
            divisor: forest.divisor,
            targets: forest.targets.iter().map(|target| target.map_or(0, |output| output + 1)).collect(),
            kinds: blobs.push_planes(forest.kinds.iter().map(kind)),
            features: blobs.push_planes(forest.features.iter().map(|&feature| u64::from(feature))),
            table_lengths: tables.iter().map(|table| table.len() as u32).collect(),
            tables: push_numbers(&tables.concat(), blobs),
            thresholds: blobs.push_planes(thresholds(forest).map(place)),
            sets: forest.sets.clone(),
            leaves: push_numbers(&forest.leaves, blobs),
            linear: forest.linear.as_ref().map(|linear| Box::new(WireLinearLeaves::from_linear(linear, blobs))),
        }
    }

    pub fn check_limits(&self) -> Result<()> {
        limits::check("forest.width", self.width as usize, MAX_WIDTH)?;
        limits::check("forest.targets", self.targets.len(), MAX_TREE_NODES)?;
        limits::check("forest.table_lengths", self.table_lengths.len(), MAX_WIDTH)?;
        self.sets.iter().try_for_each(|set| limits::check("forest.sets", set.len(), MAX_LABELS / 32))
    }

    pub fn into_forest(self, blobs: &mut BlobReader<'_>) -> Result<Forest> {
        let corrupt =
            |at: &'static str| move || Error::new(Kind::Corrupt, at, "what the format allows", "another number");
        let base = blobs.take(self.base)?;
        let kind = |code: u64| {
            Ok(match code {
                0 => NodeKind::Leaf,
                1 | 2 => NodeKind::AtMost { missing_left: code == 2 },
                3 | 4 => NodeKind::In { missing_left: code == 4 },
                _ => return Err(corrupt("forest.kinds")()),
            })
        };
        let kinds: Vec<NodeKind> = blobs.take_planes(self.kinds)?.into_iter().map(kind).collect::<Result<_>>()?;
        let features = take_integers(self.features, blobs)?;
        let tables = take_numbers(self.tables, blobs)?;
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
        let precision = |rounds| if rounds { Precision::F32 } else { Precision::F64 };
        Ok(Forest {
            width: self.width as usize,
            rows: precision(self.rounds_rows),
            sums: precision(self.rounds_sums),
            base,
            divisor: self.divisor,
            targets: self.targets.into_iter().map(|target| target.checked_sub(1)).collect(),
            thresholds: thresholds.ok_or_else(corrupt("forest.thresholds"))?,
            kinds,
            features,
            sets: self.sets,
            leaves: take_numbers(self.leaves, blobs)?,
            linear: self.linear.map(|linear| linear.into_linear(blobs).map(Box::new)).transpose()?,
        })
    }
}

impl WireLinearLeaves {
    fn from_linear(linear: &LinearLeaves, blobs: &mut BlobWriter) -> Self {
        Self {
            constants: push_numbers(&linear.constants, blobs),
            counts: blobs.push_planes(linear.counts.iter().map(|&count| u64::from(count))),
            features: blobs.push_planes(linear.features.iter().map(|&feature| u64::from(feature))),
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

/// The threshold of each split that has one, with its feature.
fn thresholds(forest: &Forest) -> impl Iterator<Item = (u32, f64)> + Clone {
    let splits = forest.kinds.iter().filter(|kind| **kind != NodeKind::Leaf).zip(&forest.features);
    let features = splits.filter(|(kind, _)| matches!(kind, NodeKind::AtMost { .. })).map(|(_, &feature)| feature);
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

/// Numbers in planes: of f32 if all of them are.
fn push_numbers(numbers: &[f64], blobs: &mut BlobWriter) -> Planes {
    let is_narrow = numbers.iter().all(|&x| f64::from(x as f32).to_bits() == x.to_bits());
    let bits = |&x: &f64| if is_narrow { u64::from((x as f32).to_bits()) } else { x.to_bits() };
    blobs.push_planes_of(if is_narrow { 4 } else { 8 }, numbers.iter().map(bits))
}

fn take_integers(planes: Planes, blobs: &mut BlobReader<'_>) -> Result<Vec<u32>> {
    Ok(blobs.take_planes(planes)?.into_iter().map(|number| number as u32).collect())
}

fn take_numbers(planes: Planes, blobs: &mut BlobReader<'_>) -> Result<Vec<f64>> {
    let is_narrow = planes.bytes() <= 4;
    let number = |bits: u64| if is_narrow { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) };
    Ok(blobs.take_planes(planes)?.into_iter().map(number).collect())
}
