//! Whole numbers of few bits that stand for floats: (number − zero point) · scale.
//!
//! Products of them are summed exactly and brought to float32 once, as onnxruntime does.

use super::arguments::{Arguments, axis, integers, wrong_shape, wrong_type};
use super::cast::cast;
use super::conv::Layout;
use super::elementwise::combine;
use super::product;
use super::shape::expanded;
use super::strides::around;
use crate::error::Result;
use crate::network::{Binary, Data, Dtype, Quantization, Tensor, Window, shown};

/// Which of several scales an element has.
enum Shares {
    /// All have one.
    All,
    /// Each along the middle of three parts has its own.
    Axis((usize, usize, usize)),
    /// That many neighbours along the middle of three parts have one.
    Blocks((usize, usize, usize), usize),
}

impl Shares {
    fn new(how: Quantization, tensor: &Tensor, scale: &Tensor) -> Result<Self> {
        if how.block == 0 && scale.len() == 1 {
            return Ok(Shares::All);
        }
        let along = axis(how.axis, tensor.rank())?;
        let parts = around(tensor.shape(), along);
        let mut expected = vec![parts.1];
        let block = usize::try_from(how.block).map_err(|_| wrong_shape("a block size", how.block.to_string()))?;
        if block > 0 {
            expected = tensor.shape().to_vec();
            expected[along] = parts.1.div_ceil(block);
        }
        match scale.shape() == expected {
            true if block > 0 => Ok(Shares::Blocks(parts, block)),
            true => Ok(Shares::Axis(parts)),
            false => Err(wrong_shape(format!("scales of {}", shown(&expected)), shown(scale.shape()))),
        }
    }

    fn of(&self, place: usize) -> usize {
        match *self {
            Shares::All => 0,
            Shares::Axis((_, length, inner)) => place / inner % length,
            Shares::Blocks((_, length, inner), block) => {
                let (outer, middle) = (place / inner / length, place / inner % length);
                (outer * length.div_ceil(block) + middle / block) * inner + place % inner
            }
        }
    }
}

/// A number as f64, whatever it is held as.
fn number(data: &Data, i: usize) -> f64 {
    match data {
        Data::F32(x) => f64::from(x[i]),
        Data::F64(x) => x[i],
        Data::I64(x) => x[i] as f64,
        Data::Text(_) => f64::NAN,
    }
}

/// The whole numbers of zero points, which are as many as the scales and of a type.
fn zero_points<'a>(zeros: Option<&'a Tensor>, scale: &Tensor, dtype: Dtype) -> Result<Option<&'a [i64]>> {
    match zeros {
        None => Ok(None),
        Some(zeros) if zeros.dtype() != dtype => Err(wrong_type(dtype.name(), zeros)),
        Some(zeros) if zeros.len() != scale.len() => {
            Err(wrong_shape(format!("zero points of {}", shown(scale.shape())), shown(zeros.shape())))
        }
        Some(zeros) => integers(zeros).map(Some),
    }
}

/// The nearest whole number, of two the even one, shifted and kept within a type's bounds.
fn saturated(x: f64, zero: i64, dtype: Dtype) -> i64 {
    let (least, largest) = dtype.bounds();
    (x.round_ties_even() as i64).saturating_add(zero).clamp(least, largest)
}

/// Whole numbers for floats: data, scale, zero point?. The quotient is one of the scale's type.
pub fn quantize(how: Quantization, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, scale) = (given.get(0)?, given.get(1)?);
    let dtype = how.dtype.or(given.find(2).map(Tensor::dtype)).unwrap_or(Dtype::U8);
    if !dtype.is_integer() || tensor.dtype() == Dtype::Text || !scale.dtype().is_float() {
        return Err(wrong_type("numbers, and whole ones of them", scale));
    }
    let shares = Shares::new(how, tensor, scale)?;
    let zeros = zero_points(given.find(2), scale, dtype)?;
    let one = |i: usize| {
        let at = shares.of(i);
        let quotient = number(tensor.data(), i) / number(scale.data(), at);
        let quotient = match scale.dtype() {
            Dtype::F64 => quotient,
            kind => f64::from(kind.round(quotient as f32)),
        };
        saturated(quotient, zeros.map_or(0, |zeros| zeros[at]), dtype)
    };
    let all = match (&shares, tensor.data(), scale.data()) {
        // What most networks have: f32 rounds its quotients as above.
        (Shares::All, Data::F32(x), Data::F32(scales)) if scale.dtype() == Dtype::F32 => {
            let (scale, zero) = (scales[0], zeros.map_or(0, |zeros| zeros[0]));
            x.iter().map(|x| saturated(f64::from(x / scale), zero, dtype)).collect()
        }
        _ => (0..tensor.len()).map(one).collect(),
    };
    Ok(Tensor::exact(dtype, tensor.shape().to_vec(), Data::I64(all)))
}

