//! Parts of tensors, and tensors with something around them.

use super::arguments::{Arguments, axes, axis, length, wrong_shape};
use super::gather::along_axes;
use super::strides::{copy, strides};
use crate::error::Result;
use crate::network::tensor::{count, map_each};
use crate::network::{Data, PadMode, Tensor, shown};

/// data, starts, ends, axes?, steps?: from each start by its step up to before its end, both cut to what there is.
pub fn slice(given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, starts, ends) = (given.get(0)?, given.integers(1)?, given.integers(2)?);
    let named: Vec<i64> = match given.find_integers(3)? {
        Some(named) => named.to_vec(),
        None => (0..starts.len() as i64).collect(),
    };
    let along = axes(&named, tensor.rank())?;
    let ones = vec![1; starts.len()];
    let steps = given.find_integers(4)?.unwrap_or(&ones);
    if [ends.len(), along.len(), steps.len()].iter().any(|&count| count != starts.len()) {
        return Err(wrong_shape("as many starts, ends, axes and steps", "different numbers of them"));
    }
    if steps.iter().all(|&step| step > 0) {
        return Ok(forwards(tensor, &along, starts, ends, steps));
    }
    let mut lists: Vec<Vec<Option<usize>>> =
        tensor.shape().iter().map(|&length| (0..length).map(Some).collect()).collect();
    for (((&axis, &start), &end), &step) in along.iter().zip(starts).zip(ends).zip(steps) {
        lists[axis] = places(start, end, step, tensor.shape()[axis])?;
    }
    along_axes(tensor, &lists, &nothing(tensor))
}

/// A slice whose steps all go forwards is a tensor of other strides.
fn forwards(tensor: &Tensor, along: &[usize], starts: &[i64], ends: &[i64], steps: &[i64]) -> Tensor {
    let (mut shape, mut strides, mut offset) = (tensor.shape().to_vec(), strides(tensor.shape()), 0);
    for (((&axis, &start), &end), &step) in along.iter().zip(starts).zip(ends).zip(steps) {
        let length = shape[axis] as i64;
        let (start, end) = (bound(start, length, 0, length), bound(end, length, 0, length));
        // A longer step than the axis takes one element too, and its stride cannot overflow.
        let step = usize::try_from(step).unwrap_or(usize::MAX).min(shape[axis].max(1));
        shape[axis] = ((end - start).max(0) as usize).div_ceil(step);
        offset += start as usize * strides[axis];
        strides[axis] *= step;
    }
    let data = map_each!(tensor.data(), x => copy(x, offset, &shape, &strides));
    Tensor::exact(tensor.dtype(), shape, data)
}

/// An end of a slice, which counts from the end of the elements if it is negative, cut to what there is.
fn bound(x: i64, length: i64, least: i64, most: i64) -> i64 {
    (if x < 0 { x.saturating_add(length) } else { x }).clamp(least, most)
}

/// The places that a slice takes of so many elements.
fn places(start: i64, end: i64, step: i64, length: usize) -> Result<Vec<Option<usize>>> {
    let length = length as i64;
    if step == 0 {
        return Err(wrong_shape("a step", "0"));
    }
    let (start, end) = match step > 0 {
        true => (bound(start, length, 0, length), bound(end, length, 0, length)),
        // An end before the first is −1, and not the last. A start before the first is the first: there ONNX is not Python.
        false => (bound(start, length, 0.min(length - 1), length - 1), bound(end, length, -1, length - 1)),
    };
    let mut places = Vec::new();
    let mut at = start;
    while if step > 0 { at < end } else { at > end } {
        places.push(usize::try_from(at).ok());
        at = at.saturating_add(step);
    }
    Ok(places)
}

/// One element of the tensor's type, where none is looked at.
fn nothing(tensor: &Tensor) -> Tensor {
    Tensor::exact(tensor.dtype(), vec![1], Data::zeros(tensor.dtype(), 1))
}

/// data, pads, value?, axes?: elements before and after along each axis; fewer than none cuts.
pub fn pad(mode: PadMode, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, pads) = (given.get(0)?, given.integers(1)?);
    let along: Vec<usize> = match given.find_integers(3)? {
        Some(named) => axes(named, tensor.rank())?,
        None => (0..tensor.rank()).collect(),
    };
    if pads.len() != 2 * along.len() {
        return Err(wrong_shape(format!("{} pads", 2 * along.len()), pads.len().to_string()));
    }
    let mut around = vec![(0, 0); tensor.rank()];
    for (i, &axis) in along.iter().enumerate() {
        around[axis] = (pads[i], pads[along.len() + i]);
    }
    let lengths = tensor
        .shape()
        .iter()
        .zip(&around)
        .map(|(&own, &(before, after))| length((own as i64).saturating_add(before).saturating_add(after)));
    let shape = lengths.collect::<Result<Vec<_>>>()?;
    if count(&shape)? == 0 {
        return Ok(Tensor::exact(tensor.dtype(), shape, Data::zeros(tensor.dtype(), 0)));
    }
    let list = |((&own, &(before, after)), &length): ((&usize, &(i64, i64)), &usize)| {
        // What is cut off is not repeated: modes look at the rest.
        let cut = before.min(0).saturating_neg();
        let rest = (own as i64).saturating_sub(cut).saturating_add(after.min(0)).max(0) as usize;
        let place = |i: i64| {
            let place = inside(i.saturating_sub(before).saturating_sub(cut), rest, mode)?;
            Ok(place.map(|place| place + cut as usize))
        };
        (0..length as i64).map(place).collect::<Result<Vec<_>>>()
    };
    let lists = tensor.shape().iter().zip(&around).zip(&shape).map(list).collect::<Result<Vec<_>>>()?;
    match given.find(2) {
        Some(value) if mode == PadMode::Constant => along_axes(tensor, &lists, value),
        _ => along_axes(tensor, &lists, &nothing(tensor)),
    }
}

