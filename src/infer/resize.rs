//! stub
use super::arguments::*;
use crate::error::{Error, Kind, Result};
use crate::network::*;

#[allow(unused_variables)]
pub fn resize(how: &Resize, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

