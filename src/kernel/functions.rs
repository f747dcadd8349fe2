//! Functions of f32, four numbers at a time, for networks: within 3e-7 of the number itself where it is not all but 0, which is
//! what f32 has digits for. The polynomials are least-squares fits, reweighted until their largest error was least.

use super::lanes::{Lanes, Singles};

/// e^r = 1 + r + r² P(r) for |r| up to half of ln 2.
const EXP: [f32; 5] = [0.5, 0.166_665_76, 0.041_666_374, 0.008_363_335, 0.001_394_138_9];
/// tanh x = x + x³ P(x²) for |x| below [`TANH_LIMIT`].
const TANH: [f32; 5] = [-0.333_333_28, 0.133_327_95, -0.053_854_07, 0.021_010_078, -0.006_113_188_3];
const TANH_LIMIT: f32 = 0.625;
/// erf x = x P(x²) for |x| below [`ERF_LIMIT`].
const ERF: [f32; 7] = [
    std::f32::consts::FRAC_2_SQRT_PI,
    -0.376_126_26,
    0.112_836,
    -0.026_854_444,
    0.005_189_535,
    -8.020_841e-4,
    7.889_119e-5,
];
const ERF_LIMIT: f32 = 0.95;
/// erfc x = t e^(P(t) - x²) with t = 1 / (1 + x / 2), from [`ERF_LIMIT`] on.
const ERFC: [f32; 8] =
    [-1.265_400_3, 0.997_325_3, 0.401_731_43, -0.061_595_75, 0.374_499_5, -0.994_230_7, 0.715_453_5, -0.167_080_3];
/// ln 2 in two parts, the first one short enough for its products with whole numbers to be exact.
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

#[inline(always)]
fn polynomial<const N: usize>(x: Singles, p: &[f32; N]) -> Singles {
    let last = Singles::splat(p[N - 1]);
    p[..N - 1].iter().rev().fold(last, |sum, &p| Singles::splat(p).add_product(sum, x))
}

#[inline(always)]
fn negated(x: Singles) -> Singles {
    Singles::splat(0.0).minus(x)
}

#[inline(always)]
fn size(x: Singles) -> Singles {
    x.choose_below(Singles::splat(0.0), negated(x), x)
}

/// e^x. What is too large becomes infinite, what is too small 0, and NaN stays.
#[inline(always)]
fn exp(x: Singles) -> Singles {
    let x = x.within(Singles::splat(-104.0), Singles::splat(89.0));
    let k = x.times(Singles::splat(std::f32::consts::LOG2_E)).nearest();
    let r = x.minus(k.times(Singles::splat(LN_2[0]))).minus(k.times(Singles::splat(LN_2[1])));
    let power = Singles::splat(1.0).plus(r).add_product(polynomial(r, &EXP), r.times(r));
    // In two steps, since 2^k alone can be too large or too small for a normal number.
    let half = k.times(Singles::splat(0.5)).nearest();
    power.times(half.powers_of_two()).times(k.minus(half).powers_of_two())
}

#[inline(always)]
fn sigmoid(x: Singles) -> Singles {
    let one = Singles::splat(1.0);
    one.over(one.plus(exp(negated(x))))
}

#[inline(always)]
fn tanh(x: Singles) -> Singles {
    let (one, two) = (Singles::splat(1.0), Singles::splat(2.0));
    let square = x.times(x);
    let near = x.add_product(x.times(square), polynomial(square, &TANH));
    let far = one.minus(two.over(exp(x.times(two)).plus(one)));
    size(x).choose_below(Singles::splat(TANH_LIMIT), near, far)
}

/// erf |x| where it is near, 1 − erf |x| where it is far.
#[inline(always)]
fn erf_parts(x: Singles) -> (Singles, Singles) {
    let (one, square) = (Singles::splat(1.0), x.times(x));
    let x = size(x);
    let t = one.over(one.add_product(x, Singles::splat(0.5)));
    (x.times(polynomial(square, &ERF)), t.times(exp(polynomial(t, &ERFC).minus(square))))
}

#[inline(always)]
fn erf(x: Singles) -> Singles {
    let (near, rest) = erf_parts(x);
    let size = size(x).choose_below(Singles::splat(ERF_LIMIT), near, Singles::splat(1.0).minus(rest));
    x.choose_below(Singles::splat(0.0), negated(size), size)
}

