//! The numbers that a network is trained in: f32 for Adam, whose steps are rough anyway, and f64 for L-BFGS.

use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// An f32 or an f64.
pub trait Real:
    Copy
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Div<Output = Self>
    + Mul<Output = Self>
    + Sub<Output = Self>
{
    /// The nearest number.
    fn of(x: f64) -> Self;
    /// The same number.
    fn wide(self) -> f64;
    /// The square root.
    fn root(self) -> Self;
}

impl Real for f32 {
    fn of(x: f64) -> Self {
        x as f32
    }
    fn wide(self) -> f64 {
        self.into()
    }
    fn root(self) -> Self {
        self.sqrt()
    }
}

impl Real for f64 {
    fn of(x: f64) -> Self {
        x
    }
    fn wide(self) -> f64 {
        self
    }
    fn root(self) -> Self {
        self.sqrt()
    }
}
