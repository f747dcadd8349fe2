//! Lanes as wasm's vectors.

use super::{BIAS, LANES, WHOLE};
use bytemuck::cast;
use core::arch::wasm32::*;

/// Four f64.
#[derive(Clone, Copy)]
pub struct Lanes(v128, v128);

impl Lanes {
    /// Those four.
    #[inline(always)]
    pub fn new(x: &[f64; LANES]) -> Self {
        let [low, high] = cast(*x);
        Self(low, high)
    }

    /// Four times the same.
    #[inline(always)]
    pub fn splat(x: f64) -> Self {
        Self(f64x2_splat(x), f64x2_splat(x))
    }

    /// Those four f32.
    #[inline(always)]
    pub fn widened(x: &[f32; LANES]) -> Self {
        let x = cast(*x);
        Self(f64x2_promote_low_f32x4(x), f64x2_promote_low_f32x4(u64x2_shuffle::<1, 1>(x, x)))
    }

    /// The sums of each two.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(f64x2_add(self.0, other.0), f64x2_add(self.1, other.1))
    }

    /// The differences of each two.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(f64x2_sub(self.0, other.0), f64x2_sub(self.1, other.1))
    }

    /// The products of each two.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(f64x2_mul(self.0, other.0), f64x2_mul(self.1, other.1))
    }

    /// The quotients of each two.
    #[inline(always)]
    pub fn over(self, other: Self) -> Self {
        Self(f64x2_div(self.0, other.0), f64x2_div(self.1, other.1))
    }

    /// Without their fractions.
    #[inline(always)]
    pub fn trunc(self) -> Self {
        Self(f64x2_trunc(self.0), f64x2_trunc(self.1))
    }

    /// Without their signs.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(f64x2_abs(self.0), f64x2_abs(self.1))
    }

    /// Numbers above 0 with the signs of these.
    #[inline(always)]
    pub fn signs_for(self, x: Self) -> Self {
        let sign = f64x2_splat(-0.0);
        Self(v128_or(v128_and(self.0, sign), x.0), v128_or(v128_and(self.1, sign), x.1))
    }

    /// Each, or what `others` have in its place if that is larger.
    #[inline(always)]
    pub fn or_larger(self, others: Self) -> Self {
        Self(f64x2_pmax(self.0, others.0), f64x2_pmax(self.1, others.1))
    }

    /// The largest. Where there is a NaN, that or the largest of the others.
    #[inline(always)]
    pub fn largest(self) -> f64 {
        let two = f64x2_pmax(self.0, self.1);
        f64x2_extract_lane::<0>(f64x2_pmax(two, u64x2_shuffle::<1, 1>(two, two)))
    }

    /// 0 where these are and the number of `others` is finite, else NaN: what a number is times 0.
    #[inline(always)]
    pub fn or_spoiled(self, others: Self) -> Self {
        let zero = f64x2_splat(0.0);
        Self(v128_or(self.0, f64x2_mul(others.0, zero)), v128_or(self.1, f64x2_mul(others.1, zero)))
    }

    /// Each that is at least `least` in `others`, 0 in place of the rest.
    #[inline(always)]
    pub fn where_at_least(self, others: Self, least: Self) -> Self {
        Self(v128_and(self.0, f64x2_ge(others.0, least.0)), v128_and(self.1, f64x2_ge(others.1, least.1)))
    }

    /// Whether all are below `limit`; NaN is not.
    #[inline(always)]
    pub fn are_below(self, limit: Self) -> bool {
        u64x2_all_true(v128_and(f64x2_lt(self.0, limit.0), f64x2_lt(self.1, limit.1)))
    }

    /// 2 to the power of each: of whole numbers from -1022 to 1023.
    #[inline(always)]
    pub fn powers_of_two(self) -> Self {
        // Above 2^52 a number's last bits count whole numbers.
        let Self(low, high) = self.plus(Self::splat(WHOLE + BIAS));
        Self(u64x2_shl(low, 52), u64x2_shl(high, 52))
    }

    /// The [`bucket`](super::bucket) of each.
    #[inline(always)]
    pub fn buckets(self, low: f64, scale: f64, last: f64) -> [u32; LANES] {
        let bucket = |x: v128| {
            let x = f64x2_mul(f64x2_sub(x, f64x2_splat(low)), f64x2_splat(scale));
            f64x2_add(f64x2_pmin(f64x2_splat(last), f64x2_pmax(f64x2_splat(0.0), x)), f64x2_splat(WHOLE))
        };
        cast(u32x4_shuffle::<0, 2, 4, 6>(bucket(self.0), bucket(self.1)))
    }

    /// Rounded to f32.
    #[inline(always)]
    pub fn rounded(self) -> Self {
        let round = |x: v128| f64x2_promote_low_f32x4(f32x4_demote_f64x2_zero(x));
        Self(round(self.0), round(self.1))
    }

    /// Adds `x[j] * y[j]` to lane j.
    #[inline(always)]
    pub fn add_product(self, x: Self, y: Self) -> Self {
        self.plus(x.times(y))
    }

    /// (lane 0 + lane 2) + (lane 1 + lane 3) of each.
    #[inline(always)]
    pub fn sums([a, b, c, d]: [Self; 4]) -> Self {
        let [a, b, c, d] = [f64x2_add(a.0, a.1), f64x2_add(b.0, b.1), f64x2_add(c.0, c.1), f64x2_add(d.0, d.1)];
        let low = f64x2_add(u64x2_shuffle::<0, 2>(a, b), u64x2_shuffle::<1, 3>(a, b));
        let high = f64x2_add(u64x2_shuffle::<0, 2>(c, d), u64x2_shuffle::<1, 3>(c, d));
        Self(low, high)
    }

    /// The four.
    #[inline(always)]
    pub fn to_array(self) -> [f64; LANES] {
        cast([self.0, self.1])
    }
}

