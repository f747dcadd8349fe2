//! ONNX's tensors → [`Tensor`]: each type lies in a field of its own, or all lie in the raw bytes.

use super::External;
use super::proto;
use super::wire::Reader;
use crate::error::{Error, Kind, Result};
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Tensor};

/// The type that a TensorProto.DataType is, if tensors of it are run.
pub fn dtype(data_type: i64) -> Option<Dtype> {
    Some(match data_type {
        1 => Dtype::F32,
        2 => Dtype::U8,
        3 => Dtype::I8,
        4 => Dtype::U16,
        5 => Dtype::I16,
        6 => Dtype::I32,
        7 => Dtype::I64,
        8 => Dtype::Text,
        9 => Dtype::Bool,
        10 => Dtype::F16,
        11 => Dtype::F64,
        12 => Dtype::U32,
        13 => Dtype::U64,
        16 => Dtype::BF16,
        _ => return None,
    })
}

/// What a TensorProto.DataType is called that is not run.
pub fn type_name(data_type: i64) -> &'static str {
    match data_type {
        0 => "no tensor (a sequence, a map or an optional)",
        14 | 15 => "complex numbers",
        17..=20 => "8-bit floats",
        21 | 22 => "4-bit integers",
        23 => "4-bit floats",
        24 => "8-bit exponents",
        25 | 26 => "2-bit integers",
        _ => "an unknown type",
    }
}

/// The tensor that a message holds, or that it points to beside the file.
pub fn tensor(proto: &proto::Tensor<'_>, external: &External<'_>) -> Result<Tensor> {
    let place = |error: Error| error.within(&format!("tensor \"{}\"", proto.name));
    let unsupported = || {
        let found = type_name(proto.data_type);
        place(Error::new(Kind::Unsupported, "type", "numbers of 8 to 64 bits, truth values or texts", found))
    };
    let dtype = dtype(proto.data_type).ok_or_else(unsupported)?;
    let shape = proto.dims.iter().map(|&length| {
        usize::try_from(length).map_err(|_| place(damaged("lengths of at least 0", length.to_string())))
    });
    let shape: Vec<usize> = shape.collect::<Result<_>>()?;
    let elements = count(&shape).map_err(place)?;
    let typed = [
        proto.floats.len(),
        proto.int32s.len(),
        proto.strings.len(),
        proto.int64s.len(),
        proto.doubles.len(),
        proto.uint64s.len(),
    ];
    let sources = usize::from(proto.raw.is_some()) + usize::from(proto.is_external);
    if sources + typed.iter().filter(|&&length| length > 0).count() > 1 {
        return Err(place(damaged("data in one place", "in several".into())));
    }
    let data = if proto.is_external {
        let bytes = external.read(&proto.external, elements.saturating_mul(dtype.bytes())).map_err(place)?;
        raw(dtype, &bytes, elements).map_err(place)?
    } else if let Some(bytes) = proto.raw {
        raw(dtype, bytes.bytes(), elements).map_err(place)?
    } else {
        typed_data(dtype, proto).map_err(place)?
    };
    Tensor::new(dtype, shape, data).map_err(place)
}

/// Elements from the bytes that they are stored in, little-endian.
///
/// # Errors
/// [`Kind::InvalidModel`] for another number of bytes than that many elements have, or for texts.
pub fn raw(dtype: Dtype, bytes: &[u8], elements: usize) -> Result<Data> {
    let expected = elements.saturating_mul(dtype.bytes());
    if expected != bytes.len() || dtype == Dtype::Text {
        return Err(damaged(format!("{expected} bytes"), bytes.len().to_string()));
    }
    Ok(Data::from_bytes(dtype, bytes))
}

fn typed_data(dtype: Dtype, proto: &proto::Tensor<'_>) -> Result<Data> {
    let half = |bits: &i64, from: fn(u16) -> f32| u16::try_from(*bits).map(from);
    let halves = |from: fn(u16) -> f32| {
        let numbers: Result<Vec<f32>, _> = proto.int32s.iter().map(|bits| half(bits, from)).collect();
        numbers.map(Data::F32).map_err(|_| damaged("16 bits a number", "more".into()))
    };
    Ok(match dtype {
        Dtype::F32 => Data::F32(proto.floats.clone()),
        Dtype::F64 => Data::F64(proto.doubles.clone()),
        Dtype::F16 => halves(|bits| half::f16::from_bits(bits).to_f32())?,
        Dtype::BF16 => halves(|bits| half::bf16::from_bits(bits).to_f32())?,
        Dtype::I64 => Data::I64(proto.int64s.clone()),
        Dtype::U32 | Dtype::U64 => Data::I64(proto.uint64s.clone()),
        Dtype::Text => Data::Text(
            (proto.strings.iter()).map(|text: &Reader<'_>| text.text().map(str::to_owned)).collect::<Result<_>>()?,
        ),
        _ => Data::I64(proto.int32s.clone()),
    })
}

fn damaged(expected: impl Into<String>, found: String) -> Error {
    Error::new(Kind::InvalidModel, "data", expected.into(), found)
        .hint("The ONNX file is damaged: check it with onnx.checker, or export it again.")
}