/// x Φ(x), of which nothing is lost where Φ(x) is all but 0.
#[inline(always)]
fn gelu(x: Singles) -> Singles {
    let (one, zero) = (Singles::splat(1.0), Singles::splat(0.0));
    let y = x.times(Singles::splat(std::f32::consts::FRAC_1_SQRT_2));
    let (near, rest) = erf_parts(y);
    let is_near = |yes, no| size(y).choose_below(Singles::splat(ERF_LIMIT), yes, no);
    let (above, below) = (is_near(near, one.minus(rest)), is_near(one.minus(near), rest));
    let twice = y.choose_below(zero, below, one.plus(above));
    x.times(Singles::splat(0.5)).times(twice)
}

#[inline(always)]
fn gelu_by_tanh(x: Singles) -> Singles {
    let cube = x.times(x).times(x);
    let inner = x.add_product(cube, Singles::splat(0.044_715)).times(Singles::splat(0.797_884_6));
    // (1 + tanh x) / 2 is the logistic function of 2 x.
    x.times(sigmoid(inner.plus(inner)))
}

/// A function of every number, in place.
#[inline(always)]
fn apply(x: &mut [f32], function: impl Fn(Singles) -> Singles) {
    let (fours, rest) = x.as_chunks_mut::<4>();
    for four in fours {
        *four = function(Singles::of(four)).to_array();
    }
    let mut last = [0.0; 4];
    last[..rest.len()].copy_from_slice(rest);
    let last = function(Singles::of(&last)).to_array();
    rest.copy_from_slice(&last[..rest.len()]);
}

