//! What a node of a network does: ONNX's vocabulary, in which what its versions spell differently is one thing.
//!
//! These enums are also how operators are stored, so variants and fields are only ever appended.

use super::{Dtype, Tensor};
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
    /// data, W, R, B?, lengths?, the first state?.
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
    /// Q, K, V, mask?, past K?, past V?.
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
}

/// Functions of one element.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Unary {
    Abs,
    Neg,
    Sign,
    Reciprocal,
    Sqrt,
    Exp,
    Log,
    Ceil,
    Floor,
    Round,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Asinh,
    Acosh,
    Atanh,
    Erf,
    Relu,
    Sigmoid,
    Softplus,
    Softsign,
    Mish,
    HardSwish,
    Elu(f32),
    Celu(f32),
    Selu(f32, f32),
    LeakyRelu(f32),
    ThresholdedRelu(f32),
    /// α, β.
    HardSigmoid(f32, f32),
    /// bias, λ.
    Shrink(f32, f32),
    /// By the hyperbolic tangent; else by the error function.
    Gelu(bool),
    Swish(f32),
    Not,
    BitwiseNot,
    IsNan,
    /// negative, positive.
    IsInf(bool, bool),
}

/// Functions of two elements.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    /// The sign of the divisor.
    Mod,
    /// The sign of the dividend.
    Fmod,
    Pow,
    Min,
    Max,
    PRelu,
    And,
    Or,
    Xor,
    BitwiseAnd,
    BitwiseOr,
    BitwiseXor,
    ShiftLeft,
    ShiftRight,
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// The first, or the second where it is NaN.
    Filled,
}

/// Many elements become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduce {
    /// How.
    pub by: Reduction,
    /// Keeps dimensions, with length 1.
    pub keep: bool,
    /// No axes: nothing is reduced. Else everything is.
    pub none: bool,
}

/// How many elements become one.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reduction {
    Sum,
    Mean,
    Prod,
    Min,
    Max,
    SumSquare,
    L1,
    L2,
    LogSum,
    LogSumExp,
}

/// How a window moves over the dimensions after the first two. What is empty is 1 in each, or 0 for pads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// How large; empty if the weights' shape tells.
    pub kernel: Vec<i64>,
    /// How far it moves.
    pub strides: Vec<i64>,
    /// How far apart its elements are.
    pub dilations: Vec<i64>,
    /// What is added before each dimension, then after each.
    pub pads: Vec<i64>,
    /// Where pads come from.
    pub auto: AutoPad,
    /// How many groups of channels.
    pub groups: i64,
}

/// Where pads come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AutoPad {
    /// They are given.
    #[default]
    Given,
    /// As many as the output needs to be as long as the input over the stride, the odd one after.
    SameUpper,
    /// The odd one before.
    SameLower,
    /// None.
    Valid,
}

/// What a window holds becomes one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// How.
    pub by: PoolKind,
    /// Where; with an empty kernel it is all of the image.
    pub window: Window,
    /// A last window may begin inside and end outside.
    pub ceil: bool,
}

/// How a window becomes one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PoolKind {
    /// The largest, and where it is; by columns if so.
    Max {
        /// Places count by columns.
        by_columns: bool,
    },
    /// The mean; with what was added around or without.
    Average {
        /// Pads count.
        with_pads: bool,
    },
    /// The p-norm.
    Lp(i64),
}

/// Exponentials divided by their sum, and what is like them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Softmax {
    /// Along which.
    pub axis: i64,
    /// From the axis to the end at once, as before ONNX 13.
    pub flat: bool,
    /// Which.
    pub kind: SoftmaxKind,
}

/// Softmax and its kin.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SoftmaxKind {
    Softmax,
    LogSoftmax,
    Hardmax,
}

/// What lies beyond the edge of a tensor.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PadMode {
    Constant,
    Reflect,
    Edge,
    Wrap,
}

