//! Normalization: runs of numbers brought to a common mean, variance, norm or sum. It is computed in f64, but for what networks
//! are full of: runs of f32 that lie in a row are [`functions`]'.

use super::arguments::{Arguments, axis, check_rank, floats, length, wrong_shape, wrong_type};
use super::shape::expanded;
use super::strides::{around, broadcast};
use crate::error::Result;
use crate::kernel::functions;
use crate::math;
use crate::network::tensor::count;
use crate::network::{Data, Dtype, Softmax, SoftmaxKind, Tensor, shown};

/// The floats of a tensor as f64.
pub fn wide(tensor: &Tensor) -> Result<Vec<f64>> {
    match tensor.data() {
        Data::F32(x) => Ok(x.iter().map(|&x| f64::from(x)).collect()),
        Data::F64(x) => Ok(x.clone()),
        _ => Err(wrong_type("floats", tensor)),
    }
}

/// Numbers as floats of a type.
pub fn narrow(dtype: Dtype, shape: Vec<usize>, numbers: Vec<f64>) -> Tensor {
    let data = match dtype {
        Dtype::F64 => Data::F64(numbers),
        _ => Data::F32(numbers.into_iter().map(|x| x as f32).collect()),
    };
    Tensor::rounded(dtype, shape, data)
}

/// Changes the runs along the middle of a tensor in three parts; each comes with its number among them.
fn by_runs(
    tensor: &Tensor,
    (outer, length, inner): (usize, usize, usize),
    change: &mut dyn FnMut(usize, &mut [f64]),
) -> Result<Tensor> {
    let mut all = wide(tensor)?;
    let mut run = vec![0.0; length];
    for i in 0..outer * inner {
        let start = i / inner * length * inner + i % inner;
        let places = (start..).step_by(inner).take(length);
        places.clone().zip(&mut run).for_each(|(place, x)| *x = all[place]);
        change(i, &mut run);
        places.zip(&run).for_each(|(place, x)| all[place] = *x);
    }
    Ok(narrow(tensor.dtype(), tensor.shape().to_vec(), all))
}

/// Brings a run to mean 0 and variance 1; what was its mean, and by what it was multiplied. Without a centre the mean stays.
fn standardize(run: &mut [f64], epsilon: f32, centred: bool) -> (f64, f64) {
    let count = run.len() as f64;
    let mean = if centred { run.iter().sum::<f64>() / count } else { 0.0 };
    let variance = run.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    let factor = 1.0 / (variance + f64::from(epsilon)).sqrt();
    run.iter_mut().for_each(|x| *x = (*x - mean) * factor);
    (mean, factor)
}

/// How many channels `[N, C, …]` has, and how many elements each has in a sample; one dimension is one channel.
fn channels(tensor: &Tensor) -> Result<(usize, usize)> {
    check_rank(tensor, 1)?;
    let shape = tensor.shape();
    Ok((shape.get(1).copied().unwrap_or(1), shape.iter().skip(2).product()))
}

/// One number for each channel, at a place of the inputs.
fn for_channels(given: &Arguments<'_>, i: usize, channels: usize) -> Result<Vec<f64>> {
    let tensor = given.get(i)?;
    match tensor.len() == channels {
        true => wide(tensor),
        false => Err(wrong_shape(format!("{channels} elements"), shown(tensor.shape()))),
    }
}

/// (data − mean) / √(variance + ε) · scale + bias in each channel: data, scale, bias, mean, variance.
pub fn batch(epsilon: f32, given: &Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    let (channels, inner) = channels(tensor)?;
    let numbers = |i: usize| for_channels(given, i, channels);
    let (scale, bias, mean, variance) = (numbers(1)?, numbers(2)?, numbers(3)?, numbers(4)?);
    let outer = if tensor.rank() == 1 { tensor.len() } else { tensor.shape()[0] * channels };
    by_runs(tensor, (outer, inner, 1), &mut |i, run| {
        let channel = i % channels;
        let factor = scale[channel] / (variance[channel] + f64::from(epsilon)).sqrt();
        run.iter_mut().for_each(|x| *x = (*x - mean[channel]) * factor + bias[channel]);
    })
}

