//! Shapes, and elements in other ones.

use super::arguments::{Arguments, axes, axis, integers, length, wrong_shape, wrong_type};
use super::strides::{broadcast, broadcast_strides, copy, strides};
use crate::error::Result;
use crate::network::tensor::{count, map_each};
use crate::network::{Data, Dtype, Element, Tensor, shown};

/// The lengths from one dimension to another, both cut to what there is.
pub fn shape(start: i64, end: Option<i64>, tensor: &Tensor) -> Result<Tensor> {
    let rank = tensor.rank() as i64;
    let bound = |x: i64| (if x < 0 { x.saturating_add(rank) } else { x }).clamp(0, rank) as usize;
    let (start, end) = (bound(start), bound(end.unwrap_or(rank)));
    let lengths = tensor.shape().get(start..end).unwrap_or_default();
    Ok(Tensor::integers(lengths.iter().map(|&length| length as i64).collect()))
}

/// How many elements there are.
pub fn size(tensor: &Tensor) -> Result<Tensor> {
    Ok(Tensor::exact(Dtype::I64, vec![], Data::I64(vec![tensor.len() as i64])))
}

/// The elements in the shape of the second input: one length may be −1, and follows; 0 is the same length as before, unless
/// `zero` says that it is a zero.
pub fn reshape(zero: bool, given: &mut Arguments<'_>) -> Result<Tensor> {
    let (tensor, wanted) = (given.get(0)?, given.integers(1)?);
    let mut shape = Vec::with_capacity(wanted.len());
    let mut open = None;
    for (i, &wanted) in wanted.iter().enumerate() {
        shape.push(match wanted {
            -1 if open.is_none() => {
                open = Some(i);
                1
            }
            0 if !zero => *tensor.shape().get(i).ok_or_else(|| wrong_shape("a dimension to copy", "none"))?,
            wanted => length(wanted)?,
        });
    }
    if let Some(open) = open {
        let others = count(&shape)?;
        if others == 0 || !tensor.len().is_multiple_of(others) {
            return Err(wrong_shape(format!("a shape of {} elements", tensor.len()), format!("{wanted:?}")));
        }
        shape[open] = tensor.len() / others;
    }
    given.take(0)?.reshaped(shape)
}

/// Two dimensions: those before the axis as one, and those from it.
pub fn flatten(along: i64, given: &mut Arguments<'_>) -> Result<Tensor> {
    let tensor = given.take(0)?;
    let rank = tensor.rank();
    let along = if along == rank as i64 { rank } else { axis(along, rank.max(1))? };
    let (before, after) = tensor.shape().split_at(along.min(rank));
    let shape = vec![before.iter().product(), after.iter().product()];
    tensor.reshaped(shape)
}

/// Without the dimensions that the second input names, or without all of length 1.
pub fn squeeze(given: &mut Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    let lengths = tensor.shape();
    let gone = match given.find(1) {
        None => (0..lengths.len()).filter(|&i| lengths[i] == 1).collect(),
        Some(named) => axes(integers(named)?, lengths.len())?,
    };
    if let Some(&wrong) = gone.iter().find(|&&i| lengths[i] != 1) {
        return Err(wrong_shape(format!("a length of 1 in dimension {wrong}"), shown(lengths)));
    }
    let shape = (0..lengths.len()).filter(|i| !gone.contains(i)).map(|i| lengths[i]).collect();
    given.take(0)?.reshaped(shape)
}

/// With dimensions of length 1 where the second input says.
pub fn unsqueeze(given: &mut Arguments<'_>) -> Result<Tensor> {
    let (tensor, named) = (given.get(0)?, given.integers(1)?);
    let new = axes(named, tensor.rank() + named.len())?;
    let mut old = tensor.shape().iter();
    let shape = (0..tensor.rank() + named.len()).map(|i| match new.contains(&i) {
        true => 1,
        false => old.next().copied().unwrap_or(1),
    });
    let shape = shape.collect();
    given.take(0)?.reshaped(shape)
}

/// The dimensions in another order; without one in reverse.
pub fn transpose(order: &[i64], tensor: &Tensor) -> Result<Tensor> {
    let rank = tensor.rank();
    let order = if order.is_empty() { (0..rank).rev().collect() } else { axes(order, rank)? };
    if order.len() != rank {
        return Err(wrong_shape(format!("{rank} dimensions"), format!("an order of {}", order.len())));
    }
    Ok(turned(&order, tensor))
}

/// The dimensions in that order, each of which is there once.
pub fn turned(order: &[usize], tensor: &Tensor) -> Tensor {
    let own = strides(tensor.shape());
    let (shape, turned): (Vec<_>, Vec<_>) = order.iter().map(|&i| (tensor.shape()[i], own[i])).unzip();
    let data = map_each!(tensor.data(), x => copy(x, 0, &shape, &turned));
    Tensor::exact(tensor.dtype(), shape, data)
}