/// Two f64: half the lanes.
#[derive(Clone, Copy)]
pub struct Pair(v128);

impl Pair {
    /// Twice 0.
    pub const ZERO: Self = Self(f64x2(0.0, 0.0));

    /// The first two of those four.
    #[inline(always)]
    pub fn first(x: &[f64; LANES]) -> Self {
        Self(Lanes::new(x).0)
    }

    /// The last two of those four.
    #[inline(always)]
    pub fn last(x: &[f64; LANES]) -> Self {
        Self(Lanes::new(x).1)
    }

    /// Adds `x[j] * y[j]` to lane j.
    #[inline(always)]
    pub fn add_product(self, x: Self, y: Self) -> Self {
        Self(f64x2_add(self.0, f64x2_mul(x.0, y.0)))
    }

    /// [`Lanes::sums`] of four lanes each, given as their first two and their last two.
    #[inline(always)]
    pub fn sums(first: [Self; 4], last: [Self; 4]) -> Lanes {
        let [a, b, c, d] = first;
        let [e, f, g, h] = last;
        Lanes::sums([Lanes(a.0, e.0), Lanes(b.0, f.0), Lanes(c.0, g.0), Lanes(d.0, h.0)])
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
        cast(self.0)
    }
}

#[cfg(feature = "tensors")]
impl Singles {
    /// Those four, from where they lie.
    #[inline(always)]
    pub fn of(x: &[f32; 4]) -> Self {
        Self(cast(*x))
    }

    /// Four times the same.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self(f32x4_splat(x))
    }

    /// Adds the products of each two.
    #[inline(always)]
    pub fn add_product(self, x: Self, y: Self) -> Self {
        Self(f32x4_add(self.0, f32x4_mul(x.0, y.0)))
    }

    /// The differences of each two.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }

    /// The products of each two.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    /// The quotients of each two.
    #[inline(always)]
    pub fn over(self, other: Self) -> Self {
        Self(f32x4_div(self.0, other.0))
    }

    /// Those below `least` raised to it, those above `largest` lowered to that; NaN stays.
    #[inline(always)]
    pub fn within(self, least: Self, largest: Self) -> Self {
        // The pseudo-minimum is one instruction, the minimum several: it would also tell zeros apart.
        Self(f32x4_pmin(f32x4_pmax(self.0, least.0), largest.0))
    }

    /// The nearest whole numbers, of two the even one.
    #[inline(always)]
    pub fn nearest(self) -> Self {
        Self(f32x4_nearest(self.0))
    }

    /// Those that are less than others without their signs raised to these.
    #[inline(always)]
    pub fn raised_to(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, f32x4_abs(other.0)))
    }

    /// 2 to the power of each: of whole numbers from -126 to 127.
    #[inline(always)]
    pub fn powers_of_two(self) -> Self {
        Self(i32x4_shl(i32x4_add(i32x4_trunc_sat_f32x4(self.0), i32x4_splat(127)), 23))
    }

    /// `yes` where these are below `limit`, else `no`.
    #[inline(always)]
    pub fn choose_below(self, limit: Self, yes: Self, no: Self) -> Self {
        Self(v128_bitselect(yes.0, no.0, f32x4_lt(self.0, limit.0)))
    }

    /// The first and the third of these and of the others.
    #[inline(always)]
    pub fn evens(self, other: Self) -> Self {
        Self(i32x4_shuffle::<0, 2, 4, 6>(self.0, other.0))
    }

    /// The second and the fourth of these and of the others.
    #[inline(always)]
    pub fn odds(self, other: Self) -> Self {
        Self(i32x4_shuffle::<1, 3, 5, 7>(self.0, other.0))
    }

    /// These and the others in turns.
    #[inline(always)]
    pub fn in_turns(self, other: Self) -> [Self; 2] {
        [Self(i32x4_shuffle::<0, 4, 1, 5>(self.0, other.0)), Self(i32x4_shuffle::<2, 6, 3, 7>(self.0, other.0))]
    }
}

