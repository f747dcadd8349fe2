//! Keras' files → [`Network`]: `model.keras` of Keras 3 and `model.h5` of Keras 2 and 3.
//!
//! [`hdf5`] knows the container, [`config`] the description of a model, [`weights`] where the numbers lie, [`walk`] goes from
//! layer to layer, and the files in `layers` know what each layer means. Nothing is executed: a layer, a function or a setting
//! that is not known here is refused.

mod config;
mod flow;
mod graph;
mod hdf5;
mod layers;
mod masks;
mod order;
mod ports;
mod settings;
mod walk;
mod weights;

use super::pickle::limits::MAX_BYTES;
use super::skops::archive::Archive;
use super::value::{Value, wrong};
use super::{is_zip, json};
use crate::error::{Error, Kind, Result};
use crate::network::Network;
use config::is_model;
use hdf5::File;
use weights::Store;

/// The largest description of a model, in bytes.
const MAX_CONFIG_BYTES: u64 = 1 << 26;

/// Whether a file is one of Keras: HDF5, or an archive with the members that Keras writes.
pub fn is_keras(bytes: &[u8]) -> bool {
    let has_config = || {
        let names = Archive::new(bytes, 0).and_then(|archive| archive.names());
        names.is_ok_and(|names| names.iter().any(|name| name == "config.json"))
    };
    hdf5::is_hdf5(bytes) || is_zip(bytes) && has_config()
}

/// The network in a file of Keras, without examples.
///
/// # Errors
/// [`Kind::Unsupported`] with all that cannot be run, [`Kind::InvalidModel`] for a damaged file or one without all weights,
/// [`Kind::LimitExceeded`] for more of them than a file of that size could hold.
pub fn import(bytes: &[u8]) -> Result<Network> {
    let (config, store, version) = if is_zip(bytes) { archive(bytes)? } else { legacy(bytes)? };
    let class = config.text("class_name").map_err(|error| error.within("config"))?;
    let parts = config.part("config")?;
    let registered = config.find("registered_name").filter(|name| **name != Value::Null);
    if !is_model(class) || registered.is_some_and(|name| *name != Value::Text(class.to_owned())) {
        return Err(Error::new(Kind::Unsupported, "config", "a Sequential or a Functional model", class.to_owned()).hint(
            "What a model of your own class does is not in its file: build it with keras.Model(inputs, outputs), or export it to ONNX.",
        ));
    }
    walk::read(class, parts, &store, &version)
}

/// The parts of `model.keras`.
fn archive(bytes: &[u8]) -> Result<(Value, Store, String)> {
    let mut archive = Archive::new(bytes, MAX_BYTES)?;
    let metadata = archive.member("metadata.json", MAX_CONFIG_BYTES)?;
    let metadata = json::read(metadata.as_slice()).map_err(|error| error.within("metadata.json"))?;
    let config = archive.member("config.json", MAX_CONFIG_BYTES)?;
    let config = json::read(config.as_slice()).map_err(|error| error.within("config.json"))?;
    let names = archive.names()?;
    if !names.iter().any(|name| name == "model.weights.h5") {
        let found = names.iter().find(|name| name.contains("weights")).map_or("none", String::as_str);
        return Err(Error::new(Kind::Unsupported, "zip", "weights in model.weights.h5", found.to_owned())
            .hint("Save the model with model.save(\"model.keras\")."));
    }
    let weights = archive.member("model.weights.h5", MAX_BYTES)?;
    let store = Store::ByPlace(File::open(weights.as_slice()).map_err(|error| error.within("model.weights.h5"))?);
    Ok((config, store, metadata.text("keras_version")?.to_owned()))
}

/// The parts of `model.h5`.
fn legacy(bytes: &[u8]) -> Result<(Value, Store, String)> {
    let file = File::open(bytes)?;
    let config = file.text("", "model_config")?.ok_or_else(|| {
        Error::new(Kind::Unsupported, "model_config", "the description of a model", "none")
            .hint("The file holds weights only: save the whole model with model.save(\"model.keras\").")
    })?;
    let config = json::read(config.as_bytes()).map_err(|error| error.within("model_config"))?;
    let version = file.text("", "keras_version")?.ok_or_else(|| wrong("keras_version", "a text", "none"))?;
    Ok((config, Store::ByName(file), version))
}
