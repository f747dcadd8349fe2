//! NumPy arrays of numbers, truth values or dates (datetime64), of one or two dimensions. The columns are called x0, x1, …

use super::contained::contain;
use super::{Column, Span, Table, Values, check_size};
use crate::error::{Error, Kind, Result};
use npyz::{DType, NpyFile, Order, TimeUnits, TypeChar, TypeStr};
use std::io;

/// The longest header that is read, as in NumPy itself.
const MAX_HEADER_BYTES: usize = 10_000;
/// How deep the brackets of a header may nest: records in records are more than is read here.
const MAX_NESTING: usize = 8;

pub(super) fn read(bytes: &[u8]) -> Result<Table> {
    check_header(bytes)?;
    contain(|| read_array(bytes)).unwrap_or_else(|| Err(refusal("a NumPy array", "a header that contradicts itself")))
}

/// Bounds what the library's parser of headers takes memory and recurses for.
pub(super) fn check_header(bytes: &[u8]) -> Result<()> {
    let length = match bytes {
        [_, _, _, _, _, _, 1, _, a, b, ..] => usize::from(u16::from_le_bytes([*a, *b])),
        [_, _, _, _, _, _, _, _, a, b, c, d, ..] => {
            usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX)
        }
        _ => return Err(refusal("a NumPy array", format!("{} bytes", bytes.len()))),
    };
    if length > MAX_HEADER_BYTES {
        let found = format!("{length} bytes");
        return Err(refusal("a header of at most 10000 bytes", found));
    }
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in bytes.iter().take(12 + length) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest > MAX_NESTING {
        return Err(refusal("an array of numbers", "a header of deeply nested types"));
    }
    Ok(())
}

fn read_array(bytes: &[u8]) -> Result<Table> {
    let file = NpyFile::new(bytes).map_err(wrong)?;
    let shape = file.shape().to_vec();
    let (rows, width) = match shape[..] {
        [rows] => (rows, 1),
        [rows, width] => (rows, width),
        _ => return Err(refusal("one or two dimensions", format!("{} dimensions", shape.len()))),
    };
    let (rows, width) = (usize::try_from(rows).unwrap_or(usize::MAX), usize::try_from(width).unwrap_or(usize::MAX));
    if width == 0 {
        return Err(refusal("at least 1 column", "none"));
    }
    check_size(rows, width)?;
    // A number takes at least a byte: a header that promises more than there is takes no memory.
    if rows.saturating_mul(width) > bytes.len() {
        return Err(refusal("as many numbers as the header says", "fewer bytes"));
    }
    let by_rows = file.header().order() == Order::C;
    let at = |row: usize, column: usize| if by_rows { row * width + column } else { column * rows + row };
    let DType::Plain(kind) = file.dtype() else {
        return Err(refusal("an array of numbers", "records").hint("Save the columns as one array of numbers."));
    };
    let whole = matches!(kind.type_char(), TypeChar::Int | TypeChar::Uint);
    let truth = kind.type_char() == TypeChar::Bool;
    let date = kind.type_char() == TypeChar::DateTime;
    let numbers = if date { dates(file, &kind)? } else { numbers(file, kind.type_char(), kind.size_field())? };
    if numbers.len() != rows * width {
        return Err(refusal("as many numbers as the header says", numbers.len().to_string()));
    }
    let columns = (0..width).map(|column| {
        let values = (0..rows).map(|row| numbers[at(row, column)]);
        let values = match (truth, whole) {
            _ if date => Values::Dates(values.collect()),
            (true, _) => Values::Booleans(values.map(|x| Some(x != 0.0)).collect()),
            (_, true) => Values::Integers(values.map(|x| Some(x as i64)).collect()),
            _ => Values::Numbers(values.collect()),
        };
        Column { name: format!("x{column}"), values }
    });
    Ok(Table { columns: columns.collect(), rows })
}

/// Dates by their unit; the least whole number is NumPy's NaT.
fn dates(file: NpyFile<&[u8]>, kind: &TypeStr) -> Result<Vec<f64>> {
    let span = match kind.time_units() {
        Some(TimeUnits::Day) => Span::DAY,
        Some(TimeUnits::Second) => Span::SECOND,
        Some(TimeUnits::Millisecond) => Span::MILLISECOND,
        Some(TimeUnits::Microsecond) => Span::MICROSECOND,
        Some(TimeUnits::Nanosecond) => Span::NANOSECOND,
        _ => {
            let found = kind.to_string();
            return Err(
                refusal("dates in D, s, ms, us or ns", found).hint("Convert them with array.astype('datetime64[ms]').")
            );
        }
    };
    let date = |count: i64| if count == i64::MIN { Ok(f64::NAN) } else { span.date(count) };
    let dates = file.into_vec::<i64>().map_err(wrong)?.into_iter().map(date).collect::<Result<_>>();
    dates.map_err(|error| error.within("array"))
}

fn numbers(file: NpyFile<&[u8]>, kind: TypeChar, size: u64) -> Result<Vec<f64>> {
    macro_rules! read {
        ($type:ty) => {
            file.into_vec::<$type>().map_err(wrong)?.into_iter().map(|x| x as f64).collect()
        };
    }
    Ok(match (kind, size) {
        (TypeChar::Float, 8) => file.into_vec::<f64>().map_err(wrong)?,
        (TypeChar::Float, 4) => read!(f32),
        (TypeChar::Int, 8) => exact(file.into_vec::<i64>().map_err(wrong)?)?,
        (TypeChar::Int, 4) => read!(i32),
        (TypeChar::Int, 2) => read!(i16),
        (TypeChar::Int, 1) => read!(i8),
        (TypeChar::Uint, 8) => exact(file.into_vec::<u64>().map_err(wrong)?)?,
        (TypeChar::Uint, 4) => read!(u32),
        (TypeChar::Uint, 2) => read!(u16),
        (TypeChar::Uint, 1) => read!(u8),
        (TypeChar::Bool, _) => file.into_vec::<bool>().map_err(wrong)?.into_iter().map(f64::from).collect(),
        _ => {
            let found = format!("{size}-byte {kind:?}");
            return Err(refusal("64- or 32-bit floats, integers, truth values or dates", found)
                .hint("Convert it with array.astype(float)."));
        }
    })
}

/// Whole numbers as f64, unless that would change one.
fn exact<T: Copy + TryInto<i64> + ToString>(integers: Vec<T>) -> Result<Vec<f64>> {
    let convert = |x: T| match x.try_into() {
        Ok(integer) if integer.unsigned_abs() <= 1 << 53 => Ok(integer as f64),
        _ => Err(refusal("whole numbers up to 2^53", x.to_string())),
    };
    integers.into_iter().map(convert).collect()
}

fn wrong(error: io::Error) -> Error {
    refusal("a NumPy array", error.to_string())
}

fn refusal(expected: &'static str, found: impl Into<String>) -> Error {
    Error::new(Kind::BadRows, "array", expected, found.into())
}
