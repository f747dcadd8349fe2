//! Elements from places that other tensors name. An index counts from the end if it is negative; one that is out of bounds is
//! an error.

use super::arguments::{Arguments, axis, check_rank, index, length, wrong_shape, wrong_type};
use super::strides::{around, last, pick, strides, walk};
use crate::error::Result;
use crate::network::tensor::{count, map_each};
use crate::network::{Data, Tensor, shown};

/// The elements of a tensor at those places.
fn picked(tensor: &Tensor, places: &[usize], shape: Vec<usize>) -> Tensor {
    let data = map_each!(tensor.data(), x => pick(x, places.iter().copied()));
    Tensor::exact(tensor.dtype(), shape, data)
}

/// data, indices: the slices along an axis, in the shape of the indices.
pub fn gather(along: i64, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, indices) = (given.get(0)?, given.get(1)?);
    let along = axis(along, tensor.rank())?;
    let (before, length, after) = around(tensor.shape(), along);
    let wanted = given.integers(1)?.iter().map(|&i| index(i, length)).collect::<Result<Vec<_>>>()?;
    let mut shape = tensor.shape()[..along].to_vec();
    shape.extend(indices.shape());
    shape.extend(&tensor.shape()[along + 1..]);
    let elements = count(&shape)?;
    let data = map_each!(tensor.data(), x => {
        let mut all = Vec::with_capacity(elements);
        for i in 0..before {
            for k in &wanted {
                let start = (i * length + k) * after;
                all.extend_from_slice(&x[start..start + after]);
            }
        }
        all
    });
    Ok(Tensor::exact(tensor.dtype(), shape, data))
}

/// For each element of the indices its place among the data's: the same place but along one axis.
pub(super) fn places_along(along: i64, tensor: &Tensor, indices: &Tensor, numbers: &[i64]) -> Result<Vec<usize>> {
    let along = axis(along, tensor.rank())?;
    let is_inside = |(i, (own, whole)): (usize, (&usize, &usize))| i == along || own <= whole;
    if indices.rank() != tensor.rank() || !indices.shape().iter().zip(tensor.shape()).enumerate().all(is_inside) {
        return Err(wrong_shape(format!("indices within {}", shown(tensor.shape())), shown(indices.shape())));
    }
    let own = strides(tensor.shape());
    let mut steps = own.clone();
    steps[along] = 0;
    let (length, step) = last(indices.shape(), &steps);
    let mut starts = Vec::with_capacity(indices.len());
    walk(indices.shape(), [&steps], |[start]| starts.extend((0..length).map(|i| start + i * step)));
    let place = |(start, &i): (usize, &i64)| Ok(start + index(i, tensor.shape()[along])? * own[along]);
    starts.into_iter().zip(numbers).map(place).collect()
}

/// data, indices: element by element.
pub fn elements(along: i64, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, indices) = (given.get(0)?, given.get(1)?);
    let places = places_along(along, tensor, indices, given.integers(1)?)?;
    Ok(picked(tensor, &places, indices.shape().to_vec()))
}

/// For each row of the indices where the slice begins that it names, and how long slices are.
pub(super) fn slices(tensor: &Tensor, indices: &Tensor, numbers: &[i64], batch: usize) -> Result<(Vec<usize>, usize)> {
    check_rank(indices, 1)?;
    let depth = *indices.shape().last().unwrap_or(&0);
    let batches = &indices.shape()[..batch.min(indices.rank())];
    if batch >= indices.rank() || batch + depth > tensor.rank() || *batches != tensor.shape()[..batch] {
        let expected = format!("rows of at most {} indices", tensor.rank().saturating_sub(batch));
        return Err(wrong_shape(expected, shown(indices.shape())));
    }
    let own = strides(tensor.shape());
    let size = tensor.shape()[batch + depth..].iter().product();
    let rows: usize = indices.shape()[..indices.rank() - 1].iter().product();
    let in_batch = rows.checked_div(batches.iter().product()).unwrap_or(0);
    let step: usize = tensor.shape()[batch..].iter().product();
    let start = |row: usize| {
        let named = numbers[row * depth..(row + 1) * depth].iter().enumerate();
        let mut start = row.checked_div(in_batch).unwrap_or(0) * step;
        for (i, &number) in named {
            start += index(number, tensor.shape()[batch + i])? * own[batch + i];
        }
        Ok(start)
    };
    Ok(((0..rows).map(start).collect::<Result<_>>()?, size))
}

