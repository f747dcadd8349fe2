//! The hub: a validated, immutable model. Whatever is imported or trained becomes a [`Model`]; whatever predicts starts
//! from one.
//!
//! A model is a [`Signature`] (what goes in and out), a [`Graph`] of typed operators, its [`Provenance`], and
//! [`TestRows`] it can prove itself with. [`Model::new`] is the only way to make one, and it checks everything: if a
//! `Model` exists, it is sound, and running it cannot fail. Nothing here does I/O or knows how a model is stored.

mod background;
mod column;
mod date;
mod decide;
mod encode;
pub mod forest;
mod graph;
mod labels;
mod linear;
mod map;
mod pairwise;
mod provenance;
mod signature;
mod test_rows;
mod text;
mod transform;
mod vote;

pub use background::{Background, Known};
pub use column::{Concat, Impute, OneHot, Scale, Select};
pub use date::{DatePart, DateParts};
pub use decide::{ArgMax, Binarize, LastArgMax, Sigmoid, Softmax};
pub use encode::{Bins, Recode, Table};
pub use forest::Forest;
pub use graph::{Graph, MAX_WIDTH, Node, Operator, ValueId};
pub use labels::{Label, Labels};
pub use linear::{Linear, LinearF32};
pub use map::{Combine, Complement, Function, Map, Rescale};
pub use pairwise::{ImputeNearest, Measure, Neighbours, Pairwise, Reach};
pub use provenance::{Metric, Provenance};
pub use signature::{Input, InputKind, Method, Missing, Output, Screen, Signature, Unknown};
pub use test_rows::{Expected, TestRows, is_near};
pub use text::{Pieces, Terms, Vectorize};
#[cfg(feature = "tensors")]
pub(crate) use text::{check_folds, check_ranges};
pub use transform::{Beyond, Interpolate, Norm, Normalize, Polynomial, PowerTransform, Quantile, Spline};
pub use vote::{Couple, Votes, WeightedMedian};

use crate::error::Result;

/// A sound model: see the module's documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    parts: Parts,
    /// The width of each value of the graph, by id.
    widths: Vec<usize>,
}

/// What a model is made of, before it is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// What goes in and out.
    pub signature: Signature,
    /// How the outputs follow from the inputs.
    pub graph: Graph,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Rows with the source framework's own outputs.
    pub tests: TestRows,
}

impl Model {
    /// Checks the parts and makes them a model.
    ///
    /// # Errors
    /// [`Kind::InvalidModel`](crate::error::Kind::InvalidModel), with the path of the part that is not sound.
    pub fn new(parts: Parts) -> Result<Self> {
        // Whoever made a package has checked the model in it.
        if cfg!(feature = "packaged") {
            let widths = parts.graph.check(parts.signature.inputs.len())?;
            return Ok(Self { parts, widths });
        }
        parts.signature.check()?;
        let widths = parts.graph.check(parts.signature.inputs.len())?;
        parts.signature.check_outputs(&widths)?;
        if let (false, Ok(decisions)) = (parts.signature.classes.is_empty(), parts.signature.output(Method::Predict)) {
            parts.graph.check_decisions(decisions.value, &parts.signature.classes, &widths)?;
        }
        parts.provenance.check()?;
        parts.tests.check(&parts.signature, &widths)?;
        Ok(Self { parts, widths })
    }

    /// What goes in and out.
    pub fn signature(&self) -> &Signature {
        &self.parts.signature
    }

    /// The operators, in topological order.
    pub fn graph(&self) -> &Graph {
        &self.parts.graph
    }

    /// Where the model comes from.
    pub fn provenance(&self) -> &Provenance {
        &self.parts.provenance
    }

    /// Rows with the source framework's own outputs.
    pub fn tests(&self) -> &TestRows {
        &self.parts.tests
    }

    /// How many numbers a row of the graph's value `id` has.
    pub fn width(&self, id: ValueId) -> usize {
        self.widths[id as usize]
    }

    /// The parts again, to make a changed model of them.
    pub fn into_parts(self) -> Parts {
        self.parts
    }

    /// The parts, and the width of each value of the graph.
    pub(crate) fn into_parts_and_widths(self) -> (Parts, Vec<usize>) {
        (self.parts, self.widths)
    }
}
