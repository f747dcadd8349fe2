//! Elements by what they are: the largest, those that are not zero, the distinct ones; and tensors made of indices.

use super::arguments::{Arguments, axis, check_rank, index, integers, length, wrong_shape, wrong_type};
use super::strides::{around, pick, strides};
use crate::error::Result;
use crate::network::tensor::{count, map_each};
use crate::network::{Data, Dtype, Tensor, shown};
use std::cmp::Ordering;

/// indices, depth, values (off, on): a new dimension in which the index's place is on.
pub fn one_hot(along: i64, given: &Arguments<'_>) -> Result<Tensor> {
    let (indices, values) = (given.get(0)?, given.get(2)?);
    let depth = given.number(1)?.filter(|depth| *depth >= 0.0).ok_or_else(|| wrong_shape("a depth", "none"))?;
    let depth = length(depth as i64)?;
    let along = axis(along, indices.rank() + 1)?;
    if values.len() != 2 {
        return Err(wrong_shape("two values", shown(values.shape())));
    }
    let whole: Vec<i64> = match indices.data() {
        Data::F32(x) => x.iter().map(|&x| x as i64).collect(),
        Data::F64(x) => x.iter().map(|&x| x as i64).collect(),
        _ => integers(indices)?.to_vec(),
    };
    let mut shape = indices.shape().to_vec();
    shape.insert(along, depth);
    let elements = count(&shape)?;
    let after: usize = indices.shape()[along..].iter().product();
    let mut places = vec![0_usize; elements];
    for (i, &wanted) in whole.iter().enumerate() {
        // What is out of bounds is on nowhere.
        if let Ok(wanted) = index(wanted, depth) {
            places[(i / after * depth + wanted) * after + i % after] = 1;
        }
    }
    let data = map_each!(values.data(), x => pick(x, places.iter().copied()));
    Ok(Tensor::exact(values.dtype(), shape, data))
}

/// Ones on the k-th diagonal of a matrix of the tensor's shape.
pub fn eye(dtype: Option<Dtype>, k: i64, tensor: &Tensor) -> Result<Tensor> {
    let [rows, columns] = *tensor.shape() else {
        return Err(wrong_shape("2 dimensions", shown(tensor.shape())));
    };
    let dtype = dtype.unwrap_or(tensor.dtype());
    let mut data = Data::zeros(dtype, rows * columns);
    let on = (0..rows).filter_map(|row| {
        let column = (row as i64).checked_add(k).and_then(|column| usize::try_from(column).ok());
        column.filter(|&column| column < columns).map(|column| row * columns + column)
    });
    match &mut data {
        Data::F32(x) => on.for_each(|i| x[i] = 1.0),
        Data::F64(x) => on.for_each(|i| x[i] = 1.0),
        Data::I64(x) => on.for_each(|i| x[i] = 1),
        Data::Text(_) => return Err(wrong_type("numbers", tensor)),
    }
    Ok(Tensor::exact(dtype, vec![rows, columns], data))
}

/// data, k?: what is above or below the k-th diagonal of the last two dimensions becomes zero.
pub fn triangle(upper: bool, given: &Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    check_rank(tensor, 2)?;
    let k = match given.find(1) {
        Some(_) => *given.integers(1)?.first().ok_or_else(|| wrong_shape("one number", "none"))?,
        None => 0,
    };
    let (rows, columns) = (tensor.shape()[tensor.rank() - 2], tensor.shape()[tensor.rank() - 1]);
    let is_kept = |i: usize| {
        let (row, column) = ((i / columns % rows) as i64, (i % columns) as i64);
        let diagonal = row.saturating_add(k);
        if upper { column >= diagonal } else { column <= diagonal }
    };
    let mut all = tensor.clone().into_data();
    match &mut all {
        Data::F32(x) => clear(x, is_kept),
        Data::F64(x) => clear(x, is_kept),
        Data::I64(x) => clear(x, is_kept),
        Data::Text(x) => clear(x, is_kept),
    }
    Ok(Tensor::exact(tensor.dtype(), tensor.shape().to_vec(), all))
}

