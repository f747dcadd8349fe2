//! Gauss and Legendre's points: n of them integrate a polynomial up to the degree 2n - 1 exactly.

/// How many points lie side by side.
pub const POINTS: usize = 4;
/// How many features the splits above a leaf may ask for: the polynomial has a degree less.
pub const MAX_FEATURES: usize = 128;

/// Four points of the integral from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Points {
    /// Where they are.
    pub at: [f64; POINTS],
    /// 1 less each of those.
    pub rest: [f64; POINTS],
    /// How much each counts.
    pub weights: [f64; POINTS],
}

impl Points {
    /// How many times four points are enough for ways of so many features.
    pub fn count_for(features: usize) -> usize {
        features.div_ceil(2 * POINTS).max(1)
    }

    /// Enough points for ways of so many features, four by four.
    pub fn for_features(features: usize) -> Vec<Self> {
        let mut points = vec![Self::default(); Self::count_for(features)];
        let (roots, slopes) = legendre_roots(points.len() * POINTS);
        for (i, (x, slope)) in roots.into_iter().zip(slopes).enumerate() {
            let four = &mut points[i / POINTS];
            let lane = i % POINTS;
            four.at[lane] = 0.5 + 0.5 * x;
            four.rest[lane] = 0.5 - 0.5 * x;
            four.weights[lane] = 1.0 / ((1.0 - x * x) * slope * slope);
        }
        points
    }
}

/// The roots of Legendre's polynomial of a degree, from the largest on, and its slopes there. Newton's steps from the right
/// never jump over the next root if those that were found are divided out.
fn legendre_roots(degree: usize) -> (Vec<f64>, Vec<f64>) {
    let mut roots: Vec<f64> = Vec::with_capacity(degree);
    let mut slopes = Vec::with_capacity(degree);
    let mut x = 1.0;
    for _ in 0..degree {
        // Beside the root before, where nothing is divided by 0.
        x -= 1e-9;
        for _ in 0..64 {
            let (value, slope) = legendre(degree, x);
            let others = roots.iter().fold(0.0, |sum, root| sum + 1.0 / (x - root));
            x -= value / (slope - value * others);
        }
        for _ in 0..2 {
            let (value, slope) = legendre(degree, x);
            x -= value / slope;
        }
        roots.push(x);
        slopes.push(legendre(degree, x).1);
    }
    (roots, slopes)
}

/// Legendre's polynomial and its slope, at -1 < x < 1.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for n in 1..degree {
        let n = n as f64;
        (before, value) = (value, ((2.0 * n + 1.0) * x * value - n * before) / (n + 1.0));
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_integrated_to_the_last_bits() {
        for features in [1, 8, 9, 30, MAX_FEATURES] {
            let points = Points::for_features(features);
            for power in 0..features as i32 {
                let mut sum = 0.0;
                for four in &points {
                    for lane in 0..POINTS {
                        sum += four.weights[lane] * libm::pow(four.at[lane], power.into());
                    }
                }
                let exact = 1.0 / f64::from(power + 1);
                assert!((sum - exact).abs() < 1e-14, "{features} features, power {power}: {sum} for {exact}");
            }
        }
    }
}
