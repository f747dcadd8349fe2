//! Nodes whose weights are laid out for their kernels once, when a network is loaded.

use super::arguments::{Arguments, floats, wrong_shape, wrong_type};
use super::filters::Filters;
use super::shape::turned;
use crate::error::Result;
use crate::kernel::gemm::{Bounds, Columns, multiply_packed};
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Node, Operator, Tensor, shown};

/// A node with its weights.
pub enum Prepared {
    /// A convolution.
    Filters(Filters),
    /// Products of rows with a matrix.
    Product(Product),
}

impl Prepared {
    /// What a node becomes of whose inputs this is known. Nothing where its operator looks at the weights itself.
    pub fn new(node: &Node, inputs: &[Input<'_>]) -> Option<Self> {
        let constant = |i: usize| match inputs.get(i)? {
            Input::Constant(tensor) if tensor.dtype() == Dtype::F32 && !tensor.is_empty() => Some(*tensor),
            _ => None,
        };
        let bias = match inputs.get(2) {
            None | Some(Input::Absent) => None,
            Some(_) => Some(constant(2)?),
        };
        let (weights, bounds) = (constant(1)?, node.within);
        match &node.operator {
            Operator::Conv(window) => Filters::new(window, weights, bias, bounds).ok().map(Self::Filters),
            Operator::MatMul | Operator::Linear => Product::new(weights, bias, None, bounds).map(Self::Product),
            Operator::Gemm { alpha: 1.0, beta: 1.0, transposed: (false, false) } => {
                Product::new(weights, bias, Some(2), bounds).map(Self::Product)
            }
            Operator::Gemm { alpha: 1.0, beta: 1.0, transposed: (false, true) } if weights.rank() == 2 => {
                Product::new(&turned(&[1, 0], weights), bias, Some(2), bounds).map(Self::Product)
            }
            _ => None,
        }
    }

    /// What the node makes.
    pub fn run(&self, given: &Arguments<'_>) -> Result<Tensor> {
        match self {
            Self::Filters(filters) => filters.run(given.get(0)?),
            Self::Product(product) => product.run(given.get(0)?),
        }
    }
}

/// What is known of an input before a network runs.
pub enum Input<'a> {
    /// It is left out.
    Absent,
    /// A weight.
    Constant(&'a Tensor),
    /// What is only known then.
    Given,
}

/// Products of rows with a matrix, and what is added to each.
pub struct Product {
    columns: Columns,
    depth: usize,
    width: usize,
    bias: Option<Vec<f32>>,
    /// How many dimensions the rows must have.
    rank: Option<usize>,
    bounds: Option<Bounds>,
}

impl Product {
    /// Of a matrix `[depth, width]` and a bias `[width]`; nothing if they have other shapes.
    pub fn new(weights: &Tensor, bias: Option<&Tensor>, rank: Option<usize>, bounds: Option<Bounds>) -> Option<Self> {
        let [depth, width] = *weights.shape() else { return None };
        if bias.is_some_and(|bias| bias.shape() != [width]) {
            return None;
        }
        let bias = bias.map(|bias| floats(bias).map(<[f32]>::to_vec)).transpose().ok()?;
        let columns = Columns::packed(floats(weights).ok()?, (depth, width));
        Some(Self { columns, depth, width, bias, rank, bounds })
    }

    /// The products of rows `[…, depth]`.
    pub fn run(&self, rows: &Tensor) -> Result<Tensor> {
        let Data::F32(x) = rows.data() else { return Err(wrong_type("float32, as the weights", rows)) };
        if rows.shape().last() != Some(&self.depth) || self.rank.is_some_and(|rank| rows.rank() != rank) {
            return Err(wrong_shape(format!("rows of {}", self.depth), shown(rows.shape())));
        }
        let mut shape = rows.shape().to_vec();
        shape.pop();
        shape.push(self.width);
        let mut all = vec![0.0; count(&shape)?];
        if let Some(bias) = &self.bias {
            all.chunks_exact_mut(self.width).for_each(|row| row.copy_from_slice(bias));
        }
        multiply_packed(x, &self.columns, &mut all, self.width, self.bounds);
        Ok(Tensor::rounded(rows.dtype(), shape, Data::F32(all)))
    }
}
