//! Four f64 side by side, which the dense kernels are written in once, and 16 bytes, which the forests are.
//!
//! Each operation rounds as the scalar one does, so every target gives the same bits. On wasm the lanes are two vectors by
//! name: the module is built for size, at a level where the compiler makes no vectors by itself. Elsewhere it does.

/// How many lanes there are: two vectors of two, enough to hide the latency of an addition.
pub const LANES: usize = 4;

pub use imp::{Bytes, Lanes, Singles};

#[cfg(all(target_family = "wasm", target_feature = "simd128"))]
mod imp {
    use super::LANES;
    use core::arch::wasm32::*;

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

    /// Four f32.
    #[derive(Clone, Copy)]
    pub struct Singles(v128);

    impl Singles {
        /// Those four.
        #[inline(always)]
        pub fn new(a: f32, b: f32, c: f32, d: f32) -> Self {
            Self(f32x4(a, b, c, d))
        }

        /// The sums of each two.
        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self(f32x4_add(self.0, other.0))
        }

        /// The four.
        #[inline(always)]
        pub fn to_array(self) -> [f32; 4] {
            [
                f32x4_extract_lane::<0>(self.0),
                f32x4_extract_lane::<1>(self.0),
                f32x4_extract_lane::<2>(self.0),
                f32x4_extract_lane::<3>(self.0),
            ]
        }
    }

    /// 16 bytes.
    #[derive(Clone, Copy, Debug)]
    pub struct Bytes(v128);

    impl Bytes {
        /// The same byte 16 times.
        #[inline(always)]
        pub fn splat(byte: u8) -> Self {
            Self(u8x16_splat(byte))
        }

        /// Eight bytes, and eight more, each from the least on.
        #[inline(always)]
        pub fn from_halves([low, high]: [u64; 2]) -> Self {
            Self(u64x2(low, high))
        }

        /// The same the other way.
        #[inline(always)]
        pub fn to_halves(self) -> [u64; 2] {
            [u64x2_extract_lane::<0>(self.0), u64x2_extract_lane::<1>(self.0)]
        }

        /// For each byte all bits if it is above the other, both as i8, else none: of u8 there is no such instruction.
        #[inline(always)]
        pub fn is_above(self, other: Self) -> Self {
            Self(i8x16_gt(self.0, other.0))
        }

        /// Bits of `yes` where there are bits, else those of `no`.
        #[inline(always)]
        pub fn choose(self, yes: Self, no: Self) -> Self {
            Self(v128_bitselect(yes.0, no.0, self.0))
        }

        /// The bits of both.
        #[inline(always)]
        pub fn or(self, other: Self) -> Self {
            Self(v128_or(self.0, other.0))
        }

        /// With bit 7 turned: u8 become i8 in the same order.
        #[inline(always)]
        pub fn turned(self) -> Self {
            Self(v128_xor(self.0, u8x16_splat(0x80)))
        }

        /// For each byte b byte b of all the others, 0 past their end; there may be 256 of those.
        #[inline(always)]
        pub fn pick(self, others: &[Self]) -> Self {
            let (mut at, mut picked) = (self.0, u8x16_splat(0));
            for other in others {
                // Where an index is not below 16, swizzle gives 0.
                picked = v128_or(picked, u8x16_swizzle(other.0, at));
                at = u8x16_sub(at, u8x16_splat(16));
            }
            Self(picked)
        }

        /// For each byte b all bits if bit b of the 256 is set, else none.
        #[inline(always)]
        pub fn are_in(self, bits: &[u64; 4]) -> Self {
            let byte = u8x16_shr(self.0, 3);
            // Where an index is not below 16, swizzle gives 0.
            let low = u8x16_swizzle(u64x2(bits[0], bits[1]), byte);
            let high = u8x16_swizzle(u64x2(bits[2], bits[3]), u8x16_sub(byte, u8x16_splat(16)));
            let bit = u8x16_swizzle(u64x2_splat(0x8040_2010_0804_0201), v128_and(self.0, u8x16_splat(7)));
            Self(u8x16_eq(v128_and(v128_or(low, high), bit), bit))
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

    /// Four f32.
    #[derive(Clone, Copy)]
    pub struct Singles([f32; 4]);

    impl Singles {
        /// Those four.
        #[inline(always)]
        pub fn new(a: f32, b: f32, c: f32, d: f32) -> Self {
            Self([a, b, c, d])
        }

        /// The sums of each two.
        #[inline(always)]
        pub fn plus(self, other: Self) -> Self {
            Self(array::from_fn(|j| self.0[j] + other.0[j]))
        }

        /// The four.
        #[inline(always)]
        pub fn to_array(self) -> [f32; 4] {
            self.0
        }
    }

    /// 16 bytes.
    #[derive(Clone, Copy, Debug)]
    pub struct Bytes([u8; 16]);

    impl Bytes {
        /// The same byte 16 times.
        #[inline(always)]
        pub fn splat(byte: u8) -> Self {
            Self([byte; 16])
        }

        /// Eight bytes, and eight more, each from the least on.
        #[inline(always)]
        pub fn from_halves(halves: [u64; 2]) -> Self {
            Self(array::from_fn(|j| (halves[j / 8] >> (j % 8 * 8)) as u8))
        }

        /// The same the other way.
        #[inline(always)]
        pub fn to_halves(self) -> [u64; 2] {
            array::from_fn(|i| (0..8).fold(0, |half, j| half | u64::from(self.0[8 * i + j]) << (8 * j)))
        }

        /// For each byte all bits if it is above the other, both as i8, else none: of u8 there is no such instruction.
        #[inline(always)]
        pub fn is_above(self, other: Self) -> Self {
            Self(array::from_fn(|j| if self.0[j] as i8 > other.0[j] as i8 { u8::MAX } else { 0 }))
        }

        /// Bits of `yes` where there are bits, else those of `no`.
        #[inline(always)]
        pub fn choose(self, yes: Self, no: Self) -> Self {
            Self(array::from_fn(|j| (yes.0[j] & self.0[j]) | (no.0[j] & !self.0[j])))
        }

        /// The bits of both.
        #[inline(always)]
        pub fn or(self, other: Self) -> Self {
            Self(array::from_fn(|j| self.0[j] | other.0[j]))
        }

        /// With bit 7 turned: u8 become i8 in the same order.
        #[inline(always)]
        pub fn turned(self) -> Self {
            Self(self.0.map(|byte| byte ^ 0x80))
        }

        /// For each byte b byte b of all the others, 0 past their end; there may be 256 of those.
        #[inline(always)]
        pub fn pick(self, others: &[Self]) -> Self {
            let pick = |at: u8| others.get(usize::from(at / 16)).map_or(0, |other| other.0[usize::from(at % 16)]);
            Self(self.0.map(pick))
        }

        /// For each byte b all bits if bit b of the 256 is set, else none.
        #[inline(always)]
        pub fn are_in(self, bits: &[u64; 4]) -> Self {
            let is_in = |byte: u8| bits[usize::from(byte / 64)] >> (byte % 64) & 1 == 1;
            Self(self.0.map(|byte| if is_in(byte) { u8::MAX } else { 0 }))
        }
    }
}
