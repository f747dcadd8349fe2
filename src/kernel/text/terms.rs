//! The terms that are counted, and where: looked up, or hashed.

use super::TextList;

/// Where a term is counted.
#[derive(Clone, Debug)]
pub enum Terms {
    /// At its place among known ones; others are not.
    Known(Index),
    /// Where its hash says.
    Hashed(Hashed),
}

/// Every term has a place: its hash, as `FeatureHasher` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashed {
    /// How many places there are; at least 1.
    pub width: u32,
    /// Whether a term whose hash is negative counts -1.
    pub alternates: bool,
}

/// Finds a text among known ones, by a table of open addressing.
#[derive(Clone, Debug)]
pub struct Index {
    known: TextList,
    /// 0 where nothing is, else 1 more than the place of a known text; a power of two of them, at least half empty.
    slots: Vec<u32>,
}

impl Terms {
    /// Where a term is counted, and what it counts.
    #[inline]
    pub fn place(&self, term: &[u8]) -> Option<(usize, f64)> {
        match self {
            Terms::Known(index) => Some((index.find(term)?, 1.0)),
            Terms::Hashed(Hashed { width, alternates }) => {
                let hash = murmur3(term) as i32;
                let sign = if *alternates && hash < 0 { -1.0 } else { 1.0 };
                Some(((hash.unsigned_abs() % width) as usize, sign))
            }
        }
    }
}

impl Index {
    /// Of distinct texts.
    pub fn new(known: &TextList) -> Self {
        let mut index = Self { known: known.clone(), slots: vec![0; (2 * known.len()).next_power_of_two()] };
        for (place, text) in known.iter().enumerate() {
            let slot = index.slot(text.as_bytes());
            index.slots[slot] = place as u32 + 1;
        }
        index
    }

    /// A text's place among them.
    #[inline]
    pub fn find(&self, text: &[u8]) -> Option<usize> {
        (self.slots[self.slot(text)] as usize).checked_sub(1)
    }

    /// The slot of a text, or the empty one where it would be.
    fn slot(&self, text: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = murmur3(text) as usize & mask;
        while let Some(place) = (self.slots[slot] as usize).checked_sub(1) {
            if self.known.get(place).is_some_and(|known| known.as_bytes() == text) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }
}

/// MurmurHash3 (x86, 32 bits) with the seed 0, by Austin Appleby.
fn murmur3(bytes: &[u8]) -> u32 {
    let mix = |k: u32| k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    let (blocks, rest) = bytes.as_chunks::<4>();
    let mut hash = 0_u32;
    for &block in blocks {
        hash = (hash ^ mix(u32::from_le_bytes(block))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    hash ^= mix(rest.iter().rev().fold(0, |k, &byte| k << 8 | u32::from(byte)));
    hash ^= bytes.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_the_known_ones() {
        let hashes = ["", "foo", "hello", "hello, world"].map(|text| murmur3(text.as_bytes()));
        assert_eq!(hashes, [0, 0xf6a5_c420, 0x248b_fa47, 0x149b_bb7f]);
    }

    #[test]
    fn known_texts_are_found_and_others_not() {
        let known: Vec<String> = (0..1000).map(|i| format!("term {i}")).collect();
        let index = Index::new(&known.iter().map(String::as_str).collect());
        assert!(known.iter().enumerate().all(|(i, text)| index.find(text.as_bytes()) == Some(i)));
        assert_eq!(index.find(b"term 1000"), None);
        assert_eq!(Index::new(&TextList::default()).find(b""), None);
    }
}
