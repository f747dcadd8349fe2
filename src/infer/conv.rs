//! Convolutions, their transposes, and columns back to an image.

use super::arguments::{Arguments, check_rank, length, wrong_shape, wrong_type};
use super::filters::Filters;
use super::window::{Along, Numbers, moves, rows, shared};
use crate::error::Result;
use crate::network::tensor::{MAX_ELEMENTS, count};
use crate::network::{AutoPad, Data, Tensor, Window, shown};
use std::ops::{AddAssign, Mul};

/// Numbers that convolutions sum the products of.
pub trait Number: Copy + Default + AddAssign + Mul<Output = Self> {}
impl<T: Copy + Default + AddAssign + Mul<Output = T>> Number for T {}

/// The dimensions of a convolution: how many of what, and how its window moves over each sample.
pub struct Layout {
    samples: usize,
    /// How many channels there are.
    pub channels: usize,
    /// How many filters.
    pub filters: usize,
    /// In how many groups both are.
    pub groups: usize,
    /// How the window moves along each dimension.
    pub moves: Vec<Along>,
}

impl Layout {
    /// Of data `[N, C, …]` and weights of a shape `[M, C / groups, …]`.
    pub fn new(window: &Window, data: &Tensor, w: &[usize]) -> Result<Self> {
        check_rank(data, 3)?;
        let x = data.shape();
        let groups = groups(window)?;
        if w.len() != x.len() || w[1].checked_mul(groups) != Some(x[1]) || !w[0].is_multiple_of(groups) {
            return Err(wrong_shape(format!("weights for {} channels in {groups} groups", x[1]), shown(w)));
        }
        let moves = moves(window, &x[2..], Some(&w[2..]), false)?;
        let layout = Self { samples: x[0], channels: x[1], filters: w[0], groups, moves };
        count(&layout.shape())?;
        Ok(layout)
    }

    /// The result's shape, `[N, M, …]`.
    pub fn shape(&self) -> Vec<usize> {
        [self.samples, self.filters].into_iter().chain(self.moves.iter().map(|along| along.output)).collect()
    }

    /// The sums of products, without a bias.
    pub fn convolve<T: Number>(&self, x: &[T], w: &[T]) -> Vec<T> {
        let mut all = vec![T::default(); self.shape().iter().product()];
        let places: usize = self.moves.iter().map(|along| along.output).product();
        let image: usize = self.moves.iter().map(|along| along.input).product();
        let kernel: usize = self.moves.iter().map(|along| along.kernel).product();
        let (channels, filters) = (self.channels / self.groups, self.filters / self.groups);
        for (i, out) in all.chunks_exact_mut(places.max(1)).enumerate() {
            let (sample, filter) = (i / self.filters, i % self.filters);
            for channel in 0..channels {
                let x = &x[(sample * self.channels + filter / filters * channels + channel) * image..][..image];
                let w = &w[(filter * channels + channel) * kernel..][..kernel];
                rows(&self.moves, &mut |row| {
                    let out = &mut out[row.output..row.output + row.count];
                    add_products(out.iter_mut(), &x[row.input..], row.step, w[row.tap]);
                });
            }
        }
        all
    }

    /// What each element of `[N, C, …]` adds to the window that it stands for, of weights `[C, M / groups, …]`; here the
    /// image is the result and the window's places are the data.
    fn spread<T: Number>(&self, x: &[T], w: &[T]) -> Vec<T> {
        let places: usize = self.moves.iter().map(|along| along.output).product();
        let image: usize = self.moves.iter().map(|along| along.input).product();
        let kernel: usize = self.moves.iter().map(|along| along.kernel).product();
        let (channels, filters) = (self.channels / self.groups, self.filters / self.groups);
        let mut all = vec![T::default(); self.samples * self.filters * image];
        for (i, out) in all.chunks_exact_mut(image.max(1)).enumerate() {
            let (sample, filter) = (i / self.filters, i % self.filters);
            for channel in filter / filters * channels..(filter / filters + 1) * channels {
                let x = &x[(sample * self.channels + channel) * places..][..places];
                let w = &w[(channel * filters + filter % filters) * kernel..][..kernel];
                rows(&self.moves, &mut |row| {
                    let out = out[row.input..].iter_mut().step_by(row.step);
                    add_products(out, &x[row.output..row.output + row.count], 1, w[row.tap]);
                });
            }
        }
        all
    }
}

/// Adds a weight's products to as many sums as there are elements for.
fn add_products<'a, T: Number + 'a>(sums: impl Iterator<Item = &'a mut T>, x: &[T], step: usize, weight: T) {
    if step == 1 {
        sums.zip(x).for_each(|(sum, &x)| *sum += weight * x);
    } else {
        sums.zip(x.iter().step_by(step)).for_each(|(sum, &x)| *sum += weight * x);
    }
}

fn groups(window: &Window) -> Result<usize> {
    match length(window.groups)? {
        0 => Err(wrong_shape("at least 1 group", "0")),
        groups => Ok(groups),
    }
}

