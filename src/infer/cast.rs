//! Elements of one type as those of another.

use super::arguments::{wrong_shape, wrong_type};
use crate::error::{Error, Kind, Result};
use crate::network::{Data, Dtype, Tensor, shown};

/// The same numbers as another type holds them: floats are cut to whole numbers, whole numbers wrap, texts are read.
///
/// # Errors
/// [`Kind::WrongType`] for a text that is no number, and for numbers as texts, whose digits frameworks choose differently.
pub fn cast(tensor: &Tensor, dtype: Dtype) -> Result<Tensor> {
    let shape = tensor.shape().to_vec();
    let to_double = dtype == Dtype::F64;
    let data = match tensor.data() {
        data if data.holds(dtype) && dtype != Dtype::Bool => data.clone(),
        Data::F32(x) if to_double => Data::F64(x.iter().map(|&x| f64::from(x)).collect()),
        Data::F32(x) => Data::I64(x.iter().map(|&x| whole(f64::from(x), dtype)).collect()),
        Data::F64(x) if dtype.is_float() => Data::F32(x.iter().map(|&x| x as f32).collect()),
        Data::F64(x) => Data::I64(x.iter().map(|&x| whole(x, dtype)).collect()),
        Data::I64(x) if to_double => Data::F64(x.iter().map(|&x| wide(x, tensor.dtype())).collect()),
        Data::I64(x) if dtype.is_float() => Data::F32(x.iter().map(|&x| single(x, tensor.dtype())).collect()),
        Data::I64(x) if dtype == Dtype::Bool => Data::I64(x.iter().map(|&x| i64::from(x != 0)).collect()),
        Data::I64(x) => Data::I64(x.clone()),
        Data::Text(x) => {
            let numbers = x.iter().map(|text| number(text)).collect::<Result<Vec<f64>>>()?;
            if to_double {
                Data::F64(numbers)
            } else if dtype.is_float() {
                Data::F32(numbers.into_iter().map(|x| x as f32).collect())
            } else {
                Data::I64(numbers.into_iter().map(|x| whole(x, dtype)).collect())
            }
        }
    };
    if dtype == Dtype::Text && tensor.dtype() != Dtype::Text {
        return Err(wrong_type("texts: numbers are not written as texts", tensor));
    }
    Ok(Tensor::rounded(dtype, shape, data))
}

/// A float as a whole number: cut, and true if it is not zero. Of one that is out of 64 bits there is no right one.
fn whole(x: f64, dtype: Dtype) -> i64 {
    match dtype {
        Dtype::Bool => i64::from(x != 0.0),
        Dtype::U64 if x >= 0.0 => x as u64 as i64,
        _ => x as i64,
    }
}

fn wide(x: i64, dtype: Dtype) -> f64 {
    if dtype == Dtype::U64 { x as u64 as f64 } else { x as f64 }
}

/// Rounded once.
fn single(x: i64, dtype: Dtype) -> f32 {
    if dtype == Dtype::U64 { x as u64 as f32 } else { x as f32 }
}

/// The number that a text is, in the ways that ONNX names: decimal, with an exponent, `INF`, `NaN`.
fn number(text: &str) -> Result<f64> {
    text.trim().parse().map_err(|_| Error::new(Kind::WrongType, "text", "a number", format!("{text:?}")))
}

/// The same bits as elements of another type; of another size, the last dimension changes.
pub fn bit_cast(tensor: &Tensor, dtype: Dtype) -> Result<Tensor> {
    let (from, to) = (tensor.dtype().bytes(), dtype.bytes());
    if from == 0 || to != from {
        return Err(wrong_shape(format!("elements of {to} bytes"), shown(&[from])));
    }
    let mut bytes = Vec::with_capacity(tensor.len() * from);
    tensor.data().write_bytes(tensor.dtype(), &mut bytes);
    Ok(Tensor::exact(dtype, tensor.shape().to_vec(), Data::from_bytes(dtype, &bytes)))
}
