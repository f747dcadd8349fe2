//! The hub of neural networks: a validated graph of operators on tensors, as [`model`](crate::model) is of operators on rows.
//!
//! A [`Network`] has named inputs and outputs, weights, nodes in topological order, its provenance, and examples that it can
//! prove itself with. [`Network::new`] is the only way to make one. Shapes may depend on what is given, so unlike a model a
//! network can still refuse its inputs while it runs: with an error at the node, never a panic.

mod compare;
mod dtype;
mod operator;
mod preprocess;
mod sample;
mod schema;
mod signature;
pub mod tensor;
pub mod tokenizer;
mod weight;

pub use compare::{first_difference, is_close};
pub use dtype::Dtype;
pub use operator::*;
pub use preprocess::{
    Around, Audio, Bands, Beside, Colors, Crop, Filter, Image, Level, MAX_RATE, MAX_SAMPLES, MAX_SIDE, MelScale,
    Preprocessing, Sides, Spectrum, Taper,
};
pub use sample::sample;
pub use schema::Schema;
pub use signature::{Dim, Port, shown};
pub use tensor::{Data, Tensor};
pub use tokenizer::Tokenizer;
pub use weight::{Compact, Numbers, Weight};

use crate::error::{Error, Kind, Result};
use crate::model::{Labels, Provenance};

/// Names a tensor of a network: first its inputs, then its weights, then what each node makes.
pub type TensorId = u32;

/// A sound network: see the module's documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    parts: Parts,
}

/// What a network is made of, before it is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// What goes in.
    pub inputs: Vec<Port>,
    /// What comes out, and which tensor it is.
    pub outputs: Vec<(Port, TensorId)>,
    /// What was learned, and constants.
    pub weights: Vec<Weight>,
    /// What is computed, in topological order.
    pub nodes: Vec<Node>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Inputs with the source framework's own outputs.
    pub examples: Examples,
    /// What the places of the first output's last dimension stand for, of a network that tells classes.
    pub classes: Option<Labels>,
    /// What is done with what people have before it goes in; at most one for each input.
    pub preprocessing: Vec<Preprocessing>,
}

/// One step of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What people see it called.
    pub name: String,
    /// What it does.
    pub operator: Operator,
    /// What it takes, all made before it; nothing where an optional input is left out.
    pub inputs: Vec<Option<TensorId>>,
    /// How many tensors it makes.
    pub outputs: u32,
    /// The least and the largest that the floats of its one tensor become; NaN stays.
    pub within: Option<(f32, f32)>,
}

/// Inputs with the source framework's own outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Examples {
    /// One tensor for each input, then one for each output.
    pub tensors: Vec<(Vec<Tensor>, Vec<Tensor>)>,
    /// How far numbers may differ, relative to the largest of their tensor.
    pub tolerance: f64,
}

/// The most outputs of one node.
const MAX_NODE_OUTPUTS: u32 = 1 << 10;

impl Network {
    /// Checks the parts and makes them a network.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`], with the path of the part that is not sound.
    pub fn new(parts: Parts) -> Result<Self> {
        let mut known = parts.inputs.len() + parts.weights.len();
        for (i, node) in parts.nodes.iter().enumerate() {
            let place = |error: Error| error.within(&format!("nodes[{i}] ({})", node.name));
            for &id in node.inputs.iter().flatten() {
                if id as usize >= known {
                    return Err(place(unsound("inputs", format!("tensors below {known}"), id.to_string())));
                }
            }
            if !(1..=MAX_NODE_OUTPUTS).contains(&node.outputs) {
                let expected = format!("1 to {MAX_NODE_OUTPUTS}");
                return Err(place(unsound("outputs", expected, node.outputs.to_string())));
            }
            if node.within.is_some_and(|(least, largest)| node.outputs > 1 || least.is_nan() || largest.is_nan()) {
                return Err(place(unsound("within", "two numbers for one tensor".into(), "others".into())));
            }
            known += node.outputs as usize;
        }
        if parts.outputs.is_empty() {
            return Err(unsound("outputs", "at least 1".into(), "none".into()));
        }
        for (port, id) in &parts.outputs {
            if *id as usize >= known {
                return Err(unsound("outputs", format!("tensors below {known}"), id.to_string()).within(&port.name));
            }
        }
        distinct("inputs", parts.inputs.iter())?;
        distinct("outputs", parts.outputs.iter().map(|(port, _)| port))?;
        parts.examples.check(&parts)?;
        parts.check_classes()?;
        let mut is_made = vec![false; parts.inputs.len()];
        for (i, preprocessing) in parts.preprocessing.iter().enumerate() {
            let place = |error: Error| error.within(&format!("preprocessing[{i}]"));
            preprocessing.check(&parts.inputs).map_err(place)?;
            if preprocessing.made().into_iter().any(|input| std::mem::replace(&mut is_made[input], true)) {
                return Err(place(unsound("input", "one that has none yet".into(), "one that has".into())));
            }
        }
        Ok(Self { parts })
    }

