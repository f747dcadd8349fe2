//! A tensor on its way through the layers: as Keras sees it, and how it lies in memory.
//!
//! A tensor is turned over only where a layer needs the other order of its dimensions, and once.

use super::masks::Mask;
use crate::import::layout::Layout;
use crate::import::network::Place;
use crate::network::Dtype;

/// The lengths of a tensor's dimensions, the batch first and channels last; nothing for those that are free.
pub type Shape = Vec<Option<usize>>;

/// A tensor on its way.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Where it is.
    pub place: Place,
    /// Its lengths, as Keras has them.
    pub shape: Shape,
    /// The type of its elements.
    pub dtype: Dtype,
    /// How it lies.
    pub layout: Layout,
    /// Which steps of it count, if Keras has a mask beside it.
    pub mask: Option<Mask>,
}

impl Flow {
    /// One of floats that lies as Keras has it.
    pub fn new(place: Place, shape: Shape) -> Self {
        Self { place, shape, dtype: Dtype::F32, layout: Layout::ChannelsLast, mask: None }
    }

    /// What a layer makes that is refused.
    pub fn refused() -> Self {
        Self::new(Place::Refused, Vec::new())
    }

    /// How many dimensions.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The last length.
    pub fn channels(&self) -> Option<usize> {
        self.shape.last().copied().flatten()
    }

    /// The same with another place, of the same shape and order.
    pub fn at(&self, place: Place) -> Self {
        Self { place, ..self.clone() }
    }

    /// Where a dimension of Keras' lies in memory.
    pub fn axis(&self, axis: usize) -> usize {
        self.layout.axis(axis, self.rank())
    }

    /// The dimension that a number of Keras' means, which counts from the end if it is negative.
    pub fn dimension(&self, axis: i64) -> Option<usize> {
        let axis = if axis < 0 { axis + self.rank() as i64 } else { axis };
        usize::try_from(axis).ok().filter(|&axis| axis < self.rank())
    }
}
