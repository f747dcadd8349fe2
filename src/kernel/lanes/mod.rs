//! Four f64 side by side, which the dense kernels are written in once, and 16 bytes, which the forests are.
//!
//! Each operation rounds as the scalar one does, so every target gives the same bits. On wasm the lanes are two vectors by
//! name: the module is built for size, at a level where the compiler makes no vectors by itself. Elsewhere it does, but for
//! products of whole numbers, whose vectors a library names.

/// How many lanes there are: two vectors of two, enough to hide the latency of an addition.
pub const LANES: usize = 4;

/// Added to a number between -2^51 and 2^51, it leaves the nearest whole number in the last bits.
const WHOLE: f64 = 6_755_399_441_055_744.0;

/// What the exponent of an f64 is counted from.
const BIAS: f64 = 1023.0;

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod arrays;
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod vectors;
#[cfg(all(feature = "tensors", not(all(target_family = "wasm", target_feature = "simd128"))))]
mod wholes;

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
pub use arrays::{Bytes, Lanes, Pair, Singles};
#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
pub use vectors::{Bytes, Lanes, Pair, Singles};
#[cfg(all(feature = "tensors", target_family = "wasm", target_feature = "simd128"))]
pub use vectors::{Shorts, Wholes};
#[cfg(all(feature = "tensors", not(all(target_family = "wasm", target_feature = "simd128"))))]
pub use wholes::{Shorts, Wholes};

/// (x - `low`) × `scale` as a whole number from 0 to `last`; of NaN 0.
#[inline(always)]
pub fn bucket(x: f64, low: f64, scale: f64, last: f64) -> u32 {
    let x = (x - low) * scale;
    let x = if x > 0.0 { x } else { 0.0 };
    let x = if x < last { x } else { last };
    (x + WHOLE).to_bits() as u32
}

/// Up to three numbers, then zeros.
#[inline(always)]
pub fn padded(numbers: &[f64]) -> Lanes {
    Lanes::new(&match *numbers {
        [a] => [a, 0.0, 0.0, 0.0],
        [a, b] => [a, b, 0.0, 0.0],
        [a, b, c] => [a, b, c, 0.0],
        _ => [0.0; LANES],
    })
}
