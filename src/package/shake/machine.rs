//! A core that runs: it is given a model and asked, as by the scripts of a package.

use crate::error::Result;
use crate::kernel::text::TextList;
use crate::model::Method;
use crate::package::engine::{Engine, Instance};

/// An instance of a core with a model.
pub struct Machine(Box<dyn Instance>);

impl Machine {
    /// Starts a core and gives it a model's file, if it has no model.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it is no core, or traps.
    pub fn new(engine: &dyn Engine, core: &[u8], file: Option<&[u8]>) -> Result<Self> {
        let mut machine = Self(engine.start(core)?);
        if let Some(file) = file {
            machine.give("decode", file)?;
        }
        Ok(machine)
    }

    /// Calls an exported function with bytes.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it traps.
    pub fn give(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let place = self.put(bytes)?;
        self.0.call(name, &place).map(|_| ())
    }

    /// What the core answers to one encoded row.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it traps.
    pub fn predict(&mut self, method: Method, row: &[f64], texts: &TextList, width: usize) -> Result<Vec<f64>> {
        let scratch = self.0.call("scratch_address", &[])?;
        let bytes: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.0.write(scratch, &bytes)?;
        let is_asked = self.0.exports("take_text");
        for text in (0..texts.len()).filter(|_| is_asked).filter_map(|place| texts.get(place)) {
            self.give("take_text", text.as_bytes())?;
        }
        let (method, rows, is_checked) = (method as u32, 1, 1);
        self.0.call("run", &[method, rows, is_checked])?;
        let at = self.0.call("answer_at", &[method])?;
        let answer = self.0.read(scratch + 8 * at, width * 8)?;
        Ok(answer.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    /// All of the memory.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if there is none.
    pub fn memory(&self) -> Result<Vec<u8>> {
        self.0.memory()
    }

    /// Whether an exported global is not 0.
    pub fn is_set(&self, name: &str) -> bool {
        self.0.is_set(name)
    }

    /// Puts bytes into the core's memory; returns their address and length.
    fn put(&mut self, bytes: &[u8]) -> Result<[u32; 2]> {
        let length = bytes.len() as u32;
        let address = self.0.call("malloc", &[length, 1])?;
        self.0.write(address, bytes)?;
        Ok([address, length])
    }
}