/// One element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Element {
    /// A number that f32 holds.
    F32(f32, Dtype),
    /// A float64.
    F64(f64),
    /// A whole number.
    I64(i64, Dtype),
}

impl Element {
    /// The one element of a tensor; nothing for another number of them, or a text.
    pub fn of(tensor: &Tensor) -> Option<Self> {
        match tensor.data() {
            super::Data::F32(x) if x.len() == 1 => Some(Element::F32(x[0], tensor.dtype())),
            super::Data::F64(x) if x.len() == 1 => Some(Element::F64(x[0])),
            super::Data::I64(x) if x.len() == 1 => Some(Element::I64(x[0], tensor.dtype())),
            _ => None,
        }
    }
}

/// How a tensor changes its size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resize {
    /// How between places.
    pub mode: ResizeMode,
    /// Where an output's place is in the input.
    pub coordinates: Coordinates,
    /// The dimensions that scales or sizes are of; empty is all.
    pub axes: Vec<i64>,
    /// The cubic's coefficient.
    pub cubic: f32,
    /// Weights outside are zero and the rest is scaled.
    pub exclude_outside: bool,
    /// What is outside of a crop.
    pub extrapolation: f32,
    /// Stretches the filter where the output is smaller.
    pub antialias: bool,
    /// What sizes mean.
    pub aspect: Aspect,
}

/// How a number between places is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResizeMode {
    /// That of the nearest place.
    Nearest(Nearest),
    /// On a line between two.
    Linear,
    /// On a cubic through four.
    Cubic,
}

/// Which place is the nearest.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nearest {
    RoundPreferFloor,
    RoundPreferCeil,
    Floor,
    Ceil,
}

/// Where an output's place is in the input.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coordinates {
    HalfPixel,
    HalfPixelSymmetric,
    PytorchHalfPixel,
    AlignCorners,
    Asymmetric,
    TfCropAndResize,
}

/// What sizes mean.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aspect {
    Stretch,
    NotLarger,
    NotSmaller,
}

/// How GridSample makes numbers between places.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GridMode {
    Linear,
    Nearest,
    Cubic,
}

/// What GridSample finds beyond the edge.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GridBeyond {
    Zeros,
    Border,
    Reflection,
}

/// Whole numbers for floating-point ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantization {
    /// Along which several scales are.
    pub axis: i64,
    /// How many elements share a scale; 0 if all along the other axes do.
    pub block: i64,
    /// The result's type; nothing: the zero point's, or that of the scale.
    pub dtype: Option<Dtype>,
}

/// A recurrent layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recurrent {
    /// Which cell.
    pub cell: Cell,
    /// How many hidden numbers.
    pub hidden: i64,
    /// Which way through time.
    pub direction: Direction,
    /// The functions of each direction.
    pub activations: Vec<Unary>,
    /// Numbers are kept between −clip and clip; 0 for any.
    pub clip: f32,
    /// The batch comes first; else time does.
    pub batch_first: bool,
}

/// A recurrent cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cell {
    /// One gate.
    Rnn,
    /// Three gates; the reset comes after the product or before it.
    Gru {
        /// After.
        reset_after: bool,
    },
    /// Four gates; the input gate is what the forget gate is not.
    Lstm {
        /// Coupled.
        coupled: bool,
    },
}

/// Which way through time.
#[allow(missing_docs, reason = "ONNX's names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    Forward,
    Reverse,
    Bidirectional,
}

/// Scaled dot-product attention.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    /// Looks back only.
    pub causal: bool,
    /// How many heads the queries have; 0 if the shape tells.
    pub query_heads: i64,
    /// How many the keys have; 0 if the shape tells.
    pub key_heads: i64,
    /// A factor of the products; nothing is 1 / √size.
    pub scale: Option<f32>,
    /// Scores are kept between −cap and cap; 0 for any.
    pub cap: f32,
    /// Which step the fourth output shows.
    pub shows: i64,
    /// How many places before its own a query looks at; negative for all.
    pub left: i64,
    /// How many after it.
    pub right: i64,
}

