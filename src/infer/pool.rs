//! Pooling: what a moving window holds becomes one number; and back to where the largest were.

use super::arguments::{Arguments, check_rank, index, length, wrong_shape, wrong_type};
use super::strides::strides;
use super::window::{Along, Numbers, moves, rows};
use crate::error::Result;
use crate::math;
use crate::network::tensor::{count, map_each};
use crate::network::{Data, Dtype, Pool, PoolKind, Tensor, Window, shown};

/// One number for each place of a window over `[N, C, …]`; of the largest also where they are, counted over the whole tensor, if
/// more than one output is asked for.
pub fn pool(how: &Pool, outputs: usize, tensor: &Tensor) -> Result<Vec<Tensor>> {
    check_rank(tensor, 2)?;
    let lengths = &tensor.shape()[2..];
    let moves = match how.window.kernel.is_empty() {
        true => lengths.iter().map(|&length| Along::all(length)).collect(),
        false => moves(&how.window, lengths, None, how.ceil)?,
    };
    let mut shape = tensor.shape()[..2].to_vec();
    shape.extend(moves.iter().map(|along| along.output));
    let elements = count(&shape)?;
    match how.by {
        PoolKind::Max { by_columns } => largest(tensor, &moves, shape, (outputs > 1).then_some(by_columns)),
        PoolKind::Average { with_pads } => {
            let held = held(&moves, with_pads, &shape[2..]);
            let mut sums = sums(tensor, &moves, elements, &|x| x)?;
            for sums in sums.chunks_exact_mut(held.len().max(1)) {
                sums.iter_mut().zip(&held).for_each(|(sum, held)| *sum /= held);
            }
            Ok(vec![narrow(tensor, shape, sums)])
        }
        PoolKind::Lp(p) if p < 1 => Err(wrong_shape("a norm of at least 1", p.to_string())),
        PoolKind::Lp(p) => {
            let power: &dyn Fn(f64) -> f64 = match p {
                1 => &|x| x.abs(),
                2 => &|x| x * x,
                _ => &|x| math::pow(x.abs(), p as f64),
            };
            let mut sums = sums(tensor, &moves, elements, power)?;
            sums.iter_mut().for_each(|sum| match p {
                1 => {}
                2 => *sum = sum.sqrt(),
                _ => *sum = math::pow(*sum, 1.0 / p as f64),
            });
            Ok(vec![narrow(tensor, shape, sums)])
        }
    }
}

/// How many elements the window holds at each of its places.
fn held(moves: &[Along], with_pads: bool, outputs: &[usize]) -> Vec<f64> {
    let mut all = vec![1.0; outputs.iter().product()];
    for ((along, &length), stride) in moves.iter().zip(outputs).zip(strides(outputs)) {
        all.iter_mut().enumerate().for_each(|(i, all)| *all *= along.held(i / stride % length, with_pads) as f64);
    }
    all
}

/// The sums of a function of what the window holds.
fn sums(tensor: &Tensor, moves: &[Along], elements: usize, of: &dyn Fn(f64) -> f64) -> Result<Vec<f64>> {
    let image: usize = moves.iter().map(|along| along.input).product();
    let places: usize = moves.iter().map(|along| along.output).product();
    if image > 0 && moves.iter().all(Along::is_all) {
        let all = |x: &mut dyn Iterator<Item = f64>| x.fold(0.0, |sum, x| sum + of(x));
        return match tensor.data() {
            Data::F32(x) => Ok(x.chunks(image).map(|x| all(&mut x.iter().map(|&x| f64::from(x)))).collect()),
            Data::F64(x) => Ok(x.chunks(image).map(|x| all(&mut x.iter().copied())).collect()),
            _ => Err(wrong_type("floats", tensor)),
        };
    }
    let mut sums = vec![0.0; elements];
    for (plane, sums) in sums.chunks_exact_mut(places.max(1)).enumerate() {
        rows(moves, &mut |row| {
            let sums = sums[row.output..row.output + row.count].iter_mut();
            let start = plane * image + row.input;
            match tensor.data() {
                Data::F32(x) => {
                    sums.zip(x[start..].iter().step_by(row.step)).for_each(|(sum, &x)| *sum += of(f64::from(x)));
                }
                Data::F64(x) => sums.zip(x[start..].iter().step_by(row.step)).for_each(|(sum, &x)| *sum += of(x)),
                _ => {}
            }
        });
    }
    if tensor.dtype().is_float() { Ok(sums) } else { Err(wrong_type("floats", tensor)) }
}

fn narrow(tensor: &Tensor, shape: Vec<usize>, numbers: Vec<f64>) -> Tensor {
    let data = match tensor.data() {
        Data::F64(_) => Data::F64(numbers),
        _ => Data::F32(numbers.into_iter().map(|x| x as f32).collect()),
    };
    Tensor::rounded(tensor.dtype(), shape, data)
}

