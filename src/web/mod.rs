//! Browser and worker only: the core that the npm package wraps.
//!
//! `pkg-template` holds the JavaScript that people see. It writes rows straight into this module's memory and calls
//! [`Core::run`]; structured values (the schema, errors) cross by serde or as objects, at set-up only. No arithmetic
//! happens here.

mod error;
#[cfg(feature = "explain")]
mod explain;
mod fetch;
mod schema;

use crate::error::Error;
use crate::format;
use crate::kernel::dense;
use crate::model::{Method, Model, Parts, Screen, Signature, TestRows};
use crate::plan;
use crate::predict::Predictor;
use error::thrown;
use js_sys::Promise;
use std::mem;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// A model ready to predict.
#[wasm_bindgen]
pub struct Core {
    schema: JsValue,
    signature: Signature,
    tests: TestRows,
    predictor: Predictor,
    screen: Screen,
    /// A block of rows as f32, for callers that have those: widening them here is faster than in JavaScript.
    narrow: Vec<f32>,
    /// Whether the scratch holds numbers from there, all of them finite.
    are_finite: bool,
    problem: Option<Error>,
}

/// A model's bytes, whole and checked.
#[wasm_bindgen]
pub struct File {
    bytes: Vec<u8>,
    options: fetch::LoadOptions,
}

/// Fetches a model: see `load` in the package's declarations.
#[wasm_bindgen]
pub fn read(source: JsValue, options: fetch::LoadOptions) -> Result<Promise, JsValue> {
    fetch::check_room(0)?;
    Ok(future_to_promise(async move {
        let bytes = fetch::read(source, &options).await?;
        Ok(File { bytes, options }.into())
    }))
}

#[wasm_bindgen]
impl File {
    /// The model in it. Not a part of [`read`]: a trap in a future would leave its promise waiting for ever.
    pub fn decode(self) -> Result<Core, JsValue> {
        let model = format::decode(&self.bytes).map_err(thrown)?;
        self.ready(model)
    }
}

impl File {
    /// The core of the model that was in it. The bytes make room for that.
    fn ready(self, model: Model) -> Result<Core, JsValue> {
        let size = self.bytes.len() as f64;
        drop(self.bytes);
        fetch::check_room(plan::scratch(&model) * size_of::<f64>())?;
        let core = Core::new(model)?;
        self.options.report("ready", size, Some(size));
        Ok(core)
    }
}

impl Core {
    fn new(model: Model) -> Result<Core, JsValue> {
        let schema = schema::of(&model)?;
        let (predictor, Parts { signature, tests, .. }) = Predictor::of(model);
        let narrow = vec![0.0; predictor.block() * predictor.input_width()];
        let screen = signature.screen();
        Ok(Core { schema, signature, tests, predictor, screen, narrow, are_finite: false, problem: None })
    }

    /// Checks the first `rows` rows of the scratch and lets the predictor `run` on them.
    #[inline(always)]
    fn run_if_accepted(&mut self, rows: usize, first: usize, run: impl FnOnce(&mut Predictor)) -> bool {
        let numbers = rows * self.predictor.input_width();
        let numbers = &self.predictor.scratch()[..numbers];
        let are_right = mem::take(&mut self.are_finite) && self.screen == Screen::Finite;
        if !are_right
            && !self.screen.passes(numbers)
            && let Err(error) = self.signature.check_rows_from(numbers, first)
        {
            self.problem = Some(error);
        } else {
            run(&mut self.predictor);
        }
        self.predictor.texts().clear();
        self.problem.is_none()
    }
}

#[wasm_bindgen]
impl Core {
    /// The signature and the provenance as a plain object.
    pub fn schema(&self) -> JsValue {
        self.schema.clone()
    }

    /// How many rows one call of [`Self::run`] takes at most.
    pub fn block(&self) -> usize {
        self.predictor.block()
    }

    /// The address of the scratch: f64 that begin with a block of rows and hold the answers.
    pub fn scratch_address(&mut self) -> *const f64 {
        self.predictor.scratch().as_ptr()
    }

    /// How many f64 the scratch has.
    pub fn scratch_length(&mut self) -> usize {
        self.predictor.scratch().len()
    }

    /// Where in the scratch the answers to a method (an index of [`Method::ALL`]) lie; `undefined` if there are none.
    pub fn answer_at(&self, method: usize) -> Option<usize> {
        self.predictor.answer_at(Method::ALL[method])
    }

    /// The address of a block of rows of f32.
    pub fn narrow_address(&self) -> *const f32 {
        self.narrow.as_ptr()
    }

    /// Puts `rows` rows of f32 into the scratch, for the next [`Self::run`] of as many.
    pub fn widen(&mut self, rows: usize) {
        let numbers = &self.narrow[..rows * self.predictor.input_width()];
        self.are_finite = dense::widen(numbers, self.predictor.scratch());
    }

    /// Takes a text; the texts of the next [`Self::run`] have places in the order they are taken. Memory may grow.
    pub fn take_text(&mut self, text: &str) {
        self.predictor.texts().push(text);
    }

    /// Checks and predicts the first `rows` rows of the scratch. `method` is the index of a method that the model
    /// answers; `first` is the number of the first row, for errors.
    ///
    /// Returns whether it went well; if not, [`Self::problem`] tells why. A `Result` would cost an array at each call.
    pub fn run(&mut self, method: usize, rows: usize, first: usize) -> bool {
        self.run_if_accepted(rows, first, |predictor| predictor.run(Method::ALL[method], rows))
    }

    /// Why the last [`Self::run`] failed, as an error to throw.
    pub fn problem(&mut self) -> JsValue {
        self.problem.take().map_or(JsValue::UNDEFINED, thrown)
    }

    /// Runs the model's own test rows; returns how many there are.
    pub fn verify(&mut self) -> Result<usize, JsValue> {
        self.predictor.prove(&self.tests).map_err(|mismatch| error::differs(&mismatch))?;
        Ok(self.tests.rows(self.predictor.input_width()))
    }
}