impl Operator {
    /// ONNX's name, where there is one.
    pub fn name(&self) -> &'static str {
        use Operator::*;
        match self {
            Unary(function) => function.name(),
            Binary(function) => function.name(),
            Where => "Where",
            Cast(_) => "Cast",
            CastLike => "CastLike",
            BitCast(_) => "BitCast",
            Reduce(how) => how.by.name(),
            ArgReduce { largest: true, .. } => "ArgMax",
            ArgReduce { largest: false, .. } => "ArgMin",
            Cumulate { product: false, .. } => "CumSum",
            Cumulate { product: true, .. } => "CumProd",
            MatMul => "MatMul",
            Gemm { .. } => "Gemm",
            Einsum(_) => "Einsum",
            Det => "Det",
            Conv(_) => "Conv",
            ConvTranspose { .. } => "ConvTranspose",
            Pool(how) => match how.by {
                PoolKind::Max { .. } => "MaxPool",
                PoolKind::Average { .. } => "AveragePool",
                PoolKind::Lp(_) => "LpPool",
            },
            MaxUnpool(_) => "MaxUnpool",
            BatchNormalization { .. } => "BatchNormalization",
            InstanceNormalization { .. } => "InstanceNormalization",
            LayerNormalization { centred: true, .. } => "LayerNormalization",
            LayerNormalization { centred: false, .. } => "RMSNormalization",
            GroupNormalization { .. } => "GroupNormalization",
            LpNormalization { .. } => "LpNormalization",
            Lrn { .. } => "LRN",
            Softmax(how) => match how.kind {
                SoftmaxKind::Softmax => "Softmax",
                SoftmaxKind::LogSoftmax => "LogSoftmax",
                SoftmaxKind::Hardmax => "Hardmax",
            },
            Shape { .. } => "Shape",
            Size => "Size",
            Reshape { .. } => "Reshape",
            Flatten { .. } => "Flatten",
            Squeeze => "Squeeze",
            Unsqueeze => "Unsqueeze",
            Transpose(_) => "Transpose",
            Expand => "Expand",
            Tile => "Tile",
            Concat { .. } => "Concat",
            Split { .. } => "Split",
            Slice => "Slice",
            Gather { .. } => "Gather",
            GatherElements { .. } => "GatherElements",
            GatherNd { .. } => "GatherND",
            ScatterElements { .. } => "ScatterElements",
            ScatterNd { .. } => "ScatterND",
            Pad(_) => "Pad",
            CenterCropPad { .. } => "CenterCropPad",
            Range => "Range",
            ConstantOfShape(_) => "ConstantOfShape",
            OneHot { .. } => "OneHot",
            EyeLike { .. } => "EyeLike",
            Trilu { .. } => "Trilu",
            DepthToSpace { .. } => "DepthToSpace",
            SpaceToDepth { .. } => "SpaceToDepth",
            ReverseSequence { .. } => "ReverseSequence",
            NonZero => "NonZero",
            Compress { .. } => "Compress",
            Unique { .. } => "Unique",
            TopK { .. } => "TopK",
            Resize(_) => "Resize",
            GridSample { .. } => "GridSample",
            AffineGrid { .. } => "AffineGrid",
            NonMaxSuppression { .. } => "NonMaxSuppression",
            RoiAlign { .. } => "RoiAlign",
            Col2Im(_) => "Col2Im",
            QuantizeLinear(_) => "QuantizeLinear",
            DequantizeLinear(_) => "DequantizeLinear",
            DynamicQuantizeLinear => "DynamicQuantizeLinear",
            MatMulInteger => "MatMulInteger",
            QLinearMatMul => "QLinearMatMul",
            ConvInteger(_) => "ConvInteger",
            QLinearConv(_) => "QLinearConv",
            Recurrent(layer) => match layer.cell {
                Cell::Rnn => "RNN",
                Cell::Gru { .. } => "GRU",
                Cell::Lstm { .. } => "LSTM",
            },
            Dropout => "Dropout",
            CosineWindow { .. } => "CosineWindow",
            Attention(_) => "Attention",
            RotaryEmbedding { .. } => "RotaryEmbedding",
        }
    }
}