/// Makes zero what is not kept.
fn clear<T: Default>(x: &mut [T], is_kept: impl Fn(usize) -> bool) {
    x.iter_mut().enumerate().filter(|(i, _)| !is_kept(*i)).for_each(|(_, x)| *x = T::default());
}

/// The places of elements that are not zero: a row for each dimension, a column for each place.
pub fn non_zero(tensor: &Tensor) -> Result<Tensor> {
    let is_there: Vec<bool> = match tensor.data() {
        Data::F32(x) => x.iter().map(|&x| x != 0.0).collect(),
        Data::F64(x) => x.iter().map(|&x| x != 0.0).collect(),
        Data::I64(x) => x.iter().map(|&x| x != 0).collect(),
        Data::Text(x) => x.iter().map(|x| !x.is_empty()).collect(),
    };
    let places: Vec<usize> = (0..is_there.len()).filter(|&i| is_there[i]).collect();
    let own = strides(tensor.shape());
    let row = |d: usize| places.iter().map(move |&i| (i, d));
    let along = |(i, d): (usize, usize)| (i / own[d] % tensor.shape()[d]) as i64;
    let numbers: Vec<i64> = (0..tensor.rank()).flat_map(row).map(along).collect();
    Ok(Tensor::exact(Dtype::I64, vec![tensor.rank(), places.len()], Data::I64(numbers)))
}

/// data, condition: the slices along an axis, or the elements, whose place in the condition is true.
pub fn compress(along: Option<i64>, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, condition) = (given.get(0)?, given.integers(1)?);
    let (tensor, along) = along_or_flat(along, tensor)?;
    let tensor = &tensor;
    let (before, length, after) = around(tensor.shape(), along);
    let kept: Vec<usize> = (0..condition.len()).filter(|&i| condition[i] != 0).collect();
    if let Some(beyond) = kept.iter().find(|&&i| i >= length) {
        return Err(wrong_shape(format!("at most {length} truth values"), format!("one at {beyond}")));
    }
    Ok(slices_of(tensor, (before, length, after), &kept, along))
}

/// A tensor with an axis of it, or without one all of its elements in a row.
fn along_or_flat(along: Option<i64>, tensor: &Tensor) -> Result<(Tensor, usize)> {
    match along {
        Some(along) => Ok((tensor.clone(), axis(along, tensor.rank())?)),
        None => Ok((tensor.clone().reshaped(vec![tensor.len()])?, 0)),
    }
}

/// The slices at those places along an axis.
fn slices_of(tensor: &Tensor, around: (usize, usize, usize), kept: &[usize], along: usize) -> Tensor {
    let (before, length, after) = around;
    let mut shape = tensor.shape().to_vec();
    shape[along] = kept.len();
    let data = map_each!(tensor.data(), x => {
        let mut all = Vec::with_capacity(before * kept.len() * after);
        for i in 0..before {
            kept.iter().for_each(|k| all.extend_from_slice(&x[(i * length + k) * after..][..after]));
        }
        all
    });
    Tensor::exact(tensor.dtype(), shape, data)
}

/// The distinct slices along an axis, or elements: they, where each is first, which each one is, and how often.
pub fn unique(along: Option<i64>, sorted: bool, tensor: &Tensor) -> Result<Vec<Tensor>> {
    let (tensor, along) = along_or_flat(along, tensor)?;
    let tensor = &tensor;
    let (before, length, after) = around(tensor.shape(), along);
    let places = |k: usize| (0..before).flat_map(move |i| ((i * length + k) * after..).take(after));
    let compare = |a: usize, b: usize| {
        let pairs = places(a).zip(places(b));
        let mut orders = pairs.map(|(a, b)| order(tensor, a, b));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    };
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
    // Runs of equal slices: the first place of each and how many there are.
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &k in &order {
        match groups.last_mut() {
            Some(group) if compare(group[0], k).is_eq() => group.push(k),
            _ => groups.push(vec![k]),
        }
    }
    if !sorted {
        groups.sort_by_key(|group| group[0]);
    }
    let mut which = vec![0; length];
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|&k| which[k] = number as i64);
    }
    let first: Vec<usize> = groups.iter().map(|group| group[0]).collect();
    Ok(vec![
        slices_of(tensor, (before, length, after), &first, along),
        Tensor::integers(first.iter().map(|&k| k as i64).collect()),
        Tensor::integers(which),
        Tensor::integers(groups.iter().map(|group| group.len() as i64).collect()),
    ])
}

