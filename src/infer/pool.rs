//! stub
use super::arguments::*;
use crate::error::{Error, Kind, Result};
use crate::network::*;

#[allow(unused_variables)]
pub fn pool(how: &Pool, tensor: &Tensor) -> Result<Vec<Tensor>> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn unpool(window: &Window, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

