//! Wasm that runs in the browser, beside the packager's own.

use crate::error::{Error, Result};
use crate::package::{Engine, Instance, failed};
use js_sys::WebAssembly::{self, Global, Memory};
use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// The browser.
pub struct Browser;

struct Running {
    exports: JsValue,
    memory: Memory,
}

impl Engine for Browser {
    fn start(&self, module: &[u8]) -> Result<Box<dyn Instance>> {
        let module = WebAssembly::Module::new(&Uint8Array::from(module)).map_err(wrong)?;
        let exports: JsValue = WebAssembly::Instance::new(&module, &Object::new()).map_err(wrong)?.exports().into();
        let memory = export(&exports, "memory").ok_or_else(|| failed(&"no memory"))?;
        Ok(Box::new(Running { exports, memory }))
    }
}

impl Instance for Running {
    fn exports(&self, name: &str) -> bool {
        Reflect::has(&self.exports, &name.into()) == Ok(true)
    }

    fn call(&mut self, name: &str, parameters: &[u32]) -> Result<u32> {
        let function: Function = export(&self.exports, name).ok_or_else(|| failed(&"a function that is not there"))?;
        let parameters: Array = parameters.iter().map(|x| JsValue::from(*x)).collect();
        let result = function.apply(&JsValue::UNDEFINED, &parameters).map_err(wrong)?;
        // JavaScript's 32-bit numbers are signed.
        Ok(result.as_f64().unwrap_or_default() as i64 as u32)
    }

    fn is_set(&self, name: &str) -> bool {
        export::<Global>(&self.exports, name).is_some_and(|global| global.value().as_f64() != Some(0.0))
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<()> {
        self.view(address, bytes.len())?.copy_from(bytes);
        Ok(())
    }

    fn read(&self, address: u32, length: usize) -> Result<Vec<u8>> {
        Ok(self.view(address, length)?.to_vec())
    }

    fn memory(&self) -> Result<Vec<u8>> {
        Ok(Uint8Array::new(&self.memory.buffer()).to_vec())
    }
}

impl Running {
    /// A piece of the memory, as it lies now: it moves when it grows.
    fn view(&self, address: u32, length: usize) -> Result<Uint8Array> {
        let all = Uint8Array::new(&self.memory.buffer());
        let end = address.checked_add(length as u32).filter(|end| *end <= all.length());
        end.map(|end| all.subarray(address, end)).ok_or_else(|| failed(&"an address beyond the memory"))
    }
}

fn export<T: JsCast>(exports: &JsValue, name: &str) -> Option<T> {
    Reflect::get(exports, &name.into()).ok()?.dyn_into().ok()
}

fn wrong(error: JsValue) -> Error {
    let told = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    failed(&told.unwrap_or_else(|| "a module that cannot run".to_owned()))
}
