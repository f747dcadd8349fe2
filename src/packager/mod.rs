//! The page's third wasm: a model → the npm package that `edgelet package` makes of it.
//!
//! A page fetches it only for that, and runs it in a worker (`www/packager-worker.js`), which ends with the package.

mod browser;

use crate::error::Error;
use crate::package::{self, Address, Options, Runtime};
use crate::thrown::thrown;
use browser::Browser;
use wasm_bindgen::prelude::*;

/// The `.tgz` of a model's or a network's package; `runtime` is `edgelet-runtime.bin`, or `edgelet-networks-runtime.bin` for a network, all others are the program's options.
#[wasm_bindgen]
pub fn package_model(
    bytes: &[u8],
    runtime: &[u8],
    name: &str,
    version: &str,
    url: Option<String>,
    cdn: bool,
) -> Result<Vec<u8>, JsValue> {
    let packed = || {
        let (name, version) = (name.parse()?, version.parse()?);
        let address = url.map(|url| url.parse::<Address>()).transpose()?;
        let options = Options { name, version, address, ready: false, cdn, ranges: Vec::new() };
        package::tarball(&package::files(bytes, &options, &Runtime::read(runtime)?, &Browser)?)
    };
    packed().map_err(|error: Error| thrown(error))
}
