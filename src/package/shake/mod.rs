//! The core without what one model has no use for.
//!
//! Nobody lists what an operator needs: the core is run once with the model, and tells. Decoding is the same work on the
//! same bytes wherever the package is loaded (they are inside it, or their hash is checked), so what did not run here never
//! will. Predicting depends on rows that nobody knows yet, and stays whole; but which kernels it calls depends on the model
//! alone ([`CHOOSERS`]), and all others go.
//!
//! A model inside is in one of two ways, whichever is smaller if nobody says: set up already, in the memory that the core starts
//! with, or as its file. Of a file with forests those alone are decoded, and all else is in that memory: a core has no decoder for it.

mod freeze;
mod machine;
mod prune;
mod trace;

use super::strip;
use crate::error::{Error, Kind, Result};
use crate::format;
use crate::kernel::text::TextList;
use crate::model::{InputKind, Model};
use crate::package::engine::{Engine, failed};
use crate::predict::Predictor;
use flate2::{Compression, write::DeflateEncoder};
use machine::Machine;
use std::io::Write;
use walrus::{Module, ModuleConfig, RawCustomSection};

/// The functions of the core that choose by the model alone what to call (`src/predict`).
const CHOOSERS: [&str; 2] = ["edgelet::predict::run", "edgelet::predict::apply"];
/// What scripts call to set a model up.
const SET_UP: [&str; 2] = ["malloc", "decode"];
/// What they call for predictions.
const ASK: [&str; 6] = ["memory", "answer_at", "block", "run", "scratch_address", "scratch_length"];
/// What they call before, for rows with texts.
const TEXTS: [&str; 2] = ["malloc", "take_text"];
/// The section of the core that holds the model's file.
const SECTION: &str = "model";

/// A core for one model.
pub struct Shaken {
    /// The module.
    pub wasm: Vec<u8>,
    /// Whether the model is set up in it, so that nothing is to be decoded.
    pub is_set_up: bool,
}

/// The core for a model whose file is fetched.
///
/// # Errors
/// [`Kind::Unsupported`] if the core cannot run it: a 32-bit memory may be too small. [`Kind::Parity`] if it gives other
/// numbers than the host, which would be an error of edgelet's.
pub fn fetching(engine: &dyn Engine, core: &[u8], model: &Model, file: &[u8]) -> Result<Shaken> {
    let seen = observe(engine, parse(core)?, model, file)?;
    let mut wasm = shaken(parse(core)?, model, &seen, &SET_UP)?.emit_wasm();
    if let Some(mut planting) = planting(engine, core, model, file)? {
        wasm = smaller(planting.emit_wasm(), wasm)?.0;
    }
    prove(Machine::new(engine, &wasm, Some(file))?, model)?;
    Ok(Shaken { wasm, is_set_up: false })
}

/// The core for a model, with the model in it; set up if it has to be `ready`.
///
/// # Errors
/// Those of [`fetching`].
pub fn holding(engine: &dyn Engine, core: &[u8], model: &Model, file: &[u8], ready: bool) -> Result<Shaken> {
    let seen = observe(engine, parse(core)?, model, file)?;
    let mut frozen = parse(core)?;
    freeze::freeze(&mut frozen, &clean(engine, core, file)?.memory()?)?;
    let frozen = shaken(frozen, model, &seen, &[])?.emit_wasm();
    let (wasm, is_set_up) = if ready {
        (frozen, true)
    } else {
        let mut opening = match planting(engine, core, model, file)? {
            Some(planting) => planting,
            None => shaken(parse(core)?, model, &seen, &SET_UP)?,
        };
        opening.customs.add(RawCustomSection { name: SECTION.to_owned(), data: file.to_vec() });
        smaller(frozen, opening.emit_wasm())?
    };
    prove(Machine::new(engine, &wasm, (!is_set_up).then_some(file))?, model)?;
    Ok(Shaken { wasm, is_set_up })
}

