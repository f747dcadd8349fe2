//! How tensors lie on their way from frameworks that have channels last: ONNX's operators of images have them second.
//!
//! A tensor is turned over only where an operator needs the other order, and once.

use super::network::{Builder, Place};
use crate::network::Operator;
use std::collections::HashMap;

/// How a tensor lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// As the framework has it.
    ChannelsLast,
    /// Channels are the second dimension.
    ChannelsSecond,
}

impl Layout {
    /// Where a dimension of the framework's lies in memory.
    pub fn axis(self, axis: usize, rank: usize) -> usize {
        match self {
            Layout::ChannelsLast => axis,
            Layout::ChannelsSecond if axis == 0 => 0,
            Layout::ChannelsSecond if axis + 1 == rank => 1,
            Layout::ChannelsSecond => axis + 1,
        }
    }

    /// The order of dimensions that makes this of a tensor as the framework has it.
    pub fn order(self, rank: usize) -> Vec<i64> {
        let mut order = vec![0; rank];
        (0..rank).for_each(|axis| order[self.axis(axis, rank)] = axis as i64);
        order
    }

    /// The order of dimensions that makes of this what the framework has.
    pub fn back(self, rank: usize) -> Vec<i64> {
        (0..rank).map(|axis| self.axis(axis, rank) as i64).collect()
    }
}

/// Tensors whose dimensions are in another order as well.
#[derive(Default)]
pub struct Turned(HashMap<(Place, Vec<i64>), Place>);

impl Turned {
    /// The same tensor with its dimensions in another order.
    pub fn turn(&mut self, network: &mut Builder, name: &str, place: Place, order: Vec<i64>) -> Place {
        if order.iter().enumerate().all(|(i, &axis)| i as i64 == axis) {
            return place;
        }
        if let Some(turned) = self.0.get(&(place, order.clone())) {
            return *turned;
        }
        let operator = Operator::Transpose(order.clone());
        let turned = Place::Made(network.node(name.to_owned(), operator, vec![Some(place)], 1));
        // Back again is where it comes from.
        let mut back = vec![0; order.len()];
        order.iter().enumerate().for_each(|(i, &axis)| back[axis as usize] = i as i64);
        self.0.insert((turned, back), place);
        self.0.insert((place, order), turned);
        turned
    }
}
