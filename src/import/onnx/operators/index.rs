//! Operators that pick elements or put them in places.

use super::super::step::Step;
use super::shape::named_type;
use crate::error::Result;
use crate::network::{Binary, Operator, PadMode, Tensor};

/// How an element and one that is there become one.
const REDUCTIONS: [(&str, Option<Binary>); 5] = [
    ("none", None),
    ("add", Some(Binary::Add)),
    ("mul", Some(Binary::Mul)),
    ("max", Some(Binary::Max)),
    ("min", Some(Binary::Min)),
];

/// Operators that pick elements or put them in places.
pub fn add(mut step: Step<'_, '_>) -> Result<()> {
    let operator = match step.node.op_type {
        "CenterCropPad" => Operator::CenterCropPad { axes: step.integers("axes") },
        "Compress" => Operator::Compress { axis: step.find_integer("axis") },
        "EyeLike" => Operator::EyeLike { dtype: named_type(&step, "dtype")?, k: step.integer("k", 0) },
        "Gather" => Operator::Gather { axis: step.integer("axis", 0) },
        "GatherElements" => Operator::GatherElements { axis: step.integer("axis", 0) },
        "GatherND" => Operator::GatherNd { batch: step.integer("batch_dims", 0) },
        "NonZero" => Operator::NonZero,
        "OneHot" => Operator::OneHot { axis: step.integer("axis", -1) },
        "Pad" => {
            if step.version < 11 {
                step.push_integers(1, "pads");
                let value = Tensor::scalar(step.float("value", 0.0));
                step.push_constant(2, Some(value));
            }
            let modes = [
                ("constant", PadMode::Constant),
                ("reflect", PadMode::Reflect),
                ("edge", PadMode::Edge),
                ("wrap", PadMode::Wrap),
            ];
            Operator::Pad(step.choice("mode", "constant", &modes)?)
        }
        "ReverseSequence" => {
            Operator::ReverseSequence { time: step.integer("time_axis", 0), batch: step.integer("batch_axis", 1) }
        }
        "Scatter" | "ScatterElements" => Operator::ScatterElements {
            axis: step.integer("axis", 0),
            reduction: step.choice("reduction", "none", &REDUCTIONS)?,
        },
        "ScatterND" => Operator::ScatterNd { reduction: step.choice("reduction", "none", &REDUCTIONS)? },
        "Slice" => {
            if step.version < 10 {
                for (at, name) in [(1, "starts"), (2, "ends"), (3, "axes")] {
                    step.push_integers(at, name);
                }
            }
            Operator::Slice
        }
        "TopK" => {
            // Sorted results are one of the orders that unsorted ones may have.
            step.ignore(&["sorted"]);
            if step.version < 10 {
                let k = step.integer("k", 0);
                step.push_constant(1, Some(Tensor::integers(vec![k])));
            }
            Operator::TopK { axis: step.integer("axis", -1), largest: step.flag("largest", true) }
        }
        "Trilu" => Operator::Trilu { upper: step.flag("upper", true) },
        _ => Operator::Unique { axis: step.find_integer("axis"), sorted: step.flag("sorted", true) },
    };
    step.becomes(operator)
}
