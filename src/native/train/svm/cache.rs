//! Rows of the kernel's matrix, as many as the memory allows: which of them are asked for again is not known before.

use super::kernel::Points;

/// No slot.
const NONE: u32 = u32::MAX;

/// The rows of a kernel's matrix that are remembered. Of those not asked for lately one makes room for another ("clock").
pub struct Cache<'a> {
    points: &'a Points,
    /// The rows, slot after slot.
    numbers: Vec<f32>,
    /// For each slot its row, and whether that was asked for since the hand came by.
    slots: Vec<(usize, bool)>,
    /// For each row its slot.
    places: Vec<u32>,
    hand: usize,
    most: usize,
}

impl<'a> Cache<'a> {
    /// An empty one, of at most that many bytes, but of two rows at least.
    pub fn new(points: &'a Points, bytes: usize) -> Self {
        let most = (bytes / (points.len() * size_of::<f32>()).max(1)).max(2);
        Self { points, numbers: Vec::new(), slots: Vec::new(), places: vec![NONE; points.len()], hand: 0, most }
    }

    /// The slot with a row, which is computed if it is not there; what is in the slot `keep` stays.
    pub fn slot(&mut self, row: usize, keep: Option<usize>) -> usize {
        if self.places[row] != NONE {
            let slot = self.places[row] as usize;
            self.slots[slot].1 = true;
            return slot;
        }
        let slot = if self.slots.len() < self.most {
            self.numbers.resize(self.numbers.len() + self.points.len(), 0.0);
            self.slots.push((row, true));
            self.slots.len() - 1
        } else {
            let slot = self.free(keep);
            self.places[self.slots[slot].0] = NONE;
            self.slots[slot] = (row, true);
            slot
        };
        self.places[row] = slot as u32;
        let length = self.points.len();
        self.points.compare(row, &mut self.numbers[slot * length..][..length]);
        slot
    }

    /// What is in a slot.
    pub fn row(&self, slot: usize) -> &[f32] {
        &self.numbers[slot * self.points.len()..][..self.points.len()]
    }

    /// The next slot that was not asked for since the hand came by.
    fn free(&mut self, keep: Option<usize>) -> usize {
        loop {
            let slot = self.hand;
            self.hand = (slot + 1) % self.slots.len();
            if Some(slot) != keep && !std::mem::take(&mut self.slots[slot].1) {
                return slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kernel::{Form, Kernel};
    use super::*;
    use crate::native::train::matrix::Matrix;

    #[test]
    fn rows_that_made_room_come_again_and_the_kept_one_stays() {
        let kernel = Kernel { form: Form::Linear, gamma: 1.0, coef0: 0.0 };
        let points = Points::new(Matrix { values: (1..=5).map(f64::from).collect(), width: 1 }, kernel, false);
        let mut cache = Cache::new(&points, 0);
        for row in [0, 1, 2, 3, 4, 0, 0, 3, 1] {
            let kept = cache.slot(row, None);
            for other in 0..5 {
                let slot = cache.slot(other, Some(kept));
                assert_eq!(cache.row(slot)[2], 3.0 * (other + 1) as f32);
                assert_eq!(cache.row(kept)[4], 5.0 * (row + 1) as f32);
            }
        }
        assert_eq!(cache.slots.len(), 2);
    }
}
