//! Masks: which steps of a tensor count. Keras keeps them beside tensors, where a layer may take one away again.

use super::flow::Flow;
use crate::import::network::Place;

/// The mask of one of Keras' tensors, and of all that are the same tensor to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask(usize);

/// All masks, as far as the walk has come. Each is truth values, true where a step counts, in the lengths of its tensor without the
/// last; [`Place::Refused`] stands for one that is not known as Keras has it.
#[derive(Default)]
pub struct Masks(Vec<Option<Place>>);

impl Masks {
    /// One more.
    pub fn add(&mut self, place: Place) -> Mask {
        self.0.push(Some(place));
        Mask(self.0.len() - 1)
    }

    /// What stands beside a tensor now.
    pub fn of(&self, value: &Flow) -> Option<Place> {
        self.0.get(value.mask?.0).copied().flatten()
    }

    /// Puts another beside a tensor, or none.
    pub fn set(&mut self, value: &mut Flow, place: Option<Place>) {
        match (value.mask, place) {
            (Some(Mask(i)), _) => self.0[i] = place,
            (None, Some(place)) => value.mask = Some(self.add(place)),
            (None, None) => {}
        }
    }
}
