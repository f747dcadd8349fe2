//! What runs wasm where packages are made: an interpreter on a host (`native/interpreter.rs`), the browser itself on a page
//! (`packager/browser.rs`).

use crate::error::{Error, Kind, Result};
use std::fmt::Display;

/// Something that runs wasm.
pub trait Engine {
    /// Starts a module that imports nothing.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it is none, or traps; as for all that follows.
    fn start(&self, module: &[u8]) -> Result<Box<dyn Instance>>;
}

/// A module that runs, with one memory and functions of 32-bit numbers. Unless said otherwise, a name that it does not export
/// is an error.
pub trait Instance {
    /// Whether it exports something of that name.
    fn exports(&self, name: &str) -> bool;

    /// Calls a function; one without a result gives 0.
    ///
    /// # Errors
    /// If there is no such function, or it traps.
    fn call(&mut self, name: &str, parameters: &[u32]) -> Result<u32>;

    /// Whether an exported global is there and not 0.
    fn is_set(&self, name: &str) -> bool;

    /// Writes into its memory.
    ///
    /// # Errors
    /// If the memory ends before.
    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<()>;

    /// So many bytes of its memory.
    ///
    /// # Errors
    /// If the memory ends before.
    fn read(&self, address: u32, length: usize) -> Result<Vec<u8>>;

    /// All of its memory.
    ///
    /// # Errors
    /// If it has none.
    fn memory(&self) -> Result<Vec<u8>>;
}

/// The error of a module that does not run.
pub fn failed(error: &dyn Display) -> Error {
    Error::new(Kind::Unsupported, "package", "a model that runs in a wasm memory", error.to_string())
        .hint("Is it too large for 4 GiB? If not, this is an error of edgelet's: report it with the model.")
}
