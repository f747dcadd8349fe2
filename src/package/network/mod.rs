//! What is in a package of one network.

mod about;
mod card;
mod core;
mod types;

use super::Options;
use super::content::Content;
use super::engine::Engine;
use super::manifest;
use crate::error::Result;
use crate::format;
use crate::network::{Examples, Network};

/// The package's parts.
///
/// # Errors
/// Those of [`format::decode_network`], and of the core.
pub fn content(bytes: &[u8], options: &Options, core: &[u8], engine: &dyn Engine) -> Result<Content> {
    let network = format::decode_network(bytes)?;
    let shaken = match options.address {
        // The hash is that of the file as it is.
        Some(_) => core::fetching(engine, core, &network, bytes)?,
        None => core::holding(engine, core, &network, &format::encode_network(&stripped(&network)?)?, options.ready)?,
    };
    let ports = network.outputs().iter().map(|(port, _)| &port.name[..]).collect::<Vec<_>>().join(", ");
    Ok(Content {
        manifest: manifest::of(network.provenance(), ["A network", &format!("makes {ports}")], options),
        card: card::of(&network, options),
        types: types::of(&network, options),
        about: about::of(&network)?,
        shaken,
    })
}

/// The network without what its core in a package has no use for: the scripts have the labels, the card the rest. What an error
/// tells of, its nodes and its ports, keeps its names.
fn stripped(network: &Network) -> Result<Network> {
    let mut parts = network.clone().into_parts();
    parts.provenance = Default::default();
    parts.examples = Examples::default();
    parts.classes = None;
    Network::new(parts)
}
