//! Nodes whose weights are laid out for their kernels once, when a network is loaded.

use super::arguments::{Arguments, floats, index, integers, wrong_shape, wrong_type};
use super::filters::Filters;
use super::shape::turned;
use super::trees::Trees;
use crate::error::Result;
use crate::kernel::gemm::{self, Bounds, multiply_packed};
use crate::kernel::quantized;
use crate::network::tensor::count;
use crate::network::{Compact, Data, Dtype, Node, Numbers, Operator, Tensor, Weight, shown};

/// A node with its weights.
pub enum Prepared {
    /// A convolution.
    Filters(Filters),
    /// Products of rows with a matrix.
    Product(Product),
    /// Rows of a table in fewer bytes.
    Table(Compact),
    /// Trees that are checked.
    Trees(Trees),
    /// Nothing is left to do: what it makes is a weight by now.
    Opened,
}

impl Prepared {
    /// What a node becomes of whose inputs this is known. Nothing where its operator looks at the weights itself.
    pub fn new(node: &Node, inputs: &[Input<'_>]) -> Option<Self> {
        if let (Operator::TreeEnsemble { .. }, [_, trees @ ..]) = (&node.operator, inputs) {
            let mut constants = Vec::with_capacity(trees.len());
            for input in trees {
                let Input::Constant(weight) = *input else { return None };
                constants.push(weight.tensor());
            }
            let trees: Vec<&Tensor> = constants.iter().map(|tensor| &**tensor).collect();
            return Trees::new(&node.operator, &trees).ok().map(Self::Trees);
        }
        let constant = |i: usize| match inputs.get(i)? {
            Input::Constant(Weight::Tensor(tensor)) if tensor.dtype() != Dtype::F32 => None,
            Input::Constant(weight) if !weight.is_empty() => Some(*weight),
            _ => None,
        };
        if let (Operator::Gather { axis: 0 }, Some(Weight::Compact(table)), 2) =
            (&node.operator, constant(0), inputs.len())
        {
            return Some(Self::Table(table.clone()));
        }
        let bias = match inputs.get(2) {
            None | Some(Input::Absent) => None,
            Some(_) => Some(constant(2)?.tensor()),
        };
        let (weights, bias, bounds) = (constant(1)?, bias.as_deref(), node.within);
        match &node.operator {
            Operator::Conv(window) => Filters::new(window, &weights.tensor(), bias, bounds).ok().map(Self::Filters),
            Operator::MatMul | Operator::Linear => Product::new(weights, false, bias, bounds).map(Self::Product),
            Operator::Gemm { alpha: 1.0, beta: 1.0, transposed: (false, is_turned) } => {
                Product::new(weights, *is_turned, bias, bounds)
                    .map(|product| Self::Product(Product { rank: Some(2), ..product }))
            }
            _ => None,
        }
    }

    /// Which input it takes when it runs: it has the others already.
    pub fn takes(&self) -> usize {
        match self {
            Self::Filters(_) | Self::Product(_) | Self::Trees(_) | Self::Opened => 0,
            Self::Table(_) => 1,
        }
    }

    /// What the node makes. Chooses by the network alone, as [`run`](super::run) does.
    #[cfg_attr(feature = "packaged", inline(never))]
    pub fn run(&self, given: &Arguments<'_>) -> Result<Tensor> {
        let taken = || given.get(self.takes());
        match self {
            Self::Filters(filters) => apart!(filters.run(taken()?)),
            Self::Product(product) => apart!(product.run(taken()?)),
            Self::Table(table) => apart!(rows_of(table, taken()?)),
            Self::Trees(trees) => apart!(trees.run(taken()?)),
            Self::Opened => Ok(taken()?.clone()),
        }
    }
}

/// The slices of a table that whole numbers name.
fn rows_of(table: &Compact, indices: &Tensor) -> Result<Tensor> {
    let (&length, row) = table.shape().split_first().ok_or_else(|| wrong_shape("a table", "a number"))?;
    let size: usize = row.iter().product();
    let shape = [indices.shape(), row].concat();
    let mut all = Vec::with_capacity(count(&shape)?);
    for &i in integers(indices)? {
        table.read(index(i, length)? * size, size, &mut all);
    }
    Ok(Tensor::exact(Dtype::F32, shape, Data::F32(all)))
}

/// What is known of an input before a network runs.
pub enum Input<'a> {
    /// It is left out.
    Absent,
    /// A weight.
    Constant(&'a Weight),
    /// What is only known then.
    Given,
}

/// Products of rows with a matrix, and what is added to each.
pub struct Product {
    matrix: Matrix,
    depth: usize,
    width: usize,
    bias: Option<Vec<f32>>,
    /// How many dimensions the rows must have.
    rank: Option<usize>,
    bounds: Option<Bounds>,
}

enum Matrix {
    Floats(gemm::Columns),
    Bytes(quantized::Columns),
}

impl Product {
    /// Of a matrix `[depth, width]`, or turned `[width, depth]`, and a bias `[width]`; nothing if they have other shapes.
    pub fn new(weights: &Weight, is_turned: bool, bias: Option<&Tensor>, bounds: Option<Bounds>) -> Option<Self> {
        let (depth, width) = match (weights.shape(), is_turned) {
            (&[depth, width], false) | (&[width, depth], true) => (depth, width),
            _ => return None,
        };
        if bias.is_some_and(|bias| bias.shape() != [width]) {
            return None;
        }
        let bias = bias.map(|bias| floats(bias).map(<[f32]>::to_vec)).transpose().ok()?;
        let matrix = match weights {
            Weight::Compact(compact) => match compact.numbers() {
                Numbers::Byte { numbers, axis, scales } if (*axis == 0) == is_turned => {
                    let [deep, across] = if is_turned { [1, depth] } else { [width, 1] };
                    let at = |k: usize, column: usize| numbers[k * deep + column * across];
                    Matrix::Bytes(quantized::Columns::packed(at, depth, scales))
                }
                _ => Matrix::floats(&compact.tensor(), is_turned)?,
            },
            Weight::Tensor(tensor) => Matrix::floats(tensor, is_turned)?,
        };
        Some(Self { matrix, depth, width, bias, rank: None, bounds })
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
        match &self.matrix {
            Matrix::Floats(columns) => multiply_packed(x, columns, &mut all, self.width, self.bounds),
            Matrix::Bytes(columns) => columns.multiply(x, &mut all, self.width, self.bounds),
        }
        Ok(Tensor::rounded(rows.dtype(), shape, Data::F32(all)))
    }
}

impl Matrix {
    fn floats(weights: &Tensor, is_turned: bool) -> Option<Self> {
        let turned = is_turned.then(|| turned(&[1, 0], weights));
        let weights = turned.as_ref().unwrap_or(weights);
        let columns = gemm::Columns::packed(floats(weights).ok()?, (weights.shape()[0], weights.shape()[1]));
        Some(Self::Floats(columns))
    }
}
