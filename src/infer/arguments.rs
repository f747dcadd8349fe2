//! What a node was given, and the checks that many operators share.

use crate::error::{Error, Kind, Result};
use crate::network::{Data, Tensor, shown};
use std::borrow::Cow;

/// The tensors that a node was given; nothing where an optional one is left out. Those that nobody takes after it are its own.
pub struct Arguments<'a> {
    given: Vec<Option<Cow<'a, Tensor>>>,
}

impl<'a> Arguments<'a> {
    /// Of tensors in their order.
    pub fn new(given: Vec<Option<Cow<'a, Tensor>>>) -> Self {
        Self { given }
    }

    /// Of tensors that others take as well.
    pub fn shared(given: &[Option<&'a Tensor>]) -> Self {
        Self::new(given.iter().map(|tensor| tensor.map(Cow::Borrowed)).collect())
    }

    /// How many there are, with those that are left out between others.
    pub fn count(&self) -> usize {
        self.given.len()
    }

    /// The tensor at a place that may be left out.
    pub fn find(&self, i: usize) -> Option<&Tensor> {
        self.given.get(i).and_then(|tensor| tensor.as_deref())
    }

    /// The tensor at a place.
    pub fn get(&self, i: usize) -> Result<&Tensor> {
        self.find(i).ok_or_else(|| Error::new(Kind::InvalidModel, format!("input {i}"), "a tensor", "none"))
    }

    /// The tensor at a place, to be changed: a copy of it if others take it as well.
    pub fn take(&mut self, i: usize) -> Result<Tensor> {
        self.get(i)?;
        self.given[i].take().map(Cow::into_owned).ok_or_else(|| wrong_shape("a tensor", "none"))
    }

    /// Whether the tensor at a place is the node's own.
    pub fn owns(&self, i: usize) -> bool {
        matches!(self.given.get(i), Some(Some(Cow::Owned(_))))
    }

    /// All of them.
    pub fn all(&self) -> Result<Vec<&Tensor>> {
        (0..self.count()).map(|i| self.get(i)).collect()
    }

    /// Whole numbers at a place: axes, a shape.
    pub fn integers(&self, i: usize) -> Result<&[i64]> {
        integers(self.get(i)?)
    }

    /// The same where they may be left out.
    pub fn find_integers(&self, i: usize) -> Result<Option<&[i64]>> {
        self.find(i).map(integers).transpose()
    }

    /// One number at a place that may be left out.
    pub fn number(&self, i: usize) -> Result<Option<f64>> {
        let Some(tensor) = self.find(i) else { return Ok(None) };
        let number = match tensor.data() {
            Data::F32(x) => x.first().copied().map(f64::from),
            Data::F64(x) => x.first().copied(),
            Data::I64(x) => x.first().map(|&x| x as f64),
            Data::Text(_) => None,
        };
        number.filter(|_| tensor.len() == 1).map(Some).ok_or_else(|| wrong_shape("one number", shown(tensor.shape())))
    }
}

/// The whole numbers of a tensor.
pub fn integers(tensor: &Tensor) -> Result<&[i64]> {
    match tensor.data() {
        Data::I64(x) => Ok(x),
        _ => Err(wrong_type("whole numbers", tensor)),
    }
}

/// The floats of a tensor that are held as f32.
pub fn floats(tensor: &Tensor) -> Result<&[f32]> {
    match tensor.data() {
        Data::F32(x) => Ok(x),
        _ => Err(wrong_type("float32", tensor)),
    }
}

/// A dimension by its number, which counts from the end if it is negative.
pub fn axis(axis: i64, rank: usize) -> Result<usize> {
    let rank_i = rank as i64;
    if (-rank_i..rank_i).contains(&axis) {
        return Ok(axis.rem_euclid(rank_i) as usize);
    }
    Err(Error::new(Kind::WrongShape, "axis", format!("one of {rank} dimensions"), axis.to_string()))
}

/// Several dimensions, each once.
pub fn axes(axes: &[i64], rank: usize) -> Result<Vec<usize>> {
    let mut found = Vec::with_capacity(axes.len());
    for &number in axes {
        let number = axis(number, rank)?;
        if found.contains(&number) {
            return Err(Error::new(Kind::WrongShape, "axes", "each dimension once", format!("{number} twice")));
        }
        found.push(number);
    }
    Ok(found)
}

/// A length as it stands in a tensor.
pub fn length(x: i64) -> Result<usize> {
    usize::try_from(x).map_err(|_| wrong_shape("a length of at least 0", x.to_string()))
}

/// An index, which counts from the end if it is negative.
pub fn index(x: i64, length: usize) -> Result<usize> {
    let wrapped = if x < 0 { x.checked_add(length as i64) } else { Some(x) };
    match wrapped.and_then(|x| usize::try_from(x).ok()) {
        Some(i) if i < length => Ok(i),
        _ => Err(wrong_shape(format!("an index of {length} elements"), x.to_string())),
    }
}

/// Checks how many dimensions a tensor has.
pub fn check_rank(tensor: &Tensor, least: usize) -> Result<()> {
    if tensor.rank() >= least {
        return Ok(());
    }
    Err(wrong_shape(format!("at least {least} dimensions"), shown(tensor.shape())))
}

/// The error of a shape that does not fit.
pub fn wrong_shape(expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::WrongShape, "shape", expected.into(), found.into())
}

/// The error of elements of a type that an operator does not take.
pub fn wrong_type(expected: impl Into<String>, found: &Tensor) -> Error {
    Error::new(Kind::WrongType, "type", expected.into(), found.dtype().name())
}
