//! The images whose answers are farthest off, to look at.

use super::super::insight::{Mistake, Picture};
use super::super::render::number;
use super::images::{Images, Size};
use crate::model::Labels;

/// The most images that are shown.
const MAX_MISTAKES: usize = 24;

/// Of rows with their answers (rows × outputs) and what those decide for: classes that are wrong, the least probable truth
/// first; or the numbers that are farthest off.
pub fn of(images: &Images, rows: &[usize], answers: &[f64], decided: &[f64]) -> Vec<Mistake> {
    let truth = images.target.of(rows);
    let classes = images.target.class_count();
    let is_wrong = |i: &usize| classes == 0 || decided[*i] != truth[*i];
    let off = |i: usize| match classes {
        0 => (decided[i] - truth[i]).abs(),
        _ => 1.0 - answers[i * classes + truth[i] as usize],
    };
    let mut wrong: Vec<usize> = (0..rows.len()).filter(is_wrong).collect();
    wrong.sort_by(|&a, &b| off(b).total_cmp(&off(a)));
    wrong.truncate(MAX_MISTAKES);
    let range = range(images, &wrong.iter().map(|&i| rows[i]).collect::<Vec<_>>());
    let told = |value: f64| match &images.target.classes {
        None => number(value),
        Some(classes) => name(classes, value as usize),
    };
    let mistake = |&i: &usize| {
        let answer = match classes {
            0 => told(decided[i]),
            _ => format!("{} ({:.0} %)", told(decided[i]), 100.0 * answers[i * classes + decided[i] as usize]),
        };
        Mistake { picture: picture(images, rows[i], range), truth: told(truth[i]), answer }
    };
    wrong.iter().map(mistake).collect()
}

fn name(classes: &Labels, class: usize) -> String {
    classes.get(class).map(|label| label.to_string()).unwrap_or_default()
}

/// The least and the largest number of some images.
fn range(images: &Images, rows: &[usize]) -> [f32; 2] {
    let numbers = rows.iter().flat_map(|&row| images.example(row));
    numbers.fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], &x| [low.min(x), high.max(x)])
}

/// An image within a range: in colours of its three channels, else in greys of the first.
fn picture(images: &Images, row: usize, [low, high]: [f32; 2]) -> Picture {
    let Size { channels, height, width } = images.size;
    let (example, places) = (images.example(row), height * width);
    let of = if channels == 3 { [0, 1, 2] } else { [0; 3] };
    let spread = if high > low { high - low } else { 1.0 };
    let shade = |x: f32| (255.0 * (x - low) / spread) as u8;
    Picture { width, pixels: (0..places).map(|i| of.map(|channel| shade(example[channel * places + i]))).collect() }
}
