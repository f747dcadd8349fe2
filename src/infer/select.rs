//! stub
use super::arguments::*;
use crate::error::{Error, Kind, Result};
use crate::network::*;

#[allow(unused_variables)]
pub fn one_hot(axis: i64, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn eye(dtype: Option<Dtype>, k: i64, tensor: &Tensor) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn triangle(upper: bool, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn non_zero(tensor: &Tensor) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn compress(axis: Option<i64>, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn unique(axis: Option<i64>, sorted: bool, tensor: &Tensor) -> Result<Vec<Tensor>> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn top(axis: i64, largest: bool, given: &Arguments<'_>) -> Result<Vec<Tensor>> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn window(terms: [f32; 3], periodic: bool, dtype: Dtype, size: &Tensor) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