/// How two elements of a tensor compare; NaN is the largest.
fn order(tensor: &Tensor, a: usize, b: usize) -> Ordering {
    match tensor.data() {
        Data::F32(x) => float_order(f64::from(x[a]), f64::from(x[b])),
        Data::F64(x) => float_order(x[a], x[b]),
        Data::I64(x) if tensor.dtype() == Dtype::U64 => (x[a] as u64).cmp(&(x[b] as u64)),
        Data::I64(x) => x[a].cmp(&x[b]),
        Data::Text(x) => x[a].cmp(&x[b]),
    }
}

fn float_order(x: f64, y: f64) -> Ordering {
    x.partial_cmp(&y).unwrap_or_else(|| x.is_nan().cmp(&y.is_nan()))
}

/// data, k: the k largest or least along an axis, in order, and where they are. Of equal ones the first come first.
pub fn top(along: i64, largest: bool, given: &Arguments<'_>) -> Result<Vec<Tensor>> {
    let tensor = given.get(0)?;
    let [k] = given.integers(1)? else {
        return Err(wrong_shape("one number", shown(given.get(1)?.shape())));
    };
    let (k, along) = (length(*k)?, axis(along, tensor.rank())?);
    let (before, whole, after) = around(tensor.shape(), along);
    if k > whole {
        return Err(wrong_shape(format!("at most {whole} elements"), k.to_string()));
    }
    let mut shape = tensor.shape().to_vec();
    shape[along] = k;
    let mut places = vec![0; before * k * after];
    let mut order_of: Vec<usize> = Vec::with_capacity(whole);
    for i in 0..before {
        for j in 0..after {
            let at = |k: usize| (i * whole + k) * after + j;
            order_of.clear();
            order_of.extend(0..whole);
            order_of.sort_by(|&a, &b| {
                let order = order(tensor, at(a), at(b));
                if largest { order.reverse() } else { order }
            });
            for (n, &place) in order_of[..k].iter().enumerate() {
                places[(i * k + n) * after + j] = place;
            }
        }
    }
    let of = |n: usize| n / (k * after) * whole * after + places[n] * after + n % after;
    let data = map_each!(tensor.data(), x => pick(x, (0..places.len()).map(of)));
    let numbers = places.iter().map(|&place| place as i64).collect();
    Ok(vec![Tensor::exact(tensor.dtype(), shape.clone(), data), Tensor::exact(Dtype::I64, shape, Data::I64(numbers))])
}

/// a0 − a1·cos(2πn/N) + a2·cos(4πn/N) for n from 0 to the size; N is the size of a periodic window, else one less.
pub fn window(terms: [f32; 3], periodic: bool, dtype: Dtype, size: &Tensor) -> Result<Tensor> {
    let [size] = integers(size)? else {
        return Err(wrong_shape("one size", shown(size.shape())));
    };
    let size = count(&[length(*size)?])?;
    let period = if periodic { size } else { size.saturating_sub(1) } as f64;
    let [a0, a1, a2] = terms.map(f64::from);
    let number = |n: usize| {
        let turn = 2.0 * std::f64::consts::PI * n as f64 / period;
        a0 - a1 * libm::cos(turn) + a2 * libm::cos(2.0 * turn)
    };
    let data = match dtype {
        Dtype::F64 => Data::F64((0..size).map(number).collect()),
        _ if dtype.is_float() => Data::F32((0..size).map(|n| number(n) as f32).collect()),
        _ => Data::I64((0..size).map(|n| number(n) as i64).collect()),
    };
    if !data.holds(dtype) {
        return Err(wrong_shape("a window of numbers", dtype.name()));
    }
    Ok(Tensor::rounded(dtype, vec![size], data))
}
