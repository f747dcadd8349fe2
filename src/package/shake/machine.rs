//! A core that runs: it is given a model and asked, as by the scripts of a package.

use crate::error::Result;
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
        let Some(file) = file else { return Ok(machine) };
        if machine.exports("room") {
            let address = machine.call("room", &[file.len() as u32])?;
            machine.write(address, file)?;
            machine.call("decode", &[])?;
        } else {
            machine.give("decode", file)?;
        }
        Ok(machine)
    }

    /// Calls an exported function with bytes.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it traps.
    pub fn give(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let [address, length] = self.put(bytes, 1)?;
        self.0.call(name, &[address, length]).map(|_| ())
    }

    /// Calls an exported function with numbers; one without a result gives 0.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it traps.
    pub fn call(&mut self, name: &str, parameters: &[u32]) -> Result<u32> {
        self.0.call(name, parameters)
    }

    /// Whether it exports a function.
    pub fn exports(&self, name: &str) -> bool {
        self.0.exports(name)
    }

    /// Writes into the core's memory.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it ends before.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Result<()> {
        self.0.write(address, bytes)
    }

    /// So many bytes of the core's memory.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it ends before.
    pub fn read(&self, address: u32, length: usize) -> Result<Vec<u8>> {
        self.0.read(address, length)
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

    /// Puts elements of some bytes each into the core's memory; returns their address and how many they are.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if there is no memory for them.
    pub fn put(&mut self, bytes: &[u8], each: usize) -> Result<[u32; 2]> {
        let address = self.0.call("malloc", &[bytes.len() as u32, each as u32])?;
        self.0.write(address, bytes)?;
        Ok([address, (bytes.len() / each) as u32])
    }
}
