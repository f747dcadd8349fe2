//! Steps that these operators are put together from.

use super::super::step::{Step, unsupported};
use crate::error::Result;
use crate::import::network::Place;
use crate::network::{Binary, Data, Dtype, Operator, Reduce, Reduction, Tensor, Unary};

/// A tensor on its way.
pub type Value = Option<Place>;

impl<'a> Step<'a, '_> {
    /// A constant.
    pub fn constant(&mut self, tensor: Tensor) -> Value {
        Some(self.builder.weight(tensor))
    }

    /// Floats of a shape, as a type that is one of float32 and float64.
    pub fn floats_as(&mut self, dtype: Dtype, shape: &[usize], floats: Vec<f32>) -> Value {
        let data = match dtype {
            Dtype::F64 => Data::F64(floats.into_iter().map(f64::from).collect()),
            _ => Data::F32(floats),
        };
        self.constant(Tensor::exact(dtype, shape.to_vec(), data))
    }

    /// One number of type float32.
    pub fn number(&mut self, x: f32) -> Value {
        self.constant(Tensor::scalar(x))
    }

    /// One whole number.
    pub fn integer_constant(&mut self, x: i64) -> Value {
        self.constant(Tensor::exact(Dtype::I64, vec![], Data::I64(vec![x])))
    }

    /// A function of every element.
    pub fn unary(&mut self, function: Unary, x: Value) -> Value {
        self.make(Operator::Unary(function), &[x])
    }

    /// A function of two elements at a time.
    pub fn binary(&mut self, function: Binary, x: Value, y: Value) -> Value {
        self.make(Operator::Binary(function), &[x, y])
    }

    /// Elements of another type; nothing is done where they are known to be of it.
    pub fn cast(&mut self, dtype: Dtype, x: Value) -> Value {
        if self.builder.outline(x).dtype == Some(dtype) { x } else { self.make(Operator::Cast(dtype), &[x]) }
    }

    /// The last dimension becomes one element, which stays a dimension if it is kept.
    pub fn reduce(&mut self, by: Reduction, keep: bool, x: Value) -> Value {
        let last = self.constant(Tensor::integers(vec![-1]));
        self.make(Operator::Reduce(Reduce { by, keep, none: false }), &[x, last])
    }

    /// A new dimension of length 1 at a place.
    pub fn unsqueezed(&mut self, x: Value, at: i64) -> Value {
        let at = self.constant(Tensor::integers(vec![at]));
        self.make(Operator::Unsqueeze, &[x, at])
    }

    /// Whether the elements of a tensor are float64.
    ///
    /// # Errors
    /// [`Kind::Unsupported`](crate::error::Kind::Unsupported) where that cannot be told before the network runs.
    pub fn is_double(&self, x: Value) -> Result<bool> {
        match self.builder.outline(x).dtype {
            Some(dtype) => Ok(dtype == Dtype::F64),
            None if self.builder.has_double => {
                Err(unsupported(format!("{} of what may be float32 or float64", self.node.op_type)))
            }
            None => Ok(false),
        }
    }

    /// An input as float32, whatever its numbers are.
    pub fn input_as_floats(&mut self, i: usize) -> Result<Value> {
        let x = self.input(i)?;
        Ok(self.cast(Dtype::F32, x))
    }

    /// An input as float64 where it is that, else as float32; and which it is.
    pub fn input_as_numbers(&mut self, i: usize) -> Result<(Value, Dtype)> {
        let x = self.input(i)?;
        let dtype = if self.is_double(x)? { Dtype::F64 } else { Dtype::F32 };
        Ok((self.cast(dtype, x), dtype))
    }

    /// Gives the node's outputs tensors that are there, in their order.
    pub fn are(self, values: &[Value]) -> Result<()> {
        self.check_read()?;
        for (name, place) in self.node.outputs.iter().zip(values) {
            if let Some(place) = place {
                self.builder.name(name, *place)?;
            }
        }
        Ok(())
    }
}
