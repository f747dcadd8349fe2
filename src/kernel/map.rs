//! Functions of one number, applied to every number alike.

use crate::math;

/// Defines [`Function`] with the formula of each variant beside it.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident = |$x:ident, $a:pat_param, $b:pat_param| $formula:expr,)*) => {
        /// A function of one number x; some have parameters a and b, which the others ignore.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Function { $($(#[$doc])* $name,)* }

        impl Function {
            /// Every function. Its place here is its number in the file: new ones go to the end.
            pub const ALL: &[Function] = &[$(Function::$name,)*];

            /// Its name in reports.
            pub const fn name(self) -> &'static str {
                match self { $(Function::$name => stringify!($name),)* }
            }

            /// The function itself.
            fn formula(self) -> fn(f64, f64, f64) -> f64 {
                match self { $(Function::$name => |$x: f64, $a: f64, $b: f64| $formula,)* }
            }
        }
    };
}

functions! {
    /// |x|.
    Absolute = |x, _, _| x.abs(),
    /// -x.
    Negative = |x, _, _| -x,
    /// 1 / x.
    Reciprocal = |x, _, _| 1.0 / x,
    /// The square root.
    Sqrt = |x, _, _| x.sqrt(),
    /// The cube root.
    Cbrt = |x, _, _| libm::cbrt(x),
    /// x².
    Square = |x, _, _| x * x,
    /// The sign of x times x².
    SignedSquare = |x, _, _| if x < 0.0 { -(x * x) } else { x * x },
    /// e to the power of x.
    Exp = |x, _, _| math::exp(x),
    /// 2 to the power of x; libm's own `exp2` has a table of 4 KB.
    Exp2 = |x, _, _| math::pow(2.0, x),
    /// e to the power of x, minus 1.
    Expm1 = |x, _, _| libm::expm1(x),
    /// The natural logarithm.
    Log = |x, _, _| math::ln(x),
    /// The logarithm of base 2.
    Log2 = |x, _, _| libm::log2(x),
    /// The logarithm of base 10.
    Log10 = |x, _, _| libm::log10(x),
    /// ln(1 + x).
    Log1p = |x, _, _| math::ln_1p(x),
    /// The sine.
    Sin = |x, _, _| libm::sin(x),
    /// The cosine.
    Cos = |x, _, _| libm::cos(x),
    /// The tangent.
    Tan = |x, _, _| libm::tan(x),
    /// The inverse tangent.
    Arctan = |x, _, _| libm::atan(x),
    /// The hyperbolic tangent.
    Tanh = |x, _, _| libm::tanh(x),
    /// -1, 0 or 1; NaN stays.
    Sign = |x, _, _| if x > 0.0 { 1.0 } else if x < 0.0 { -1.0 } else { x + 0.0 },
    /// The next whole number below.
    Floor = |x, _, _| x.floor(),
    /// The next whole number above.
    Ceil = |x, _, _| x.ceil(),
    /// The nearest whole number, of two the even one.
    Rint = |x, _, _| x.round_ties_even(),
    /// The whole number towards 0.
    Trunc = |x, _, _| x.trunc(),
    /// The logistic function.
    Sigmoid = |x, _, _| math::sigmoid(x),
    /// ln(1 + e^x).
    Softplus = |x, _, _| math::ln_1p(math::exp(x)),
    /// x above 0, else 0.
    Relu = |x, _, _| if x > 0.0 { x } else { 0.0 },
    /// To the nearest f32.
    ToF32 = |x, _, _| f64::from(x as f32),
    /// x, but at least a and at most b; NaN stays.
    Clip = |x, a, b| if x < a { a } else if x > b { b } else { x },
    /// x to the power of a.
    Power = |x, a, _| math::pow(x, a),
    /// 1 where x is missing (NaN), else 0.
    IsMissing = |x, _, _| f64::from(u8::from(x.is_nan())),
    /// Missing (NaN) where x is from a to b, else x.
    Blank = |x, a, b| if x >= a && x <= b { f64::NAN } else { x },
    /// 1 where x is above a, else 0; NaN is not.
    Above = |x, a, _| f64::from(u8::from(x > a)),
    /// The standard normal distribution's cumulative function.
    NormalCdf = |x, _, _| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2),
    /// 1 + ln(x) above 0, else x: sublinear term frequencies.
    Sublinear = |x, _, _| if x > 0.0 { math::ln(x) + 1.0 } else { x },
    /// The logistic function in f32, as XGBoost computes it.
    SigmoidF32 = |x, _, _| math::sigmoid_f32(x),
}

/// The function of every number.
#[inline(never)]
pub fn map(x: &[f64], function: Function, a: f64, b: f64, out: &mut [f64]) {
    let formula = function.formula();
    for (&x, out) in x.iter().zip(out) {
        *out = formula(x, a, b);
    }
}

/// `x * factor + offset` of each column; one factor and offset serve all columns.
#[inline]
pub fn rescale(rows: &[f64], width: usize, factors: &[f64], offsets: &[f64], out: &mut [f64]) {
    if let ([factor], [offset]) = (factors, offsets) {
        for (out, &x) in out.iter_mut().zip(rows) {
            *out = x * factor + offset;
        }
        return;
    }
    for (row, out) in rows.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        for (((out, &x), &factor), &offset) in out.iter_mut().zip(row).zip(factors).zip(offsets) {
            *out = x * factor + offset;
        }
    }
}

/// Adds (or multiplies) `other` to what `out` holds.
#[inline]
pub fn combine(other: &[f64], multiplies: bool, out: &mut [f64]) {
    for (out, &x) in out.iter_mut().zip(other) {
        *out = if multiplies { *out * x } else { *out + x };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_what_they_are_called() {
        let cases = [
            (Function::SignedSquare, -3.0, -9.0),
            (Function::Sign, -0.5, -1.0),
            (Function::Rint, 2.5, 2.0),
            (Function::Relu, -1.0, 0.0),
            (Function::Clip, 7.0, 2.0),
            (Function::Power, 3.0, 3.0),
            (Function::Above, 1.5, 1.0),
            (Function::NormalCdf, 0.0, 0.5),
            (Function::Sublinear, 1.0, 1.0),
            (Function::ToF32, 0.1, f64::from(0.1_f32)),
        ];
        for (function, x, expected) in cases {
            let mut out = [9.0];
            map(&[x], function, 1.0, 2.0, &mut out);
            assert_eq!(out, [expected], "{}", function.name());
        }
        let mut out = [9.0; 3];
        map(&[1.0, f64::NAN, 3.0], Function::Blank, 1.0, 2.0, &mut out);
        assert!(out[0].is_nan() && out[1].is_nan() && out[2] == 3.0);
        map(&out.clone(), Function::IsMissing, 0.0, 0.0, &mut out);
        assert_eq!(out, [1.0, 1.0, 0.0]);
    }

    #[test]
    fn one_factor_serves_all_columns() {
        let mut out = [0.0; 4];
        rescale(&[1.0, 2.0, 3.0, 4.0], 2, &[2.0], &[1.0], &mut out);
        assert_eq!(out, [3.0, 5.0, 7.0, 9.0]);
        rescale(&[1.0, 2.0, 3.0, 4.0], 2, &[2.0, 3.0], &[1.0, 0.0], &mut out);
        assert_eq!(out, [3.0, 6.0, 7.0, 12.0]);
    }
}