/// The largest elements, and their places among all of the tensor's, by columns or not: the first of equal ones.
fn largest(tensor: &Tensor, moves: &[Along], shape: Vec<usize>, by_columns: Option<bool>) -> Result<Vec<Tensor>> {
    let with_places = by_columns.is_some();
    let (data, mut places) = match tensor.data() {
        Data::F32(x) => {
            let (data, places) = largest_of(x, moves, &shape, f32::NEG_INFINITY, with_places);
            (Data::F32(data), places)
        }
        Data::F64(x) => {
            let (data, places) = largest_of(x, moves, &shape, f64::NEG_INFINITY, with_places);
            (Data::F64(data), places)
        }
        Data::I64(x) => {
            let (data, places) = largest_of(x, moves, &shape, tensor.dtype().bounds().0, with_places);
            (Data::I64(data), places)
        }
        Data::Text(_) => return Err(wrong_type("numbers", tensor)),
    };
    let data = Tensor::exact(tensor.dtype(), shape.clone(), data);
    let Some(by_columns) = by_columns else { return Ok(vec![data]) };
    if by_columns {
        let lengths = &tensor.shape()[2..];
        let image: usize = lengths.iter().product();
        for place in places.iter_mut().filter(|place| **place >= 0) {
            let (mut rest, mut column, mut step) = (*place as usize % image, 0, image);
            for &length in lengths.iter().rev() {
                step /= length;
                column += rest % length * step;
                rest /= length;
            }
            *place += column as i64 - (*place as usize % image) as i64;
        }
    }
    Ok(vec![data, Tensor::exact(Dtype::I64, shape, Data::I64(places))])
}

/// A window that holds nothing has the least number, at no place: −1.
fn largest_of<T: Copy + PartialOrd>(
    x: &[T],
    moves: &[Along],
    shape: &[usize],
    least: T,
    with_places: bool,
) -> (Vec<T>, Vec<i64>) {
    let image: usize = moves.iter().map(|along| along.input).product();
    let outputs = shape[2..].iter().product::<usize>().max(1);
    let elements = shape.iter().product();
    let mut data = vec![least; elements];
    let mut places = vec![-1; if with_places { elements } else { 0 }];
    let mut is_seen = vec![false; outputs];
    for (plane, data) in data.chunks_exact_mut(outputs).enumerate() {
        is_seen.fill(false);
        rows(moves, &mut |row| {
            let out = row.output..row.output + row.count;
            let start = plane * image + row.input;
            for (i, (best, is_seen)) in data[out.clone()].iter_mut().zip(&mut is_seen[out.clone()]).enumerate() {
                let from = start + i * row.step;
                if x[from] > *best || !*is_seen {
                    (*best, *is_seen) = (x[from], true);
                    if with_places {
                        places[plane * outputs + out.start + i] = from as i64;
                    }
                }
            }
        });
    }
    (data, places)
}

/// Puts elements where the largest were, and zeros elsewhere: data, their places as MaxPool tells them, the result's shape?. A
/// larger shape than the window's has zeros at the end of each dimension.
pub fn unpool(window: &Window, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, places) = (given.get(0)?, given.integers(1)?);
    check_rank(tensor, 3)?;
    if places.len() != tensor.len() {
        return Err(wrong_shape(format!("{} places", tensor.len()), places.len().to_string()));
    }
    let numbers = Numbers::new(window, tensor.rank() - 2, None)?;
    let mut own = tensor.shape()[..2].to_vec();
    for (i, &outputs) in tensor.shape()[2..].iter().enumerate() {
        let (before, after) = numbers.pads[i];
        let pads = (before + after) as i64;
        own.push(length((outputs as i64 - 1) * numbers.strides[i] as i64 - pads + numbers.kernel[i] as i64)?);
    }
    let elements = count(&own)?;
    let shape = match given.find_integers(2)? {
        None => own.clone(),
        Some(wanted) => wanted.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?,
    };
    if shape.len() != own.len() || shape.iter().zip(&own).any(|(wanted, own)| wanted < own) {
        return Err(wrong_shape(format!("a shape of at least {}", shown(&own)), shown(&shape)));
    }
    let all = count(&shape)?;
    let (own_strides, wanted) = (strides(&own), strides(&shape));
    let mut to = Vec::with_capacity(places.len());
    for &place in places {
        let place = index(length(place)? as i64, elements)?;
        let along = |i: usize| place / own_strides[i] % own[i] * wanted[i];
        to.push((0..own.len()).map(along).sum::<usize>());
    }
    fn placed<T: Clone + Default>(x: &[T], to: &[usize], elements: usize) -> Vec<T> {
        let mut all = vec![T::default(); elements];
        to.iter().zip(x).for_each(|(&to, x)| all[to].clone_from(x));
        all
    }
    let data = map_each!(tensor.data(), x => placed(x, &to, all));
    Ok(Tensor::exact(tensor.dtype(), shape, data))
}
