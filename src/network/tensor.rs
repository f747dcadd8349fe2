//! A tensor: numbers in a shape.
//!
//! There are three kinds of numbers in memory, whatever the elements' type, so that each operator is compiled three times and
//! not a dozen: f32 also holds 16-bit floats, i64 all whole numbers and truth values. Operators round or wrap what they made to
//! the type ([`Tensor::rounded`]), which gives what arithmetic in that type gives.

use super::{Dtype, shown};
use crate::error::{Error, Kind, Result};

/// The most dimensions.
pub const MAX_RANK: usize = 16;
/// The most elements of one tensor.
pub const MAX_ELEMENTS: usize = 1 << 28;

/// Numbers in a shape, row after row.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    data: Data,
}

/// The elements in memory.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// float32, float16, bfloat16.
    F32(Vec<f32>),
    /// float64.
    F64(Vec<f64>),
    /// Whole numbers and truth values; uint64 as its bits.
    I64(Vec<i64>),
    /// Texts.
    Text(Vec<String>),
}

/// Runs one expression for whatever the elements are.
macro_rules! each {
    ($data:expr, $x:ident => $body:expr) => {
        match $data {
            $crate::network::Data::F32($x) => $body,
            $crate::network::Data::F64($x) => $body,
            $crate::network::Data::I64($x) => $body,
            $crate::network::Data::Text($x) => $body,
        }
    };
}

/// Makes data of the same kind of whatever the elements are.
macro_rules! map_each {
    ($data:expr, $x:ident => $body:expr) => {
        match $data {
            $crate::network::Data::F32($x) => $crate::network::Data::F32($body),
            $crate::network::Data::F64($x) => $crate::network::Data::F64($body),
            $crate::network::Data::I64($x) => $crate::network::Data::I64($body),
            $crate::network::Data::Text($x) => $crate::network::Data::Text($body),
        }
    };
}

/// The same for two of the same kind; `$else` if they are not.
macro_rules! map_pair {
    ($a:expr, $b:expr, ($x:ident, $y:ident) => $body:expr, $else:expr) => {
        match ($a, $b) {
            ($crate::network::Data::F32($x), $crate::network::Data::F32($y)) => $crate::network::Data::F32($body),
            ($crate::network::Data::F64($x), $crate::network::Data::F64($y)) => $crate::network::Data::F64($body),
            ($crate::network::Data::I64($x), $crate::network::Data::I64($y)) => $crate::network::Data::I64($body),
            ($crate::network::Data::Text($x), $crate::network::Data::Text($y)) => $crate::network::Data::Text($body),
            _ => $else,
        }
    };
}

pub(crate) use {map_each, map_pair};