/// Broadcast with the shape of the second input.
pub fn expand(given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, wanted) = (given.get(0)?, given.integers(1)?);
    let wanted = wanted.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?;
    let shape = broadcast(&[tensor.shape(), &wanted])?;
    Ok(expanded(tensor, shape))
}

/// Broadcast to a shape that [`broadcast`] gave.
pub fn expanded(tensor: &Tensor, shape: Vec<usize>) -> Tensor {
    let strides = broadcast_strides(tensor.shape(), &shape);
    let data = map_each!(tensor.data(), x => copy(x, 0, &shape, &strides));
    Tensor::exact(tensor.dtype(), shape, data)
}

/// Each dimension as often as the second input says.
pub fn tile(given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, times) = (given.get(0)?, given.integers(1)?);
    if times.len() != tensor.rank() {
        return Err(wrong_shape(format!("{} numbers of times", tensor.rank()), times.len().to_string()));
    }
    let times = times.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?;
    // A dimension that is repeated is two: the times, which do not move, and the length.
    let own = strides(tensor.shape());
    let (mut split, mut moves, mut shape) = (Vec::new(), Vec::new(), Vec::new());
    for ((&length, &times), &stride) in tensor.shape().iter().zip(&times).zip(&own) {
        split.extend([times, length]);
        moves.extend([0, stride]);
        shape.push(length.saturating_mul(times));
    }
    count(&shape)?;
    let data = map_each!(tensor.data(), x => copy(x, 0, &split, &moves));
    Ok(Tensor::exact(tensor.dtype(), shape, data))
}

/// One after another along an axis.
pub fn concat(along: i64, given: &Arguments<'_>) -> Result<Tensor> {
    let tensors = given.all()?;
    let Some(first) = tensors.first() else { return Err(wrong_shape("at least 1 tensor", "none")) };
    let along = axis(along, first.rank())?;
    let mut shape = first.shape().to_vec();
    shape[along] = 0;
    for tensor in &tensors {
        let fits = |(i, length): (usize, &usize)| i == along || *length == shape[i];
        if tensor.rank() != shape.len() || !tensor.shape().iter().enumerate().all(fits) {
            return Err(wrong_shape(
                format!("{} but for dimension {along}", shown(first.shape())),
                shown(tensor.shape()),
            ));
        }
        if tensor.dtype() != first.dtype() {
            return Err(wrong_type(first.dtype().name(), tensor));
        }
        shape[along] = shape[along].saturating_add(tensor.shape()[along]);
    }
    let elements = count(&shape)?;
    let before: usize = shape[..along].iter().product();
    let parts: Vec<usize> = tensors.iter().map(|tensor| tensor.len().checked_div(before).unwrap_or(0)).collect();
    macro_rules! joined {
        ($kind:ident) => {{
            let mut all = Vec::with_capacity(elements);
            for i in 0..before {
                for (tensor, part) in tensors.iter().zip(&parts) {
                    if let Data::$kind(x) = tensor.data() {
                        all.extend_from_slice(&x[i * part..(i + 1) * part]);
                    }
                }
            }
            Data::$kind(all)
        }};
    }
    let data = match first.data() {
        Data::F32(_) => joined!(F32),
        Data::F64(_) => joined!(F64),
        Data::I64(_) => joined!(I64),
        Data::Text(_) => joined!(Text),
    };
    Ok(Tensor::exact(first.dtype(), shape, data))
}

/// Parts along an axis, of the lengths of the second input; without one, of equal lengths but for the last.
pub fn split(along: i64, outputs: usize, given: &Arguments<'_>) -> Result<Vec<Tensor>> {
    let tensor = given.get(0)?;
    let along = axis(along, tensor.rank())?;
    let whole = tensor.shape()[along];
    let lengths = match given.find_integers(1)? {
        Some(lengths) => lengths.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?,
        None => {
            let part = whole.div_ceil(outputs.max(1));
            (0..outputs).map(|i| whole.saturating_sub(i * part).min(part)).collect()
        }
    };
    let sum = lengths.iter().try_fold(0_usize, |sum, &length| sum.checked_add(length));
    if sum != Some(whole) {
        return Err(wrong_shape(format!("lengths that add up to {whole}"), shown(&lengths)));
    }
    let strides = strides(tensor.shape());
    let mut start = 0;
    let part = |&length: &usize| {
        let mut shape = tensor.shape().to_vec();
        shape[along] = length;
        let offset = start * strides[along];
        start += length;
        let data = map_each!(tensor.data(), x => copy(x, offset, &shape, &strides));
        Tensor::exact(tensor.dtype(), shape, data)
    };
    Ok(lengths.iter().map(part).collect())
}