/// Standardizes groups of channels of each sample, or each channel without groups: data `[N, C, …]`, scale and bias for each
/// channel, or for each group as before ONNX 21.
pub fn groups(groups: Option<i64>, epsilon: f32, given: &Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    check_rank(tensor, 2)?;
    let (channels, inner) = channels(tensor)?;
    let groups = groups.map(length).transpose()?.unwrap_or(channels);
    if groups == 0 && channels > 0 || groups > 0 && channels % groups != 0 {
        return Err(wrong_shape(format!("what divides {channels} channels"), groups.to_string()));
    }
    let share = channels.checked_div(groups).unwrap_or(0);
    let for_groups = given.get(1)?.len() == groups;
    let numbers = |i: usize| for_channels(given, i, if for_groups { groups } else { channels });
    let (scale, bias) = (numbers(1)?, numbers(2)?);
    by_runs(tensor, (tensor.shape()[0] * groups, share * inner, 1), &mut |i, run| {
        standardize(run, epsilon, true);
        for (channel, run) in run.chunks_exact_mut(inner.max(1)).enumerate() {
            let at = if for_groups { i % groups } else { i % groups * share + channel };
            run.iter_mut().for_each(|x| *x = *x * scale[at] + bias[at]);
        }
    })
}

/// Standardizes what lies from an axis to the end, then multiplies and adds: data, scale, bias?. Makes the result, the means and
/// the factors 1 / √(variance + ε); without a centre only the result, from the mean of squares.
pub fn layer(
    first: i64,
    epsilon: f32,
    centred: bool,
    given: &mut Arguments<'_>,
    outputs: usize,
) -> Result<Vec<Tensor>> {
    let tensor = given.get(0)?;
    let shape = tensor.shape();
    let first = axis(first, tensor.rank())?;
    let (outer, length) = (shape[..first].iter().product(), shape[first..].iter().product());
    let in_rows = |tensor: &Tensor| tensor.shape() == &shape[first..];
    let is_plain = (tensor.dtype(), outputs) == (Dtype::F32, 1);
    if is_plain && length > 0 && in_rows(given.get(1)?) && given.find(2).is_none_or(in_rows) {
        let tensor = given.take(0)?;
        let (scale, bias) = (floats(given.get(1)?)?, given.find(2).map(floats).transpose()?);
        let (shape, mut data) = (tensor.shape().to_vec(), tensor.into_data());
        if let Data::F32(x) = &mut data {
            x.chunks_exact_mut(length).for_each(|run| functions::standardize(run, epsilon, centred, scale, bias));
        }
        return Ok(vec![Tensor::exact(Dtype::F32, shape, data)]);
    }
    let scale = factors(given.get(1)?, shape)?;
    let bias = given.find(2).map(|bias| factors(bias, shape)).transpose()?;
    let (mut means, mut deviations) = (Vec::with_capacity(outer), Vec::with_capacity(outer));
    let result = by_runs(tensor, (outer, length, 1), &mut |i, run| {
        let (mean, factor) = standardize(run, epsilon, centred);
        means.push(mean);
        deviations.push(factor);
        for (j, x) in run.iter_mut().enumerate() {
            let place = i * length + j;
            let added = bias.as_ref().map_or(0.0, |bias| bias[place % bias.len()]);
            *x = *x * scale[place % scale.len()] + added;
        }
    })?;
    if !centred {
        return Ok(vec![result]);
    }
    let mut reduced = shape.to_vec();
    reduced[first..].fill(1);
    // ONNX makes these in f32 at least.
    let dtype = if tensor.dtype() == Dtype::F64 { Dtype::F64 } else { Dtype::F32 };
    let statistic = |numbers| narrow(dtype, reduced.clone(), numbers);
    Ok(vec![result, statistic(means), statistic(deviations)])
}

/// Numbers that are repeated all over a tensor of a shape; only where they are not of its last dimensions they are spread out.
fn factors(tensor: &Tensor, shape: &[usize]) -> Result<Vec<f64>> {
    if broadcast(&[tensor.shape(), shape])? != shape {
        return Err(wrong_shape(format!("what becomes {}", shown(shape)), shown(tensor.shape())));
    }
    let ones = tensor.shape().iter().take_while(|&&length| length == 1).count();
    match shape.ends_with(&tensor.shape()[ones..]) {
        true => wide(tensor),
        false => wide(&expanded(tensor, shape.to_vec())),
    }
}

