//! The core of models of rows. JavaScript writes rows straight into this module's memory and calls [`Core::run`].

use super::error::{throw, thrown};
use super::{File, fetch, schema};
use crate::error::{Error, Kind};
use crate::format;
use crate::kernel::dense;
use crate::model::{Method, Model, Parts, Screen, Signature, TestRows};
use crate::plan;
use crate::predict::{Mismatch, Predictor};
use js_sys::Number;
use std::mem;
use wasm_bindgen::prelude::*;

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
    pub(super) problem: Option<Error>,
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
    pub(super) fn ready(self, model: Model) -> Result<Core, JsValue> {
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
    pub(super) fn run_if_accepted(&mut self, rows: usize, first: usize, run: impl FnOnce(&mut Predictor)) -> bool {
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
        self.predictor.prove(&self.tests).map_err(|mismatch| differs(&mismatch))?;
        Ok(self.tests.rows(self.predictor.input_width()))
    }
}

/// What the model's own test rows should have given, and what they gave. JavaScript writes the numbers: formatting an
/// f64 here would bring 10 KB of tables into the wasm.
fn differs(mismatch: &Mismatch) -> JsValue {
    let Mismatch { row, column, method, expected, found } = mismatch;
    let at = format!("test row {row}: {}[{column}]", method.name());
    let shown = |number: &f64| String::from(Number::from(*number).to_string_with_radix(10).unwrap_or_default());
    let hint = "This runtime does not give the model's own numbers: report it, with the runtime's version.";
    throw(Kind::Parity, &at, &shown(expected), &shown(found), hint)
}
