//! The discrete Fourier transform of real numbers: half as many complex ones, by the prime factors of their count (Cooley and
//! Tukey), and taken apart again.

use std::f64::consts::TAU;

type Complex = (f64, f64);

/// A transform of a length that is even.
pub struct Fourier {
    /// The prime factors of half the length.
    factors: Vec<usize>,
    /// e^(−2πik/length) for all k below half the length.
    turns: Vec<Complex>,
}

impl Fourier {
    /// Of a length.
    pub fn new(length: usize) -> Self {
        let turn = |k: usize| {
            let angle = -TAU * k as f64 / length as f64;
            (libm::cos(angle), libm::sin(angle))
        };
        let (mut factors, mut rest, mut factor) = (Vec::new(), length / 2, 2);
        while rest > 1 {
            if rest.is_multiple_of(factor) {
                factors.push(factor);
                rest /= factor;
            } else {
                factor += 1;
            }
        }
        Self { factors, turns: (0..length / 2).map(turn).collect() }
    }

    /// The squared magnitudes of the frequencies from 0 to half the length.
    pub fn squares(&self, numbers: &[f64]) -> impl Iterator<Item = f64> {
        let half = self.turns.len();
        let pairs: Vec<Complex> = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let mut made = vec![(0.0, 0.0); half];
        let mut taken = vec![(0.0, 0.0); self.factors.iter().copied().max().unwrap_or(1)];
        self.transform(&pairs, 1, &mut made, &self.factors, &mut taken);
        (0..=half).map(move |k| {
            let (a, b) = (made[k % half], made[(half - k) % half]);
            // Numbers at even places, and those at odd ones.
            let (even, odd) = (((a.0 + b.0) / 2.0, (a.1 - b.1) / 2.0), ((a.1 + b.1) / 2.0, (b.0 - a.0) / 2.0));
            let turn = if k == half { (-1.0, 0.0) } else { self.turns[k] };
            let odd = product(odd, turn);
            let (re, im) = (even.0 + odd.0, even.1 + odd.1);
            re * re + im * im
        })
    }

    /// Transforms every `step`th number: each part that a factor makes, and then their sums.
    fn transform(
        &self,
        numbers: &[Complex],
        step: usize,
        made: &mut [Complex],
        factors: &[usize],
        taken: &mut [Complex],
    ) {
        let Some((&factor, factors)) = factors.split_first() else {
            made[0] = numbers[0];
            return;
        };
        let length = made.len() / factor;
        for (part, made) in made.chunks_exact_mut(length).enumerate() {
            self.transform(&numbers[part * step..], step * factor, made, factors, taken);
        }
        if factor == 2 {
            let (left, right) = made.split_at_mut(length);
            let turns = self.turns.iter().step_by(2 * step);
            for ((left, right), turn) in left.iter_mut().zip(right).zip(turns) {
                let turned = product(*right, *turn);
                (*left, *right) = ((left.0 + turned.0, left.1 + turned.1), (left.0 - turned.0, left.1 - turned.1));
            }
            return;
        }
        let (taken, circle) = (&mut taken[..factor], 2 * self.turns.len());
        for place in 0..length {
            taken.iter_mut().zip(made[place..].iter().step_by(length)).for_each(|(taken, made)| *taken = *made);
            for k in (place..made.len()).step_by(length) {
                // `turns` are those of twice as many numbers, half a circle long.
                let (mut sum, mut turn) = ((0.0, 0.0), 0);
                for taken in taken.iter() {
                    let turned = product(*taken, self.turn(turn));
                    sum = (sum.0 + turned.0, sum.1 + turned.1);
                    turn += 2 * step * k;
                    turn -= if turn < circle { 0 } else { circle };
                }
                made[k] = sum;
            }
        }
    }

    fn turn(&self, k: usize) -> Complex {
        let half = self.turns.len();
        if k < half {
            return self.turns[k];
        }
        let (re, im) = self.turns[k - half];
        (-re, -im)
    }
}

fn product(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}
