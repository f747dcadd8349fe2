//! Networks made ready for the edge, once, on the host: what is constant is computed, and what kernels do in one go becomes one
//! node.
//!
//! A rewrite changes no number by more than its last bits: factors move from a batch norm into the weights before it, rounded
//! once. [`draft`] is a network that can be rewritten; every other file is one kind of rewriting, but for [`work`](work()) and [`graph`], which
//! tell what a network is. Only [`quantize()`] rounds, and only when it is asked to.

mod attention;
mod batch_norm;
mod draft;
mod fold;
mod gelu;
pub mod graph;
mod layer_norm;
mod linear;
mod quantize;
#[cfg(test)]
pub(crate) mod sketch;
mod stored;
mod transpose;
mod within;
mod work;

use crate::error::Result;
use crate::network::Network;
use draft::Draft;
pub use quantize::{Precision, quantize};
pub use work::{Work, operators, work};

/// The same network in fewer and larger steps.
///
/// # Errors
/// Those of [`Network::new`]: a mistake of a rewrite.
pub fn optimize(network: Network) -> Result<Network> {
    let mut draft = Draft::new(network.into_parts());
    fold::constants(&mut draft);
    transpose::cancel(&mut draft);
    batch_norm::into_weights(&mut draft);
    linear::biases(&mut draft);
    layer_norm::recognize(&mut draft);
    gelu::recognize(&mut draft);
    attention::recognize(&mut draft);
    within::bounds(&mut draft);
    Network::new(draft.finish())
}