impl Data {
    /// How many elements.
    pub fn len(&self) -> usize {
        each!(self, x => x.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether elements of this type are held like that.
    pub fn holds(&self, dtype: Dtype) -> bool {
        match self {
            Data::F32(_) => matches!(dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16),
            Data::F64(_) => dtype == Dtype::F64,
            Data::I64(_) => dtype.is_integer() || dtype == Dtype::Bool,
            Data::Text(_) => dtype == Dtype::Text,
        }
    }

    /// Elements from the bytes that they are stored in, little-endian; what is left at the end is passed over. Of texts there
    /// is none.
    pub fn from_bytes(dtype: Dtype, bytes: &[u8]) -> Self {
        macro_rules! read {
            ($kind:ident, $type:ty, $held:ty) => {
                Data::$kind(bytes.as_chunks().0.iter().map(|bytes| <$type>::from_le_bytes(*bytes) as $held).collect())
            };
        }
        let halves = |from: fn(u16) -> f32| {
            Data::F32(bytes.as_chunks().0.iter().map(|bytes| from(u16::from_le_bytes(*bytes))).collect())
        };
        match dtype {
            Dtype::F32 => read!(F32, f32, f32),
            Dtype::F64 => read!(F64, f64, f64),
            Dtype::F16 => halves(|bits| half::f16::from_bits(bits).to_f32()),
            Dtype::BF16 => halves(|bits| half::bf16::from_bits(bits).to_f32()),
            Dtype::I8 => read!(I64, i8, i64),
            Dtype::I16 => read!(I64, i16, i64),
            Dtype::I32 => read!(I64, i32, i64),
            Dtype::I64 | Dtype::U64 => read!(I64, i64, i64),
            Dtype::U8 => read!(I64, u8, i64),
            Dtype::U16 => read!(I64, u16, i64),
            Dtype::U32 => read!(I64, u32, i64),
            Dtype::Bool => Data::I64(bytes.iter().map(|&byte| i64::from(byte != 0)).collect()),
            Dtype::Text => Data::Text(Vec::new()),
        }
    }

    /// Appends the bytes that elements of a type are stored in, little-endian; of texts none.
    pub fn write_bytes(&self, dtype: Dtype, to: &mut Vec<u8>) {
        match self {
            Data::F32(x) if dtype == Dtype::F16 => {
                to.extend(x.iter().flat_map(|&x| half::f16::from_f32(x).to_le_bytes()));
            }
            Data::F32(x) if dtype == Dtype::BF16 => {
                to.extend(x.iter().flat_map(|&x| half::bf16::from_f32(x).to_le_bytes()));
            }
            Data::F32(x) => to.extend(x.iter().flat_map(|x| x.to_le_bytes())),
            Data::F64(x) => to.extend(x.iter().flat_map(|x| x.to_le_bytes())),
            Data::I64(x) => to.extend(x.iter().flat_map(|x| x.to_le_bytes().into_iter().take(dtype.bytes()))),
            Data::Text(_) => {}
        }
    }

    /// That many zeros, or empty texts.
    pub fn zeros(dtype: Dtype, count: usize) -> Self {
        match dtype {
            Dtype::F64 => Data::F64(vec![0.0; count]),
            Dtype::Text => Data::Text(vec![String::new(); count]),
            _ if dtype.is_float() => Data::F32(vec![0.0; count]),
            _ => Data::I64(vec![0; count]),
        }
    }
}

impl Tensor {
    /// A tensor of checked parts.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] if there are not as many elements as the shape says, or too many dimensions;
    /// [`Kind::WrongType`] if the elements are held otherwise or are out of their type's bounds.
    pub fn new(dtype: Dtype, shape: Vec<usize>, data: Data) -> Result<Self> {
        let count = count(&shape)?;
        if count != data.len() {
            let found = format!("{}", data.len());
            return Err(Error::new(Kind::WrongShape, "tensor", format!("{count} elements for its shape"), found));
        }
        let (least, largest) = dtype.bounds();
        let fits = match &data {
            Data::I64(x) => x.iter().all(|x| (least..=largest).contains(x)),
            _ => true,
        };
        if !data.holds(dtype) || !fits {
            return Err(Error::new(Kind::WrongType, "tensor", dtype.name(), "elements of another type"));
        }
        Ok(Self { dtype, shape, data })
    }

    /// What an operator made: rounded or wrapped to the type.
    ///
    /// # Panics
    /// If there are not as many elements as the shape says, or they are held otherwise: a mistake of the operator.
    pub fn rounded(dtype: Dtype, shape: Vec<usize>, mut data: Data) -> Self {
        match (&mut data, dtype) {
            (Data::F32(x), Dtype::F16 | Dtype::BF16) => x.iter_mut().for_each(|x| *x = dtype.round(*x)),
            (Data::I64(_), Dtype::I64 | Dtype::U64) => {}
            (Data::I64(x), _) => x.iter_mut().for_each(|x| *x = dtype.wrap(*x)),
            _ => {}
        }
        Self::exact(dtype, shape, data)
    }

    /// What an operator made of elements that are of the type already.
    ///
    /// # Panics
    /// As [`Self::rounded`].
    pub fn exact(dtype: Dtype, shape: Vec<usize>, data: Data) -> Self {
        assert!(data.holds(dtype) && shape.iter().product::<usize>() == data.len(), "an operator's own output");
        Self { dtype, shape, data }
    }

    /// This batch and one more after it.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] if that is not a batch of one, or its other dimensions are not the same.
    pub fn followed_by(mut self, next: Self) -> Result<Self> {
        let is_batch = next.shape.first() == Some(&1) && self.shape.get(1..) == next.shape.get(1..);
        match (&mut self.data, next.data) {
            (Data::F32(x), Data::F32(mut next)) if is_batch => x.append(&mut next),
            (Data::F64(x), Data::F64(mut next)) if is_batch => x.append(&mut next),
            (Data::I64(x), Data::I64(mut next)) if is_batch => x.append(&mut next),
            _ => {
                let expected = format!("one more for the batch {}", shown(&self.shape));
                return Err(Error::new(Kind::WrongShape, "batch", expected, shown(&next.shape)));
            }
        }
        self.shape[0] += next.shape[0];
        Self::new(self.dtype, self.shape, self.data)
    }

    /// Whole numbers of 64 bits in one dimension.
    pub fn integers(numbers: Vec<i64>) -> Self {
        Self { dtype: Dtype::I64, shape: vec![numbers.len()], data: Data::I64(numbers) }
    }

    /// One f32 without a dimension.
    pub fn scalar(x: f32) -> Self {
        Self { dtype: Dtype::F32, shape: vec![], data: Data::F32(vec![x]) }
    }

    /// The type of the elements.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// How many elements along each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// How many dimensions.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The elements.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// How many elements.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The elements alone.
    pub fn into_data(self) -> Data {
        self.data
    }

    /// The same elements in another shape.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] if it has another number of elements.
    pub fn reshaped(self, shape: Vec<usize>) -> Result<Self> {
        let elements = count(&shape)?;
        if elements != self.len() {
            let found = format!("a shape of {elements}");
            return Err(Error::new(Kind::WrongShape, "shape", format!("one of {} elements", self.len()), found));
        }
        Ok(Self { shape, ..self })
    }
}

/// How many elements a shape has.
///
/// # Errors
/// [`Kind::LimitExceeded`] for more than [`MAX_ELEMENTS`] or [`MAX_RANK`], so that it can be asked before memory is taken.
pub fn count(shape: &[usize]) -> Result<usize> {
    if shape.len() > MAX_RANK {
        let found = format!("{}", shape.len());
        return Err(Error::new(Kind::LimitExceeded, "tensor", format!("at most {MAX_RANK} dimensions"), found));
    }
    // A dimension of 0 makes the rest harmless, but a bound for each keeps every product of some of them small enough.
    let elements = shape.iter().try_fold(1_usize, |all, &length| all.checked_mul(length.max(1)));
    match elements {
        Some(elements) if elements <= MAX_ELEMENTS => Ok(if shape.contains(&0) { 0 } else { elements }),
        _ => Err(Error::new(Kind::LimitExceeded, "tensor", format!("at most {MAX_ELEMENTS} elements"), "more")),
    }
}
