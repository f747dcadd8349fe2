//! What each operator means, one file for each family.

mod convolution;
mod elementwise;
mod image;
mod index;
mod normalize;
mod pool;
mod product;
mod quantize;
mod recurrent;
mod reduce;
mod shape;
mod slice;

use super::step::{Step, unsupported};
use crate::error::Result;

/// Adds an operator to the network.
///
/// # Errors
/// [`Kind::Unsupported`](crate::error::Kind::Unsupported) for what cannot be run, and
/// [`Kind::InvalidModel`](crate::error::Kind::InvalidModel) for a damaged file.
pub fn add(mut step: Step<'_, '_>) -> Result<()> {
    let step = &mut step;
    match step.kind {
        "CONV_2D" => convolution::plain(step),
        "DEPTHWISE_CONV_2D" => convolution::depthwise(step),
        "CONV_3D" => convolution::spatial(step),
        "TRANSPOSE_CONV" => convolution::transposed(step),
        "AVERAGE_POOL_2D" | "MAX_POOL_2D" => pool::moving(step),
        "FULLY_CONNECTED" => product::fully_connected(step),
        "BATCH_MATMUL" => product::matrices(step),
        "ADD" | "SUB" | "MUL" | "DIV" => elementwise::arithmetic(step),
        "MAXIMUM" | "MINIMUM" | "POW" | "SQUARED_DIFFERENCE" | "FLOOR_DIV" | "FLOOR_MOD" | "PRELU" => {
            elementwise::binary(step)
        }
        "ADD_N" => elementwise::sum(step),
        "EQUAL" | "NOT_EQUAL" | "LESS" | "LESS_EQUAL" | "GREATER" | "GREATER_EQUAL" => elementwise::compare(step),
        "LOGICAL_AND" | "LOGICAL_OR" | "LOGICAL_NOT" => elementwise::logical(step),
        "ABS" | "CEIL" | "COS" | "ELU" | "EXP" | "FLOOR" | "GELU" | "HARD_SWISH" | "LEAKY_RELU" | "LOG"
        | "LOGISTIC" | "NEG" | "RELU" | "RELU6" | "RELU_0_TO_1" | "RELU_N1_TO_1" | "ROUND" | "RSQRT" | "SIGN"
        | "SIN" | "SQRT" | "SQUARE" | "TANH" => elementwise::unary(step),
        "SELECT" | "SELECT_V2" => elementwise::choose(step),
        "CAST" => elementwise::cast(step),
        "QUANTIZE" => quantize::quantize(step),
        "DEQUANTIZE" => quantize::dequantize(step),
        "SOFTMAX" | "LOG_SOFTMAX" => normalize::softmax(step),
        "L2_NORMALIZATION" => normalize::length(step),
        "MEAN" | "SUM" | "REDUCE_ALL" | "REDUCE_ANY" | "REDUCE_MAX" | "REDUCE_MIN" | "REDUCE_PROD" => {
            reduce::reduce(step)
        }
        "ARG_MAX" | "ARG_MIN" => reduce::place(step),
        "CUMSUM" => reduce::cumulate(step),
        "RESHAPE" => shape::reshape(step),
        "SQUEEZE" => shape::squeeze(step),
        "EXPAND_DIMS" => shape::expand_dims(step),
        "TRANSPOSE" => shape::transpose(step),
        "CONCATENATION" => shape::concatenate(step),
        "PACK" => shape::pack(step),
        "UNPACK" => shape::unpack(step),
        "SPLIT" | "SPLIT_V" => shape::split(step),
        "TILE" | "BROADCAST_TO" => shape::repeat(step),
        "SHAPE" => shape::lengths(step),
        "RANGE" => shape::range(step),
        "FILL" => shape::fill(step),
        "ZEROS_LIKE" => shape::zeros(step),
        "PAD" | "PADV2" | "MIRROR_PAD" => slice::pad(step),
        "SLICE" => slice::slice(step),
        "STRIDED_SLICE" => slice::strided(step),
        "REVERSE_V2" => slice::reverse(step),
        "REVERSE_SEQUENCE" => slice::reverse_sequence(step),
        "GATHER" => index::gather(step),
        "GATHER_ND" => index::gather_nd(step),
        "SCATTER_ND" => index::scatter(step),
        "EMBEDDING_LOOKUP" => index::rows(step),
        "WHERE" => index::places(step),
        "TOPK_V2" => index::top(step),
        "ONE_HOT" => index::one_hot(step),
        "RESIZE_BILINEAR" | "RESIZE_NEAREST_NEIGHBOR" => image::resize(step),
        "SPACE_TO_DEPTH" | "DEPTH_TO_SPACE" => image::blocks(step),
        "SPACE_TO_BATCH_ND" => image::to_batch(step),
        "BATCH_TO_SPACE_ND" => image::from_batch(step),
        "UNIDIRECTIONAL_SEQUENCE_LSTM" => recurrent::lstm(step),
        kind => Err(unsupported(format!("the operator {kind}"))),
    }
}
