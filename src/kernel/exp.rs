//! e to the power of four numbers at once.

use super::lanes::{LANES, Lanes, padded};
use crate::math;

/// ln 2 in two parts, the upper one short enough for its product with a power's exponent to be exact.
const LN_2: [f64; 2] = [f64::from_bits(0x3fe6_2e42_fee0_0000), f64::from_bits(0x3dea_39ef_3579_3c76)];
/// From here on a multiple of ln 2 is taken off: half of ln 2, rounded up to a number with 32 bits of zeros.
const HALF_LN_2: f64 = f64::from_bits(0x3fd6_2e43_0000_0000);
/// From here on e^x is more than 1 + x.
const TINY: f64 = f64::from_bits(0x3e30_0001_0000_0000);
/// Below it, powers are neither infinite nor less than the least normal number.
const LIMIT: f64 = 708.0;
/// r (e^r + 1) / (e^r - 1) - 2 as a polynomial of r^2, without the constant, which is 0.
const P: [f64; 5] = [
    f64::from_bits(0x3fc5_5555_5555_553e),
    f64::from_bits(0xbf66_c16c_16be_bd93),
    f64::from_bits(0x3f11_566a_af25_de2c),
    f64::from_bits(0xbebb_bd41_c5d2_6bf1),
    f64::from_bits(0x3e66_3769_72be_a4d0),
];

/// How many times four numbers a block has.
const ROUNDS: usize = 4;

/// The numbers above and some more, to be read from memory: V8 makes a vector of a constant anew each time it is used.
struct Numbers {
    log2_e: f64,
    ln_2: [f64; 2],
    half_ln_2: f64,
    tiny: f64,
    limit: f64,
    p: [f64; 5],
    half: f64,
    one: f64,
    two: f64,
}

static NUMBERS: Numbers = Numbers {
    log2_e: std::f64::consts::LOG2_E,
    ln_2: LN_2,
    half_ln_2: HALF_LN_2,
    tiny: TINY,
    limit: LIMIT,
    p: P,
    half: 0.5,
    one: 1.0,
    two: 2.0,
};

/// [`math::exp`] of every number, in place, the same bits: libm's operations in libm's order, but without its branches.
#[inline(never)]
pub fn exp_all(numbers: &mut [f64]) {
    let n = std::hint::black_box(&NUMBERS);
    let (blocks, rest) = numbers.as_chunks_mut::<{ ROUNDS * LANES }>();
    // A short list does not pay for the room that blocks take.
    if !blocks.is_empty() {
        exp_blocks(blocks, n);
    }
    for some in rest.chunks_mut(LANES) {
        let x = some.first_chunk().map_or_else(|| padded(some), Lanes::new);
        let k = multiple(n)(x);
        let powers = power(n)(x, k, correction(n)(x, k));
        match some.first_chunk_mut() {
            Some(four) => *four = powers,
            None => some.iter_mut().zip(powers).for_each(|(number, power)| *number = power),
        }
    }
}

/// The powers of whole blocks, step by step: each is short enough for a processor to have several rounds of it under way.
#[inline(always)]
fn exp_blocks(blocks: &mut [[f64; ROUNDS * LANES]], n: &Numbers) {
    let (mut ks, mut cs) = ([[0.0; LANES]; ROUNDS], [[0.0; LANES]; ROUNDS]);
    for block in blocks {
        let fours = block.as_chunks_mut::<LANES>().0;
        let multiple = multiple(n);
        for (x, k) in fours.iter().zip(&mut ks) {
            *k = multiple(Lanes::new(x)).to_array();
        }
        let correction = correction(n);
        for ((x, k), c) in fours.iter().zip(&ks).zip(&mut cs) {
            *c = correction(Lanes::new(x), Lanes::new(k)).to_array();
        }
        let power = power(n);
        for ((x, k), c) in fours.iter_mut().zip(&ks).zip(&cs) {
            *x = power(Lanes::new(x), Lanes::new(k), Lanes::new(c));
        }
    }
}

/// The k of x = k ln 2 + r with |r| at most about ln 2 / 2, for e^x = 2^k e^r; 0 for an x that is small itself.
#[inline(always)]
fn multiple(n: &Numbers) -> impl Fn(Lanes) -> Lanes {
    let (log2_e, half, half_ln_2) = (Lanes::splat(n.log2_e), Lanes::splat(n.half), Lanes::splat(n.half_ln_2));
    move |x| log2_e.times(x).plus(x.signs_for(half)).trunc().where_at_least(x.abs(), half_ln_2)
}

/// r as x - k ln 2 in two parts, the second to be taken off the first.
#[inline(always)]
fn remainder(n: &Numbers) -> impl Fn(Lanes, Lanes) -> (Lanes, Lanes) {
    let (high, low) = (Lanes::splat(n.ln_2[0]), Lanes::splat(n.ln_2[1]));
    move |x, k| (x.minus(k.times(high)), k.times(low))
}

/// r less the polynomial of its square.
#[inline(always)]
fn correction(n: &Numbers) -> impl Fn(Lanes, Lanes) -> Lanes {
    let remainder = remainder(n);
    let [p0, p1, p2, p3, p4] = n.p;
    let (p0, p1, p2) = (Lanes::splat(p0), Lanes::splat(p1), Lanes::splat(p2));
    let (p3, p4) = (Lanes::splat(p3), Lanes::splat(p4));
    move |x, k| {
        let (high, low) = remainder(x, k);
        let r = high.minus(low);
        let square = r.times(r);
        let p = square.times(square.times(p4).plus(p3)).plus(p2);
        let p = square.times(square.times(p).plus(p1)).plus(p0);
        r.minus(square.times(p))
    }
}

/// e^x by its k and its correction.
#[inline(always)]
fn power(n: &Numbers) -> impl Fn(Lanes, Lanes, Lanes) -> [f64; LANES] {
    let remainder = remainder(n);
    let (one, two, tiny, limit) =
        (Lanes::splat(n.one), Lanes::splat(n.two), Lanes::splat(n.tiny), Lanes::splat(n.limit));
    move |x, k, c| {
        let (size, (high, low)) = (x.abs(), remainder(x, k));
        let more = high.minus(low).times(c).over(two.minus(c)).where_at_least(size, tiny);
        let powers = one.plus(more.minus(low).plus(high)).times(k.powers_of_two()).to_array();
        if size.are_below(limit) { powers } else { x.to_array().map(math::exp) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_libms_to_the_bit() {
        let edges =
            [0.0, TINY, HALF_LN_2, 1.5 * std::f64::consts::LN_2, 1.0, LIMIT, 708.4, 709.8, 745.2, f64::INFINITY];
        let near = edges.iter().flat_map(|&edge: &f64| (-40..40).map(move |i| edge.to_bits().wrapping_add_signed(i)));
        // A walk through bit patterns that comes by every exponent.
        let walk = (0..400_000_u64).map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let usual = (0..400_000).map(|i| (f64::from(i) * 0.003_546_123 - 709.0).to_bits());
        let mut numbers: Vec<f64> = near.chain(walk).chain(usual).map(f64::from_bits).collect();
        numbers.extend(numbers.clone().iter().map(|x| -x));
        numbers.push(3.0);
        let mut found = numbers.clone();
        exp_all(&mut found);
        for (x, found) in numbers.iter().zip(&found) {
            let expected = math::exp(*x);
            assert!(found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan(), "{x}: {found}");
        }
        for n in 0..9 {
            let mut found = vec![0.5; n];
            exp_all(&mut found);
            assert_eq!(found, vec![math::exp(0.5); n]);
        }
    }
}