/// data, indices: slices by several dimensions at once, after those that both have in common.
pub fn nd(batch: i64, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, indices) = (given.get(0)?, given.get(1)?);
    let batch = length(batch)?;
    let (starts, size) = slices(tensor, indices, given.integers(1)?, batch)?;
    let depth = *indices.shape().last().unwrap_or(&0);
    let mut shape = indices.shape()[..indices.rank() - 1].to_vec();
    shape.extend(&tensor.shape()[batch + depth..]);
    let elements = count(&shape)?;
    let data = map_each!(tensor.data(), x => {
        let mut all = Vec::with_capacity(elements);
        starts.iter().for_each(|&start| all.extend_from_slice(&x[start..start + size]));
        all
    });
    Ok(Tensor::exact(tensor.dtype(), shape, data))
}

/// data, lengths: the first so many steps of each sequence in reverse.
pub fn reverse(time: i64, batch: i64, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, lengths) = (given.get(0)?, given.integers(1)?);
    check_rank(tensor, 2)?;
    let (time, batch) = (axis(time, tensor.rank())?, axis(batch, tensor.rank())?);
    let (shape, own) = (tensor.shape(), strides(tensor.shape()));
    if time == batch || lengths.len() != shape[batch] {
        return Err(wrong_shape(format!("{} lengths", shape[batch]), lengths.len().to_string()));
    }
    let lengths = lengths.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?;
    if let Some(long) = lengths.iter().find(|&&length| length > shape[time]) {
        return Err(wrong_shape(format!("lengths of at most {}", shape[time]), long.to_string()));
    }
    let place = |i: usize| {
        let (step, sequence) = (i / own[time] % shape[time], i / own[batch] % shape[batch]);
        let length = lengths[sequence];
        if step < length { i - step * own[time] + (length - 1 - step) * own[time] } else { i }
    };
    let places: Vec<usize> = (0..tensor.len()).map(place).collect();
    Ok(picked(tensor, &places, shape.to_vec()))
}

/// The place of an element that is not there.
const NOWHERE: usize = usize::MAX;

/// The elements whose places along each axis are those, in the shape of the lists: what slices and pads are made of. A place
/// may be nowhere.
pub(super) fn along_axes(tensor: &Tensor, lists: &[Vec<Option<usize>>], beyond: &Tensor) -> Result<Tensor> {
    let shape: Vec<usize> = lists.iter().map(Vec::len).collect();
    count(&shape)?;
    if beyond.dtype() != tensor.dtype() || beyond.is_empty() {
        return Err(wrong_type(tensor.dtype().name(), beyond));
    }
    let own = strides(tensor.shape());
    // The place of each element so far, axis by axis.
    let mut places = vec![0];
    for (list, stride) in lists.iter().zip(&own) {
        let mut next = Vec::with_capacity(places.len() * list.len());
        for &place in &places {
            next.extend(list.iter().map(|i| match i {
                Some(i) if place != NOWHERE => place + i * stride,
                _ => NOWHERE,
            }));
        }
        places = next;
    }
    macro_rules! chosen {
        ($($kind:ident),*) => {
            match (tensor.data(), beyond.data()) {
                $((Data::$kind(x), Data::$kind(beyond)) => {
                    Data::$kind(places.iter().map(|&i| x.get(i).unwrap_or(&beyond[0]).clone()).collect())
                })*
                _ => return Err(wrong_type(tensor.dtype().name(), beyond)),
            }
        };
    }
    Ok(Tensor::exact(tensor.dtype(), shape, chosen!(F32, F64, I64, Text)))
}
