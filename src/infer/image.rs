//! stub
use super::arguments::*;
use crate::error::{Error, Kind, Result};
use crate::network::*;

#[allow(unused_variables)]
pub fn grid_sample(mode: GridMode, beyond: GridBeyond, align_corners: bool, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn affine_grid(align_corners: bool, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn non_max_suppression(centre: bool, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

#[allow(unused_variables)]
pub fn roi_align(largest: bool, size: (i64, i64), sampling: i64, scale: f32, half_pixel: bool, given: &Arguments<'_>) -> Result<Tensor> {
    Err(Error::new(Kind::Unsupported, "operator", "one that is there", "a stub"))
}

