//! What a model is made of, as one plain object: `Anatomy.describe()` in `www/importer.js`.

use super::columns::{Column, Columns};
use super::ranges::{self, Range};
use crate::model::forest::{NodeKind, depth_of_tree};
use crate::model::{Forest, InputKind, Model, Operator};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// How many test rows a page is given.
const MOST_ROWS: usize = 64;

#[derive(Serialize)]
struct Description<'a> {
    steps: Vec<Step<'a>>,
    ranges: Vec<Range>,
    /// The test rows: numbers in the order of the features, or the texts that they stand for.
    rows: Vec<Vec<Cell<'a>>>,
}

#[derive(Serialize)]
struct Step<'a> {
    name: &'a str,
    operator: &'static str,
    /// The values that it works on: 0 is the row, `i + 1` what step `i` makes.
    inputs: &'a [u32],
    width: usize,
    forest: Option<ForestFacts<'a>>,
}

#[derive(Serialize)]
struct ForestFacts<'a> {
    trees: usize,
    leaves: usize,
    depth: usize,
    /// What the splits' columns are; none where they are too many.
    columns: &'a [Column],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Cell<'a> {
    Number(f64),
    Text(&'a str),
}

/// Everything but the trees.
pub(super) fn of(model: &Model, columns: &Columns) -> Result<JsValue, JsValue> {
    let steps = model.graph().nodes.iter().zip(1..).map(|(node, id)| Step {
        name: &node.name,
        operator: node.operator.name(),
        inputs: &node.inputs,
        width: model.width(id),
        forest: match (&*node.operator, &node.inputs[..]) {
            (Operator::Forest(forest), &[value]) => Some(facts(forest, columns.of_value(value))),
            _ => None,
        },
    });
    let description = Description { steps: steps.collect(), ranges: ranges::of(model, columns), rows: rows(model) };
    Ok(serde_wasm_bindgen::to_value(&description)?)
}

fn facts<'a>(forest: &Forest, columns: &'a [Column]) -> ForestFacts<'a> {
    let leaves = forest.kinds.iter().filter(|kind| **kind == NodeKind::Leaf).count();
    let depth = forest.trees().map(depth_of_tree).max().unwrap_or(0);
    ForestFacts { trees: forest.targets.len(), leaves, depth, columns }
}

fn rows(model: &Model) -> Vec<Vec<Cell<'_>>> {
    let (tests, inputs) = (model.tests(), &model.signature().inputs);
    let cell = |(x, kind): (&f64, &InputKind)| match kind {
        InputKind::Text => Cell::Text(tests.texts.get(*x as usize).unwrap_or_default()),
        _ => Cell::Number(*x),
    };
    let row = |row: &'_ [f64]| row.iter().zip(inputs.iter().map(|input| &input.kind)).map(cell).collect();
    tests.inputs.chunks_exact(inputs.len().max(1)).take(MOST_ROWS).map(row).collect()
}
