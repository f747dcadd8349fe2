//! Lanes as arrays, which the compiler makes vectors of.

use super::{BIAS, LANES, WHOLE};
use std::array;

/// Four f64.
#[derive(Clone, Copy)]
pub struct Lanes([f64; LANES]);

impl Lanes {
    /// Those four.
    #[inline(always)]
    pub fn new(x: &[f64; LANES]) -> Self {
        Self(*x)
    }

    /// Four times the same.
    #[inline(always)]
    pub fn splat(x: f64) -> Self {
        Self([x; LANES])
    }

    /// Those four f32.
    #[inline(always)]
    pub fn widened(x: &[f32; LANES]) -> Self {
        Self(x.map(f64::from))
    }

    /// The sums of each two.
    #[inline(always)]
    pub fn plus(self, other: Self) -> Self {
        self.with(other, |x, y| x + y)
    }

    /// The differences of each two.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        self.with(other, |x, y| x - y)
    }

    /// The products of each two.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        self.with(other, |x, y| x * y)
    }

    /// The quotients of each two.
    #[inline(always)]
    pub fn over(self, other: Self) -> Self {
        self.with(other, |x, y| x / y)
    }

    /// Without their fractions.
    #[inline(always)]
    pub fn trunc(self) -> Self {
        Self(self.0.map(f64::trunc))
    }

    /// Without their signs.
    #[inline(always)]
    pub fn abs(self) -> Self {
        Self(self.0.map(f64::abs))
    }

    /// Numbers above 0 with the signs of these.
    #[inline(always)]
    pub fn signs_for(self, x: Self) -> Self {
        x.with(self, f64::copysign)
    }

    /// Each, or what `others` have in its place if that is larger.
    #[inline(always)]
    pub fn or_larger(self, others: Self) -> Self {
        self.with(others, |x, other| if x < other { other } else { x })
    }

    /// The largest. Where there is a NaN, that or the largest of the others.
    #[inline(always)]
    pub fn largest(self) -> f64 {
        self.0.into_iter().fold(f64::NEG_INFINITY, |top, x| if top < x { x } else { top })
    }

    /// 0 where these are and the number of `others` is finite, else NaN: what a number is times 0.
    #[inline(always)]
    pub fn or_spoiled(self, others: Self) -> Self {
        self.with(others, |zero, x| f64::from_bits(zero.to_bits() | (x * 0.0).to_bits()))
    }

    /// Each that is at least `least` in `others`, 0 in place of the rest.
    #[inline(always)]
    pub fn where_at_least(self, others: Self, least: Self) -> Self {
        Self(array::from_fn(|j| if others.0[j] >= least.0[j] { self.0[j] } else { 0.0 }))
    }

    /// Whether all are below `limit`; NaN is not.
    #[inline(always)]
    pub fn are_below(self, limit: Self) -> bool {
        self.0.iter().zip(limit.0).all(|(&x, limit)| x < limit)
    }

    /// 2 to the power of each: of whole numbers from -1022 to 1023.
    #[inline(always)]
    pub fn powers_of_two(self) -> Self {
        // Above 2^52 a number's last bits count whole numbers.
        Self(self.0.map(|x| f64::from_bits((x + (WHOLE + BIAS)).to_bits() << 52)))
    }

    /// The [`bucket`](super::bucket) of each.
    #[inline(always)]
    pub fn buckets(self, low: f64, scale: f64, last: f64) -> [u32; LANES] {
        self.0.map(|x| super::bucket(x, low, scale, last))
    }

    /// Rounded to f32.
    #[inline(always)]
    pub fn rounded(self) -> Self {
        Self(self.0.map(|x| f64::from(x as f32)))
    }

    /// Adds `x[j] * y[j]` to lane j.
    #[inline(always)]
    pub fn add_product(self, x: Self, y: Self) -> Self {
        self.plus(x.times(y))
    }

    /// (lane 0 + lane 2) + (lane 1 + lane 3) of each.
    #[inline(always)]
    pub fn sums(lanes: [Self; 4]) -> Self {
        Self(lanes.map(|Self(x)| (x[0] + x[2]) + (x[1] + x[3])))
    }

    /// The four.
    #[inline(always)]
    pub fn to_array(self) -> [f64; LANES] {
        self.0
    }

    #[inline(always)]
    fn with(self, other: Self, operation: impl Fn(f64, f64) -> f64) -> Self {
        Self(array::from_fn(|j| operation(self.0[j], other.0[j])))
    }
}

/// Two f64: half the lanes.
#[derive(Clone, Copy)]
pub struct Pair([f64; 2]);

impl Pair {
    /// Twice 0.
    pub const ZERO: Self = Self([0.0; 2]);

    /// The first two of those four.
    #[inline(always)]
    pub fn first(x: &[f64; LANES]) -> Self {
        Self([x[0], x[1]])
    }

    /// The last two of those four.
    #[inline(always)]
    pub fn last(x: &[f64; LANES]) -> Self {
        Self([x[2], x[3]])
    }

