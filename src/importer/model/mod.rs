//! Models of rows (`www/importer-worker.js`): other frameworks' files → `.edgelet`, and what a model looks like inside.

mod columns;
mod describe;
mod ranges;
mod tree;

use crate::error::{Error, Kind};
use crate::format;
use crate::import::{self, Framework, Options};
use crate::model::{Background, Method, Model, Operator, Output, Parts, TestRows};
use crate::thrown::thrown;
use columns::Columns;
use wasm_bindgen::prelude::*;

/// The `.edgelet` file of another framework's model: the bytes that `edgelet import` writes.
///
/// `name` is the file's, for errors; `from`, `missing` and `explain` are the program's options.
#[wasm_bindgen]
pub fn import_model(
    bytes: &[u8],
    name: &str,
    from: Option<String>,
    missing: Option<f32>,
    explain: bool,
) -> Result<Vec<u8>, JsValue> {
    let from = from.map(|name| framework(&name)).transpose().map_err(thrown)?;
    let options = Options { from, missing: missing.filter(|x| !x.is_nan()) };
    let imported = match explain {
        false => import::import(bytes, &options).map(|model| (model, Background::default())),
        true => import::import_to_explain(bytes, &options, |_| Ok(Vec::new())),
    };
    let file = imported.and_then(|(model, background)| format::encode_with(&model, &background));
    file.map_err(|error| thrown(error.within(name)))
}

fn framework(name: &str) -> Result<Framework, Error> {
    let all = [Framework::ScikitLearn, Framework::XGBoost, Framework::LightGBM, Framework::CatBoost];
    all.into_iter().find(|framework| framework.name() == name).ok_or_else(|| {
        let names = all.map(Framework::name).join(", ");
        Error::new(Kind::BadOption, "from", format!("one of {names}"), name.to_owned())
    })
}

/// A model, taken apart to be looked at.
#[wasm_bindgen]
pub struct Anatomy {
    model: Model,
    columns: Columns,
}

#[wasm_bindgen]
impl Anatomy {
    /// Reads an `.edgelet` file.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Anatomy, JsValue> {
        let model = format::decode(bytes).map_err(thrown)?;
        let columns = Columns::of(&model);
        Ok(Anatomy { model, columns })
    }

    /// The steps and what they work on, the ranges of the features, and the model's own test rows.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        describe::of(&self.model, &self.columns)
    }

    /// A tree of a step that is a forest, node after node in preorder.
    pub fn tree(&self, step: usize, tree: usize) -> Result<JsValue, JsValue> {
        let node = self.model.graph().nodes.get(step);
        let found = node.and_then(|node| match &*node.operator {
            Operator::Forest(forest) => tree::of(forest, tree),
            _ => None,
        });
        Ok(serde_wasm_bindgen::to_value(&found)?)
    }

    /// A model of its own that transforms a row into what a step sees of it: the way there through a forest's trees can be
    /// followed in JavaScript.
    pub fn before(&self, step: usize) -> Result<Vec<u8>, JsValue> {
        let Some(&[value]) = self.model.graph().nodes.get(step).map(|node| &node.inputs[..]) else {
            return Err(thrown(Error::new(Kind::BadOption, "step", "a step with one input", step.to_string())));
        };
        let mut parts: Parts = self.model.clone().into_parts();
        parts.graph.nodes.truncate(value as usize);
        parts.signature.classes.clear();
        parts.signature.outputs = vec![Output { method: Method::Transform, value }];
        parts.tests = TestRows::default();
        Model::new(parts).and_then(|model| format::encode(&model)).map_err(thrown)
    }
}
