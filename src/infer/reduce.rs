//! Many elements become one: sums and their kin, places of extremes, sums up to each element.

use super::arguments::{Arguments, axes, axis, integers, wrong_shape, wrong_type};
use super::strides::{around, copy, strides};
use crate::error::Result;
use crate::math;
use crate::network::{Data, Dtype, Reduce, Reduction, Tensor, shown};

/// Reduces the dimensions that the second input names; all of them without one.
pub fn reduce(how: Reduce, given: &Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    let rank = tensor.rank();
    let named = match given.find(1) {
        None => Vec::new(),
        Some(named) => axes(integers(named)?, rank)?,
    };
    let reduced = match (named.is_empty(), how.none) {
        (true, false) => (0..rank).collect(),
        _ => named,
    };
    let kept: Vec<usize> = (0..rank).filter(|i| !reduced.contains(i)).collect();
    let pick = |of: &[usize]| of.iter().map(|&i| tensor.shape()[i]).collect::<Vec<_>>();
    let shape = match how.keep {
        true => (0..rank).map(|i| if reduced.contains(&i) { 1 } else { tensor.shape()[i] }).collect(),
        false => pick(&kept),
    };
    // The reduced dimensions go last, so that what becomes one element lies side by side.
    let order: Vec<usize> = kept.iter().chain(&reduced).copied().collect();
    let own = strides(tensor.shape());
    let (turned_shape, turned): (Vec<_>, Vec<_>) = order.iter().map(|&i| (tensor.shape()[i], own[i])).unzip();
    let count = pick(&reduced).iter().product();
    let elements: usize = pick(&kept).iter().product();
    let data = match tensor.data() {
        Data::F32(x) => {
            let x = copy(x, 0, &turned_shape, &turned);
            let of = |i: usize| floats(how.by, &mut x[i * count..(i + 1) * count].iter().map(|&x| f64::from(x)), count);
            Data::F32((0..elements).map(|i| of(i) as f32).collect())
        }
        Data::F64(x) => {
            let x = copy(x, 0, &turned_shape, &turned);
            let of = |i: usize| floats(how.by, &mut x[i * count..(i + 1) * count].iter().copied(), count);
            Data::F64((0..elements).map(of).collect())
        }
        Data::I64(x) => {
            let x = copy(x, 0, &turned_shape, &turned);
            let of = |i: usize| whole_numbers(how.by, tensor.dtype(), &x[i * count..(i + 1) * count]);
            Data::I64((0..elements).map(of).collect())
        }
        Data::Text(_) => return Err(wrong_type("numbers", tensor)),
    };
    Ok(Tensor::rounded(tensor.dtype(), shape, data))
}

