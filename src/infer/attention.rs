//! stub
use super::arguments::*;
use crate::error::{Error, Kind, Result};
use crate::network::*;

#[allow(unused_variables)]
pub fn attention(how: &Attention, given: &Arguments<'_>) -> Result<Vec<Tensor>> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn rotary(interleaved: bool, dimensions: i64, heads: i64, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

