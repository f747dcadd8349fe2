//! Whole numbers side by side, of which the compiler makes no vectors by itself: where wasm's are not, a library names them.

use super::Singles;
use std::array;
use wide::{i8x16, i16x8, i16x16, i32x4};

/// Eight i16.
#[derive(Clone, Copy)]
pub struct Shorts(i16x8);

impl Shorts {
    /// Four times the same two: the low half of a word, and the high one.
    #[inline(always)]
    pub fn splat(pair: i32) -> Self {
        Self(bytemuck::cast(i32x4::splat(pair)))
    }

    /// The nearest whole numbers, of two the even one, of numbers within i16's bounds.
    #[inline(always)]
    pub fn nearest(low: Singles, high: Singles) -> Self {
        let (low, high) = (low.to_array(), high.to_array());
        let whole = |i: usize| if i < 4 { low[i] } else { high[i - 4] }.round_ties_even() as i16;
        Self(i16x8::new(array::from_fn(whole)))
    }

    /// Each two in a word.
    #[inline(always)]
    pub fn to_pairs(self) -> [i32; 4] {
        bytemuck::cast(self.0)
    }

    /// Sixteen i8, widened.
    #[inline(always)]
    pub fn widened(x: &[i8; 16]) -> [Self; 2] {
        bytemuck::cast::<i16x16, [i16x8; 2]>(i16x16::from_i8x16(i8x16::new(*x))).map(Self)
    }
}

/// Four i32.
#[derive(Clone, Copy)]
pub struct Wholes(i32x4);

impl Wholes {
    /// Four times 0.
    pub const ZERO: Self = Self(i32x4::ZERO);

    /// Adds to each the products of two pairs.
    #[inline(always)]
    pub fn add_products(self, x: Shorts, y: Shorts) -> Self {
        Self(self.0 + x.0.dot(y.0))
    }

    /// The sums of each two.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// The nearest f32.
    #[inline(always)]
    pub fn to_singles(self) -> Singles {
        Singles::of(&self.0.to_array().map(|x| x as f32))
    }
}
