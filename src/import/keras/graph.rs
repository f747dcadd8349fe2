//! The network that layers become, node after node, and the order in which tensors lie.

use super::flow::Flow;
use super::masks::Masks;
use crate::error::{Error, Kind, Result};
use crate::import::blockers::Blockers;
use crate::import::layout::{Layout, Turned};
use crate::import::network::{Builder, Place};
use crate::network::{Binary, Data, Dtype, Operator, Tensor, Unary};
use std::collections::HashMap;

/// The most uses of layers, counting those of a model each time that it is used.
const MAX_USES: usize = 1 << 16;

/// A network in the making.
#[derive(Default)]
pub struct Graph {
    /// What it is made with.
    pub network: Builder,
    /// What stands in its way.
    pub blockers: Blockers,
    /// The file is of Keras 2, which means other numbers by some names.
    pub is_older: bool,
    /// Which steps of tensors count.
    pub masks: Masks,
    /// Tensors in another order of dimensions.
    turned: Turned,
    /// Weights by what they are called, for layers that are used several times.
    weights: HashMap<String, Place>,
    uses: usize,
}

impl Graph {
    /// Counts the use of a layer.
    pub fn count_use(&mut self) -> Result<()> {
        self.uses += 1;
        match self.uses <= MAX_USES {
            true => Ok(()),
            false => {
                Err(Error::new(Kind::LimitExceeded, "layers", format!("at most {MAX_USES} uses of layers"), "more"))
            }
        }
    }

    /// Whether what a class makes has the mask of what it takes.
    pub fn passes(&self, class: &str) -> bool {
        match class {
            "Identity" | "Normalization" | "Rescaling" => !self.is_older,
            "Activation"
            | "ActivityRegularization"
            | "AdditiveAttention"
            | "AlphaDropout"
            | "Attention"
            | "BatchNormalization"
            | "Bidirectional"
            | "Dense"
            | "Dropout"
            | "ELU"
            | "GRU"
            | "GaussianDropout"
            | "GaussianNoise"
            | "GroupNormalization"
            | "LSTM"
            | "LayerNormalization"
            | "LeakyReLU"
            | "MultiHeadAttention"
            | "PReLU"
            | "ReLU"
            | "SimpleRNN"
            | "Softmax"
            | "SpatialDropout1D"
            | "SpatialDropout2D"
            | "SpatialDropout3D"
            | "TimeDistributed" => true,
            _ => false,
        }
    }

    /// Adds a node with one output.
    pub fn node(&mut self, name: &str, operator: Operator, inputs: &[Place]) -> Place {
        Place::Made(self.nodes(name, operator, inputs.iter().copied().map(Some).collect(), 1))
    }

    /// Adds a node, some of whose inputs may be left out, and says which is the first tensor that it makes.
    pub fn nodes(&mut self, name: &str, operator: Operator, inputs: Vec<Option<Place>>, outputs: usize) -> usize {
        self.network.node(name.to_owned(), operator, inputs, outputs)
    }

    /// Adds a constant.
    pub fn constant(&mut self, tensor: Tensor) -> Place {
        self.network.weight(tensor)
    }

    /// Adds whole numbers.
    pub fn integers(&mut self, numbers: Vec<i64>) -> Place {
        self.constant(Tensor::integers(numbers))
    }

    /// Adds one float.
    pub fn scalar(&mut self, x: f64) -> Place {
        self.constant(Tensor::scalar(x as f32))
    }

    /// A weight, made the first time that it is asked for.
    pub fn weight(&mut self, called: String, make: impl FnOnce() -> Result<Tensor>) -> Result<Place> {
        if let Some(place) = self.weights.get(&called) {
            return Ok(*place);
        }
        let tensor = make()?;
        let place = self.constant(tensor);
        self.weights.insert(called, place);
        Ok(place)
    }

    /// The same tensor with its dimensions in another order.
    pub fn turn(&mut self, name: &str, place: Place, order: Vec<i64>) -> Place {
        self.turned.turn(&mut self.network, name, place, order)
    }

    /// A tensor as Keras has it.
    pub fn last(&mut self, name: &str, value: &Flow) -> Place {
        self.turn(name, value.place, value.layout.back(value.rank()))
    }

    /// A tensor with channels as the second dimension.
    pub fn second(&mut self, name: &str, value: &Flow) -> Place {
        match value.layout {
            Layout::ChannelsSecond => value.place,
            Layout::ChannelsLast => self.turn(name, value.place, Layout::ChannelsSecond.order(value.rank())),
        }
    }

    /// A tensor that lies in the given way.
    pub fn laid(&mut self, name: &str, value: &Flow, layout: Layout) -> Place {
        match layout {
            Layout::ChannelsLast => self.last(name, value),
            Layout::ChannelsSecond => self.second(name, value),
        }
    }

    /// A function of every element.
    pub fn unary(&mut self, name: &str, function: Unary, value: &Flow) -> Flow {
        value.at(self.node(name, Operator::Unary(function), &[value.place]))
    }

    /// A function of every element and one number.
    pub fn with_number(&mut self, name: &str, function: Binary, value: &Flow, x: f64) -> Flow {
        let x = self.scalar(x);
        value.at(self.node(name, Operator::Binary(function), &[value.place, x]))
    }

    /// Elements of another type.
    pub fn cast(&mut self, name: &str, value: &Flow, dtype: Dtype) -> Flow {
        if value.dtype == dtype {
            return value.clone();
        }
        Flow { dtype, ..value.at(self.node(name, Operator::Cast(dtype), &[value.place])) }
    }
}

/// Floats in a shape.
///
/// # Errors
/// As [`Tensor::new`].
pub fn floats(shape: Vec<usize>, numbers: Vec<f32>) -> Result<Tensor> {
    Tensor::new(Dtype::F32, shape, Data::F32(numbers))
}
