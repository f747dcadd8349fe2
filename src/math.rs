//! Deterministic elementary functions: the same bits on every host and in every wasm runtime.
//!
//! std's `exp` and its kin call the platform's C library, whose last bit differs between platforms. These come from
//! `libm`, which is plain Rust. `clippy.toml` bans the others.

/// e to the power of `x`.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm of `x`.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln(1 + x), exact for small `x`.
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// `x` to the power of `y`.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// The inverse of the standard normal distribution's cumulative function, for 0 < `p` < 1: Newton's steps by Halley's
/// correction from a first guess, on the smaller tail, where `erfc` keeps its digits.
pub fn normal_quantile(p: f64) -> f64 {
    let tail = p.min(1.0 - p);
    if p.is_nan() || tail <= 0.0 {
        return if p.is_nan() {
            p
        } else if p > 0.5 {
            f64::INFINITY
        } else {
            f64::NEG_INFINITY
        };
    }
    // Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.22: within 3e-3.
    let t = (-2.0 * ln(tail)).sqrt();
    let mut z = t - (2.30753 + 0.27061 * t) / (1.0 + t * (0.99229 + t * 0.04481));
    for _ in 0..4 {
        let error = 0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2) - tail;
        let density = exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        let step = error / density;
        z += step / (1.0 - 0.5 * z * step);
    }
    if p < 0.5 { -z } else { z }
}

/// The logistic function 1 / (1 + e^-x), as scipy's `expit` computes it.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// The logistic function as XGBoost computes it: every step in f32, the exponent at most 88.7.
pub fn sigmoid_f32(x: f64) -> f64 {
    let power = exp(f64::from((-x as f32).min(88.7))) as f32;
    f64::from(1.0 / (power + 1.0 + 1e-16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_quantile_is_scipys_ndtri() {
        let cases = [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (1e-7, -5.199_337_582_192_816),
            (0.25, -0.674_489_750_196_081_7),
            (1e-300, -37.047_096_299_361_2),
        ];
        for (p, expected) in cases {
            let found = normal_quantile(p);
            assert!((found - expected).abs() <= 1e-14 * f64::max(1.0, f64::abs(expected)), "{p}: {found}");
        }
    }

    #[test]
    fn sigmoid_is_right_at_its_ends_and_middle() {
        assert_eq!([sigmoid(0.0), sigmoid(800.0), sigmoid(-800.0)], [0.5, 1.0, 0.0]);
        assert_eq!([sigmoid_f32(0.0), sigmoid_f32(800.0)], [0.5, 1.0]);
        assert_eq!(sigmoid_f32(-800.0), f64::from(1.0 / (exp(f64::from(88.7_f32)) as f32)));
        assert!((sigmoid(2.0) - 0.880_797_077_977_882_4).abs() < 1e-15);
    }
}
