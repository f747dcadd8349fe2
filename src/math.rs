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

/// The logistic function 1 / (1 + e^-x), as scipy's `expit` computes it.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sigmoid_is_right_at_its_ends_and_middle() {
        assert_eq!([sigmoid(0.0), sigmoid(800.0), sigmoid(-800.0)], [0.5, 1.0, 0.0]);
        assert!((sigmoid(2.0) - 0.880_797_077_977_882_4).abs() < 1e-15);
    }
}
