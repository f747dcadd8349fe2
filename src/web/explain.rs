//! What the core of `edgelet/explain` has beside the plain one: it is built with the feature `explain`.

use super::File;
use super::error::thrown;
use super::rows::Core;
use crate::error::Error;
use crate::format;
use crate::predict::{Explained, Explainer};
use wasm_bindgen::prelude::*;

/// A model ready to predict and to explain its predictions.
#[wasm_bindgen]
pub struct Explaining {
    core: Option<Core>,
    /// Why it cannot explain, if it cannot.
    explainer: Result<Explainer, Error>,
    last: Explained,
}

#[wasm_bindgen]
impl File {
    /// The model in it, with what explaining takes.
    pub fn explain_decode(self) -> Result<Explaining, JsValue> {
        let model = format::decode(&self.bytes).map_err(thrown)?;
        let background = format::decode_background(format::background(&self.bytes), &model).map_err(thrown)?;
        let explainer = Explainer::new(&model, &background);
        Ok(Explaining {
            core: Some(self.ready(model)?),
            explainer,
            last: Explained { class: None, base: 0.0, margin: 0.0 },
        })
    }
}

#[wasm_bindgen]
impl Explaining {
    /// The core that predicts. It is there once.
    pub fn core(&mut self) -> Option<Core> {
        self.core.take()
    }

    /// Whether it can explain; if not, the core's [`Core::problem`] tells why.
    pub fn can_explain(&self, core: &mut Core) -> bool {
        core.problem = self.explainer.as_ref().err().cloned();
        core.problem.is_none()
    }

    /// How many classes have a score.
    pub fn classes(&self) -> usize {
        self.explainer.as_ref().map_or(0, Explainer::classes)
    }

    /// Checks and explains the first row of the core's scratch, for a class if there is one. Returns whether it went well, as
    /// [`Core::run`] does.
    pub fn run(&mut self, core: &mut Core, class: Option<usize>) -> bool {
        let Self { explainer: Ok(explainer), last, .. } = self else { return false };
        core.run_if_accepted(1, 0, |predictor| *last = explainer.run(predictor, class))
    }

    /// The class that was explained last.
    pub fn class(&self) -> Option<usize> {
        self.last.class
    }

    /// The base of the row that was explained last.
    pub fn base(&self) -> f64 {
        self.last.base
    }

    /// Its score.
    pub fn margin(&self) -> f64 {
        self.last.margin
    }

    /// The address of its values, one f64 for each feature.
    pub fn values_address(&self) -> *const f64 {
        self.explainer.as_ref().map_or(std::ptr::null(), |explainer| explainer.values().as_ptr())
    }
}