/// From a start by a step up to a limit.
pub fn range(given: &Arguments<'_>) -> Result<Tensor> {
    let (start, limit, step) = (given.get(0)?, given.get(1)?, given.get(2)?);
    let dtype = start.dtype();
    if (limit.dtype(), step.dtype()) != (dtype, dtype) {
        return Err(wrong_type(dtype.name(), limit));
    }
    let steps = |steps: f64| count(&[if steps > 0.0 { steps.ceil() as usize } else { 0 }]);
    let data = match (start.data(), limit.data(), step.data()) {
        (Data::F32(a), Data::F32(b), Data::F32(c)) => {
            let [a, b, c] = [one(a)?, one(b)?, one(c)?].map(|x| f64::from(*x));
            Data::F32((0..steps((b - a) / c)?).map(|i| (a + i as f64 * c) as f32).collect())
        }
        (Data::F64(a), Data::F64(b), Data::F64(c)) => {
            let (a, b, c) = (*one(a)?, *one(b)?, *one(c)?);
            Data::F64((0..steps((b - a) / c)?).map(|i| a + i as f64 * c).collect())
        }
        (Data::I64(a), Data::I64(b), Data::I64(c)) => {
            let (a, b, c) = (i128::from(*one(a)?), i128::from(*one(b)?), i128::from(*one(c)?));
            let (span, step) = if c < 0 { (a - b, -c) } else { (b - a, c) };
            let steps = if step == 0 { 0 } else { (span + step - 1).max(0) / step };
            let steps = count(&[usize::try_from(steps).unwrap_or(usize::MAX)])?;
            Data::I64((0..steps).map(|i| (a + i as i128 * c) as i64).collect())
        }
        _ => return Err(wrong_type("numbers", start)),
    };
    Ok(Tensor::rounded(dtype, vec![data.len()], data))
}

fn one<T>(numbers: &[T]) -> Result<&T> {
    match numbers {
        [number] => Ok(number),
        _ => Err(wrong_shape("one number", numbers.len().to_string())),
    }
}

/// A tensor of the given shape, full of one element.
pub fn constant(element: &Element, shape: &Tensor) -> Result<Tensor> {
    let shape = integers(shape)?.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?;
    let elements = count(&shape)?;
    let (dtype, data) = match *element {
        Element::F32(x, dtype) => (dtype, Data::F32(vec![x; elements])),
        Element::F64(x) => (Dtype::F64, Data::F64(vec![x; elements])),
        Element::I64(x, dtype) => (dtype, Data::I64(vec![x; elements])),
    };
    if !data.holds(dtype) {
        return Err(wrong_shape("an element of its type", dtype.name()));
    }
    Ok(Tensor::rounded(dtype, shape, data))
}

/// Blocks of channels become blocks of places: [n, c·b·b, h, w] → [n, c, h·b, w·b].
pub fn depth_to_space(block: i64, column_row: bool, tensor: &Tensor) -> Result<Tensor> {
    let ([n, c, h, w], block) = (image(tensor)?, side(block)?);
    let area = block.saturating_mul(block);
    if !c.is_multiple_of(area) {
        return Err(wrong_shape(format!("a multiple of {area} channels"), shown(tensor.shape())));
    }
    let depth = c / area;
    let (split, order) = match column_row {
        true => (vec![n, depth, block, block, h, w], [0, 1, 4, 2, 5, 3]),
        false => (vec![n, block, block, depth, h, w], [0, 3, 4, 1, 5, 2]),
    };
    let turned = turned(&order, &tensor.clone().reshaped(split)?);
    turned.reshaped(vec![n, depth, h.saturating_mul(block), w.saturating_mul(block)])
}

/// Blocks of places become blocks of channels: [n, c, h·b, w·b] → [n, b·b·c, h, w].
pub fn space_to_depth(block: i64, tensor: &Tensor) -> Result<Tensor> {
    let ([n, c, h, w], block) = (image(tensor)?, side(block)?);
    if !h.is_multiple_of(block) || !w.is_multiple_of(block) {
        return Err(wrong_shape(format!("a height and a width that are multiples of {block}"), shown(tensor.shape())));
    }
    let (h, w) = (h / block, w / block);
    let split = tensor.clone().reshaped(vec![n, c, h, block, w, block])?;
    turned(&[0, 3, 5, 1, 2, 4], &split).reshaped(vec![n, c.saturating_mul(block).saturating_mul(block), h, w])
}

fn image(tensor: &Tensor) -> Result<[usize; 4]> {
    tensor.shape().try_into().map_err(|_| wrong_shape("4 dimensions", shown(tensor.shape())))
}

fn side(block: i64) -> Result<usize> {
    length(block).ok().filter(|&block| block > 0).ok_or_else(|| wrong_shape("a block of at least 1", block.to_string()))
}

/// The same, and that all of it was kept.
pub fn dropout(tensor: &Tensor) -> Result<Vec<Tensor>> {
    let kept = Tensor::exact(Dtype::Bool, tensor.shape().to_vec(), Data::I64(vec![1; tensor.len()]));
    Ok(vec![tensor.clone(), kept])
}
