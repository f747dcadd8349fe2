//! Groups of rows around centres: `KMeans`, by Lloyd's algorithm from centres that k-means++ draws.
//!
//! (Lloyd, Least squares quantization in PCM, 1982; Arthur & Vassilvitskii, k-means++, 2007, with the several trials for
//! each centre that scikit-learn makes.) Sums are made block by block and added in the blocks' order, and the blocks depend
//! on the number of rows alone: the same seed gives the same centres on any number of threads.

use super::super::matrix::{Matrix, mean_and_variance};
use super::super::random::Random;
use rayon::prelude::*;

/// In how many blocks rows are summed, and how few rows are not worth a block.
const BLOCKS: usize = 32;
const MIN_BLOCK: usize = 256;

/// What is asked for, by scikit-learn's names.
pub struct Settings {
    /// `n_clusters`.
    pub count: usize,
    /// `n_init`: how often it is begun anew; the best is kept.
    pub starts: usize,
    /// `max_iter`.
    pub most_iterations: usize,
    /// `tol`: how far the centres may still move, as a share of the columns' mean variance.
    pub tolerance: f64,
    /// Decides the first centres.
    pub seed: u64,
}

/// Centres, and what they make of the rows.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// Centres × width.
    pub centres: Vec<f64>,
    /// For each row the index of its centre.
    pub labels: Vec<usize>,
    /// The sum of the squared distances to them, as the rows count.
    pub inertia: f64,
    /// How often the centres moved.
    pub iterations: usize,
    /// Whether they came to rest.
    pub converged: bool,
}

/// The best of several starts. `goes_on` hears between the moves, and ends them by saying no.
pub fn fit(rows: &Matrix, weights: &[f64], settings: &Settings, goes_on: &dyn Fn() -> bool) -> Clusters {
    let variances = (0..rows.width).map(|column| mean_and_variance(rows.column(column)).1);
    let tolerance = settings.tolerance * variances.sum::<f64>() / rows.width as f64;
    let begun_at = |start: u64| {
        let mut random = Random::new(settings.seed, start);
        let centres = first_centres(rows, weights, settings.count, &mut random);
        settle(rows, weights, centres, settings.most_iterations, tolerance, goes_on)
    };
    let mut best = begun_at(0);
    for start in 1..settings.starts as u64 {
        if !goes_on() {
            break;
        }
        let found = begun_at(start);
        if found.inertia < best.inertia {
            best = found;
        }
    }
    best
}

/// Centres drawn among the rows, each by its squared distance to those before; of a few draws the one that helps most.
fn first_centres(rows: &Matrix, weights: &[f64], count: usize, random: &mut Random) -> Vec<f64> {
    let row = |i: usize| &rows.values[i * rows.width..][..rows.width];
    let trials = 2 + (libm::log(count as f64) as usize);
    let first = draw(weights.iter().copied(), random);
    let mut centres = row(first).to_vec();
    let mut distances: Vec<f64> = rows.values.par_chunks_exact(rows.width).map(|x| squared(x, row(first))).collect();
    for _ in 1..count {
        let nearer = |_| {
            let candidate = draw(distances.iter().zip(weights).map(|(d, weight)| d * weight), random);
            let candidate = row(candidate);
            let distances: Vec<f64> = rows
                .values
                .par_chunks_exact(rows.width)
                .zip(&distances)
                .map(|(x, &known)| known.min(squared(x, candidate)))
                .collect();
            let sum: f64 = distances.iter().zip(weights).map(|(d, weight)| d * weight).sum();
            (sum, candidate, distances)
        };
        let best = (0..trials).map(nearer).min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, centre, nearest)) = best else { break };
        centres.extend_from_slice(centre);
        distances = nearest;
    }
    centres
}