/// Sums of products under a moving window: data `[N, C, …]`, weights `[M, C / groups, …]`, bias `[M]`?.
pub fn conv(window: &Window, given: &Arguments<'_>) -> Result<Tensor> {
    let (data, weights) = (given.get(0)?, given.get(1)?);
    match (data.data(), weights.data()) {
        (Data::F32(_), Data::F32(_)) => Filters::new(window, weights, given.find(2), None)?.run(data),
        (Data::F64(x), Data::F64(w)) => {
            let layout = Layout::new(window, data, weights.shape())?;
            biased(data, layout.shape(), Data::F64(layout.convolve(x, w)), given.find(2))
        }
        _ => Err(wrong_type("floats, as the data", weights)),
    }
}

/// Adds a number to each filter's sums.
fn biased(data: &Tensor, shape: Vec<usize>, mut sums: Data, bias: Option<&Tensor>) -> Result<Tensor> {
    fn add<T: Number>(sums: &mut [T], bias: &[T], places: usize) {
        for (sums, &bias) in sums.chunks_exact_mut(places.max(1)).zip(bias.iter().cycle()) {
            sums.iter_mut().for_each(|sum| *sum += bias);
        }
    }
    if let Some(bias) = bias {
        if bias.shape() != [shape[1]] {
            return Err(wrong_shape(format!("a bias of {}", shape[1]), shown(bias.shape())));
        }
        let places = shape[2..].iter().product();
        match (&mut sums, bias.data()) {
            (Data::F32(sums), Data::F32(bias)) => add(sums, bias, places),
            (Data::F64(sums), Data::F64(bias)) => add(sums, bias, places),
            _ => return Err(wrong_type("floats, as the data", bias)),
        }
    }
    Ok(Tensor::rounded(data.dtype(), shape, sums))
}

/// The transpose of a convolution: data `[N, C, …]`, weights `[C, M / groups, …]`, bias `[M]`?.
pub fn transposed(
    window: &Window,
    output_padding: &[i64],
    output_shape: &[i64],
    given: &Arguments<'_>,
) -> Result<Tensor> {
    let (data, weights) = (given.get(0)?, given.get(1)?);
    check_rank(data, 3)?;
    let (x, w) = (data.shape(), weights.shape());
    let groups = groups(window)?;
    let filters = w.get(1).and_then(|own| own.checked_mul(groups));
    let Some(filters) = filters.filter(|_| w.len() == x.len() && w[0] == x[1] && x[1] % groups == 0) else {
        return Err(wrong_shape(format!("weights for {} channels in {groups} groups", x[1]), shown(w)));
    };
    let moves = transposed_moves(window, output_padding, output_shape, &x[2..], &w[2..])?;
    let shape: Vec<usize> = [x[0], filters].into_iter().chain(moves.iter().map(|along| along.input)).collect();
    count(&shape)?;
    let layout = Layout { samples: x[0], channels: x[1], filters, groups, moves };
    let sums = match (data.data(), weights.data()) {
        (Data::F32(x), Data::F32(w)) => Data::F32(layout.spread(x, w)),
        (Data::F64(x), Data::F64(w)) => Data::F64(layout.spread(x, w)),
        _ => return Err(wrong_type("floats, as the data", weights)),
    };
    biased(data, shape, sums, given.find(2))
}

/// How the window moves over the result; where that is longer than the windows reach, nothing is added to it.
fn transposed_moves(
    window: &Window,
    output_padding: &[i64],
    output_shape: &[i64],
    lengths: &[usize],
    kernel: &[usize],
) -> Result<Vec<Along>> {
    let rank = lengths.len();
    let numbers = Numbers::new(window, rank, Some(kernel))?;
    // Some say how many samples and channels there are as well.
    let output_shape = if output_shape.len() == rank + 2 { &output_shape[2..] } else { output_shape };
    for (name, given) in [("output_padding", output_padding), ("output_shape", output_shape)] {
        let fits = given.iter().all(|x| (0..=MAX_ELEMENTS as i64).contains(x));
        if !fits || !given.is_empty() && given.len() != rank {
            return Err(wrong_shape(format!("{name}: {rank} lengths"), format!("{given:?}")));
        }
    }
    let along = |(i, &length): (usize, &usize)| {
        let stride = numbers.strides[i] as i64;
        let full = stride * (length as i64 - 1) + output_padding.get(i).unwrap_or(&0) + numbers.reach(i);
        let same = matches!(window.auto, AutoPad::SameUpper | AutoPad::SameLower);
        let wanted = output_shape.get(i).copied().or(same.then_some(length as i64 * stride));
        let (pads, output) = match wanted {
            Some(output) => (shared((full - output).clamp(0, 4 * MAX_ELEMENTS as i64) as usize, window.auto), output),
            None => (numbers.pads[i], full - (numbers.pads[i].0 + numbers.pads[i].1) as i64),
        };
        if full > 4 * MAX_ELEMENTS as i64 || !(0..=MAX_ELEMENTS as i64).contains(&output) {
            return Err(wrong_shape("pads within the result, and one that is not too long", output.to_string()));
        }
        Ok(numbers.along(i, output as usize, pads, length))
    };
    lengths.iter().enumerate().map(along).collect()
}