/// Divides by the 1-norm or the 2-norm along an axis; a norm of 0 leaves zeros.
pub fn lp(along: i64, p: i64, tensor: &Tensor) -> Result<Tensor> {
    let parts = around(tensor.shape(), axis(along, tensor.rank())?);
    if !(1..=2).contains(&p) {
        return Err(wrong_shape("the norm 1 or 2", p.to_string()));
    }
    by_runs(tensor, parts, &mut |_, run| {
        let norm = match p {
            1 => run.iter().map(|x| x.abs()).sum::<f64>(),
            _ => run.iter().map(|x| x * x).sum::<f64>().sqrt(),
        };
        run.iter_mut().for_each(|x| *x = if norm == 0.0 { 0.0 } else { *x / norm });
    })
}

/// data / (bias + α / size · sum of squares of the channels around)^β, of `[N, C, …]`.
pub fn local(size: i64, alpha: f32, beta: f32, bias: f32, tensor: &Tensor) -> Result<Tensor> {
    check_rank(tensor, 2)?;
    if size < 1 {
        return Err(wrong_shape("at least 1 channel", size.to_string()));
    }
    let parts = around(tensor.shape(), 1);
    let (before, after) = ((size - 1) / 2, size / 2);
    let near = |x: i64| usize::try_from(x).unwrap_or(usize::MAX).min(parts.1);
    let (before, after) = (near(before), near(after));
    let factor = f64::from(alpha) / size as f64;
    let mut squares = vec![0.0; parts.1];
    by_runs(tensor, parts, &mut |_, run| {
        squares.iter_mut().zip(&*run).for_each(|(square, x)| *square = x * x);
        for (channel, x) in run.iter_mut().enumerate() {
            let around = channel.saturating_sub(before)..(channel + after + 1).min(squares.len());
            let sum = squares[around].iter().sum::<f64>();
            *x /= math::pow(f64::from(bias) + factor * sum, f64::from(beta));
        }
    })
}

/// Exponentials divided by their sum, their logarithms, or 1 at the first of the largest and 0 elsewhere.
pub fn softmax(how: Softmax, given: &mut Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    let along = axis(how.axis, tensor.rank())?;
    let shape = tensor.shape();
    let parts = match how.flat {
        true => (count(&shape[..along])?, count(&shape[along..])?, 1),
        false => around(shape, along),
    };
    if let (SoftmaxKind::Softmax, Dtype::F32, (_, 1.., 1)) = (how.kind, tensor.dtype(), parts) {
        let tensor = given.take(0)?;
        let (shape, mut data) = (tensor.shape().to_vec(), tensor.into_data());
        if let Data::F32(x) = &mut data {
            x.chunks_exact_mut(parts.1).for_each(functions::softmax);
        }
        return Ok(Tensor::exact(Dtype::F32, shape, data));
    }
    by_runs(tensor, parts, &mut |_, run| match how.kind {
        // Of 16 bits each step is a number of the type, as in NumPy.
        SoftmaxKind::Softmax if tensor.dtype() == Dtype::F16 => {
            let round = |x: f64| f64::from(Dtype::F16.round(x as f32));
            let largest = largest(run);
            run.iter_mut().for_each(|x| *x = round(math::exp(round(*x - largest))));
            let sum = round(run.iter().sum());
            run.iter_mut().for_each(|x| *x /= sum);
        }
        SoftmaxKind::Softmax => exponentials(run),
        SoftmaxKind::LogSoftmax => {
            let largest = largest(run);
            let sum = math::ln(run.iter().map(|x| math::exp(x - largest)).sum());
            run.iter_mut().for_each(|x| *x = *x - largest - sum);
        }
        SoftmaxKind::Hardmax => {
            let largest = (0..run.len()).fold(0, |best, i| if run[i] > run[best] { i } else { best });
            run.iter_mut().enumerate().for_each(|(i, x)| *x = f64::from(i == largest));
        }
    })
}

fn largest(run: &[f64]) -> f64 {
    run.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// Makes of numbers their exponentials, divided by their sum.
pub fn exponentials(run: &mut [f64]) {
    let largest = largest(run);
    run.iter_mut().for_each(|x| *x = math::exp(*x - largest));
    let sum = run.iter().sum::<f64>();
    run.iter_mut().for_each(|x| *x /= sum);
}
