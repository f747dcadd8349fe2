//! Something to give a network.

use super::tensor::count;
use super::{Data, Dim, Network, Port, Tensor};
use crate::error::Result;

/// What a network is looked at with: its first example, or zeros, whose open dimensions have length 1.
///
/// # Errors
/// [`Kind::LimitExceeded`](crate::error::Kind::LimitExceeded) for zeros that are too many.
pub fn sample(network: &Network) -> Result<Vec<Tensor>> {
    if let Some((given, _)) = network.examples().tensors.first() {
        return Ok(given.clone());
    }
    let zeros = |port: &Port| {
        let length = |dim: &Dim| match dim {
            Dim::Fixed(length) => *length as usize,
            Dim::Any(_) => 1,
        };
        let shape: Vec<usize> = port.shape.iter().flatten().map(length).collect();
        let elements = count(&shape)?;
        Tensor::new(port.dtype, shape, Data::zeros(port.dtype, elements))
    };
    network.inputs().iter().map(zeros).collect()
}
