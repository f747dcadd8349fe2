//! What each operator of ONNX means, in each of its versions. One file for each family.
//!
//! Source: ONNX's operator schemas (onnx.ai/onnx/operators). An attribute that became an input in a later version is made a
//! constant input.

mod elementwise;
mod image;
mod index;
mod layer;
mod quantize;
mod recurrent;
mod reduce;
mod shape;
mod window;

use super::step::{Step, unsupported};
use crate::error::Result;
pub use shape::constant_tensor;

/// Adds what a node of ONNX's own domain means.
pub fn add(step: Step<'_, '_>) -> Result<()> {
    match step.node.op_type {
        "Abs" | "Acos" | "Acosh" | "Asin" | "Asinh" | "Atan" | "Atanh" | "BitwiseNot" | "Ceil" | "Celu" | "Cos"
        | "Cosh" | "Elu" | "Erf" | "Exp" | "Floor" | "Gelu" | "HardSigmoid" | "HardSwish" | "IsInf" | "IsNaN"
        | "LeakyRelu" | "Log" | "Mish" | "Neg" | "Not" | "Reciprocal" | "Relu" | "Round" | "Selu" | "Shrink"
        | "Sigmoid" | "Sign" | "Sin" | "Sinh" | "Softplus" | "Softsign" | "Sqrt" | "Swish" | "Tan" | "Tanh"
        | "ThresholdedRelu" => elementwise::unary(step),
        "Add" | "And" | "BitShift" | "BitwiseAnd" | "BitwiseOr" | "BitwiseXor" | "Div" | "Equal" | "Greater"
        | "GreaterOrEqual" | "Less" | "LessOrEqual" | "Mod" | "Mul" | "Or" | "Pow" | "PRelu" | "Sub" | "Xor" => {
            elementwise::binary(step)
        }
        "Max" | "Mean" | "Min" | "Sum" => elementwise::several(step),
        "Clip" => elementwise::clip(step),
        "BitCast" | "Cast" | "CastLike" | "Where" => elementwise::typed(step),
        "ArgMax" | "ArgMin" | "CumProd" | "CumSum" | "ReduceL1" | "ReduceL2" | "ReduceLogSum" | "ReduceLogSumExp"
        | "ReduceMax" | "ReduceMean" | "ReduceMin" | "ReduceProd" | "ReduceSum" | "ReduceSumSquare" => {
            reduce::add(step)
        }
        "Concat" | "Constant" | "ConstantOfShape" | "DepthToSpace" | "Dropout" | "Expand" | "Flatten" | "Identity"
        | "Range" | "Reshape" | "Shape" | "Size" | "SpaceToDepth" | "Split" | "Squeeze" | "Tile" | "Transpose"
        | "Unsqueeze" => shape::add(step),
        "CenterCropPad" | "Compress" | "EyeLike" | "Gather" | "GatherElements" | "GatherND" | "NonZero" | "OneHot"
        | "Pad" | "ReverseSequence" | "Scatter" | "ScatterElements" | "ScatterND" | "Slice" | "TopK" | "Trilu"
        | "Unique" => index::add(step),
        "AveragePool" | "Col2Im" | "Conv" | "ConvInteger" | "ConvTranspose" | "GlobalAveragePool" | "GlobalLpPool"
        | "GlobalMaxPool" | "LpPool" | "MaxPool" | "MaxUnpool" | "QLinearConv" => window::add(step),
        "Attention"
        | "BatchNormalization"
        | "Det"
        | "Einsum"
        | "Gemm"
        | "GroupNormalization"
        | "Hardmax"
        | "InstanceNormalization"
        | "LayerNormalization"
        | "LogSoftmax"
        | "LpNormalization"
        | "LRN"
        | "MatMul"
        | "MeanVarianceNormalization"
        | "RMSNormalization"
        | "RotaryEmbedding"
        | "Softmax" => layer::add(step),
        "DequantizeLinear" | "DynamicQuantizeLinear" | "MatMulInteger" | "QLinearMatMul" | "QuantizeLinear" => {
            quantize::add(step)
        }
        "AffineGrid" | "BlackmanWindow" | "GridSample" | "HammingWindow" | "HannWindow" | "NonMaxSuppression"
        | "Resize" | "RoiAlign" | "Upsample" => image::add(step),
        "GRU" | "LSTM" | "RNN" => recurrent::add(step),
        operator => Err(unsupported(format!("the operator {operator}"))),
    }
}