impl Unary {
    /// ONNX's name.
    pub fn name(self) -> &'static str {
        match self {
            Unary::Abs => "Abs",
            Unary::Neg => "Neg",
            Unary::Sign => "Sign",
            Unary::Reciprocal => "Reciprocal",
            Unary::Sqrt => "Sqrt",
            Unary::Exp => "Exp",
            Unary::Log => "Log",
            Unary::Ceil => "Ceil",
            Unary::Floor => "Floor",
            Unary::Round => "Round",
            Unary::Sin => "Sin",
            Unary::Cos => "Cos",
            Unary::Tan => "Tan",
            Unary::Asin => "Asin",
            Unary::Acos => "Acos",
            Unary::Atan => "Atan",
            Unary::Sinh => "Sinh",
            Unary::Cosh => "Cosh",
            Unary::Tanh => "Tanh",
            Unary::Asinh => "Asinh",
            Unary::Acosh => "Acosh",
            Unary::Atanh => "Atanh",
            Unary::Erf => "Erf",
            Unary::Relu => "Relu",
            Unary::Sigmoid => "Sigmoid",
            Unary::Softplus => "Softplus",
            Unary::Softsign => "Softsign",
            Unary::Mish => "Mish",
            Unary::HardSwish => "HardSwish",
            Unary::Elu(..) => "Elu",
            Unary::Celu(..) => "Celu",
            Unary::Selu(..) => "Selu",
            Unary::LeakyRelu(..) => "LeakyRelu",
            Unary::ThresholdedRelu(..) => "ThresholdedRelu",
            Unary::HardSigmoid(..) => "HardSigmoid",
            Unary::Shrink(..) => "Shrink",
            Unary::Gelu(..) => "Gelu",
            Unary::Swish(..) => "Swish",
            Unary::Not => "Not",
            Unary::BitwiseNot => "BitwiseNot",
            Unary::IsNan => "IsNaN",
            Unary::IsInf(..) => "IsInf",
        }
    }
}

impl Binary {
    /// ONNX's name.
    pub fn name(self) -> &'static str {
        match self {
            Binary::Add => "Add",
            Binary::Sub => "Sub",
            Binary::Mul => "Mul",
            Binary::Div => "Div",
            Binary::Mod => "Mod",
            Binary::Fmod => "Mod",
            Binary::Pow => "Pow",
            Binary::Min => "Min",
            Binary::Max => "Max",
            Binary::PRelu => "PRelu",
            Binary::And => "And",
            Binary::Or => "Or",
            Binary::Xor => "Xor",
            Binary::BitwiseAnd => "BitwiseAnd",
            Binary::BitwiseOr => "BitwiseOr",
            Binary::BitwiseXor => "BitwiseXor",
            Binary::ShiftLeft => "BitShift",
            Binary::ShiftRight => "BitShift",
            Binary::Equal => "Equal",
            Binary::Less => "Less",
            Binary::LessOrEqual => "LessOrEqual",
            Binary::Greater => "Greater",
            Binary::GreaterOrEqual => "GreaterOrEqual",
            Binary::Filled => "Filled",
        }
    }
}

impl Reduction {
    /// ONNX's name.
    pub fn name(self) -> &'static str {
        match self {
            Reduction::Sum => "ReduceSum",
            Reduction::Mean => "ReduceMean",
            Reduction::Prod => "ReduceProd",
            Reduction::Min => "ReduceMin",
            Reduction::Max => "ReduceMax",
            Reduction::SumSquare => "ReduceSumSquare",
            Reduction::L1 => "ReduceL1",
            Reduction::L2 => "ReduceL2",
            Reduction::LogSum => "ReduceLogSum",
            Reduction::LogSumExp => "ReduceLogSumExp",
        }
    }
}