/// Eight i16.
#[cfg(feature = "tensors")]
#[derive(Clone, Copy)]
pub struct Shorts(v128);

#[cfg(feature = "tensors")]
impl Shorts {
    /// Four times the same two: the low half of a word, and the high one.
    #[inline(always)]
    pub fn splat(pair: i32) -> Self {
        Self(i32x4_splat(pair))
    }

    /// The nearest whole numbers, of two the even one, of numbers within i16's bounds.
    #[inline(always)]
    pub fn nearest(low: Singles, high: Singles) -> Self {
        let whole = |x: Singles| i32x4_trunc_sat_f32x4(f32x4_nearest(x.0));
        Self(i16x8_narrow_i32x4(whole(low), whole(high)))
    }

    /// Each two in a word.
    #[inline(always)]
    pub fn to_pairs(self) -> [i32; 4] {
        cast(self.0)
    }

    /// Sixteen i8, widened.
    #[inline(always)]
    pub fn widened(x: &[i8; 16]) -> [Self; 2] {
        // Each half by itself: it is loaded and widened in one instruction.
        let [low, high] = cast(*x);
        [Self(i16x8_extend_low_i8x16(i64x2(low, 0))), Self(i16x8_extend_low_i8x16(i64x2(high, 0)))]
    }
}

/// Four i32.
#[cfg(feature = "tensors")]
#[derive(Clone, Copy)]
pub struct Wholes(v128);

#[cfg(feature = "tensors")]
impl Wholes {
    /// Four times 0.
    pub const ZERO: Self = Self(i32x4(0, 0, 0, 0));

    /// Adds to each the products of two pairs.
    #[inline(always)]
    pub fn add_products(self, x: Shorts, y: Shorts) -> Self {
        Self(i32x4_add(self.0, i32x4_dot_i16x8(x.0, y.0)))
    }

    /// The sums of each two.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }

    /// The nearest f32.
    #[inline(always)]
    pub fn to_singles(self) -> Singles {
        Singles(f32x4_convert_i32x4(self.0))
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

    /// Those 16.
    #[inline(always)]
    pub fn new(bytes: &[u8; 16]) -> Self {
        Self(cast(*bytes))
    }

    /// The 16.
    #[inline(always)]
    pub fn to_array(self) -> [u8; 16] {
        cast(self.0)
    }

    /// Eight bytes, and eight more, each from the least on.
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

    /// Bytes of these and of the others in turns.
    #[inline(always)]
    pub fn in_turns(self, other: Self) -> (Self, Self) {
        let low = u8x16_shuffle::<0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23>(self.0, other.0);
        let high = u8x16_shuffle::<8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31>(self.0, other.0);
        (Self(low), Self(high))
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

    /// In each byte bit i + `BY` of `low` and bit i of `high` change places, for all i in which bit `BY` is not set.
    #[inline(always)]
    pub fn swapped<const BY: u32>(low: Self, high: Self) -> (Self, Self) {
        let mask = u8x16_splat(0xff / ((1 << BY) + 1));
        let differing = v128_and(v128_xor(u64x2_shr(low.0, BY), high.0), mask);
        (Self(v128_xor(low.0, u64x2_shl(differing, BY))), Self(v128_xor(high.0, differing)))
    }
}
