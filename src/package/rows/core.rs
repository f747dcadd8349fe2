//! The core of a package of a model of rows.
//!
//! A model inside is in one of two ways, whichever is smaller if nobody says: set up already, in the memory that the core starts
//! with, or as its file. Of a file with forests those alone are decoded, and all else is in that memory: a core has no decoder for it.

use super::strip;
use crate::error::{Error, Kind, Result};
use crate::format;
use crate::kernel::text::TextList;
use crate::model::{InputKind, Method, Model};
use crate::package::engine::{Engine, failed};
use crate::package::shake::{
    self, Choosers, Machine, SET_UP, Shaken, Subject, clean, observe, opening, shaken, smaller, starting,
};
use crate::predict::Predictor;
use walrus::Module;

/// The functions of the core that choose by the model alone what to call (`src/predict`).
const CHOOSERS: [&str; 2] = ["edgelet::predict::run", "edgelet::predict::apply"];
/// What scripts call for predictions.
const ASK: [&str; 6] = ["memory", "answer_at", "block", "run", "scratch_address", "scratch_length"];
/// What they call before, for rows with texts.
const TEXTS: [&str; 2] = ["malloc", "take_text"];

/// The core for a model whose file is fetched.
///
/// # Errors
/// [`Kind::Unsupported`] if the core cannot run it: a 32-bit memory may be too small. [`Kind::Parity`] if it gives other
/// numbers than the host, which would be an error of edgelet's.
pub fn fetching(engine: &dyn Engine, core: &[u8], model: &Model, file: &[u8]) -> Result<Shaken> {
    let mut wasm = opening(engine, core, model, file)?.emit_wasm();
    if let Some(mut planting) = planting(engine, core, model, file)? {
        wasm = smaller(planting.emit_wasm(), wasm)?.0;
    }
    model.prove(&mut Machine::new(engine, &wasm, Some(file))?)?;
    Ok(Shaken { wasm, is_set_up: false })
}

/// The core for a model, with the model in it; set up if it has to be `ready`.
///
/// # Errors
/// Those of [`fetching`].
pub fn holding(engine: &dyn Engine, core: &[u8], model: &Model, file: &[u8], ready: bool) -> Result<Shaken> {
    let frozen = shake::frozen(engine, core, model, file)?.emit_wasm();
    let (wasm, is_set_up) = if ready {
        (frozen, true)
    } else {
        let mut opening = match planting(engine, core, model, file)? {
            Some(planting) => planting,
            None => opening(engine, core, model, file)?,
        };
        shake::carry(&mut opening, file);
        smaller(frozen, opening.emit_wasm())?
    };
    model.prove(&mut Machine::new(engine, &wasm, (!is_set_up).then_some(file))?)?;
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
        let mut module = starting(core, &memory)?;
        module.exports.remove("decode").map_err(|error| failed(&error))?;
        let plant = module.exports.iter_mut().find(|export| export.name == "plant");
        plant.ok_or_else(|| failed(&"no function that plants"))?.name = "decode".into();
        Ok(module)
    };
    let seen = observe(engine, start()?, model, file)?;
    shaken(start()?, model, &seen, &SET_UP).map(Some)
}

impl Subject for Model {
    fn choosers(&self) -> Choosers {
        Choosers { functions: &CHOOSERS, table: true }
    }

    fn asked(&self) -> Vec<&'static str> {
        let has_texts = self.signature().inputs.iter().any(|input| input.kind == InputKind::Text);
        let texts = if has_texts { &TEXTS[..] } else { &[] };
        ASK.iter().chain(texts).copied().collect()
    }

    /// Gives every answer once.
    fn choose(&self, machine: &mut Machine) -> Result<()> {
        // Any row will do: of zeros, which are categories and places of texts too.
        let row = vec![0.0; self.signature().inputs.len()];
        let mut texts = TextList::default();
        texts.push("");
        for output in &self.signature().outputs {
            predict(machine, output.method, &row, &texts, self.width(output.value))?;
        }
        Ok(())
    }

    /// By the model's test rows.
    fn prove(&self, machine: &mut Machine) -> Result<()> {
        let mut predictor = Predictor::new(self);
        let (inputs, tests) = (&self.signature().inputs, self.tests());
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
            for output in &self.signature().outputs {
                let mut expected = vec![0.0; self.width(output.value)];
                predictor.predict(output.method, &row, &mut expected);
                let found = predict(machine, output.method, &row, &texts, expected.len())?;
                if expected.iter().map(|x| x.to_bits()).ne(found.iter().map(|x| x.to_bits())) {
                    let at = format!("test row {i}: {}", output.method.name());
                    return Err(Error::new(Kind::Parity, at, format!("{expected:?}"), format!("{found:?}"))
                        .hint("This is an error of edgelet's: report it with the model."));
                }
            }
        }
        Ok(())
    }
}

/// What the core answers to one encoded row.
fn predict(machine: &mut Machine, method: Method, row: &[f64], texts: &TextList, width: usize) -> Result<Vec<f64>> {
    let scratch = machine.call("scratch_address", &[])?;
    let bytes: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
    machine.write(scratch, &bytes)?;
    let is_asked = machine.exports("take_text");
    for text in (0..texts.len()).filter(|_| is_asked).filter_map(|place| texts.get(place)) {
        machine.give("take_text", text.as_bytes())?;
    }
    let (method, rows, is_checked) = (method as u32, 1, 1);
    machine.call("run", &[method, rows, is_checked])?;
    let at = machine.call("answer_at", &[method])?;
    let answer = machine.read(scratch + 8 * at, width * 8)?;
    Ok(answer.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect())
}