macro_rules! in_place {
    ($($(#[$doc:meta])* $name:ident = |$x:ident $(, $more:ident)*| $function:expr;)*) => {$(
        $(#[$doc])*
        #[inline(never)]
        pub fn $name(x: &mut [f32] $(, $more: f32)*) {
            $(let $more = Singles::splat($more);)*
            apply(x, |$x| $function);
        }
    )*};
}

in_place! {
    /// e to the power of every number.
    exp_all = |x| exp(x);
    /// The logistic function of every number.
    sigmoid_all = |x| sigmoid(x);
    /// The hyperbolic tangent of every number.
    tanh_all = |x| tanh(x);
    /// The error function of every number.
    erf_all = |x| erf(x);
    /// Every number times the normal distribution's function of it.
    gelu_all = |x| gelu(x);
    /// That with the hyperbolic tangent in the place of the error function.
    gelu_by_tanh_all = |x| gelu_by_tanh(x);
    /// Every number times the logistic function of it and a factor.
    swish_all = |x, alpha| x.times(sigmoid(x.times(alpha)));
    /// Every number times a number between 0 and 1 that grows with it: x · (x / 6 + 1 / 2) within those.
    hard_swish_all = |x| x.times(x.over(Singles::splat(6.0)).plus(Singles::splat(0.5)).within(Singles::splat(0.0), Singles::splat(1.0)));
    /// Every number raised to the least and lowered to the largest; NaN stays.
    within_all = |x, least, largest| x.within(least, largest);
}

/// A function of two numbers: of each and its partner, which becomes the first. One partner alone is everybody's.
#[inline(always)]
fn combine(x: &mut [f32], y: &[f32], function: impl Fn(Singles, Singles) -> Singles) {
    if let [y] = *y {
        let y = Singles::splat(y);
        return apply(x, |x| function(x, y));
    }
    let ((fours, rest), (partners, partner_rest)) = (x.as_chunks_mut::<4>(), y.as_chunks::<4>());
    for (four, partner) in fours.iter_mut().zip(partners) {
        *four = function(Singles::of(four), Singles::of(partner)).to_array();
    }
    for (x, &y) in rest.iter_mut().zip(partner_rest) {
        *x = function(Singles::splat(*x), Singles::splat(y)).to_array()[0];
    }
}

macro_rules! with_partners {
    ($($(#[$doc:meta])* $name:ident = |$x:ident, $y:ident| $function:expr;)*) => {$(
        $(#[$doc])*
        #[inline(never)]
        pub fn $name(x: &mut [f32], y: &[f32]) {
            combine(x, y, |$x, $y| $function);
        }
    )*};
}

with_partners! {
    /// Adds to every number its partner, or the only one.
    add = |x, y| x.plus(y);
    /// Multiplies every number by its partner, or the only one.
    multiply = |x, y| x.times(y);
    /// Takes from every number its partner, or the only one.
    subtract = |x, y| x.minus(y);
    /// Takes every number from its partner, or the only one.
    subtract_from = |x, y| y.minus(x);
    /// Divides every number by its partner, or the only one.
    divide = |x, y| x.over(y);
    /// Divides by every number its partner, or the only one.
    divide_into = |x, y| y.over(x);
}

/// The sum of a function of every number, in f64 and four sums.
#[inline(always)]
fn sum(x: &[f32], function: impl Fn(Lanes) -> Lanes) -> f64 {
    let (fours, rest) = x.as_chunks::<4>();
    let sums = fours.iter().fold(Lanes::splat(0.0), |sums, four| sums.plus(function(Lanes::widened(four))));
    let rest: f64 = rest.iter().map(|&x| function(Lanes::splat(f64::from(x))).to_array()[0]).sum();
    sums.to_array().iter().sum::<f64>() + rest
}

/// Makes of numbers their exponentials, divided by their sum.
#[inline(never)]
pub fn softmax(run: &mut [f32]) {
    let largest = run.iter().copied().fold(f32::NEG_INFINITY, |largest, x| if x > largest { x } else { largest });
    subtract(run, &[largest]);
    exp_all(run);
    let sum = sum(run, |x| x) as f32;
    divide(run, &[sum]);
}

/// Brings numbers to mean 0 and variance 1, then multiplies and adds; without a centre the mean stays.
#[inline(never)]
pub fn standardize(run: &mut [f32], epsilon: f32, centred: bool, scale: &[f32], bias: Option<&[f32]>) {
    let count = run.len() as f64;
    let mean = if centred { sum(run, |x| x) / count } else { 0.0 };
    let centre = Lanes::splat(mean);
    let variance = sum(run, |x| x.minus(centre).times(x.minus(centre))) / count;
    let factor = 1.0 / (variance + f64::from(epsilon)).sqrt();
    // The mean in two parts: what f32 holds of it, and the rest.
    let near = mean as f32;
    let rest = (f64::from(near) - mean) as f32;
    subtract(run, &[near]);
    add(run, &[rest]);
    multiply(run, &[factor as f32]);
    multiply(run, scale);
    if let Some(bias) = bias {
        add(run, bias);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    /// The largest error relative to the number, over numbers of every size on both sides of 0.
    fn error(all: fn(&mut [f32]), exact: impl Fn(f64) -> f64, limit: f32) -> f64 {
        let sizes = (-60..1000).map(|i| 1.1_f32.powi(i - 200)).take_while(|size| *size < limit);
        let numbers: Vec<f32> = sizes.flat_map(|x| [x, -x, x * 1.037]).filter(|x| x.abs() < limit).collect();
        let mut found = numbers.clone();
        all(&mut found);
        let relative = |(&x, &found): (&f32, &f32)| {
            let expected = exact(f64::from(x));
            (f64::from(found) - expected).abs() / expected.abs().max(1e-37)
        };
        numbers.iter().zip(&found).map(relative).fold(0.0, f64::max)
    }

    #[test]
    fn functions_have_the_digits_of_f32() {
        let sigmoid = |x: f64| 1.0 / (1.0 + math::exp(-x));
        assert!(error(exp_all, math::exp, 87.0) < 2e-7);
        assert!(error(sigmoid_all, sigmoid, 80.0) < 4e-7);
        assert!(error(tanh_all, libm::tanh, 100.0) < 3e-7);
        assert!(error(erf_all, libm::erf, 100.0) < 3e-7);
        // Where it is all but 0, a last bit of x² is many of the result's.
        let gelu = |x: f64| x * 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
        assert!(error(gelu_all, gelu, 4.0) < 2e-6);
        let mut edges = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 100.0, -200.0];
        exp_all(&mut edges);
        assert!(edges[0].is_nan() && edges[1..] == [f32::INFINITY, 0.0, f32::INFINITY, 0.0]);
        for all in [sigmoid_all, tanh_all, erf_all, gelu_all, gelu_by_tanh_all] {
            let mut edges = [f32::INFINITY, f32::NAN];
            all(&mut edges);
            assert!(edges[0] >= 1.0 && edges[1].is_nan());
        }
    }

    #[test]
    fn runs_are_standardized_and_shared_out() {
        let mut run = [1000.0, 1001.0, 1002.0, 1003.0, 1004.0];
        standardize(&mut run, 0.0, true, &[1.0; 5], Some(&[0.5; 5]));
        let root = 2.0_f32.sqrt();
        for (found, expected) in run.iter().zip([-root, -root / 2.0, 0.0, root / 2.0, root]) {
            assert!((found - expected - 0.5).abs() < 1e-6);
        }
        let mut run = [0.0, 1.0, 2.0, 3.0, 1000.0, 1000.0];
        softmax(&mut run);
        assert_eq!(run, [0.0, 0.0, 0.0, 0.0, 0.5, 0.5]);
    }
}