/// Floats for whole numbers: data, scale, zero point?.
pub fn dequantize(how: Quantization, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, scale) = (given.get(0)?, given.get(1)?);
    let dtype = how.dtype.unwrap_or(scale.dtype());
    if !dtype.is_float() || !scale.dtype().is_float() {
        return Err(wrong_type("a scale that is a float", scale));
    }
    let x = integers(tensor)?;
    let shares = Shares::new(how, tensor, scale)?;
    let zeros = zero_points(given.find(2), scale, tensor.dtype())?;
    let one = |(i, x): (usize, &i64)| {
        let at = shares.of(i);
        x.wrapping_sub(zeros.map_or(0, |zeros| zeros[at])) as f64 * number(scale.data(), at)
    };
    let numbers = x.iter().enumerate().map(one);
    let data = match (dtype, &shares) {
        (Dtype::F64, _) => Data::F64(numbers.collect()),
        // What most networks have.
        (_, Shares::All) => {
            let (scale, zero) = (number(scale.data(), 0), zeros.map_or(0, |zeros| zeros[0]));
            Data::F32(x.iter().map(|x| (x.wrapping_sub(zero) as f64 * scale) as f32).collect())
        }
        _ => Data::F32(numbers.map(|x| x as f32).collect()),
    };
    Ok(Tensor::rounded(dtype, tensor.shape().to_vec(), data))
}

/// Bytes for floats, with the scale and the zero point that their range, with 0 in it, asks for.
pub fn dynamic(tensor: &Tensor) -> Result<Vec<Tensor>> {
    let Data::F32(x) = tensor.data() else { return Err(wrong_type("float32", tensor)) };
    let (least, largest) = x.iter().fold((0.0_f32, 0.0_f32), |(least, largest), &x| (least.min(x), largest.max(x)));
    let scale = if least == largest { 1.0 } else { (largest - least) / 255.0 };
    let zero = saturated(f64::from(-least / scale), 0, Dtype::U8);
    let bytes = x.iter().map(|x| saturated(f64::from(x / scale), zero, Dtype::U8)).collect();
    let bytes = Tensor::exact(Dtype::U8, tensor.shape().to_vec(), Data::I64(bytes));
    Ok(vec![bytes, Tensor::scalar(scale), Tensor::exact(Dtype::U8, vec![], Data::I64(vec![zero]))])
}

/// Bytes without their zero points, as whole numbers of 64 bits in which no sum of products overflows.
fn shifted(tensor: &Tensor, zeros: Option<&Tensor>) -> Result<Tensor> {
    let exact = |tensor: &Tensor| match tensor.dtype() {
        Dtype::I8 | Dtype::U8 => cast(tensor, Dtype::I64),
        _ => Err(wrong_type("int8 or uint8", tensor)),
    };
    let result = match zeros {
        None => exact(tensor)?,
        Some(zeros) => combine(Binary::Sub, &exact(tensor)?, &exact(zeros)?)?,
    };
    match result.shape() == tensor.shape() {
        true => Ok(result),
        false => Err(wrong_shape(
            "one zero point or one for each",
            zeros.map_or_else(String::new, |zeros| shown(zeros.shape())),
        )),
    }
}

/// Numbers of one dimension stand for rows, or for what else comes before that many dimensions.
fn before(tensor: &Tensor, dimensions: usize) -> Result<Tensor> {
    match tensor.rank() {
        1 if tensor.len() != 1 => {
            let mut shape = vec![1; dimensions + 1];
            shape[0] = tensor.len();
            tensor.clone().reshaped(shape)
        }
        // One alone is for all, whatever the shape.
        1 => tensor.clone().reshaped(Vec::new()),
        _ => Ok(tensor.clone()),
    }
}

