//! Model → machine shapes. A [`Plan`] is the constant half of predicting: for each method the steps that lead to it, with
//! every parameter in the layout the kernels want and every intermediate value at its place in one scratch buffer.

pub mod explain;
mod forest;
mod step;

pub use forest::{PackedForest, Room};
pub use step::{Source, Step, Work};

use crate::kernel::forest::ROWS;
use crate::model::{Method, Model, Node, Parts, ValueId};
use std::mem;

/// The scratch a block of rows may take, in f64: 256 KiB, which stays in a second-level cache.
const SCRATCH: usize = 1 << 15;
/// The most rows in a block: beyond it a block gains nothing.
const MAX_BLOCK: usize = 1024;

/// How to run a model: constant, made once.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many numbers an encoded row has.
    pub input_width: usize,
    /// How many rows are run together.
    pub block: usize,
    /// How many f64 of scratch a block takes.
    pub scratch: usize,
    /// The step of each node.
    pub steps: Vec<Step>,
    /// One entry for each output of the model.
    pub routes: Vec<Route>,
}

/// How to compute one output.
#[derive(Clone, Debug)]
pub struct Route {
    /// Which output.
    pub method: Method,
    /// Which steps to run, in order.
    pub steps: Vec<usize>,
    /// Where in the scratch the answer lies.
    pub at: usize,
    /// How many numbers a row of the answer has.
    pub width: usize,
}

impl Plan {
    /// How to answer a method; `None` if the model does not.
    pub fn route(&self, method: Method) -> Option<&Route> {
        self.routes.iter().find(|route| route.method == method)
    }
}

/// Where the values of a model lie in the scratch.
struct Layout {
    block: usize,
    /// The place of each value, by id.
    places: Vec<usize>,
    scratch: usize,
}

/// Lays out the values of a model.
fn lay_out(model: &Model) -> Layout {
    let values = model.graph().nodes.len() + 1;
    let row_total: usize = (0..values).map(|id| model.width(id as ValueId)).sum();
    let most = (SCRATCH / row_total).clamp(1, MAX_BLOCK);
    // Forests take so many rows at once, and for fewer as long.
    let block = if most < ROWS { most } else { most / ROWS * ROWS };
    // Every value has a place of its own, in the order they are made: what a step reads lies before what it writes.
    let mut places = Vec::with_capacity(values);
    let mut scratch = 0;
    for id in 0..values {
        places.push(scratch);
        scratch += model.width(id as ValueId) * block;
    }
    Layout { block, places, scratch }
}

/// How many f64 of scratch a block of a model's rows takes, before anything is planned.
pub fn scratch(model: &Model) -> usize {
    lay_out(model).scratch
}

/// Plans a model, and returns what is left of it when its operators are in the plan.
pub fn compile(model: Model) -> (Plan, Parts) {
    let Layout { block, places, scratch } = lay_out(&model);
    let (input_width, nodes) = (model.width(0), &model.graph().nodes);
    let route = |method, value: ValueId| Route {
        method,
        steps: steps_to(nodes, value),
        at: places[value as usize],
        width: model.width(value),
    };
    let routes = model.signature().outputs.iter().map(|output| route(output.method, output.value)).collect();
    let (mut parts, widths) = model.into_parts_and_widths();
    let nodes = mem::take(&mut parts.graph.nodes).into_iter().enumerate();
    let steps = nodes.map(|(i, node)| Step::of_node(node, i, &places, &widths)).collect();
    (Plan { input_width, block, scratch, steps, routes }, parts)
}

/// The steps that lead to `value`, and no others.
fn steps_to(nodes: &[Node], value: ValueId) -> Vec<usize> {
    let mut needed = vec![false; nodes.len() + 1];
    needed[value as usize] = true;
    for (i, node) in nodes.iter().enumerate().rev().filter(|(i, _)| *i < value as usize) {
        if needed[i + 1] {
            node.inputs.iter().for_each(|&input| needed[input as usize] = true);
        }
    }
    (0..nodes.len()).filter(|i| needed[i + 1]).collect()
}
