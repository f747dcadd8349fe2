//! Sampling of images: at places that a grid tells, and in regions; and the choice among boxes.

mod boxes;
mod grid;

pub use boxes::{non_max_suppression, roi_align};
pub use grid::{affine_grid, grid_sample};