    /// Adds `x[j] * y[j]` to lane j.
    #[inline(always)]
    pub fn add_product(self, x: Self, y: Self) -> Self {
        Self([self.0[0] + x.0[0] * y.0[0], self.0[1] + x.0[1] * y.0[1]])
    }

    /// [`Lanes::sums`] of four lanes each, given as their first two and their last two.
    #[inline(always)]
    pub fn sums(first: [Self; 4], last: [Self; 4]) -> Lanes {
        Lanes(array::from_fn(|i| (first[i].0[0] + last[i].0[0]) + (first[i].0[1] + last[i].0[1])))
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

#[cfg(feature = "tensors")]
impl Singles {
    /// Those four, from where they lie.
    #[inline(always)]
    pub fn of(x: &[f32; 4]) -> Self {
        Self(*x)
    }

    /// Four times the same.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        Self([x; 4])
    }

    /// Adds the products of each two.
    #[inline(always)]
    pub fn add_product(self, x: Self, y: Self) -> Self {
        Self(array::from_fn(|j| self.0[j] + x.0[j] * y.0[j]))
    }

    /// The differences of each two.
    #[inline(always)]
    pub fn minus(self, other: Self) -> Self {
        Self(array::from_fn(|j| self.0[j] - other.0[j]))
    }

    /// The products of each two.
    #[inline(always)]
    pub fn times(self, other: Self) -> Self {
        Self(array::from_fn(|j| self.0[j] * other.0[j]))
    }

    /// The quotients of each two.
    #[inline(always)]
    pub fn over(self, other: Self) -> Self {
        Self(array::from_fn(|j| self.0[j] / other.0[j]))
    }

    /// Those below `least` raised to it, those above `largest` lowered to that; NaN stays.
    #[inline(always)]
    pub fn within(self, least: Self, largest: Self) -> Self {
        let raised: [f32; 4] = array::from_fn(|j| if self.0[j] < least.0[j] { least.0[j] } else { self.0[j] });
        let lowered = |j: usize, x: f32| if x > largest.0[j] { largest.0[j] } else { x };
        Self(array::from_fn(|j| lowered(j, raised[j])))
    }

    /// The nearest whole numbers, of two the even one.
    #[inline(always)]
    pub fn nearest(self) -> Self {
        Self(self.0.map(f32::round_ties_even))
    }

    /// Those that are less than others without their signs raised to these.
    #[inline(always)]
    pub fn raised_to(self, other: Self) -> Self {
        Self(array::from_fn(|i| if self.0[i] < other.0[i].abs() { other.0[i].abs() } else { self.0[i] }))
    }

    /// 2 to the power of each: of whole numbers from -126 to 127.
    #[inline(always)]
    pub fn powers_of_two(self) -> Self {
        Self(self.0.map(|x| f32::from_bits((((x as i32) + 127) << 23) as u32)))
    }

    /// `yes` where these are below `limit`, else `no`.
    #[inline(always)]
    pub fn choose_below(self, limit: Self, yes: Self, no: Self) -> Self {
        Self(array::from_fn(|j| if self.0[j] < limit.0[j] { yes.0[j] } else { no.0[j] }))
    }

    /// The first and the third of these and of the others.
    #[inline(always)]
    pub fn evens(self, other: Self) -> Self {
        Self([self.0[0], self.0[2], other.0[0], other.0[2]])
    }

    /// The second and the fourth of these and of the others.
    #[inline(always)]
    pub fn odds(self, other: Self) -> Self {
        Self([self.0[1], self.0[3], other.0[1], other.0[3]])
    }

    /// These and the others in turns.
    #[inline(always)]
    pub fn in_turns(self, other: Self) -> [Self; 2] {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        [Self([a, e, b, f]), Self([c, g, d, h])]
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

    /// Those 16.
    #[inline(always)]
    pub fn new(bytes: &[u8; 16]) -> Self {
        Self(*bytes)
    }

    /// The 16.
    #[inline(always)]
    pub fn to_array(self) -> [u8; 16] {
        self.0
    }

    /// Eight bytes, and eight more, each from the least on.
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

    /// Bytes of these and of the others in turns.
    #[inline(always)]
    pub fn in_turns(self, other: Self) -> (Self, Self) {
        let turn = |i: usize| if i.is_multiple_of(2) { self.0[i / 2] } else { other.0[i / 2] };
        (Self(array::from_fn(turn)), Self(array::from_fn(|i| turn(16 + i))))
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

    /// In each byte bit i + `BY` of `low` and bit i of `high` change places, for all i in which bit `BY` is not set.
    #[inline(always)]
    pub fn swapped<const BY: u32>(low: Self, high: Self) -> (Self, Self) {
        let mask = (0xff / ((1 << BY) + 1)) as u8;
        let differing: [u8; 16] = array::from_fn(|j| ((low.0[j] >> BY) ^ high.0[j]) & mask);
        let turned = |bytes: [u8; 16], by: u32| array::from_fn(|j| bytes[j] ^ (differing[j] << by));
        (Self(turned(low.0, BY)), Self(turned(high.0, 0)))
    }
}
