//! Places of elements: how far apart they are, and walks over several tensors at once.

use super::arguments::wrong_shape;
use crate::error::Result;
use crate::network::{shown, tensor};

/// How far apart neighbours along each dimension are, of a tensor that lies row after row.
pub fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for i in (1..shape.len()).rev() {
        strides[i - 1] = strides[i] * shape[i];
    }
    strides
}

/// The shape that several become when they are broadcast, as NumPy does.
pub fn broadcast(shapes: &[&[usize]]) -> Result<Vec<usize>> {
    let rank = shapes.iter().map(|shape| shape.len()).max().unwrap_or(0);
    let mut all = vec![1; rank];
    for shape in shapes {
        for (length, &own) in all[rank - shape.len()..].iter_mut().zip(*shape) {
            match (*length, own) {
                (a, b) if a == b => {}
                (1, b) => *length = b,
                (_, 1) => {}
                _ => {
                    let both: Vec<_> = shapes.iter().map(|shape| shown(shape)).collect();
                    return Err(wrong_shape("shapes that can be broadcast", both.join(" and ")));
                }
            }
        }
    }
    tensor::count(&all)?;
    Ok(all)
}

/// The strides of a tensor that is broadcast to a shape: 0 where its one element is all there is.
pub fn broadcast_strides(shape: &[usize], to: &[usize]) -> Vec<usize> {
    let own = strides(shape);
    let mut all = vec![0; to.len()];
    let first = to.len() - shape.len();
    for i in 0..shape.len() {
        all[first + i] = if shape[i] == 1 { 0 } else { own[i] };
    }
    all
}

/// Walks over all places of a shape, with the offsets in `N` tensors of those strides: `visit` gets the offsets of the first
/// place of a run along the last dimension; its length is the last of `shape`, its steps the last strides.
pub fn walk<const N: usize>(shape: &[usize], strides: [&[usize]; N], mut visit: impl FnMut([usize; N])) {
    if shape.contains(&0) {
        return;
    }
    let outer = shape.len().saturating_sub(1);
    let mut place = vec![0; outer];
    let mut offsets = [0; N];
    loop {
        visit(offsets);
        let mut dimension = outer;
        loop {
            if dimension == 0 {
                return;
            }
            dimension -= 1;
            place[dimension] += 1;
            for (offset, strides) in offsets.iter_mut().zip(strides) {
                *offset += strides[dimension];
            }
            if place[dimension] < shape[dimension] {
                break;
            }
            place[dimension] = 0;
            for (offset, strides) in offsets.iter_mut().zip(strides) {
                *offset -= strides[dimension] * shape[dimension];
            }
        }
    }
}

/// The last length of a shape and the last of its strides; of a shape without dimensions 1 and 0.
pub fn last(shape: &[usize], strides: &[usize]) -> (usize, usize) {
    match (shape.last(), strides.last()) {
        (Some(&length), Some(&stride)) => (length, stride),
        _ => (1, 0),
    }
}

/// The same places in as few dimensions as there can be: neighbours that lie one after another become one.
pub fn merged(shape: &[usize], strides: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut all: Vec<(usize, usize)> = Vec::with_capacity(shape.len());
    for (&length, &stride) in shape.iter().zip(strides).filter(|(length, _)| **length != 1) {
        match all.last_mut() {
            Some((outer, step)) if *step == length * stride => (*outer, *step) = (*outer * length, stride),
            _ => all.push((length, stride)),
        }
    }
    all.into_iter().unzip()
}

/// Copies the elements at `offset` and strides after it into a tensor of a shape.
pub fn copy<T: Clone>(from: &[T], offset: usize, shape: &[usize], strides: &[usize]) -> Vec<T> {
    let mut to = Vec::with_capacity(shape.iter().product());
    let (length, step) = last(shape, strides);
    walk(shape, [strides], |[start]| {
        let start = offset + start;
        if step == 1 {
            to.extend_from_slice(&from[start..start + length]);
        } else {
            to.extend((0..length).map(|i| from[start + i * step].clone()));
        }
    });
    to
}

/// A shape in three parts around an axis: how many before, the length along it, how many after.
pub fn around(shape: &[usize], axis: usize) -> (usize, usize, usize) {
    (shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product())
}

/// The elements at places.
pub fn pick<T: Clone>(from: &[T], places: impl Iterator<Item = usize>) -> Vec<T> {
    places.map(|i| from[i].clone()).collect()
}

/// Where all places of a shape are whose neighbours along each dimension are that far apart.
pub fn offsets(shape: &[usize], strides: &[usize]) -> Vec<usize> {
    let mut all = vec![0];
    for (&length, &stride) in shape.iter().zip(strides) {
        all = all.iter().flat_map(|offset| (0..length).map(move |i| offset + i * stride)).collect();
    }
    all
}