fn floats(by: Reduction, numbers: &mut (dyn Iterator<Item = f64> + '_), count: usize) -> f64 {
    // NaN wins, as in NumPy.
    let least = |least: f64, x: f64| if x < least || x.is_nan() { x } else { least };
    let largest = |largest: f64, x: f64| if x > largest || x.is_nan() { x } else { largest };
    match by {
        Reduction::Sum => numbers.sum::<f64>() + 0.0,
        Reduction::Mean => numbers.sum::<f64>() / count as f64,
        Reduction::Prod => numbers.product(),
        Reduction::Min => numbers.fold(f64::INFINITY, least),
        Reduction::Max => numbers.fold(f64::NEG_INFINITY, largest),
        Reduction::SumSquare => numbers.map(|x| x * x).sum::<f64>() + 0.0,
        Reduction::L1 => numbers.map(f64::abs).sum::<f64>() + 0.0,
        Reduction::L2 => (numbers.map(|x| x * x).sum::<f64>() + 0.0).sqrt(),
        Reduction::LogSum => math::ln(numbers.sum::<f64>() + 0.0),
        Reduction::LogSumExp => {
            let numbers: Vec<f64> = numbers.collect();
            let largest = numbers.iter().copied().fold(f64::NEG_INFINITY, largest);
            // Of infinities only there is nothing to subtract.
            let shift = if largest.is_finite() { largest } else { 0.0 };
            math::ln(numbers.iter().map(|x| math::exp(x - shift)).sum::<f64>() + 0.0) + shift
        }
    }
}

fn whole_numbers(by: Reduction, dtype: Dtype, numbers: &[i64]) -> i64 {
    let sum = || numbers.iter().fold(0_i64, |sum, &x| sum.wrapping_add(x));
    let squares = || numbers.iter().fold(0_i64, |sum, &x| sum.wrapping_add(x.wrapping_mul(x)));
    let turn = if dtype == Dtype::U64 { i64::MIN } else { 0 };
    let (least, largest) = dtype.bounds();
    let wide = |number: f64| number as i64;
    match by {
        Reduction::Sum => sum(),
        Reduction::Mean => sum().checked_div(numbers.len() as i64).unwrap_or(0),
        Reduction::Prod => numbers.iter().fold(1_i64, |product, &x| product.wrapping_mul(x)),
        Reduction::Min => numbers.iter().map(|x| x ^ turn).min().map_or(largest, |x| x ^ turn),
        Reduction::Max => numbers.iter().map(|x| x ^ turn).max().map_or(least, |x| x ^ turn),
        Reduction::SumSquare => squares(),
        Reduction::L1 => numbers.iter().fold(0_i64, |sum, &x| sum.wrapping_add(x.wrapping_abs())),
        Reduction::L2 => wide((squares() as f64).sqrt()),
        Reduction::LogSum => wide(math::ln(sum() as f64)),
        Reduction::LogSumExp => wide(math::ln(numbers.iter().map(|&x| math::exp(x as f64)).sum())),
    }
}

/// Where the largest or least element along an axis is: the first of several, or the last.
pub fn place(largest: bool, along: i64, keep: bool, last: bool, given: &Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    let along = axis(along, tensor.rank())?;
    let (before, length, after) = around(tensor.shape(), along);
    if length == 0 {
        return Err(wrong_shape("an element along the axis", shown(tensor.shape())));
    }
    let turn = if tensor.dtype() == Dtype::U64 { i64::MIN } else { 0 };
    let places = match tensor.data() {
        Data::F32(x) => places(x, (before, length, after), last, |x, y| beats(f64::from(x), f64::from(y), largest)),
        Data::F64(x) => places(x, (before, length, after), last, |x, y| beats(x, y, largest)),
        Data::I64(x) => places(x, (before, length, after), last, |x, y| {
            if largest { x ^ turn > y ^ turn } else { (x ^ turn) < (y ^ turn) }
        }),
        Data::Text(_) => return Err(wrong_type("numbers", tensor)),
    };
    let mut shape = tensor.shape().to_vec();
    shape[along] = 1;
    if !keep {
        shape.remove(along);
    }
    Ok(Tensor::exact(Dtype::I64, shape, Data::I64(places)))
}

/// Whether one number comes before another; NaN before all, as in NumPy.
fn beats(x: f64, y: f64, largest: bool) -> bool {
    (if largest { x > y } else { x < y }) || x.is_nan() && !y.is_nan()
}

fn places<T: Copy>(
    x: &[T],
    (before, length, after): (usize, usize, usize),
    last: bool,
    beats: impl Fn(T, T) -> bool,
) -> Vec<i64> {
    let mut places = Vec::with_capacity(before * after);
    for i in 0..before {
        for j in 0..after {
            let at = |k: usize| x[(i * length + k) * after + j];
            let best = (1..length).fold(0, |best, k| {
                let wins = if last { !beats(at(best), at(k)) } else { beats(at(k), at(best)) };
                if wins { k } else { best }
            });
            places.push(best as i64);
        }
    }
    places
}

/// The sum, or the product, of all elements up to each one along the axis of the second input.
pub fn cumulate(product: bool, exclusive: bool, reverse: bool, given: &Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    let [along] = given.integers(1)? else {
        return Err(wrong_shape("one axis", shown(given.get(1)?.shape())));
    };
    let around = around(tensor.shape(), axis(*along, tensor.rank())?);
    let data = match tensor.data() {
        // Each sum is one of the type's own numbers.
        Data::F32(x) => {
            let round = |x: f32| tensor.dtype().round(x);
            let step = |all: f32, x: f32| round(if product { all * x } else { all + x });
            Data::F32(cumulated(x, around, exclusive, reverse, if product { 1.0 } else { 0.0 }, step))
        }
        Data::F64(x) => {
            let step = |all: f64, x: f64| if product { all * x } else { all + x };
            Data::F64(cumulated(x, around, exclusive, reverse, if product { 1.0 } else { 0.0 }, step))
        }
        Data::I64(x) => {
            let step = |all: i64, x: i64| if product { all.wrapping_mul(x) } else { all.wrapping_add(x) };
            Data::I64(cumulated(x, around, exclusive, reverse, i64::from(product), step))
        }
        Data::Text(_) => return Err(wrong_type("numbers", tensor)),
    };
    Ok(Tensor::rounded(tensor.dtype(), tensor.shape().to_vec(), data))
}

fn cumulated<T: Copy>(
    x: &[T],
    (before, length, after): (usize, usize, usize),
    exclusive: bool,
    reverse: bool,
    first: T,
    step: impl Fn(T, T) -> T,
) -> Vec<T> {
    let mut all = x.to_vec();
    for i in 0..before {
        for j in 0..after {
            let mut sum = first;
            for k in 0..length {
                let k = if reverse { length - 1 - k } else { k };
                let at = (i * length + k) * after + j;
                let next = step(sum, x[at]);
                all[at] = if exclusive { sum } else { next };
                sum = next;
            }
        }
    }
    all
}
