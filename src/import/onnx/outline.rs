//! What is known of a tensor before anything runs, as far as `ai.onnx.ml` asks: its operators do something else with doubles than
//! with floats, and with one dimension than with two.

use crate::network::{Dtype, Operator, Port, Tensor};

/// A tensor's type, how many dimensions it has, and of one dimension how long it is; nothing where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outline {
    /// The type of its elements.
    pub dtype: Option<Dtype>,
    /// How many dimensions.
    pub rank: Option<usize>,
    /// How many elements, of one dimension: a shape is as long as what has it has dimensions.
    pub length: Option<usize>,
}

impl Outline {
    /// Of what goes in.
    pub fn of_port(port: &Port) -> Self {
        Self { dtype: Some(port.dtype), rank: port.shape.as_ref().map(Vec::len), length: None }
    }

    /// Of a weight or a constant.
    pub fn of_tensor(tensor: &Tensor) -> Self {
        let length = (tensor.rank() == 1).then_some(tensor.len());
        Self { dtype: Some(tensor.dtype()), rank: Some(tensor.rank()), length }
    }

    /// Of what an operator makes, output by output.
    pub fn made(operator: &Operator, given: &[Self], outputs: usize) -> Vec<Self> {
        use Operator::*;
        let at = |i: usize| given.get(i).copied().unwrap_or_default();
        let first = at(0);
        let of = |dtype: Option<Dtype>, rank: Option<usize>| Self { dtype, rank, length: None };
        let long = |one: Self, length: Option<usize>| Self { length: length.filter(|_| one.rank == Some(1)), ..one };
        let widest = || given.iter().map(|one| one.rank).try_fold(0, |most, rank| rank.map(|rank| most.max(rank)));
        let plus = |rank: Option<usize>, more: Option<usize>| Some(rank? + more?);
        let minus = |rank: Option<usize>, fewer: Option<usize>| rank?.checked_sub(fewer?);
        let all = |one: Self| vec![one; outputs];
        match operator {
            Unary(function) if function.tells() => all(of(Some(Dtype::Bool), first.rank)),
            Binary(function) if function.compares() => all(of(Some(Dtype::Bool), widest())),
            Binary(_) => all(of(first.dtype, widest())),
            Where => all(of(at(1).dtype, widest())),
            Cast(dtype) => all(Self { dtype: Some(*dtype), ..first }),
            CastLike => all(of(at(1).dtype, first.rank)),
            Unary(_)
            | Softmax(_)
            | Cumulate { .. }
            | LpNormalization { .. }
            | Trilu { .. }
            | Transpose(_)
            | ScatterElements { .. }
            | ScatterNd { .. } => all(first),
            Split { .. } | Slice | Pad(_) | Tile => all(of(first.dtype, first.rank)),
            Concat { .. } => {
                let lengths = given.iter().map(|one| one.length);
                all(long(first, lengths.sum()))
            }
            Dropout => vec![first, of(Some(Dtype::Bool), first.rank)],
            Gemm { .. } => all(of(first.dtype, Some(2))),
            MatMul if first.rank == Some(2) && at(1).rank == Some(2) => all(first),
            Reduce(how) if how.keep => all(of(first.dtype, first.rank)),
            Reduce(how) if given.len() < 2 && !how.none => all(of(first.dtype, Some(0))),
            Reduce(_) => all(of(first.dtype, minus(first.rank, at(1).length))),
            ArgReduce { keep, .. } => {
                all(of(Some(Dtype::I64), if *keep { first.rank } else { minus(first.rank, Some(1)) }))
            }
            TopK { .. } => vec![of(first.dtype, first.rank), of(Some(Dtype::I64), first.rank)],
            Shape { start: 0, end: None } => all(long(of(Some(Dtype::I64), Some(1)), first.rank)),
            Shape { .. } => all(of(Some(Dtype::I64), Some(1))),
            Size => all(of(Some(Dtype::I64), Some(0))),
            Reshape { .. } | Expand => all(of(first.dtype, at(1).length)),
            Flatten { .. } => all(of(first.dtype, Some(2))),
            Squeeze => all(of(first.dtype, minus(first.rank, at(1).length))),
            Unsqueeze => all(long(of(first.dtype, plus(first.rank, at(1).length)), Some(1))),
            Gather { .. } => all(long(of(first.dtype, minus(plus(first.rank, at(1).rank), Some(1))), at(1).length)),
            GatherElements { .. } => all(of(first.dtype, first.rank)),
            Compress { axis } => all(of(first.dtype, if axis.is_some() { first.rank } else { Some(1) })),
            NonZero => all(of(Some(Dtype::I64), Some(2))),
            Range => all(of(first.dtype, Some(1))),
            OneHot { .. } => all(of(at(2).dtype, plus(first.rank, Some(1)))),
            TreeEnsemble { .. } => all(of(at(4).dtype, Some(2))),
            _ => all(Self::default()),
        }
    }
}
