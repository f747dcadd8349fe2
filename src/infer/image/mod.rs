//! Sampling of images: at places that a grid tells, and in regions; the choice among boxes; and pixels that go into a network.

mod boxes;
mod grid;
pub mod pixels;

pub use boxes::{non_max_suppression, roi_align};
pub use grid::{affine_grid, grid_sample};
