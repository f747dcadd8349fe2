//! Four f64 side by side, which the dense kernels are written in once.
//!
//! Each operation rounds as the scalar one does, so every target gives the same bits. On wasm the lanes are two vectors by
//! name: the module is built for size, at a level where the compiler makes no vectors by itself. Elsewhere it does.

/// How many lanes there are: two vectors of two, enough to hide the latency of an addition.
pub const LANES: usize = 4;

pub use imp::Lanes;

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod imp {
    use super::LANES;
    use core::arch::wasm32::{f64x2, f64x2_add, f64x2_extract_lane, f64x2_mul, f64x2_splat, v128};

    /// Four sums.
    #[derive(Clone, Copy)]
    pub struct Lanes(v128, v128);

    impl Lanes {
        /// Four times 0.
        #[inline(always)]
        pub fn zero() -> Self {
            Self(f64x2_splat(0.0), f64x2_splat(0.0))
        }

        /// Adds `x[j] * y[j]` to lane j.
        #[inline(always)]
        pub fn add_product(self, x: &[f64; LANES], y: &[f64; LANES]) -> Self {
            let low = f64x2_mul(f64x2(x[0], x[1]), f64x2(y[0], y[1]));
            let high = f64x2_mul(f64x2(x[2], x[3]), f64x2(y[2], y[3]));
            Self(f64x2_add(self.0, low), f64x2_add(self.1, high))
        }

        /// The four sums.
        #[inline(always)]
        pub fn to_array(self) -> [f64; LANES] {
            let Self(low, high) = self;
            [
                f64x2_extract_lane::<0>(low),
                f64x2_extract_lane::<1>(low),
                f64x2_extract_lane::<0>(high),
                f64x2_extract_lane::<1>(high),
            ]
        }
    }
}

#[cfg(not(all(target_family = "wasm", target_feature = "simd128")))]
mod imp {
    use super::LANES;
    use std::array;

    /// Four sums.
    #[derive(Clone, Copy)]
    pub struct Lanes([f64; LANES]);

    impl Lanes {
        /// Four times 0.
        #[inline(always)]
        pub fn zero() -> Self {
            Self([0.0; LANES])
        }

        /// Adds `x[j] * y[j]` to lane j.
        #[inline(always)]
        pub fn add_product(self, x: &[f64; LANES], y: &[f64; LANES]) -> Self {
            Self(array::from_fn(|j| self.0[j] + x[j] * y[j]))
        }

        /// The four sums.
        #[inline(always)]
        pub fn to_array(self) -> [f64; LANES] {
            self.0
        }
    }
}
