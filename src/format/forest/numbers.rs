//! Numbers as planes of bytes: plain, sorted, or a few that are used again and again.

use crate::error::{Error, Kind, Result};
use crate::format::blobs::{BlobReader, BlobWriter, Planes};
use crate::model::forest::{in_order, out_of_order};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How many outputs a forest may have for its leaves to be [`Leaves::Again`]: a byte then stands for few numbers.
const MAX_AGAIN: usize = 32;

/// Numbers in planes: of f32 if all of them are.
pub fn push_numbers(numbers: &[f64], blobs: &mut BlobWriter) -> Planes {
    if are_f32(numbers) {
        blobs.push_planes_of(4, numbers.iter().map(|&x| u64::from((x as f32).to_bits())))
    } else {
        blobs.push_planes_of(8, numbers.iter().map(|x| x.to_bits()))
    }
}

pub fn take_numbers(planes: Planes, blobs: &mut BlobReader<'_>) -> Result<Vec<f64>> {
    let is_narrow = planes.bytes() <= 4;
    blobs.take_planes(
        planes,
        |bits| {
            if is_narrow { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) }
        },
    )
}

pub fn push_integers(integers: &[u32], blobs: &mut BlobWriter) -> Planes {
    blobs.push_planes(integers.iter().map(|&x| u64::from(x)))
}

pub fn take_integers(planes: Planes, blobs: &mut BlobReader<'_>) -> Result<Vec<u32>> {
    blobs.take_planes(planes, |x| x as u32)
}

fn are_f32(numbers: &[f64]) -> bool {
    numbers.iter().all(|&x| f64::from(x as f32).to_bits() == x.to_bits())
}

/// Sorted tables, one after another. Their numbers' bits, brought into the numbers' order, are stored as differences from
/// the one before.
pub fn push_sorted(numbers: &[f64], blobs: &mut BlobWriter) -> Planes {
    let bytes = if are_f32(numbers) { 4 } else { 8 };
    let order = |x: f64| if bytes == 4 { in_order((x as f32).to_bits().into(), 31) } else { in_order(x.to_bits(), 63) };
    let mut before = 0_u64;
    let differences = numbers.iter().map(|&x| {
        let difference = order(x).wrapping_sub(before);
        before = order(x);
        difference
    });
    let differences: Vec<u64> = differences.collect();
    blobs.push_planes_of(bytes, differences.into_iter())
}

pub fn take_sorted(planes: Planes, blobs: &mut BlobReader<'_>) -> Result<Vec<f64>> {
    let is_narrow = planes.bytes() <= 4;
    let mut before = 0_u64;
    blobs.take_planes(planes, |difference| {
        before = before.wrapping_add(difference);
        if is_narrow {
            f64::from(f32::from_bits(out_of_order(before & u64::from(u32::MAX), 31) as u32))
        } else {
            f64::from_bits(out_of_order(before, 63))
        }
    })
}

/// The numbers of leaves.
#[derive(Clone, Serialize, Deserialize)]
pub enum Leaves {
    /// All of them.
    Plain(Planes),
    /// The different leaves, and for each leaf the place of the first number of one of those.
    Again { numbers: Planes, places: Planes },
}

impl Leaves {
    /// Stores leaves of `width` numbers.
    pub fn push(leaves: &[f64], width: usize, blobs: &mut BlobWriter) -> Self {
        let count = leaves.len() / width;
        let mut places = HashMap::new();
        let mut different = Vec::new();
        let place = |leaf: &[f64]| {
            let bits: Vec<u64> = leaf.iter().map(|x| x.to_bits()).collect();
            *places.entry(bits).or_insert_with(|| {
                different.extend_from_slice(leaf);
                different.len() / width - 1
            }) as u64
        };
        let named: Vec<u64> = leaves.chunks_exact(width).map(place).collect();
        if width > MAX_AGAIN || !leaves.len().is_multiple_of(width) || different.len() / width > count / 4 {
            return Self::Plain(push_numbers(leaves, blobs));
        }
        Self::Again { numbers: push_numbers(&different, blobs), places: blobs.push_planes(named.into_iter()) }
    }

    pub fn take(self, width: usize, blobs: &mut BlobReader<'_>) -> Result<Vec<f64>> {
        let (numbers, places) = match self {
            Self::Plain(planes) => return take_numbers(planes, blobs),
            Self::Again { numbers, places } => (take_numbers(numbers, blobs)?, take_integers(places, blobs)?),
        };
        let mut leaves = Vec::new();
        for place in places {
            let start = (place as usize).saturating_mul(width);
            match numbers.get(start..).and_then(|numbers| numbers.get(..width)) {
                Some(leaf) if width <= MAX_AGAIN => leaves.extend_from_slice(leaf),
                _ => return Err(Error::new(Kind::Corrupt, "forest.leaves", "the place of a leaf", "another number")),
            }
        }
        Ok(leaves)
    }
}