/// Adds columns up to the image that they were taken of: data `[N, C · elements of the window, its places]`, the image's shape,
/// the window's shape.
pub fn col2im(window: &Window, given: &Arguments<'_>) -> Result<Tensor> {
    let data = given.get(0)?;
    let image = given.integers(1)?.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?;
    let kernel = given.integers(2)?.to_vec();
    let [samples, columns, places] = *data.shape() else {
        return Err(wrong_shape("3 dimensions", shown(data.shape())));
    };
    count(&image)?;
    let window = Window { kernel, ..window.clone() };
    let moves = moves(&window, &image, None, false)?;
    let kernel = moves.iter().try_fold(1_usize, |all, along| all.checked_mul(along.kernel));
    let expected: usize =
        moves.iter().map(|along| along.output).try_fold(1_usize, |all, x| all.checked_mul(x)).unwrap_or(0);
    let Some(kernel) = kernel.filter(|kernel| columns % kernel == 0 && places == expected) else {
        return Err(wrong_shape(format!("columns of {expected} places of the window"), shown(data.shape())));
    };
    let mut shape = vec![samples, columns / kernel];
    shape.extend(&image);
    let elements = count(&shape)?;
    fn add<T: Number>(moves: &[Along], columns: &[T], kernel: usize, sums: &mut [T]) {
        let places = columns.len() / kernel;
        rows(moves, &mut |row| {
            let columns = &columns[row.tap * places + row.output..][..row.count];
            let sums = sums[row.input..].iter_mut().step_by(row.step);
            sums.zip(columns).for_each(|(sum, &x)| *sum += x);
        });
    }
    let (own, image) = ((kernel * places).max(1), image.iter().product::<usize>().max(1));
    let sums = match data.data() {
        Data::F32(x) => {
            let mut sums = vec![0.0; elements];
            let pairs = x.chunks_exact(own).zip(sums.chunks_exact_mut(image));
            pairs.for_each(|(x, sums)| add(&moves, x, kernel, sums));
            Data::F32(sums)
        }
        Data::F64(x) => {
            let mut sums = vec![0.0; elements];
            let pairs = x.chunks_exact(own).zip(sums.chunks_exact_mut(image));
            pairs.for_each(|(x, sums)| add(&moves, x, kernel, sums));
            Data::F64(sums)
        }
        _ => return Err(wrong_type("floats", data)),
    };
    Ok(Tensor::rounded(data.dtype(), shape, sums))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Dtype;

    #[test]
    fn hostile_windows_are_errors() {
        let zeros =
            |shape: &[usize]| Tensor::exact(Dtype::F32, shape.to_vec(), Data::F32(vec![0.0; shape.iter().product()]));
        let (x, w) = (zeros(&[1, 1, 3]), zeros(&[1, 1, 2]));
        for bad in [i64::MIN, -1, i64::MAX] {
            let base = || Window { groups: 1, ..Window::default() };
            let windows = [
                Window { strides: vec![bad], ..base() },
                Window { dilations: vec![bad], ..base() },
                Window { pads: vec![bad, bad], ..base() },
                Window { kernel: vec![bad], ..base() },
                Window { strides: vec![1; 5], ..base() },
                Window { groups: bad, ..base() },
            ];
            for window in windows {
                let given = [Some(&x), Some(&w)];
                assert!(conv(&window, &Arguments::shared(&given)).is_err(), "{window:?}");
                assert!(transposed(&window, &[], &[], &Arguments::shared(&given)).is_err(), "{window:?}");
            }
            assert!(transposed(&base(), &[bad], &[bad], &Arguments::shared(&[Some(&x), Some(&w)])).is_err());
        }
        let window = Window { groups: 1, strides: vec![1 << 28], ..Window::default() };
        assert!(transposed(&window, &[], &[], &Arguments::shared(&[Some(&x), Some(&w)])).is_err());
        // An image of nothing but pads.
        for groups in [1, 2] {
            let window = Window { groups, pads: vec![2, 2], ..Window::default() };
            let weights = zeros(&[2, 2 / groups as usize, 2]);
            let made = conv(&window, &Arguments::shared(&[Some(&zeros(&[1, 2, 0])), Some(&weights)])).unwrap();
            assert_eq!(made.shape(), [1, 2, 3]);
        }
        for shape in [[0, 1, 3], [1, 0, 3]] {
            let weights = zeros(&[2, shape[1], 2]);
            let window = Window { groups: 1, ..Window::default() };
            let made = conv(&window, &Arguments::shared(&[Some(&zeros(&shape)), Some(&weights)])).unwrap();
            assert_eq!(made.shape(), [shape[0], 2, 2]);
        }
    }
}
