//! npm packages of one model or network: its wasm shaken to what it needs, scripts, types made of its schema, and its card.
//!
//! [`files`] is a function of bytes: no files, no network; what runs wasm is given to it. Whoever calls it writes the package, or hands it out.
//! docs/PACKAGES.md says what is in one.

mod about;
mod card;
mod content;
mod declarations;
mod engine;
mod escape;
mod labels;
mod manifest;
mod name;
mod network;
mod rows;
mod runtime;
mod shake;
mod source;
mod tarball;

pub use engine::{Engine, Instance, failed};
pub use manifest::MARK;
pub use name::{PackageName, Version};
pub use rows::Range;
pub use runtime::{Kit, Runtime};
pub use source::Address;
pub use tarball::tarball;

use crate::error::Result;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

/// What is asked of a package.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: Version,
    /// Where the model's file is fetched from; without, the model is inside.
    pub address: Option<Address>,
    /// Whether the model inside is decoded already, whatever that weighs.
    pub ready: bool,
    /// Whether there is a module in one file too, for a `<script>`.
    pub cdn: bool,
    /// What the features' values were in training, as far as it is known: one for each input, or none at all.
    pub ranges: Vec<Option<Range>>,
}

/// The files of the package of a model or a network: their names, and what is in them. `runtime` is that of its [`Kit`].
///
/// # Errors
/// Those of [`format::decode`] and [`format::decode_network`]; [`Kind::Parity`](crate::error::Kind::Parity) if the package would
/// not give the model's own numbers; [`Kind::Unsupported`](crate::error::Kind::Unsupported) if a wasm memory cannot hold it.
pub fn files(
    bytes: &[u8],
    options: &Options,
    runtime: &Runtime,
    engine: &dyn Engine,
) -> Result<Vec<(String, Vec<u8>)>> {
    let content = match Kit::of(bytes) {
        Kit::Rows => rows::content(bytes, options, &runtime.core, engine)?,
        Kit::Networks => network::content(bytes, options, &runtime.core, engine)?,
    };
    let (wasm, mut about) = (content.shaken.wasm, content.about);
    about::add(&mut about, options, bytes, content.shaken.is_set_up);
    let mut files = vec![
        ("package.json".to_owned(), content.manifest.into_bytes()),
        ("README.md".to_owned(), content.card.into_bytes()),
        ("model.wasm".to_owned(), wasm.clone()),
    ];
    let types = content.types.into_bytes();
    files.extend(["index.d.ts", "index.d.cts"].map(|name| (name.to_owned(), types.clone())));
    for (name, text) in &runtime.scripts {
        match name.as_str() {
            "cdn.js" if !options.cdn => {}
            "cdn.js" => {
                let mut about = about.clone();
                about.insert("wasm".into(), BASE64_STANDARD.encode(&wasm).into());
                files.push((name.clone(), about::put(text, &about).into_bytes()));
            }
            _ => files.push((name.clone(), about::put(text, &about).into_bytes())),
        }
    }
    files.extend(runtime.licences.iter().cloned());
    Ok(files)
}
