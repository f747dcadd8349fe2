//! Functions of elements, and the elements themselves.

use crate::network::{Data, Dtype, Tensor};
use serde::{Deserialize, Serialize};

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
    /// 0 of a type.
    pub fn zero(dtype: Dtype) -> Self {
        if dtype.is_float() { Self::F32(0.0, dtype) } else { Self::I64(0, dtype) }
    }

    /// The one element of a tensor; nothing for another number of them, or a text.
    pub fn of(tensor: &Tensor) -> Option<Self> {
        match tensor.data() {
            Data::F32(x) if x.len() == 1 => Some(Element::F32(x[0], tensor.dtype())),
            Data::F64(x) if x.len() == 1 => Some(Element::F64(x[0])),
            Data::I64(x) if x.len() == 1 => Some(Element::I64(x[0], tensor.dtype())),
            _ => None,
        }
    }
}

impl Unary {
    /// Whether it makes truth values.
    pub fn tells(self) -> bool {
        matches!(self, Unary::Not | Unary::IsNan | Unary::IsInf(..))
    }

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
    /// Whether it compares, and makes truth values.
    pub fn compares(self) -> bool {
        use Binary::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
        matches!(self, Equal | Less | LessOrEqual | Greater | GreaterOrEqual)
    }

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
