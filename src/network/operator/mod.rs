//! What a node of a network does: ONNX's vocabulary, in which what its versions spell differently is one thing.
//!
//! These enums are also how operators are stored, so variants and fields are only ever appended.

mod function;
mod image;
mod layer;
mod names;
mod window;

pub use function::{Binary, Element, Reduce, Reduction, Unary};
pub use image::{Aspect, Coordinates, GridBeyond, GridMode, Nearest, Resize, ResizeMode};
pub use layer::{Attention, Cell, Direction, Quantization, Recurrent, Softmax, SoftmaxKind};
pub use window::{AutoPad, PadMode, Pool, PoolKind, Window};

use super::Dtype;
use serde::{Deserialize, Serialize};

/// What a node does. Where ONNX has an attribute in one version and an input in another, it is an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Operator {
    /// A function of every element.
    Unary(Unary),
    /// A function of two elements at a time; shapes are broadcast.
    Binary(Binary),
    /// condition, then, else.
    Where,
    /// Elements of another type; with saturation where ONNX has it.
    Cast(Dtype),
    /// Elements of the second input's type.
    CastLike,
    /// The same bits as elements of another type.
    BitCast(Dtype),
    /// data, axes?: sums and their kin.
    Reduce(Reduce),
    /// Where the largest or least is.
    ArgReduce {
        /// The largest; else the least.
        largest: bool,
        /// Along which dimension.
        axis: i64,
        /// Keeps the dimension, with length 1.
        keep: bool,
        /// Of several the last.
        last: bool,
    },
    /// Sums up to each element: data, axis.
    Cumulate {
        /// Products instead of sums.
        product: bool,
        /// Leaves the element itself out.
        exclusive: bool,
        /// From the end.
        reverse: bool,
    },
    /// Products of matrices; dimensions before the last two are broadcast.
    MatMul,
    /// α·A·B + β·C: A, B, C?.
    Gemm {
        /// A factor of the product.
        alpha: f32,
        /// A factor of what is added.
        beta: f32,
        /// A is stored by columns.
        transposed: (bool, bool),
    },
    /// Sums of products along letters.
    Einsum(String),
    /// Determinants of the last two dimensions.
    Det,
    /// data, weights, bias?.
    Conv(Window),
    /// data, weights, bias?.
    ConvTranspose {
        /// How the window moves.
        window: Window,
        /// What is added to the end of each dimension.
        output_padding: Vec<i64>,
        /// The output's length in each dimension; empty if it follows.
        output_shape: Vec<i64>,
    },
    /// What a window holds becomes one number.
    Pool(Pool),
    /// data, indices, shape?: back to where the largest were.
    MaxUnpool(Window),
    /// data, scale, bias, mean, variance.
    BatchNormalization {
        /// Added to the variance.
        epsilon: f32,
    },
    /// data, scale, bias: each channel of each sample on its own.
    InstanceNormalization {
        /// Added to the variance.
        epsilon: f32,
    },
    /// data, scale, bias?: from an axis to the end.
    LayerNormalization {
        /// The first axis.
        axis: i64,
        /// Added to the variance.
        epsilon: f32,
        /// Leaves the mean where it is, as RMSNormalization does.
        centred: bool,
    },
    /// data, scale, bias: groups of channels.
    GroupNormalization {
        /// How many groups.
        groups: i64,
        /// Added to the variance.
        epsilon: f32,
    },
    /// Divides by the norm along an axis.
    LpNormalization {
        /// Along which.
        axis: i64,
        /// 1 or 2.
        p: i64,
    },
    /// Local response normalization.
    Lrn {
        /// How many channels.
        size: i64,
        /// A factor.
        alpha: f32,
        /// The exponent.
        beta: f32,
        /// Added to the sum.
        bias: f32,
    },
    /// Exponentials divided by their sum, and what is like them.
    Softmax(Softmax),
    /// The shape from `start` to `end`, as integers.
    Shape {
        /// The first dimension.
        start: i64,
        /// Past the last one; nothing is all.
        end: Option<i64>,
    },
    /// The number of elements.
    Size,
    /// data, shape.
    Reshape {
        /// A zero is a length of zero; else the same length as before.
        zero: bool,
    },
    /// Two dimensions: those before the axis and those from it.
    Flatten {
        /// The axis.
        axis: i64,
    },
    /// data, axes?.
    Squeeze,
    /// data, axes.
    Unsqueeze,
    /// Dimensions in another order; empty: in reverse.
    Transpose(Vec<i64>),
    /// data, shape: broadcast.
    Expand,
    /// data, how often along each dimension.
    Tile,
    /// One after another along an axis.
    Concat {
        /// The axis.
        axis: i64,
    },
    /// data, lengths?.
    Split {
        /// The axis.
        axis: i64,
    },
    /// data, starts, ends, axes?, steps?.
    Slice,
    /// data, indices: whole slices along an axis.
    Gather {
        /// The axis.
        axis: i64,
    },
    /// data, indices: element by element.
    GatherElements {
        /// The axis.
        axis: i64,
    },
    /// data, indices: by several dimensions at once.
    GatherNd {
        /// How many dimensions both have in common.
        batch: i64,
    },
    /// data, indices, updates: element by element.
    ScatterElements {
        /// The axis.
        axis: i64,
        /// What becomes of an element that is there.
        reduction: Option<Binary>,
    },
    /// data, indices, updates: by several dimensions at once.
    ScatterNd {
        /// What becomes of an element that is there.
        reduction: Option<Binary>,
    },
    /// data, pads, value?, axes?.
    Pad(PadMode),
    /// data, shape: to a shape, from the middle.
    CenterCropPad {
        /// The axes of the shape; empty is all.
        axes: Vec<i64>,
    },
    /// start, limit, step.
    Range,
    /// shape: filled with one element.
    ConstantOfShape(Element),
    /// indices, depth, the two values.
    OneHot {
        /// Where the new dimension goes.
        axis: i64,
    },
    /// Ones on a diagonal, in the input's shape.
    EyeLike {
        /// The type, if it is not the input's.
        dtype: Option<Dtype>,
        /// Which diagonal.
        k: i64,
    },
    /// data, k?: a triangle of the last two dimensions.
    Trilu {
        /// The upper one.
        upper: bool,
    },
    /// Channels to places.
    DepthToSpace {
        /// The side of a block.
        block: i64,
        /// Channels count before blocks.
        column_row: bool,
    },
    /// Places to channels.
    SpaceToDepth {
        /// The side of a block.
        block: i64,
    },
    /// data, lengths.
    ReverseSequence {
        /// Which dimension is time.
        time: i64,
        /// Which is the batch.
        batch: i64,
    },
    /// Where elements are not zero: data-dependent in shape.
    NonZero,
    /// data, condition.
    Compress {
        /// Along which; nothing is all elements in a row.
        axis: Option<i64>,
    },
    /// The distinct elements: values, first places, inverse places, counts.
    Unique {
        /// Along which; nothing is all elements in a row.
        axis: Option<i64>,
        /// In order; else as they come.
        sorted: bool,
    },
    /// data, k: values and places.
    TopK {
        /// Along which.
        axis: i64,
        /// The largest; else the least.
        largest: bool,
    },
    /// data, roi?, scales?, sizes?.
    Resize(Resize),
    /// data, grid.
    GridSample {
        /// How between places.
        mode: GridMode,
        /// What is beyond the edge.
        beyond: GridBeyond,
        /// -1 and 1 are the centres of the corners.
        align_corners: bool,
    },
    /// theta, size.
    AffineGrid {
        /// -1 and 1 are the centres of the corners.
        align_corners: bool,
    },
    /// boxes, scores, max_output?, iou?, score?.
    NonMaxSuppression {
        /// Boxes are centre and size; else two corners.
        centre: bool,
    },
    /// data, rois, batch indices.
    RoiAlign {
        /// The largest of the samples; else their mean.
        largest: bool,
        /// How large each output is.
        size: (i64, i64),
        /// How many samples; 0 is as many as fit.
        sampling: i64,
        /// A factor of the coordinates.
        scale: f32,
        /// Pixels' centres are at halves.
        half_pixel: bool,
    },
    /// data, image shape, block shape: columns back to an image.
    Col2Im(Window),
    /// data, scale, zero point?.
    QuantizeLinear(Quantization),
    /// data, scale, zero point?.
    DequantizeLinear(Quantization),
    /// data: quantized, scale, zero point.
    DynamicQuantizeLinear,
    /// a, b, zero points.
    MatMulInteger,
    /// a, its scale and zero point, b, its scale and zero point, the result's.
    QLinearMatMul,
    /// data, weights, zero points.
    ConvInteger(Window),
    /// data, its scale and zero point, weights, theirs, the result's, bias?.
    QLinearConv(Window),
    /// data, W, R, B?, lengths?, the first state?, the first cell?, peepholes?, which steps count?.
    Recurrent(Recurrent),
    /// data: itself, and that nothing was dropped.
    Dropout,
    /// The size of a window, its periodic form or the symmetric one.
    CosineWindow {
        /// a0, a1, a2 of a0 − a1·cos(2πn/N) + a2·cos(4πn/N).
        terms: [f32; 3],
        /// Periodic.
        periodic: bool,
        /// The type.
        dtype: Dtype,
    },
    /// Q, K, V, mask?, past K?, past V?, lengths?, what is added to the scores?.
    Attention(Attention),
    /// data, cos, sin, places?.
    RotaryEmbedding {
        /// Pairs lie beside each other; else a half apart.
        interleaved: bool,
        /// How many of a head are turned; 0 is all.
        dimensions: i64,
        /// How many heads; 0 if the shape tells.
        heads: i64,
    },
    /// data, weights `[in, out]`, bias?: products of the last dimension with a matrix.
    Linear,
    /// data, then the trees, which are constant: kinds, features, children, thresholds, roots, targets, weights. What the leaves
    /// of each row give to each target becomes one number.
    TreeEnsemble {
        /// How: a sum, or the least or largest of those that there are.
        by: Reduction,
        /// How many targets.
        targets: u32,
    },
}