/// An index, drawn by what each counts; any if none counts.
fn draw(counts: impl Iterator<Item = f64> + Clone, random: &mut Random) -> usize {
    let total: f64 = counts.clone().sum();
    let mut left = random.unit() * total;
    let mut last = 0;
    for (i, count) in counts.enumerate().filter(|(_, count)| *count > 0.0) {
        last = i;
        left -= count;
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Moves centres to the means of their rows until they rest.
fn settle(
    rows: &Matrix,
    weights: &[f64],
    mut centres: Vec<f64>,
    most_iterations: usize,
    tolerance: f64,
    goes_on: &dyn Fn() -> bool,
) -> Clusters {
    let mut labels = Vec::new();
    let mut iteration = 0;
    while iteration < most_iterations && goes_on() {
        iteration += 1;
        let assigned = Assigned::of(rows, weights, &centres);
        let moved = assigned.means(rows, weights, &centres);
        let shift = squared(&moved, &centres);
        centres = moved;
        if assigned.labels == labels || shift <= tolerance {
            return finish(rows, weights, centres, iteration, true);
        }
        labels = assigned.labels;
    }
    finish(rows, weights, centres, iteration, false)
}

fn finish(rows: &Matrix, weights: &[f64], centres: Vec<f64>, iterations: usize, converged: bool) -> Clusters {
    let Assigned { labels, distances, .. } = Assigned::of(rows, weights, &centres);
    let inertia = distances.iter().zip(weights).map(|(distance, weight)| distance * weight).sum();
    Clusters { centres, labels, inertia, iterations, converged }
}

/// Each row's nearest centre, and the sums of each centre's rows.
struct Assigned {
    labels: Vec<usize>,
    /// Squared distances to them.
    distances: Vec<f64>,
    /// Centres × width: the sums of their rows, as they count.
    sums: Vec<f64>,
    /// How much each centre's rows count.
    counts: Vec<f64>,
}

impl Assigned {
    fn of(rows: &Matrix, weights: &[f64], centres: &[f64]) -> Self {
        let width = rows.width;
        let block = rows.len().div_ceil(BLOCKS).max(MIN_BLOCK);
        let of_block = |(x, weights): (&[f64], &[f64])| {
            let mut part = Self::none(centres, width);
            for (x, weight) in x.chunks_exact(width).zip(weights) {
                let all = centres.chunks_exact(width).map(|centre| squared(x, centre)).enumerate();
                let Some((label, distance)) = all.min_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
                part.labels.push(label);
                part.distances.push(distance);
                part.counts[label] += weight;
                part.sums[label * width..][..width].iter_mut().zip(x).for_each(|(sum, x)| *sum += x * weight);
            }
            part
        };
        let blocks = rows.values.par_chunks(block * width).zip(weights.par_chunks(block));
        let parts: Vec<Self> = blocks.map(of_block).collect();
        let mut all = Self::none(centres, width);
        for part in parts {
            all.labels.extend(part.labels);
            all.distances.extend(part.distances);
            all.sums.iter_mut().zip(part.sums).for_each(|(sum, more)| *sum += more);
            all.counts.iter_mut().zip(part.counts).for_each(|(count, more)| *count += more);
        }
        all
    }

    fn none(centres: &[f64], width: usize) -> Self {
        let (sums, counts) = (vec![0.0; centres.len()], vec![0.0; centres.len() / width]);
        Self { labels: Vec::new(), distances: Vec::new(), sums, counts }
    }

    /// The means of the centres' rows. A centre without rows goes to the row that is farthest from its own, which leaves
    /// that one's mean.
    fn means(&self, rows: &Matrix, weights: &[f64], centres: &[f64]) -> Vec<f64> {
        let width = rows.width;
        let (mut sums, mut counts) = (self.sums.clone(), self.counts.clone());
        let mut farthest: Vec<usize> = Vec::new();
        let empty: Vec<usize> = (0..counts.len()).filter(|&centre| counts[centre] == 0.0).collect();
        if !empty.is_empty() {
            farthest = (0..rows.len()).collect();
            farthest.sort_by(|&a, &b| self.distances[b].total_cmp(&self.distances[a]));
        }
        for (&centre, &row) in empty.iter().zip(&farthest) {
            let (x, weight, before) = (&rows.values[row * width..][..width], weights[row], self.labels[row]);
            counts[before] -= weight;
            counts[centre] = weight;
            for (j, x) in x.iter().enumerate() {
                sums[before * width + j] -= x * weight;
                sums[centre * width + j] = x * weight;
            }
        }
        let mean = |(i, sum): (usize, &f64)| if counts[i / width] > 0.0 { sum / counts[i / width] } else { centres[i] };
        sums.iter().enumerate().map(mean).collect()
    }
}

/// The squared distance of two points.
fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// The mean silhouette of rows: how much nearer each is to its own group than to the next, from -1 to 1; `None` where all
/// are of one group, or each of its own. (Rousseeuw, Silhouettes, 1987; `silhouette_score`.)
pub fn silhouette(rows: &Matrix, labels: &[usize], count: usize) -> Option<f64> {
    let mut sizes = vec![0_usize; count];
    labels.iter().for_each(|&label| sizes[label] += 1);
    let groups = sizes.iter().filter(|&&size| size > 0).count();
    if groups < 2 || groups == labels.len() {
        return None;
    }
    let of_row = |(x, &own): (&[f64], &usize)| {
        let mut sums = vec![0.0; count];
        rows.rows().zip(labels).for_each(|(y, &label)| sums[label] += squared(x, y).sqrt());
        if sizes[own] == 1 {
            return 0.0;
        }
        let inner = sums[own] / (sizes[own] - 1) as f64;
        let others = (0..count).filter(|&other| other != own && sizes[other] > 0);
        let outer = others.map(|other| sums[other] / sizes[other] as f64).fold(f64::INFINITY, f64::min);
        if inner == outer { 0.0 } else { (outer - inner) / inner.max(outer) }
    };
    let all: Vec<f64> = rows.values.par_chunks_exact(rows.width).zip(labels).map(of_row).collect();
    Some(all.iter().sum::<f64>() / all.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two far pairs on a line, and a third centre.
    #[test]
    fn every_centre_has_rows() {
        let rows = Matrix { values: vec![0.0, 1.0, 10.0, 11.0], width: 1 };
        let weights = [1.0; 4];
        let found = settle(&rows, &weights, vec![0.5, 10.5, 99.0], 10, 0.0, &|| true);
        let mut sizes = [0; 3];
        found.labels.iter().for_each(|&label| sizes[label] += 1);
        sizes.sort_unstable();
        assert_eq!((sizes, found.inertia, found.converged), ([1, 1, 2], 0.5, true));
    }

    #[test]
    fn a_weight_is_a_row_that_comes_as_often() {
        let settings = Settings { count: 2, starts: 3, most_iterations: 50, tolerance: 0.0, seed: 1 };
        let rows = Matrix { values: vec![0.0, 1.0, 10.0, 14.0], width: 1 };
        let found = fit(&rows, &[1.0, 1.0, 3.0, 1.0], &settings, &|| true);
        let mut centres = found.centres;
        centres.sort_by(f64::total_cmp);
        assert_eq!(centres, [0.5, 11.0]);
    }
}
