//! What is done to numbers before they are learned from: each channel is standardized, an image is moved by chance, and numbers
//! to predict are standardized as well.

use super::super::options::Task;
use super::super::random::Random;
use super::images::{Images, Size};
use crate::error::{Error, Kind, Result};

/// How each channel, and the target of a regression, is standardized.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// What is taken from each channel's numbers.
    pub means: Vec<f32>,
    /// What the rest is multiplied by.
    pub factors: Vec<f32>,
    /// The target's mean and deviation; 0 and 1 for classes.
    pub target: [f64; 2],
}

impl Scaling {
    /// By the mean and the deviation of some examples.
    ///
    /// # Errors
    /// [`Kind::NotFinite`] for numbers so large that float32 does not hold what becomes of them.
    pub fn of(images: &Images, rows: &[usize]) -> Result<Self> {
        let Size { channels, height, width } = images.size;
        let mut scaling = Self { means: Vec::new(), factors: Vec::new(), target: [0.0, 1.0] };
        for channel in 0..channels {
            let numbers =
                rows.iter().flat_map(|&row| &images.example(row)[channel * height * width..][..height * width]);
            let (mean, deviation) = mean_and_deviation(numbers.map(|&x| f64::from(x)));
            let (mean, factor) = (mean as f32, (1.0 / deviation) as f32);
            if !(mean.is_finite() && factor.is_normal()) {
                let expected = "numbers whose mean and deviation float32 holds";
                return Err(Error::new(
                    Kind::NotFinite,
                    format!("channel {channel}"),
                    expected,
                    format!("{deviation:e}"),
                ));
            }
            scaling.means.push(mean);
            scaling.factors.push(factor);
        }
        if images.target.task == Task::Regression {
            let (mean, deviation) = mean_and_deviation(rows.iter().map(|&row| images.target.values[row]));
            scaling.target = [mean, deviation];
        }
        Ok(scaling)
    }

    /// An example, standardized.
    pub fn scale(&self, images: &Images, row: usize, to: &mut [f32]) {
        let places = images.size.height * images.size.width;
        let channels = images.example(row).chunks_exact(places).zip(to.chunks_exact_mut(places));
        for ((from, to), (mean, factor)) in channels.zip(self.means.iter().zip(&self.factors)) {
            to.iter_mut().zip(from).for_each(|(to, x)| *to = (x - mean) * factor);
        }
    }
}

/// The mean, and the deviation around it; 1 where all numbers are the same.
fn mean_and_deviation(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (count, sum) = numbers.clone().fold((0.0, 0.0), |(count, sum), x| (count + 1.0, sum + x));
    let mean = sum / count;
    let variance = numbers.map(|x| (x - mean) * (x - mean)).sum::<f64>() / count;
    (mean, if variance > 0.0 { variance.sqrt() } else { 1.0 })
}

/// Moves an image by up to so many places in each direction; its edge is repeated where nothing was.
pub fn shifted(size: Size, most: usize, random: &mut Random, image: &mut [f32]) {
    if most == 0 {
        return;
    }
    let [down, right] = [0, 0].map(|_: usize| random.below(2 * most + 1));
    let from = |to: usize, shift: usize, length: usize| (to + shift).saturating_sub(most).min(length - 1);
    let rows: Vec<usize> = (0..size.height).map(|y| from(y, down, size.height)).collect();
    let columns: Vec<usize> = (0..size.width).map(|x| from(x, right, size.width)).collect();
    let still = image.to_vec();
    let planes = image.chunks_exact_mut(size.height * size.width).zip(still.chunks_exact(size.height * size.width));
    for (image, still) in planes {
        for (line, &y) in image.chunks_exact_mut(size.width).zip(&rows) {
            line.iter_mut().zip(&columns).for_each(|(to, &x)| *to = still[y * size.width + x]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_image_repeats_its_edge() {
        let (size, image) = (Size { channels: 2, height: 3, width: 3 }, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let still: Vec<f32> = image.iter().chain(&image).map(|&x| x as f32).collect();
        let (mut random, mut seen) = (Random::new(0, 0), std::collections::BTreeSet::new());
        for _ in 0..200 {
            let mut moved = still.clone();
            shifted(size, 1, &mut random, &mut moved);
            assert_eq!(moved[..9], moved[9..], "channels move together");
            seen.insert(moved[..9].iter().map(|&x| x as u8).collect::<Vec<u8>>());
        }
        assert_eq!(seen.len(), 9);
        for moved in [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 2, 1, 1, 2, 4, 4, 5], [4, 5, 6, 7, 8, 9, 7, 8, 9]] {
            assert!(seen.contains(&moved[..]), "{moved:?}");
        }
    }
}
