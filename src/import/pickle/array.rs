//! NumPy's arrays: a view of bytes that lie in the file, read row by row whatever order they lie in.

use super::cursor::Bytes;
use super::dtype::DType;
use super::limits::{MAX_DIMENSIONS, MAX_ELEMENTS};
use super::tree::Id;
use std::sync::Arc;

/// A NumPy array. Its elements are given row by row (C order), whatever order the file has them in.
#[derive(Clone)]
pub struct Array {
    shape: Vec<usize>,
    dtype: Arc<DType>,
    elements: Elements,
}

#[derive(Clone)]
enum Elements {
    /// In bytes: where the first one is, and how far apart neighbours in each dimension are.
    Plain { bytes: Bytes, offset: usize, strides: Vec<usize> },
    /// Row by row, with the texts if all of them are texts.
    Objects { items: Arc<[Id]>, texts: Option<Arc<[Arc<str>]>> },
}

/// The order that an array's bytes are in.
pub(crate) enum Order<'a> {
    C,
    Fortran,
    /// In C order are the bytes of an array of this shape; these of its axes are the array's.
    Axes(&'a [usize]),
}

impl Array {
    /// The array of `shape` in these bytes, unless they are not as many as it takes.
    pub(crate) fn new(dtype: Arc<DType>, shape: &[usize], order: Order<'_>, bytes: Bytes) -> Option<Self> {
        let (count, length) = (count(shape)?, bytes.as_slice().len());
        // What takes no bytes, an empty text, is there once at most: memory is bounded by bytes.
        if count.checked_mul(dtype.size)? != length || count > length.max(1) || dtype.has_objects {
            return None;
        }
        let (shape, strides) = match order {
            Order::C => (shape.to_vec(), strides(shape, dtype.size)),
            Order::Fortran => {
                let reversed: Vec<_> = shape.iter().rev().copied().collect();
                let strides = strides(&reversed, dtype.size);
                (shape.to_vec(), strides.into_iter().rev().collect())
            }
            Order::Axes(axes) => {
                let mut seen = vec![false; shape.len()];
                for &axis in axes {
                    *seen.get_mut(axis)? = true;
                }
                if axes.len() != shape.len() || seen.contains(&false) {
                    return None;
                }
                let strides = strides(shape, dtype.size);
                axes.iter().map(|&axis| (shape[axis], strides[axis])).unzip()
            }
        };
        Some(Self { shape, dtype, elements: Elements::Plain { bytes, offset: 0, strides } })
    }

    /// The array of `shape` of these objects, unless they are not as many as it takes.
    pub(crate) fn of_objects(
        dtype: Arc<DType>,
        shape: &[usize],
        items: &[Id],
        texts: Option<Arc<[Arc<str>]>>,
    ) -> Option<Self> {
        let fits = count(shape)? == items.len() && dtype.has_objects;
        let elements = Elements::Objects { items: items.into(), texts };
        fits.then(|| Self { shape: shape.to_vec(), dtype, elements })
    }

    /// How many there are in each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// NumPy's short notation of what an element is: `<f8`, `<U3`, `|O`; `|V64` of a record of 64 bytes.
    pub fn dtype(&self) -> &str {
        self.dtype.text()
    }

    /// The dtype itself.
    pub(crate) fn shared_dtype(&self) -> Arc<DType> {
        Arc::clone(&self.dtype)
    }

    /// Whether the elements are objects, which [`Item::items`](super::Item::items) gives.
    pub fn is_object(&self) -> bool {
        matches!(self.elements, Elements::Objects { .. })
    }

    /// The objects of an array of objects.
    pub(super) fn objects(&self) -> Option<&[Id]> {
        match &self.elements {
            Elements::Objects { items, .. } => Some(items),
            Elements::Plain { .. } => None,
        }
    }

    /// The elements as f64, if they are real numbers or truths and each of them is one exactly.
    pub fn floats(&self) -> Option<Vec<f64>> {
        match (self.dtype.kind, self.dtype.size) {
            (b'f', 8) => self.numbers(f64::from_le_bytes),
            (b'f', 4) => self.numbers(|bytes| f64::from(f32::from_le_bytes(bytes))),
            (b'f', 2) => self.numbers(|bytes| half(u16::from_le_bytes(bytes))),
            (b'u', 8) => exact(self.numbers(u64::from_le_bytes)?.into_iter().map(i128::from)),
            (b'b' | b'i' | b'u', _) => exact(self.integers()?.into_iter().map(i128::from)),
            _ => None,
        }
    }

    /// The elements as i64, if they are integers or truths that fit.
    pub fn integers(&self) -> Option<Vec<i64>> {
        match (self.dtype.kind, self.dtype.size) {
            (b'b', 1) => self.numbers(|[byte]| i64::from(byte != 0)),
            (b'i', 1) => self.numbers(|bytes| i64::from(i8::from_le_bytes(bytes))),
            (b'i', 2) => self.numbers(|bytes| i64::from(i16::from_le_bytes(bytes))),
            (b'i', 4) => self.numbers(|bytes| i64::from(i32::from_le_bytes(bytes))),
            (b'i', 8) => self.numbers(i64::from_le_bytes),
            (b'u', 1) => self.numbers(|bytes| i64::from(u8::from_le_bytes(bytes))),
            (b'u', 2) => self.numbers(|bytes| i64::from(u16::from_le_bytes(bytes))),
            (b'u', 4) => self.numbers(|bytes| i64::from(u32::from_le_bytes(bytes))),
            (b'u', 8) => self.numbers(u64::from_le_bytes)?.into_iter().map(|value| i64::try_from(value).ok()).collect(),
            _ => None,
        }
    }

