//! Wasm that runs in this program: the packager looks at a core at work, and lets it prove itself.

use crate::error::Result;
use crate::package::{Engine, Instance, failed};
use wasmi::{Config, Extern, Linker, Memory, Module, Store, Val};

/// wasmi.
pub struct Interpreter;

struct Running {
    store: Store<()>,
    instance: wasmi::Instance,
    memory: Memory,
}

impl Engine for Interpreter {
    fn start(&self, module: &[u8]) -> Result<Box<dyn Instance>> {
        let engine = wasmi::Engine::new(&Config::default());
        let module = Module::new(&engine, module).map_err(wrong)?;
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).map_err(wrong)?;
        let memory = instance.get_memory(&store, "memory").ok_or_else(|| failed(&"no memory"))?;
        Ok(Box::new(Running { store, instance, memory }))
    }
}

impl Instance for Running {
    fn exports(&self, name: &str) -> bool {
        self.instance.get_export(&self.store, name).is_some()
    }

    fn call(&mut self, name: &str, parameters: &[u32]) -> Result<u32> {
        let function =
            self.instance.get_func(&self.store, name).ok_or_else(|| failed(&"a function that is not there"))?;
        let parameters: Vec<Val> = parameters.iter().map(|x| Val::I32(*x as i32)).collect();
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        function.call(&mut self.store, &parameters, &mut results).map_err(wrong)?;
        Ok(results.first().and_then(Val::i32).unwrap_or_default() as u32)
    }

    fn is_set(&self, name: &str) -> bool {
        let global = self.instance.get_export(&self.store, name).and_then(Extern::into_global);
        global.is_some_and(|global| global.get(&self.store).i32() != Some(0))
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<()> {
        self.memory.write(&mut self.store, address as usize, bytes).map_err(wrong)
    }

    fn read(&self, address: u32, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.memory.read(&self.store, address as usize, &mut bytes).map_err(wrong)?;
        Ok(bytes)
    }

    fn memory(&self) -> Result<Vec<u8>> {
        Ok(self.memory.data(&self.store).to_vec())
    }
}

fn wrong(error: impl std::fmt::Display) -> crate::error::Error {
    failed(&error)
}