/// The product of matrices of bytes in int32: a, b, a's zero point? for all or each row, b's for all or each column.
pub fn matmul_integer(given: &Arguments<'_>) -> Result<Tensor> {
    let zeros = given.find(2).map(|zeros| before(zeros, 1)).transpose()?;
    let product = product::matmul(&shifted(given.get(0)?, zeros.as_ref())?, &shifted(given.get(1)?, given.find(3))?)?;
    Ok(narrowed(product))
}

fn narrowed(sums: Tensor) -> Tensor {
    Tensor::rounded(Dtype::I32, sums.shape().to_vec(), sums.into_data())
}

/// The product of matrices of bytes in bytes: a, its scale and zero point, b's, the result's.
pub fn matmul(given: &Arguments<'_>) -> Result<Tensor> {
    let rows = |i: usize| before(given.get(i)?, 1);
    let sums =
        product::matmul(&shifted(given.get(0)?, Some(&rows(2)?))?, &shifted(given.get(3)?, Some(given.get(5)?))?)?;
    scaled(&narrowed(sums), [&rows(1)?, given.get(4)?, &rows(6)?], &rows(7)?)
}

/// Sums of products of two scales, as numbers of a third one.
fn scaled(sums: &Tensor, scales: [&Tensor; 3], zeros: &Tensor) -> Result<Tensor> {
    if let Some(other) = scales.iter().find(|scale| !scale.dtype().is_float()) {
        return Err(wrong_type("floats", other));
    }
    let single = |tensor: &Tensor| cast(tensor, Dtype::F32);
    let both = combine(Binary::Mul, &single(scales[0])?, &single(scales[1])?)?;
    let factor = combine(Binary::Div, &both, &single(scales[2])?)?;
    let result = combine(Binary::Mul, &single(sums)?, &factor)?;
    let Data::F32(numbers) = result.data() else { return Err(wrong_type("float32", &result)) };
    let spread = super::strides::broadcast(&[zeros.shape(), sums.shape()])?;
    if spread != sums.shape() || result.shape() != sums.shape() {
        return Err(wrong_shape(format!("scales and zero points for {}", shown(sums.shape())), shown(result.shape())));
    }
    let dtype = zeros.dtype();
    let zeros = expanded(zeros, spread);
    let numbers = numbers.iter().zip(integers(&zeros)?).map(|(&x, &zero)| saturated(f64::from(x), zero, dtype));
    Ok(Tensor::exact(dtype, sums.shape().to_vec(), Data::I64(numbers.collect())))
}

/// A convolution of bytes in int32: data, weights, the data's zero point?, the weights' zero point? for all or each filter.
pub fn conv_integer(window: &Window, given: &Arguments<'_>) -> Result<Tensor> {
    convolve(window, [given.get(0)?, given.get(1)?], [given.find(2), given.find(3)], None)
}

fn convolve(window: &Window, of: [&Tensor; 2], zeros: [Option<&Tensor>; 2], bias: Option<&Tensor>) -> Result<Tensor> {
    let [data, weights] = of;
    let layout = Layout::new(window, data, weights.shape())?;
    let filters = zeros[1].map(|zeros| before(zeros, weights.rank() - 1)).transpose()?;
    let zeros = zeros[0].map(|zeros| before(zeros, 0)).transpose()?;
    let (data, filters) = (shifted(data, zeros.as_ref())?, shifted(weights, filters.as_ref())?);
    let sums = Data::I64(layout.convolve(integers(&data)?, integers(&filters)?));
    let mut sums = Tensor::exact(Dtype::I64, layout.shape(), sums);
    if let Some(bias) = bias {
        if bias.shape() != [weights.shape()[0]] || bias.dtype() != Dtype::I32 {
            return Err(wrong_shape(format!("an int32 bias of {}", weights.shape()[0]), shown(bias.shape())));
        }
        sums = combine(Binary::Add, &sums, &before(&cast(bias, Dtype::I64)?, weights.rank() - 2)?)?;
    }
    Ok(narrowed(sums))
}

/// A convolution of bytes in bytes: data, its scale and zero point, weights, theirs for all or each filter, the result's, an
/// int32 bias?.
pub fn conv(window: &Window, given: &Arguments<'_>) -> Result<Tensor> {
    let (data, weights) = (given.get(0)?, given.get(3)?);
    let sums = convolve(window, [data, weights], [given.find(2), given.find(5)], given.find(8))?;
    let scale = |i: usize| before(given.get(i)?, weights.rank() - 2);
    scaled(&sums, [&scale(1)?, &scale(4)?, &scale(6)?], &scale(7)?)
}
