//! Operators that make one element of many.

use super::super::step::Step;
use crate::error::Result;
use crate::network::{Operator, Reduce, Reduction};

/// Reductions, places of extremes, cumulated sums.
pub fn add(mut step: Step<'_, '_>) -> Result<()> {
    let by = match step.node.op_type {
        "ArgMax" | "ArgMin" => {
            let largest = step.node.op_type == "ArgMax";
            let (axis, keep) = (step.integer("axis", 0), step.flag("keepdims", true));
            let last = step.flag("select_last_index", false);
            return step.becomes(Operator::ArgReduce { largest, axis, keep, last });
        }
        "CumProd" | "CumSum" => {
            let product = step.node.op_type == "CumProd";
            let (exclusive, reverse) = (step.flag("exclusive", false), step.flag("reverse", false));
            return step.becomes(Operator::Cumulate { product, exclusive, reverse });
        }
        "ReduceL1" => Reduction::L1,
        "ReduceL2" => Reduction::L2,
        "ReduceLogSum" => Reduction::LogSum,
        "ReduceLogSumExp" => Reduction::LogSumExp,
        "ReduceMax" => Reduction::Max,
        "ReduceMean" => Reduction::Mean,
        "ReduceMin" => Reduction::Min,
        "ReduceProd" => Reduction::Prod,
        "ReduceSumSquare" => Reduction::SumSquare,
        _ => Reduction::Sum,
    };
    let first = if step.node.op_type == "ReduceSum" { 13 } else { 18 };
    if step.version < first {
        step.push_integers(1, "axes");
    }
    let (keep, none) = (step.flag("keepdims", true), step.flag("noop_with_empty_axes", false));
    step.becomes(Operator::Reduce(Reduce { by, keep, none }))
}
