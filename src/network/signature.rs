//! What goes into a network and comes out of it.

use super::{Dtype, Tensor};
use crate::error::{Error, Kind, Result};
use serde::{Deserialize, Serialize};

/// A named tensor at the edge of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// The type of its elements; of an output what its maker said.
    pub dtype: Dtype,
    /// How long each dimension is; nothing if not even their number is known.
    pub shape: Option<Vec<Dim>>,
}

/// One dimension of a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dim {
    /// Always that long.
    Fixed(u32),
    /// As long as whatever is given; the name is for people, and "" if there is none.
    Any(String),
}

impl Port {
    /// Checks that a tensor may go in here.
    ///
    /// # Errors
    /// [`Kind::WrongType`] or [`Kind::WrongShape`], at the port's name.
    pub fn check(&self, tensor: &Tensor) -> Result<()> {
        if tensor.dtype() != self.dtype {
            return Err(Error::new(
                Kind::WrongType,
                self.name.clone(),
                format!("elements of type {}", self.dtype.name()),
                tensor.dtype().name(),
            ));
        }
        let Some(shape) = &self.shape else { return Ok(()) };
        let fits = |(dim, &length): (&Dim, &usize)| match dim {
            Dim::Fixed(fixed) => *fixed as usize == length,
            Dim::Any(_) => true,
        };
        if shape.len() == tensor.rank() && shape.iter().zip(tensor.shape()).all(fits) {
            return Ok(());
        }
        let expected = format!("the shape {}", self.shown_shape());
        Err(Error::new(Kind::WrongShape, self.name.clone(), expected, shown(tensor.shape())))
    }

    /// The shape as people read it: `[batch, 3, 224, 224]`.
    pub fn shown_shape(&self) -> String {
        let Some(shape) = &self.shape else { return "of any rank".into() };
        let dim = |dim: &Dim| match dim {
            Dim::Fixed(length) => length.to_string(),
            Dim::Any(name) if name.is_empty() => "?".into(),
            Dim::Any(name) => name.clone(),
        };
        format!("[{}]", shape.iter().map(dim).collect::<Vec<_>>().join(", "))
    }
}

/// A shape as people read it.
pub fn shown(shape: &[usize]) -> String {
    format!("[{}]", shape.iter().map(|length| length.to_string()).collect::<Vec<_>>().join(", "))
}
