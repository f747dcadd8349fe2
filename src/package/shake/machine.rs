//! A core that runs here: in an interpreter, as it would in a browser.

use super::failed;
use crate::error::Result;
use crate::kernel::text::TextList;
use crate::model::Method;
use wasmi::{Config, Engine, Extern, Instance, Linker, Memory, Module, Store, WasmParams, WasmResults};

/// An instance of a core with a model.
pub struct Machine {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
}

impl Machine {
    /// Starts a core and gives it a model's file, if it has no model, as the scripts of a package do.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it is no core, or traps.
    pub fn new(core: &[u8], file: Option<&[u8]>) -> Result<Self> {
        let engine = Engine::new(&Config::default());
        let module = Module::new(&engine, core).map_err(wrong)?;
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).map_err(wrong)?;
        let memory = instance.get_memory(&store, "memory").ok_or_else(|| failed(&"no memory"))?;
        let mut machine = Self { store, instance, memory };
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
        self.call(name, place)
    }

    /// What the core answers to one encoded row.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it traps.
    pub fn predict(&mut self, method: Method, row: &[f64], texts: &TextList, width: usize) -> Result<Vec<f64>> {
        let scratch: u32 = self.call("scratch_address", ())?;
        let bytes: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
        self.memory.write(&mut self.store, scratch as usize, &bytes).map_err(wrong)?;
        let is_asked = self.instance.get_func(&self.store, "take_text").is_some();
        for text in (0..texts.len()).filter(|_| is_asked).filter_map(|place| texts.get(place)) {
            self.give("take_text", text.as_bytes())?;
        }
        let method = method as u32;
        let is_checked = 1_u32;
        self.call::<_, u32>("run", (method, 1_u32, is_checked))?;
        let at: u32 = self.call("answer_at", method)?;
        let mut answer = vec![0; width * 8];
        self.memory.read(&self.store, (scratch + 8 * at) as usize, &mut answer).map_err(wrong)?;
        Ok(answer.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
    }

    /// All of the memory.
    pub fn memory(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    /// Whether an exported global is not 0.
    pub fn is_set(&self, name: &str) -> bool {
        let global = self.instance.get_export(&self.store, name).and_then(Extern::into_global);
        global.is_some_and(|global| global.get(&self.store).i32() != Some(0))
    }

    /// Puts bytes into the core's memory; returns their address and length.
    fn put(&mut self, bytes: &[u8]) -> Result<(u32, u32)> {
        let address: u32 = self.call("malloc", (bytes.len() as u32, 1_u32))?;
        self.memory.write(&mut self.store, address as usize, bytes).map_err(wrong)?;
        Ok((address, bytes.len() as u32))
    }

    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, parameters: P) -> Result<R> {
        let function = self.instance.get_typed_func::<P, R>(&self.store, name).map_err(wrong)?;
        function.call(&mut self.store, parameters).map_err(wrong)
    }
}

fn wrong(error: impl std::fmt::Display) -> crate::error::Error {
    failed(&error)
}
