//! Operators of quantized numbers.

use super::super::step::{Step, unsupported};
use super::shape::named_type;
use crate::error::Result;
use crate::network::{Operator, Quantization};

/// Operators of quantized numbers.
pub fn add(step: Step<'_, '_>) -> Result<()> {
    let operator = match step.node.op_type {
        "QuantizeLinear" | "DequantizeLinear" => {
            // Only 8-bit floats saturate, and those are refused.
            step.ignore(&["saturate"]);
            if step.integer("precision", 0) != 0 {
                return Err(unsupported("a precision of QuantizeLinear"));
            }
            let dtype = named_type(&step, "output_dtype")?;
            let how = Quantization { axis: step.integer("axis", 1), block: step.integer("block_size", 0), dtype };
            if step.node.op_type == "QuantizeLinear" {
                Operator::QuantizeLinear(how)
            } else {
                Operator::DequantizeLinear(how)
            }
        }
        "DynamicQuantizeLinear" => Operator::DynamicQuantizeLinear,
        "MatMulInteger" => Operator::MatMulInteger,
        _ => Operator::QLinearMatMul,
    };
    step.becomes(operator)
}
