//! Elements into places that other tensors name: as they are, or added, multiplied, the larger, the smaller.

use super::arguments::{Arguments, wrong_shape, wrong_type};
use super::elementwise::{of_floats, of_integers};
use super::gather::{places_along, slices};
use crate::error::Result;
use crate::network::{Binary, Data, Tensor, shown};

/// data, indices, updates: element by element.
pub fn elements(along: i64, reduction: Option<Binary>, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, indices, updates) = (given.get(0)?, given.get(1)?, given.get(2)?);
    if updates.shape() != indices.shape() {
        return Err(wrong_shape(shown(indices.shape()), shown(updates.shape())));
    }
    let places = places_along(along, tensor, indices, given.integers(1)?)?;
    put(tensor, &places, updates, reduction)
}

/// data, indices, updates: whole slices, by several dimensions at once.
pub fn nd(reduction: Option<Binary>, given: &Arguments<'_>) -> Result<Tensor> {
    let (tensor, indices, updates) = (given.get(0)?, given.get(1)?, given.get(2)?);
    let (starts, size) = slices(tensor, indices, given.integers(1)?, 0)?;
    let (rows, depth) = (&indices.shape()[..indices.rank() - 1], indices.shape()[indices.rank() - 1]);
    let expected = [rows, &tensor.shape()[depth..]].concat();
    if updates.shape() != expected {
        return Err(wrong_shape(shown(&expected), shown(updates.shape())));
    }
    let places: Vec<usize> = starts.iter().flat_map(|&start| start..start + size).collect();
    put(tensor, &places, updates, reduction)
}

/// The tensor with an update at each place, one after another.
fn put(tensor: &Tensor, places: &[usize], updates: &Tensor, reduction: Option<Binary>) -> Result<Tensor> {
    let (dtype, shape) = (tensor.dtype(), tensor.shape().to_vec());
    if updates.dtype() != dtype {
        return Err(wrong_type(dtype.name(), updates));
    }
    let Some(function) = reduction else {
        macro_rules! replaced {
            ($($kind:ident),*) => {
                match (tensor.data(), updates.data()) {
                    $((Data::$kind(x), Data::$kind(updates)) => {
                        let mut x = x.clone();
                        places.iter().zip(updates).for_each(|(&place, update)| x[place].clone_from(update));
                        Data::$kind(x)
                    })*
                    _ => return Err(wrong_type(dtype.name(), updates)),
                }
            };
        }
        return Ok(Tensor::exact(dtype, shape, replaced!(F32, F64, I64, Text)));
    };
    // Each result is a number of the type, for whatever comes to the same place next.
    let data = match (tensor.data(), updates.data()) {
        (Data::F32(x), Data::F32(updates)) => {
            let function = of_floats(function, tensor)?;
            let made = |x: f32, y: f32| dtype.round(function(f64::from(x), f64::from(y)) as f32);
            Data::F32(combined(x, places, updates, made))
        }
        (Data::F64(x), Data::F64(updates)) => Data::F64(combined(x, places, updates, of_floats(function, tensor)?)),
        (Data::I64(x), Data::I64(updates)) => {
            Data::I64(combined(x, places, updates, |x, y| dtype.wrap(of_integers(function, dtype, x, y))))
        }
        _ => return Err(wrong_type("numbers", updates)),
    };
    Ok(Tensor::exact(dtype, shape, data))
}

fn combined<T: Copy>(x: &[T], places: &[usize], updates: &[T], function: impl Fn(T, T) -> T) -> Vec<T> {
    let mut all = x.to_vec();
    places.iter().zip(updates).for_each(|(&place, &update)| all[place] = function(all[place], update));
    all
}