/// The core for a model with forests that are decoded when it is loaded, and nothing else is: the rest is in the memory that
/// the core starts with. `None` for a model without forests.
fn planting(engine: &dyn Engine, core: &[u8], model: &Model, file: &[u8]) -> Result<Option<Module>> {
    let Some(hollow) = strip::hollow(model)? else { return Ok(None) };
    let mut expecting = clean(engine, core, &format::encode(&hollow)?)?;
    expecting.give("expect", file)?;
    let memory = expecting.memory()?;
    let start = || -> Result<Module> {
        let mut module = parse(core)?;
        freeze::freeze(&mut module, &memory)?;
        module.exports.remove("decode").map_err(|error| failed(&error))?;
        let plant = module.exports.iter_mut().find(|export| export.name == "plant");
        plant.ok_or_else(|| failed(&"no function that plants"))?.name = "decode".into();
        Ok(module)
    };
    let seen = observe(engine, start()?, model, file)?;
    shaken(start()?, model, &seen, &SET_UP).map(Some)
}

/// The core with a model, and zeros where something was that was needed only to decode it.
fn clean(engine: &dyn Engine, core: &[u8], file: &[u8]) -> Result<Machine> {
    let mut clean = parse(core)?;
    freeze::clean(&mut clean)?;
    Machine::new(engine, &clean.emit_wasm(), Some(file))
}

/// Which is smaller where it is sent, and whether it is the first.
fn smaller(one: Vec<u8>, other: Vec<u8>) -> Result<(Vec<u8>, bool)> {
    let is_first = deflated(&one)? <= deflated(&other)?;
    Ok((if is_first { one } else { other }, is_first))
}

/// Which pieces of the core run when it decodes a model, and gives every answer of it once.
fn observe(engine: &dyn Engine, mut traced: Module, model: &Model, file: &[u8]) -> Result<Vec<bool>> {
    let names = trace::instrument(&mut traced);
    let mut machine = Machine::new(engine, &traced.emit_wasm(), Some(file))?;
    // Any row will do: of zeros, which are categories and places of texts too.
    let row = vec![0.0; model.signature().inputs.len()];
    let mut texts = TextList::default();
    texts.push("");
    for output in &model.signature().outputs {
        machine.predict(output.method, &row, &texts, model.width(output.value))?;
    }
    Ok(names.iter().map(|name| machine.is_set(name)).collect())
}

/// The core with what was seen to run, and with what scripts call to predict, and to `set_up`.
fn shaken(mut module: Module, model: &Model, seen: &[bool], set_up: &[&str]) -> Result<Module> {
    let has_texts = model.signature().inputs.iter().any(|input| input.kind == InputKind::Text);
    let texts = if has_texts { &TEXTS[..] } else { &[] };
    let asked: Vec<&str> = ASK.iter().chain(texts).copied().collect();
    prune::prune(&mut module, seen, &CHOOSERS, &asked)?;
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

/// Lets a core prove that it gives the host's own bits for the model's test rows.
fn prove(mut machine: Machine, model: &Model) -> Result<()> {
    let mut predictor = Predictor::new(model);
    let (inputs, tests) = (&model.signature().inputs, model.tests());
    for (i, row) in tests.inputs.chunks_exact(inputs.len()).enumerate() {
        let mut row = row.to_vec();
        let mut texts = TextList::default();
        for (place, _) in
            row.iter_mut().zip(inputs).filter(|(place, input)| input.kind == InputKind::Text && !place.is_nan())
        {
            texts.push(tests.texts.get(*place as usize).unwrap_or_default());
            *place = (texts.len() - 1) as f64;
        }
        predictor.texts().clone_from(&texts);
        for output in &model.signature().outputs {
            let mut expected = vec![0.0; model.width(output.value)];
            predictor.predict(output.method, &row, &mut expected);
            let found = machine.predict(output.method, &row, &texts, expected.len())?;
            if expected.iter().map(|x| x.to_bits()).ne(found.iter().map(|x| x.to_bits())) {
                let at = format!("test row {i}: {}", output.method.name());
                return Err(Error::new(Kind::Parity, at, format!("{expected:?}"), format!("{found:?}"))
                    .hint("This is an error of edgelet's: report it with the model."));
            }
        }
    }
    Ok(())
}

/// How large bytes are where they are sent.
fn deflated(bytes: &[u8]) -> Result<usize> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(bytes).and_then(|()| encoder.finish());
    packed.map(|packed| packed.len()).map_err(|error| failed(&error))
}
