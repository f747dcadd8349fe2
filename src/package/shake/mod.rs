//! The core without what one model has no use for.
//!
//! Nobody lists what an operator needs: the core is run once with the model, and tells. Decoding is the same work on the
//! same bytes wherever the package is loaded (they are inside it, or their hash is checked), so what did not run here never
//! will. Predicting depends on what nobody knows yet, and stays whole; but which kernels it calls depends on the model
//! alone ([`Subject::choosers`]), and all others go.

mod freeze;
mod machine;
mod prune;
mod trace;

pub use machine::Machine;
pub use prune::Choosers;

use crate::error::Result;
use crate::package::engine::{Engine, failed};
use flate2::{Compression, write::DeflateEncoder};
use std::io::Write;
use walrus::{Module, ModuleConfig, RawCustomSection};

/// What scripts call to set a model up: there is room for a file in the core of networks, and memory for any bytes in that of
/// models of rows.
pub const SET_UP: [&str; 3] = ["malloc", "room", "decode"];
/// The section of the core that holds the model's file.
const SECTION: &str = "model";

/// A core for one model.
pub struct Shaken {
    /// The module.
    pub wasm: Vec<u8>,
    /// Whether the model is set up in it, so that nothing is to be decoded.
    pub is_set_up: bool,
}

/// A model, as far as a core is shaken for it.
pub trait Subject {
    /// What of the core chooses by the model alone what to call.
    fn choosers(&self) -> Choosers;

    /// What scripts call for predictions.
    fn asked(&self) -> Vec<&'static str>;

    /// Lets a core choose all that it ever chooses for the model.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it traps.
    fn choose(&self, machine: &mut Machine) -> Result<()>;

    /// Lets a core prove that it gives the host's own bits.
    ///
    /// # Errors
    /// [`Kind::Parity`](crate::error::Kind::Parity) if it does not, which would be an error of edgelet's.
    fn prove(&self, machine: &mut Machine) -> Result<()>;
}

/// The core that decodes the model's file.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if the core cannot run it: a 32-bit memory may be too small.
pub fn opening(engine: &dyn Engine, core: &[u8], subject: &dyn Subject, file: &[u8]) -> Result<Module> {
    let seen = observe(engine, parse(core)?, subject, file)?;
    shaken(parse(core)?, subject, &seen, &SET_UP)
}

/// The core that is set up already: what its memory holds after decoding is what it starts with.
///
/// # Errors
/// Those of [`opening`].
pub fn frozen(engine: &dyn Engine, core: &[u8], subject: &dyn Subject, file: &[u8]) -> Result<Module> {
    let seen = observe(engine, parse(core)?, subject, file)?;
    let frozen = starting(core, &clean(engine, core, file)?.memory()?)?;
    shaken(frozen, subject, &seen, &[])
}

/// A core that starts with these bytes as its memory.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it is none.
pub fn starting(core: &[u8], memory: &[u8]) -> Result<Module> {
    let mut module = parse(core)?;
    freeze::freeze(&mut module, memory)?;
    Ok(module)
}

/// The model's file in the core that decodes it.
pub fn carry(module: &mut Module, file: &[u8]) {
    module.customs.add(RawCustomSection { name: SECTION.to_owned(), data: file.to_vec() });
}

/// The core with a model, and zeros where something was that was needed only to decode it.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it is no core, or traps.
pub fn clean(engine: &dyn Engine, core: &[u8], file: &[u8]) -> Result<Machine> {
    let mut clean = parse(core)?;
    freeze::clean(&mut clean)?;
    Machine::new(engine, &clean.emit_wasm(), Some(file))
}

/// Which is smaller where it is sent, and whether it is the first.
///
/// # Errors
/// None, as there is memory for both.
pub fn smaller(one: Vec<u8>, other: Vec<u8>) -> Result<(Vec<u8>, bool)> {
    let is_first = deflated(&one)? <= deflated(&other)?;
    Ok((if is_first { one } else { other }, is_first))
}

/// Which pieces of the core run when it decodes a model, and chooses.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it is no core, or traps.
pub fn observe(engine: &dyn Engine, mut traced: Module, subject: &dyn Subject, file: &[u8]) -> Result<Vec<bool>> {
    let names = trace::instrument(&mut traced);
    let mut machine = Machine::new(engine, &traced.emit_wasm(), Some(file))?;
    subject.choose(&mut machine)?;
    Ok(names.iter().map(|name| machine.is_set(name)).collect())
}

/// The core with what was seen to run, and with what scripts call to predict, and to `set_up`.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) if it is no core.
pub fn shaken(mut module: Module, subject: &dyn Subject, seen: &[bool], set_up: &[&str]) -> Result<Module> {
    let asked = subject.asked();
    prune::prune(&mut module, seen, &subject.choosers(), [&asked, set_up])?;
    let is_kept = |name: &str| asked.contains(&name) || set_up.contains(&name);
    let others = module.exports.iter().filter(|export| !is_kept(&export.name)).map(|export| export.id());
    for other in others.collect::<Vec<_>>() {
        module.exports.delete(other);
    }
    walrus::passes::gc::run(&mut module);
    Ok(module)
}

fn parse(core: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    config.parse(core).map_err(|error| failed(&error))
}

/// How large bytes are where they are sent.
fn deflated(bytes: &[u8]) -> Result<usize> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map(|packed| packed.len()).map_err(|error| failed(&error))
}
