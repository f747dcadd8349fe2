//! Tensors in NumPy's files: one array in an .npy, several with their names in an .npz.
//!
//! bfloat16, which NumPy does not have, is two bytes without a meaning there (`V2`), as ml_dtypes writes it.

use super::contained::contain;
use super::npy::check_header;
use crate::error::{Error, Kind, Result};
use crate::infer::turned;
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Tensor};
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar, TypeStr};
use std::io::{self, Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The largest array of an .npz, in bytes.
const MAX_ARRAY_BYTES: u64 = 1 << 31;

/// Whether bytes are NumPy's: an .npy or an .npz.
pub fn is_numpy(bytes: &[u8]) -> bool {
    // Without an array an .npz is only the archive's end.
    bytes.starts_with(b"\x93NUMPY") || bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// The tensors in a file with their names; the one in an .npy has none.
///
/// # Errors
/// [`Kind::BadRows`] for what is no file of NumPy's, or an array of another type.
pub fn read_tensors(bytes: &[u8]) -> Result<Vec<(String, Tensor)>> {
    if !bytes.starts_with(b"PK") {
        return Ok(vec![(String::new(), read_tensor(bytes)?)]);
    }
    let damaged = |error: &dyn ToString| refusal("an .npz that can be read", error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let mut tensors = Vec::new();
    for i in 0..archive.len() {
        let file = archive.by_index(i).map_err(|error| damaged(&error))?;
        let name = file.name().map_err(|error| damaged(&error))?.into_owned();
        let name = name.strip_suffix(".npy").unwrap_or(&name).to_owned();
        let mut array = Vec::new();
        file.take(MAX_ARRAY_BYTES + 1).read_to_end(&mut array).map_err(|error| damaged(&error))?;
        if array.len() as u64 > MAX_ARRAY_BYTES {
            let expected = format!("at most {MAX_ARRAY_BYTES} bytes");
            return Err(Error::new(Kind::LimitExceeded, name, expected, "more"));
        }
        let tensor = read_tensor(&array).map_err(|error| error.within(&name))?;
        tensors.push((name, tensor));
    }
    Ok(tensors)
}

fn read_tensor(bytes: &[u8]) -> Result<Tensor> {
    check_header(bytes)?;
    contain(|| array(bytes)).unwrap_or_else(|| Err(refusal("a NumPy array", "a header that contradicts itself")))
}

fn array(bytes: &[u8]) -> Result<Tensor> {
    let mut rest = bytes;
    let header = NpyHeader::from_reader(&mut rest).map_err(|error| refusal("a NumPy array", error.to_string()))?;
    let DType::Plain(kind) = header.dtype() else {
        return Err(refusal("an array of numbers or texts", "records"));
    };
    let lengths = header.shape().iter().map(|&length| usize::try_from(length).unwrap_or(usize::MAX));
    let mut shape: Vec<usize> = lengths.collect();
    let by_columns = header.order() == Order::Fortran;
    if by_columns {
        shape.reverse();
    }
    let elements = count(&shape)?;
    let (dtype, data) = elements_of(&kind, rest, elements)?;
    let tensor = Tensor::new(dtype, shape, data)?;
    let reversed: Vec<usize> = (0..tensor.rank()).rev().collect();
    Ok(if by_columns { turned(&reversed, &tensor) } else { tensor })
}

fn elements_of(kind: &TypeStr, bytes: &[u8], elements: usize) -> Result<(Dtype, Data)> {
    let size = usize::try_from(kind.size_field()).unwrap_or(usize::MAX);
    if kind.endianness() == Endianness::Big {
        return Err(refusal("little-endian numbers", kind.to_string())
            .hint("Save array.astype(array.dtype.newbyteorder(\"<\"))."));
    }
    if kind.type_char() == TypeChar::UnicodeStr {
        return Ok((Dtype::Text, Data::Text(texts(bytes, size, elements)?)));
    }
    let known = Dtype::ALL.into_iter().find(|&dtype| descr(dtype).is_some_and(|descr| descr == kind.to_string()));
    let Some(dtype) = known else {
        return Err(refusal("floats, whole numbers, truth values or texts", kind.to_string()));
    };
    if elements.saturating_mul(dtype.bytes()) != bytes.len() {
        let expected = format!("{elements} elements of {} bytes", dtype.bytes());
        return Err(refusal(expected, format!("{} bytes", bytes.len())));
    }
    Ok((dtype, Data::from_bytes(dtype, bytes)))
}

/// Texts of a fixed number of characters, with zeros behind shorter ones.
fn texts(bytes: &[u8], characters: usize, elements: usize) -> Result<Vec<String>> {
    let size = characters.saturating_mul(4);
    if elements.saturating_mul(size) != bytes.len() {
        return Err(refusal(format!("{elements} texts of {size} bytes"), format!("{} bytes", bytes.len())));
    }
    let text = |i: usize| {
        let codes = bytes[i * size..(i + 1) * size].as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
        let mut text: String = codes
            .map(|code| char::from_u32(code).ok_or_else(|| refusal("characters", format!("{code:#x}"))))
            .collect::<Result<_>>()?;
        text.truncate(text.trim_end_matches('\0').len());
        Ok(text)
    };
    (0..elements).map(text).collect()
}

/// How NumPy names a type; texts have their length there.
fn descr(dtype: Dtype) -> Option<&'static str> {
    Some(match dtype {
        Dtype::F32 => "<f4",
        Dtype::F64 => "<f8",
        Dtype::F16 => "<f2",
        Dtype::BF16 => "|V2",
        Dtype::I8 => "|i1",
        Dtype::I16 => "<i2",
        Dtype::I32 => "<i4",
        Dtype::I64 => "<i8",
        Dtype::U8 => "|u1",
        Dtype::U16 => "<u2",
        Dtype::U32 => "<u4",
        Dtype::U64 => "<u8",
        Dtype::Bool => "|b1",
        Dtype::Text => return None,
    })
}

/// Tensors with their names as an .npz.
///
/// # Errors
/// [`Kind::Io`] for a name that no archive takes.
pub fn npz(tensors: &[(&str, &Tensor)]) -> Result<Vec<u8>> {
    let failed =
        |error: &dyn ToString| Error::new(Kind::Io, "npz", "an archive that can be written", error.to_string());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, tensor) in tensors {
        archive.start_file(format!("{name}.npy"), options).map_err(|error| failed(&error))?;
        archive.write_all(&npy(tensor)).map_err(|error: io::Error| failed(&error))?;
    }
    Ok(archive.finish().map_err(|error| failed(&error))?.into_inner())
}

/// A tensor as an .npy.
pub fn npy(tensor: &Tensor) -> Vec<u8> {
    let mut elements = Vec::new();
    let descr = match tensor.data() {
        Data::Text(texts) => {
            let longest = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(1);
            for text in texts {
                let codes = text.chars().map(u32::from).chain(std::iter::repeat(0)).take(longest);
                elements.extend(codes.flat_map(u32::to_le_bytes));
            }
            format!("<U{longest}")
        }
        data => {
            data.write_bytes(tensor.dtype(), &mut elements);
            descr(tensor.dtype()).unwrap_or_default().to_owned()
        }
    };
    let lengths: String = tensor.shape().iter().map(|length| format!("{length},")).collect();
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({lengths}), }}");
    // The elements begin at a multiple of 64; version 2 has lengths of four bytes.
    let padding = 63 - (12 + header.len()) % 64;
    header.extend(std::iter::repeat_n(' ', padding));
    header.push('\n');
    let mut file = b"\x93NUMPY\x02\x00".to_vec();
    file.extend((header.len() as u32).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(elements);
    file
}

fn refusal(expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::BadRows, "array", expected.into(), found.into())
}
