//! Batch norms, by Ioffe and Szegedy, Batch Normalization, 2015: each channel of a batch is brought to mean 0 and variance 1,
//! then to what is learned. Parts of a batch are summed in f64, and the sums added in the parts' order.

/// Added to the variance: Keras' default.
pub const EPSILON: f64 = 1e-3;
/// How much of what was known of a channel is kept when a batch comes: 1 - PyTorch's `momentum`.
const KEPT: f64 = 0.9;

/// The mean of a channel, and its variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// The mean.
    pub mean: f64,
    /// The population variance.
    pub variance: f64,
}

/// What a channel is multiplied by, and what is added then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    /// The factor.
    pub factor: f64,
    /// What is added.
    pub shift: f64,
}

/// For each channel two sums over a part of a batch.
pub type Sums = Vec<[f64; 2]>;

/// The sums of the numbers of each channel, and of their squares.
pub fn sums(numbers: &[f32], channels: usize) -> Sums {
    let of_channel = |channel: &[f32]| {
        channel.iter().fold([0.0; 2], |[sum, squares], &x| {
            let x = f64::from(x);
            [sum + x, squares + x * x]
        })
    };
    numbers.chunks_exact(numbers.len() / channels).map(of_channel).collect()
}

/// The sums of all parts.
pub fn total<'a>(parts: impl Iterator<Item = &'a Sums>) -> Sums {
    let mut total = Sums::new();
    for part in parts {
        total.resize(part.len(), [0.0; 2]);
        for (total, part) in total.iter_mut().zip(part) {
            *total = [total[0] + part[0], total[1] + part[1]];
        }
    }
    total
}

impl Moments {
    /// What is known of a channel before the first batch.
    pub const UNKNOWN: Self = Self { mean: 0.0, variance: 1.0 };

    /// Those of so many numbers, by their sum and that of their squares.
    pub fn of([sum, squares]: [f64; 2], count: f64) -> Self {
        let mean = sum / count;
        Self { mean, variance: (squares / count - mean * mean).max(0.0) }
    }

    /// Moves towards those of a batch, from whose variance follows that of all numbers.
    pub fn follow(&mut self, batch: Self, count: f64) {
        let of_all = batch.variance * count / (count - 1.0).max(1.0);
        self.mean = KEPT * self.mean + (1.0 - KEPT) * batch.mean;
        self.variance = KEPT * self.variance + (1.0 - KEPT) * of_all;
    }

    /// What brings the deviation to 1.
    pub fn inverse(self) -> f64 {
        1.0 / (self.variance + EPSILON).sqrt()
    }

    /// The whole norm, with what is learned.
    pub fn affine(self, factor: f32, shift: f32) -> Affine {
        let factor = f64::from(factor) * self.inverse();
        Affine { factor, shift: f64::from(shift) - self.mean * factor }
    }
}

/// Makes of numbers how the loss depends on them, but for what depends on each alone: every number moved the mean and the
/// variance. `sums` are those of the slopes by what the norm made, and of their products with what it made before the factor.
pub fn through_moments(numbers: &mut [f32], moments: &[Moments], factors: &[f32], sums: &Sums, count: f64) {
    let length = numbers.len() / moments.len();
    for (i, numbers) in numbers.chunks_exact_mut(length).enumerate() {
        let inverse = moments[i].inverse();
        let outer = -f64::from(factors[i]) * inverse / count;
        let by_number = outer * sums[i][1] * inverse;
        let constant = outer * sums[i][0] - by_number * moments[i].mean;
        let (by_number, constant) = (by_number as f32, constant as f32);
        numbers.iter_mut().for_each(|x| *x = *x * by_number + constant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        let numbers: Vec<f32> = (0..24).map(|i| (i * 7919 % 101) as f32 / 25.0 - 2.0).collect();
        let slopes: Vec<f32> = (5..29).map(|i| (i * 7919 % 101) as f32 / 50.0 - 1.0).collect();
        let (factors, shifts) = ([0.5, -1.5], [0.1, 2.0]);
        let moments = |numbers: &[f32]| -> Vec<Moments> {
            sums(numbers, 2).into_iter().map(|sums| Moments::of(sums, 12.0)).collect()
        };
        let loss = |numbers: &[f32]| -> f64 {
            let moments = moments(numbers);
            let made = |i: usize| {
                let Affine { factor, shift } = moments[i / 12].affine(factors[i / 12], shifts[i / 12]);
                f64::from(numbers[i]) * factor + shift
            };
            (0..24).map(|i| made(i) * f64::from(slopes[i])).sum()
        };
        let moments = moments(&numbers);
        let normal = |i: usize| (f64::from(numbers[i]) - moments[i / 12].mean) * moments[i / 12].inverse();
        let of_channel = |channel: usize| {
            (channel * 12..channel * 12 + 12).fold([0.0; 2], |[sum, products], i| {
                let slope = f64::from(slopes[i]);
                [sum + slope, products + slope * normal(i)]
            })
        };
        let sums: Sums = (0..2).map(of_channel).collect();
        let mut found = numbers.clone();
        through_moments(&mut found, &moments, &factors, &sums, 12.0);
        for i in 0..24 {
            let channel = i / 12;
            let own = f64::from(slopes[i]) * f64::from(factors[channel]) * moments[channel].inverse();
            let nudged = |by: f32| {
                let mut numbers = numbers.clone();
                numbers[i] += by;
                loss(&numbers)
            };
            let slope = (nudged(1.0 / 64.0) - nudged(-1.0 / 64.0)) * 32.0;
            assert!((slope - own - f64::from(found[i])).abs() < 1e-3, "{i}: {slope} {} {}", own, found[i]);
        }
    }
}
