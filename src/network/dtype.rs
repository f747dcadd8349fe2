//! What the elements of a tensor are.

use serde::{Deserialize, Serialize};

/// The type of a tensor's elements. The order is that of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dtype {
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
    /// IEEE binary16.
    F16,
    /// The upper half of a binary32.
    BF16,
    /// 8 bits with a sign.
    I8,
    /// 16 bits with a sign.
    I16,
    /// 32 bits with a sign.
    I32,
    /// 64 bits with a sign.
    I64,
    /// 8 bits.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
    /// True or false.
    Bool,
    /// Texts.
    Text,
}

impl Dtype {
    /// All of them.
    pub const ALL: [Dtype; 14] = [
        Dtype::F32,
        Dtype::F64,
        Dtype::F16,
        Dtype::BF16,
        Dtype::I8,
        Dtype::I16,
        Dtype::I32,
        Dtype::I64,
        Dtype::U8,
        Dtype::U16,
        Dtype::U32,
        Dtype::U64,
        Dtype::Bool,
        Dtype::Text,
    ];

    /// Its name, as NumPy has it.
    pub const fn name(self) -> &'static str {
        match self {
            Dtype::F32 => "float32",
            Dtype::F64 => "float64",
            Dtype::F16 => "float16",
            Dtype::BF16 => "bfloat16",
            Dtype::I8 => "int8",
            Dtype::I16 => "int16",
            Dtype::I32 => "int32",
            Dtype::I64 => "int64",
            Dtype::U8 => "uint8",
            Dtype::U16 => "uint16",
            Dtype::U32 => "uint32",
            Dtype::U64 => "uint64",
            Dtype::Bool => "bool",
            Dtype::Text => "string",
        }
    }

    /// How many bytes an element is stored in; none for texts.
    pub const fn bytes(self) -> usize {
        match self {
            Dtype::F64 | Dtype::I64 | Dtype::U64 => 8,
            Dtype::F32 | Dtype::I32 | Dtype::U32 => 4,
            Dtype::F16 | Dtype::BF16 | Dtype::I16 | Dtype::U16 => 2,
            Dtype::I8 | Dtype::U8 | Dtype::Bool => 1,
            Dtype::Text => 0,
        }
    }

    /// Whether elements are floating-point numbers.
    pub const fn is_float(self) -> bool {
        matches!(self, Dtype::F32 | Dtype::F64 | Dtype::F16 | Dtype::BF16)
    }

    /// Whether elements are whole numbers.
    pub const fn is_integer(self) -> bool {
        !self.is_float() && !matches!(self, Dtype::Bool | Dtype::Text)
    }

    /// The least and the largest whole number; of 64 bits without a sign those that its bits are as ones with a sign.
    pub const fn bounds(self) -> (i64, i64) {
        match self {
            Dtype::I8 => (i8::MIN as i64, i8::MAX as i64),
            Dtype::I16 => (i16::MIN as i64, i16::MAX as i64),
            Dtype::I32 => (i32::MIN as i64, i32::MAX as i64),
            Dtype::U8 => (0, u8::MAX as i64),
            Dtype::U16 => (0, u16::MAX as i64),
            Dtype::U32 => (0, u32::MAX as i64),
            Dtype::Bool => (0, 1),
            _ => (i64::MIN, i64::MAX),
        }
    }

    /// A whole number as this type holds it: the bits that it has room for.
    pub const fn wrap(self, x: i64) -> i64 {
        match self {
            Dtype::I8 => x as i8 as i64,
            Dtype::I16 => x as i16 as i64,
            Dtype::I32 => x as i32 as i64,
            Dtype::U8 => x as u8 as i64,
            Dtype::U16 => x as u16 as i64,
            Dtype::U32 => x as u32 as i64,
            Dtype::Bool => (x != 0) as i64,
            _ => x,
        }
    }

    /// A number as this type holds it, for the types that are held as f32.
    pub fn round(self, x: f32) -> f32 {
        match self {
            Dtype::F16 => half::f16::from_f32(x).to_f32(),
            Dtype::BF16 => half::bf16::from_f32(x).to_f32(),
            _ => x,
        }
    }
}
