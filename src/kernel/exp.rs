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

/// [`math::exp`] of four numbers, the same bits: libm's operations in libm's order, but without its branches.
///
/// x = k ln 2 + r with |r| at most about ln 2 / 2, and e^x = 2^k e^r; k is 0 for an x that is small itself.
#[inline(always)]
fn exp(x: Lanes, n: &Numbers) -> Lanes {
    let size = x.abs();
    if !size.are_below(n.limit) {
        let [a, b, c, d] = x.to_array();
        return Lanes::new(&[math::exp(a), math::exp(b), math::exp(c), math::exp(d)]);
    }
    let splat = Lanes::splat;
    let k = splat(n.log2_e).times(x).plus(x.signs_for(n.half)).trunc().where_at_least(size, n.half_ln_2);
    let (high, low) = (x.minus(k.times(splat(n.ln_2[0]))), k.times(splat(n.ln_2[1])));
    let r = high.minus(low);
    let square = r.times(r);
    let p = square.times(splat(n.p[4])).plus(splat(n.p[3]));
    let p = square.times(p).plus(splat(n.p[2]));
    let p = square.times(square.times(p).plus(splat(n.p[1]))).plus(splat(n.p[0]));
    let c = r.minus(square.times(p));
    let more = r.times(c).over(splat(n.two).minus(c)).where_at_least(size, n.tiny);
    splat(n.one).plus(more.minus(low).plus(high)).times(k.powers_of_two())
}

/// [`math::exp`] of every number, in place.
#[inline(never)]
pub fn exp_all(numbers: &mut [f64]) {
    let (count, constants) = (numbers.len(), std::hint::black_box(&NUMBERS));
    // The last four may overlap those before, so they are read first.
    let last = numbers.last_chunk().map_or_else(|| padded(numbers), Lanes::new);
    let mut at = 0;
    while at < count {
        let (four, from) = match numbers[at..].first_chunk() {
            Some(four) => (Lanes::new(four), at),
            None => (last, count.saturating_sub(LANES)),
        };
        let powers = exp(four, constants).to_array();
        match numbers[from..].first_chunk_mut() {
            Some(four) => *four = powers,
            None => numbers.iter_mut().zip(powers).for_each(|(number, power)| *number = power),
        }
        at += LANES;
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