/// The place that stands for one beyond the edge; nothing for the constant.
fn inside(i: i64, length: usize, mode: PadMode) -> Result<Option<usize>> {
    let last = length as i64 - 1;
    if (0..=last).contains(&i) {
        return Ok(Some(i as usize));
    }
    if mode == PadMode::Constant {
        return Ok(None);
    }
    if length == 0 {
        return Err(wrong_shape("an element to repeat", "none"));
    }
    let place = match mode {
        PadMode::Edge => i.clamp(0, last),
        PadMode::Wrap => i.rem_euclid(length as i64),
        // Back and forth, the ends once; of one element there is only that.
        _ if last == 0 => 0,
        _ => {
            let turn = i.rem_euclid(2 * last);
            turn.min(2 * last - turn)
        }
    };
    Ok(Some(place as usize))
}

/// data, shape: from or around the middle; what is odd is one more at the end.
pub fn centre(named: &[i64], given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, wanted) = (given.get(0)?, given.integers(1)?);
    let along: Vec<usize> = match named {
        [] => (0..tensor.rank()).collect(),
        named => named.iter().map(|&i| axis(i, tensor.rank())).collect::<Result<_>>()?,
    };
    if along.len() != wanted.len() {
        return Err(wrong_shape(format!("{} lengths", along.len()), wanted.len().to_string()));
    }
    let mut shape = tensor.shape().to_vec();
    for (&axis, &wanted) in along.iter().zip(wanted) {
        shape[axis] = length(wanted)?;
    }
    if count(&shape)? == 0 {
        return Ok(Tensor::exact(tensor.dtype(), shape, Data::zeros(tensor.dtype(), 0)));
    }
    let list = |(&own, &wanted): (&usize, &usize)| {
        let (own, wanted) = (own as i64, wanted as i64);
        let first = if wanted <= own { (own - wanted) / 2 } else { -((wanted - own) / 2) };
        (first..first + wanted).map(|i| inside(i, own as usize, PadMode::Constant)).collect::<Result<Vec<_>>>()
    };
    let lists = tensor.shape().iter().zip(&shape).map(list).collect::<Result<Vec<_>>>()?;
    if lists.len() != tensor.rank() {
        return Err(wrong_shape("lengths", shown(tensor.shape())));
    }
    along_axes(tensor, &lists, &nothing(tensor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(shape: &[usize], ends: [i64; 2], step: i64) -> Vec<i64> {
        let tensor = Tensor::integers((0..shape.iter().product::<usize>() as i64).collect());
        let tensor = tensor.reshaped(shape.to_vec()).unwrap();
        let numbers = [ends[0], ends[1], 1, step].map(|x| Tensor::integers(vec![x]));
        let given: Vec<_> = std::iter::once(&tensor).chain(&numbers).map(Some).collect();
        let Data::I64(found) = slice(&Arguments::shared(&given)).unwrap().into_data() else { unreachable!() };
        found
    }

    #[test]
    fn any_start_end_and_step_is_cut_to_what_there_is() {
        assert_eq!(run(&[2, 3], [0, i64::MAX], i64::MAX), [0, 3]);
        assert_eq!(run(&[2, 3], [i64::MAX, i64::MIN], i64::MIN), [2, 5]);
        assert_eq!(run(&[2, 3], [i64::MIN, i64::MIN], -1), [0, 3]);
        assert!(run(&[2, 0], [i64::MIN, i64::MIN], -1).is_empty());
    }

    #[test]
    fn what_is_cut_off_is_not_repeated() {
        let (tensor, pads) = (Tensor::integers(vec![0, 1, 2, 3]), Tensor::integers(vec![-2, 3]));
        let wrapped = pad(PadMode::Wrap, &Arguments::shared(&[Some(&tensor), Some(&pads)])).unwrap();
        assert_eq!(*wrapped.data(), Data::I64(vec![2, 3, 2, 3, 2]));
        for pads in [[i64::MIN, i64::MAX], [i64::MAX, i64::MIN], [-5, 3], [i64::MAX, 0]] {
            let pads = Tensor::integers(pads.to_vec());
            assert!(pad(PadMode::Wrap, &Arguments::shared(&[Some(&tensor), Some(&pads)])).is_err());
        }
    }
}