    /// What goes in.
    pub fn inputs(&self) -> &[Port] {
        &self.parts.inputs
    }

    /// What comes out, and which tensor it is.
    pub fn outputs(&self) -> &[(Port, TensorId)] {
        &self.parts.outputs
    }

    /// What was learned, and constants.
    pub fn weights(&self) -> &[Weight] {
        &self.parts.weights
    }

    /// What is computed.
    pub fn nodes(&self) -> &[Node] {
        &self.parts.nodes
    }

    /// Where it comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.parts.provenance
    }

    /// Inputs with the source framework's own outputs.
    pub fn examples(&self) -> &Examples {
        &self.parts.examples
    }

    /// What the places of the first output's last dimension stand for.
    pub fn classes(&self) -> Option<&Labels> {
        self.parts.classes.as_ref()
    }

    /// What is done with what people have before it goes in.
    pub fn preprocessing(&self) -> &[Preprocessing] {
        &self.parts.preprocessing
    }

    /// The parts again, to make a changed network of them.
    pub fn into_parts(self) -> Parts {
        self.parts
    }
}

impl Parts {
    fn check_classes(&self) -> Result<()> {
        let (Some(classes), (port, _)) = (&self.classes, &self.outputs[0]) else { return Ok(()) };
        classes.check("classes")?;
        let fits = match port.shape.as_deref().map(<[Dim]>::last) {
            Some(Some(Dim::Fixed(length))) => *length as usize == classes.len(),
            Some(None) => false,
            Some(Some(Dim::Any(_))) | None => !classes.is_empty() && port.dtype != Dtype::Text,
        };
        if !fits {
            let expected =
                format!("one for each place of the last dimension of \"{}\", {}", port.name, port.shown_shape());
            return Err(unsound("classes", expected, classes.len().to_string()));
        }
        Ok(())
    }
}

impl Examples {
    fn check(&self, parts: &Parts) -> Result<()> {
        if self.tolerance.is_nan() || self.tolerance < 0.0 {
            return Err(unsound("examples.tolerance", "a number of at least 0".into(), "another".into()));
        }
        for (i, (inputs, outputs)) in self.tensors.iter().enumerate() {
            let place = |error: Error| error.within(&format!("examples[{i}]"));
            if (inputs.len(), outputs.len()) != (parts.inputs.len(), parts.outputs.len()) {
                let expected = "a tensor for each input and each output".into();
                return Err(place(unsound("tensors", expected, "another number of them".into())));
            }
            for (port, tensor) in parts.inputs.iter().zip(inputs) {
                port.check(tensor).map_err(place)?;
            }
        }
        Ok(())
    }
}

/// Refuses a name that two ports have.
fn distinct<'a>(what: &'static str, ports: impl Iterator<Item = &'a Port>) -> Result<()> {
    let mut names: Vec<&str> = ports.map(|port| port.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => Err(unsound(what, "distinct names".into(), format!("\"{}\" twice", pair[0]))),
    }
}

fn unsound(at: &'static str, expected: String, found: String) -> Error {
    Error::new(Kind::InvalidModel, at, expected, found)
}
