//! stub
use super::arguments::*;
use crate::error::{Error, Kind, Result};
use crate::network::*;

#[allow(unused_variables)]
pub fn run(layer: &Recurrent, given: &Arguments<'_>) -> Result<Vec<Tensor>> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