    /// The elements as texts, if they are texts, or bytes that are UTF-8.
    pub fn texts(&self) -> Option<Vec<String>> {
        if let Elements::Objects { texts, .. } = &self.elements {
            return Some(texts.as_ref()?.iter().map(|text| text.to_string()).collect());
        }
        let mut texts = Vec::new();
        let kind = self.dtype.kind;
        self.each(|element| texts.push(if kind == b'U' { self.characters(element) } else { text(element) }))?;
        texts.into_iter().collect::<Option<_>>().filter(|_| matches!(kind, b'U' | b'S'))
    }

    /// A column of an array of records.
    pub fn field(&self, name: &str) -> Option<Array> {
        let Elements::Plain { bytes, offset, strides: outer } = &self.elements else { return None };
        let field = self.dtype.fields.iter().find(|field| &*field.name == name)?;
        let (mut shape, mut all, mut dtype) = (self.shape.clone(), outer.clone(), &field.dtype);
        while let Some((base, extents)) = &dtype.parts {
            all.extend(strides(extents, base.size));
            shape.extend(extents);
            dtype = base;
        }
        count(&shape)?;
        let elements = Elements::Plain { bytes: bytes.clone(), offset: offset + field.offset, strides: all };
        Some(Array { shape, dtype: Arc::clone(dtype), elements })
    }

    /// The names of the columns of an array of records.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.dtype.fields.iter().map(|field| &*field.name)
    }

    /// Every element, made of its bytes with the lowest first.
    fn numbers<T, const N: usize>(&self, number: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
        let mut numbers = Vec::with_capacity(self.len());
        self.each(|element| {
            let mut bytes = [0; N];
            bytes.copy_from_slice(element);
            if self.dtype.big_endian {
                bytes.reverse();
            }
            numbers.push(number(bytes));
        })?;
        Some(numbers)
    }

    fn characters(&self, element: &[u8]) -> Option<String> {
        let (units, _) = element.as_chunks::<4>();
        let read = if self.dtype.big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
        let length = units.iter().rposition(|unit| *unit != [0; 4]).map_or(0, |last| last + 1);
        units[..length].iter().map(|&unit| char::from_u32(read(unit))).collect()
    }

    /// Calls `visit` with the bytes of each element, row by row. `None` of an array of objects.
    fn each(&self, mut visit: impl FnMut(&[u8])) -> Option<()> {
        let Elements::Plain { bytes, offset, strides } = &self.elements else { return None };
        let bytes = bytes.as_slice();
        let mut index = vec![0; self.shape.len()];
        let mut at = *offset;
        for _ in 0..self.len() {
            visit(&bytes[at..at + self.dtype.size]);
            for (axis, place) in index.iter_mut().enumerate().rev() {
                *place += 1;
                at += strides[axis];
                if *place < self.shape[axis] {
                    break;
                }
                *place = 0;
                at -= strides[axis] * self.shape[axis];
            }
        }
        Some(())
    }
}

/// The number of elements, within the bounds.
fn count(shape: &[usize]) -> Option<usize> {
    // Of no elements too the extents have a product: strides are made of them.
    let bound = shape.iter().try_fold(1, |count: usize, &extent| count.checked_mul(extent.max(1)))?;
    (bound <= MAX_ELEMENTS && shape.len() <= MAX_DIMENSIONS).then(|| shape.iter().product())
}

/// How far apart neighbours in each dimension are in C order.
fn strides(shape: &[usize], size: usize) -> Vec<usize> {
    let mut stride = size;
    let mut strides: Vec<_> = (shape.iter().rev())
        .map(|&extent| {
            let this = stride;
            stride = stride.saturating_mul(extent.max(1));
            this
        })
        .collect();
    strides.reverse();
    strides
}

/// f64s that are these integers, if all of them are exactly.
fn exact(integers: impl Iterator<Item = i128>) -> Option<Vec<f64>> {
    integers.map(|integer| Some(integer as f64).filter(|&float| float as i128 == integer)).collect()
}

/// The value of an f16's bits.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 31, f64::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction / f64::from(1 << 24),
        31 => f64::from_bits(0x7ff << 52 | u64::from(bits & 1023) << 42),
        exponent => (1.0 + fraction / 1024.0) * (f64::from(1_u32 << exponent) / 32768.0),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

fn trimmed(element: &[u8]) -> &[u8] {
    let length = element.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    &element[..length]
}

fn text(element: &[u8]) -> Option<String> {
    std::str::from_utf8(trimmed(element)).ok().map(str::to_owned)
}
