//! Layers: products of matrices, normalization, softmax, attention.

use super::super::step::{Step, unsupported};
use crate::error::Result;
use crate::infer::turned;
use crate::network::{Attention, Binary, Operator, Reduce, Reduction, Softmax, SoftmaxKind, Tensor, Unary};

/// Products of matrices, normalization, softmax, attention.
pub fn add(mut step: Step<'_, '_>) -> Result<()> {
    let epsilon = |step: &Step<'_, '_>| step.float("epsilon", 1e-5);
    if step.builder.has_bfloat16 && matches!(step.node.op_type, "Softmax" | "LogSoftmax" | "Attention") {
        return Err(unsupported(format!("{} of bfloat16, whose sums frameworks round differently", step.node.op_type)));
    }
    let operator = match step.node.op_type {
        "MatMul" => Operator::MatMul,
        "Gemm" => {
            let transposed = (step.flag("transA", false), !lies_as_read(&mut step) && step.flag("transB", false));
            Operator::Gemm { alpha: step.float("alpha", 1.0), beta: step.float("beta", 1.0), transposed }
        }
        "Einsum" => Operator::Einsum(step.text("equation", "")?.to_owned()),
        "Det" => Operator::Det,
        "BatchNormalization" => {
            step.ignore(&["momentum"]);
            if step.flag("training_mode", false) || !step.flag("spatial", true) || step.node.outputs.len() > 1 {
                return Err(unsupported("BatchNormalization as in training"));
            }
            Operator::BatchNormalization { epsilon: epsilon(&step) }
        }
        "InstanceNormalization" => Operator::InstanceNormalization { epsilon: epsilon(&step) },
        "GroupNormalization" => {
            step.check_stash()?;
            Operator::GroupNormalization { groups: step.integer("num_groups", 0), epsilon: epsilon(&step) }
        }
        "LayerNormalization" | "RMSNormalization" => {
            step.check_stash()?;
            let centred = step.node.op_type == "LayerNormalization";
            Operator::LayerNormalization { axis: step.integer("axis", -1), epsilon: epsilon(&step), centred }
        }
        "LpNormalization" => Operator::LpNormalization { axis: step.integer("axis", -1), p: step.integer("p", 2) },
        "LRN" => Operator::Lrn {
            size: step.integer("size", 0),
            alpha: step.float("alpha", 1e-4),
            beta: step.float("beta", 0.75),
            bias: step.float("bias", 1.0),
        },
        "Softmax" | "LogSoftmax" | "Hardmax" => {
            let flat = step.version < 13;
            let kind = match step.node.op_type {
                "Softmax" => SoftmaxKind::Softmax,
                "LogSoftmax" => SoftmaxKind::LogSoftmax,
                _ => SoftmaxKind::Hardmax,
            };
            Operator::Softmax(Softmax { axis: step.integer("axis", if flat { 1 } else { -1 }), flat, kind })
        }
        "Attention" => attention(&step)?,
        "RotaryEmbedding" => Operator::RotaryEmbedding {
            interleaved: step.flag("interleaved", false),
            dimensions: step.integer("rotary_embedding_dim", 0),
            heads: step.integer("num_heads", 0),
        },
        _ => return mean_variance(step),
    };
    step.becomes(operator)
}

impl Step<'_, '_> {
    /// Sums are made in float32 at least, which is what ONNX's default says.
    fn check_stash(&self) -> Result<()> {
        match self.integer("stash_type", 1) {
            1 | 11 => Ok(()),
            kind => Err(unsupported(format!("stash_type = {kind}"))),
        }
    }
}

/// Turns a matrix of weights over that Gemm would turn over each time: PyTorch's layers all are so. Says whether it did.
fn lies_as_read(step: &mut Step<'_, '_>) -> bool {
    let place = step.inputs.get(1).copied().flatten();
    let matrix = step.builder.constant(place).filter(|weights| weights.rank() == 2 && step.flag("transB", false));
    let turned = matrix.map(|weights| turned(&[1, 0], weights));
    let is_turned = turned.is_some();
    step.push_constant(1, turned);
    is_turned
}

fn attention(step: &Step<'_, '_>) -> Result<Operator> {
    if !matches!(step.integer("softmax_precision", 1), 0 | 1 | 11) {
        return Err(unsupported("softmax_precision of fewer bits than float32"));
    }
    Ok(Operator::Attention(Attention {
        causal: step.flag("is_causal", false),
        query_heads: step.integer("q_num_heads", 0),
        key_heads: step.integer("kv_num_heads", 0),
        scale: step.find("scale").map(|attribute| attribute.float.unwrap_or(0.0)),
        cap: step.float("softcap", 0.0),
        shows: step.integer("qk_matmul_output_mode", 0),
        left: step.integer("left_window_size", -1),
        right: step.integer("right_window_size", -1),
    }))
}

/// (x − mean) / (√(mean of squares − square of mean) + 1e-9), as ONNX's function body has it.
fn mean_variance(mut step: Step<'_, '_>) -> Result<()> {
    let axes = step.integers("axes");
    let axes = if axes.is_empty() { vec![0, 2, 3] } else { axes };
    let axes = Some(step.builder.weight(Tensor::integers(axes)));
    let mean = Operator::Reduce(Reduce { by: Reduction::Mean, keep: true, none: false });
    let (subtract, divide) = (Operator::Binary(Binary::Sub), Operator::Binary(Binary::Div));
    let x = step.input(0)?;
    let average = step.make(mean.clone(), &[x, axes]);
    let centred = step.make(subtract, &[x, average]);
    let squares = step.make(Operator::Binary(Binary::Mul), &[centred, centred]);
    let variance = step.make(mean, &[squares, axes]);
    let deviation = step.make(Operator::Unary(Unary::Sqrt), &[variance]);
    let least = Some(step.builder.weight(Tensor::scalar(1e-9)));
    let least = step.make(Operator::CastLike, &[least, x]);
    let deviation = step.make(Operator::Binary(Binary::Add), &[deviation, least]);
    let result = step.make(divide, &[centred, deviation]);
    step.is(result)
}
