//! Attention of float32 where nothing but its result is asked for: head by head as products of matrices, whose numbers are read
//! from where they lie and written where they belong. No tensor is turned, and the scores of one head are all that there are at
//! once.
//!
//! What is added to the scores is either ONNX's mask, which also hides: who sees nothing finds nothing. Or it is the eighth
//! input, which the optimizer makes of a sum before a softmax: it is broadcast, and infinities in it give what
//! they give in that sum and that softmax. Samples and heads are broadcast as in the products that were there.

use super::arguments::Arguments;
use super::strides::{broadcast, broadcast_strides};
use crate::error::Result;
use crate::kernel::functions;
use crate::kernel::gemm::{COLUMNS, Eight, Panels, Rows, multiply};
use crate::network::tensor::count;
use crate::network::{Attention, Data, Dtype, Tensor};
use std::borrow::Cow;
use std::ops::Range;

/// The result of attention; nothing where it has a past, a cap, a window, lengths or another type, or does not fit together.
pub fn attention(how: &Attention, given: &Arguments<'_>) -> Result<Option<Tensor>> {
    let is_plain = how.cap == 0.0 && how.left < 0 && how.right < 0 && (0..=3).contains(&how.shows);
    if !is_plain || (4..Attention::ADDED).any(|i| given.find(i).is_some()) {
        return Ok(None);
    }
    let heads = |i: usize, heads: i64| given.get(i).map(|tensor| Heads::of(tensor, heads));
    let (Some(q), Some(k), Some(v)) = (heads(0, how.query_heads)?, heads(1, how.key_heads)?, heads(2, how.key_heads)?)
    else {
        return Ok(None);
    };
    let Some(added) = Added::of(given, [&q, &k, &v])? else { return Ok(None) };
    let [batch, heads, rows, total] = added.shape;
    let is_whole = given.get(0)?.rank() == 3;
    let width = heads.saturating_mul(v.size);
    let shape = if is_whole { vec![batch, rows, width] } else { vec![batch, heads, rows, v.size] };
    let mut result = vec![0.0; count(&shape)?];
    let (row_step, head_step) = if is_whole { (width, v.size) } else { (v.size, rows * v.size) };
    let places = if result.is_empty() { 0 } else { batch * heads };
    let scale = how.scale.unwrap_or(1.0 / (q.size as f32).sqrt());
    let mut x = Vec::with_capacity(count(&[rows, q.size])?);
    let mut scores = vec![0.0; count(&[rows, total])?];
    let mut found = vec![0.0; count(&[rows, v.size])?];
    for place in 0..places {
        let (sample, head) = (place / heads, place % heads);
        x.clear();
        for row in q.at(sample, head, heads).chunks(q.step).take(rows) {
            x.extend(row[..q.size].iter().map(|x| x * scale));
        }
        let keys = Side { numbers: k.at(sample, head, heads), step: k.step, width: total, by_columns: true };
        let fours = Rows::packed(&x, q.size);
        multiply(Rows { fours: &fours, depth: q.size }, &keys, Some(&[]), &mut scores, total, None);
        for (i, row) in scores.chunks_exact_mut(total.max(1)).enumerate() {
            if let Some(added) = added.row([sample, head, i]) {
                functions::add(row, added);
            }
            if how.causal {
                row.iter_mut().skip(i + 1).for_each(|score| *score = f32::NEG_INFINITY);
            }
            match added.hides && row.iter().all(|score| *score == f32::NEG_INFINITY) {
                true => row.fill(0.0),
                false => functions::softmax(row),
            }
        }
        let values = Side { numbers: v.at(sample, head, heads), step: v.step, width: v.size, by_columns: false };
        let fours = Rows::packed(&scores, total);
        multiply(Rows { fours: &fours, depth: total }, &values, Some(&[]), &mut found, v.size, None);
        let to = result[sample * rows * width + head * head_step..].chunks_mut(row_step);
        for (to, from) in to.zip(found.chunks_exact(v.size)) {
            to[..v.size].copy_from_slice(from);
        }
    }
    Ok(Some(Tensor::exact(Dtype::F32, shape, Data::F32(result))))
}

/// Where the numbers of each head lie.
struct Heads<'a> {
    numbers: &'a [f32],
    batch: usize,
    heads: usize,
    time: usize,
    size: usize,
    /// How far apart rows are.
    step: usize,
    /// How far apart heads are.
    head_step: usize,
}

impl<'a> Heads<'a> {
    /// Of `[batch, heads, time, size]` or `[batch, time, heads · size]`, with some of all.
    fn of(tensor: &'a Tensor, heads: i64) -> Option<Self> {
        let (Data::F32(numbers), Dtype::F32) = (tensor.data(), tensor.dtype()) else { return None };
        let made = match *tensor.shape() {
            [batch, heads, time, size] => {
                Self { numbers, batch, heads, time, size, step: size, head_step: time * size }
            }
            [batch, time, all] => {
                let heads = usize::try_from(heads).ok().filter(|&heads| heads > 0 && all % heads == 0)?;
                let size = all / heads;
                Self { numbers, batch, heads, time, size, step: all, head_step: size }
            }
            _ => return None,
        };
        Some(made).filter(|made| made.heads > 0 && made.size > 0)
    }

    /// From the first number of a head on, of so many that share those that there are.
    fn at(&self, sample: usize, head: usize, heads: usize) -> &'a [f32] {
        let sample = if self.batch == 1 { 0 } else { sample };
        let place = sample * self.heads * self.time * self.size + head / (heads / self.heads) * self.head_step;
        // Of no time there is no number.
        &self.numbers[place.min(self.numbers.len())..]
    }
}

/// What is added to the scores.
struct Added<'a> {
    numbers: Option<Cow<'a, [f32]>>,
    strides: Vec<usize>,
    /// Of the scores: samples, heads, rows, keys.
    shape: [usize; 4],
    /// Who sees nothing finds nothing.
    hides: bool,
}

impl<'a> Added<'a> {
    /// What is given for queries, keys and values; nothing if they do not fit, or if a mask is shorter than the keys.
    fn of(given: &'a Arguments<'_>, [q, k, v]: [&Heads<'_>; 3]) -> Result<Option<Self>> {
        let (mask, sum) = (given.find(3), given.find(Attention::ADDED));
        let own = mask.or(sum).map_or(&[][..], Tensor::shape);
        let mut lengths = [1; 4];
        if own.len() > 4 || (q.size, k.time) != (k.size, v.time) || mask.is_some_and(|_| own.last() != Some(&k.time)) {
            return Ok(None);
        }
        lengths[4 - own.len()..].copy_from_slice(own);
        let batch = broadcast(&[&[q.batch], &[k.batch], &[v.batch], &lengths[..1]])?;
        let heads = [q.heads, k.heads, v.heads, lengths[1]].into_iter().max().unwrap_or(1);
        let shape = [batch[0], heads, q.time, k.time];
        let is_shared = [q, k, v].iter().all(|of| heads % of.heads == 0);
        if !is_shared || mask.is_some() && sum.is_some() || broadcast(&[own, &shape])? != shape {
            return Ok(None);
        }
        let numbers = match mask.or(sum).map(Tensor::data) {
            None => None,
            Some(Data::F32(numbers)) => Some(Cow::Borrowed(&numbers[..])),
            Some(Data::I64(truths)) if mask.is_some_and(|mask| mask.dtype() == Dtype::Bool) => {
                Some(truths.iter().map(|&truth| if truth != 0 { 0.0 } else { f32::NEG_INFINITY }).collect())
            }
            Some(_) => return Ok(None),
        };
        let strides = broadcast_strides(own, &shape);
        Ok(Some(Self { numbers, strides, shape, hides: mask.is_some() || sum.is_none() }))
    }

    /// For a row of the scores: a number for each key, or one for all.
    fn row(&self, place: [usize; 3]) -> Option<&[f32]> {
        let start: usize = place.iter().zip(&self.strides).map(|(place, stride)| place * stride).sum();
        let length = if self.strides[3] == 0 { 1 } else { self.shape[3] };
        self.numbers.as_ref().map(|numbers| &numbers[start..start + length])
    }
}

/// The matrix on the right of a product, whose rows or columns lie one after another, some numbers apart.
struct Side<'a> {
    numbers: &'a [f32],
    step: usize,
    width: usize,
    by_columns: bool,
}

impl Panels for Side<'_> {
    fn needs_room(&self) -> bool {
        true
    }

    fn panel<'a>(&'a self, panel: usize, depth: Range<usize>, room: &'a mut [Eight]) -> &'a [Eight] {
        let from = panel * COLUMNS;
        let columns = COLUMNS.min(self.width - from);
        let room = &mut room[..depth.len()];
        if self.by_columns {
            for (i, column) in self.numbers[from * self.step..].chunks(self.step).take(columns).enumerate() {
                for (eight, x) in room.iter_mut().zip(&column[depth.clone()]) {
                    eight.as_flattened_mut()[i] = *x;
                }
            }
        } else {
            for (eight, row) in room.iter_mut().zip(self.numbers[depth.start * self.step..].chunks(self.step)) {
                eight.as_flattened_mut()[..columns].copy_from_slice(&row[from..from + columns]);
            }
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::super::attention::attention as either;
    use super::*;
    use crate::network::Element;
    use crate::optimize::sketch::{apart, numbers};

    const HOW: Attention =
        Attention { causal: false, query_heads: 0, key_heads: 0, scale: None, cap: 0.0, shows: 0, left: -1, right: -1 };

    /// Compares what is made here with what is computed in f64 where all outputs are asked for.
    fn compare(how: &Attention, given: &[Option<&Tensor>]) {
        let given = Arguments::shared(given);
        let found = attention(how, &given).expect("a tensor").expect("what is done here");
        let exact = &either(how, &given, 4).expect("tensors")[0];
        assert_eq!(found.shape(), exact.shape());
        assert!(apart(exact, &found) < 1e-6, "{how:?}, {:?}: {}", found.shape(), apart(exact, &found));
    }

    #[test]
    fn every_shape_of_tensors_and_masks_gives_what_f64_gives() {
        for (batch, heads, shared, rows, total, size, width) in [
            (1, 1, 1, 1, 1, 1, 1),
            (2, 4, 4, 9, 9, 12, 12),
            (3, 6, 2, 5, 17, 7, 3),
            (1, 2, 1, 4, 600, 64, 33),
            (2, 3, 3, 2, 8, 8, 8),
        ] {
            let tensor = |heads: usize, time: usize, size: usize, seed: u64, whole: bool| match whole {
                true => numbers(&[batch, time, heads * size], seed),
                false => numbers(&[batch, heads, time, size], seed),
            };
            let masks = [
                vec![total],
                vec![rows, total],
                vec![heads, 1, total],
                vec![batch, 1, 1, total],
                vec![1, heads, rows, total],
            ];
            for (i, shape) in masks.iter().enumerate() {
                let [whole_q, whole_k, whole_v] = [i % 2 == 0, i % 3 == 0, i > 2];
                let how = Attention {
                    query_heads: heads as i64,
                    key_heads: shared as i64,
                    scale: Some(0.25).filter(|_| i == 1),
                    causal: i == 2,
                    ..HOW
                };
                let q = tensor(heads, rows, size, 1, whole_q);
                let (k, v) = (tensor(shared, total, size, 2, whole_k), tensor(shared, total, width, 3, whole_v));
                let mask = numbers(shape, 4);
                compare(&how, &[Some(&q), Some(&k), Some(&v)]);
                compare(&how, &[Some(&q), Some(&k), Some(&v), Some(&mask)]);
                // Rows of which nothing may be seen, too.
                let Data::F32(x) = mask.data() else { unreachable!() };
                let truths = x.iter().enumerate().map(|(i, x)| i64::from(*x > 0.0 && i / total % 3 != 1)).collect();
                let mask = Tensor::exact(Dtype::Bool, shape.clone(), Data::I64(truths));
                compare(&how, &[Some(&q), Some(&k), Some(&v), Some(&mask)]);
            }
        }
    }

    #[test]
    fn what_a_sum_adds_is_broadcast_and_stays_as_it_is() {
        let (q, k, v) = (numbers(&[1, 2, 3, 4], 1), numbers(&[2, 2, 5, 4], 2), numbers(&[2, 1, 5, 6], 3));
        let run = |added: &Tensor| {
            let given = [Some(&q), Some(&k), Some(&v), None, None, None, None, Some(added)];
            either(&HOW, &Arguments::shared(&given), 1).map(|mut made| made.remove(0))
        };
        // One number for all changes nothing, and the samples of the keys are those of the result.
        let plain = run(&Tensor::scalar(0.0)).expect("a tensor");
        assert_eq!(plain.shape(), [2, 2, 3, 6]);
        assert!(apart(&plain, &run(&numbers(&[2, 2, 3, 1], 4)).expect("a tensor")) < 1e-6);
        // Where nothing is left there is no number, as in a softmax; a mask of the same numbers says that nothing is found.
        let nothing = Element::F32(f32::NEG_INFINITY, Dtype::F32);
        let nothing = super::super::shape::constant(&nothing, &Tensor::integers(vec![5])).expect("a tensor");
        let Data::F32(found) = run(&nothing).expect("a tensor").into_data() else { unreachable!() };
        assert!(found.iter().all(|x| x.is_nan()));
        // What does not fit is an error.
        assert!(run(&numbers(&[4], 1)).is_err() && run(&numbers(&[1, 1, 1, 1, 5], 1)).is_err());
    }

    #[test]
    fn no_time_and_no_samples_give_no_numbers_or_zeros() {
        let how = Attention { query_heads: 2, key_heads: 2, ..HOW };
        for (batch, rows, total) in [(0, 3, 5), (2, 0, 5), (2, 3, 0)] {
            let (q, k) = (numbers(&[batch, rows, 8], 1), numbers(&[batch, total, 8], 2));
            let found = attention(&how, &Arguments::shared(&[Some(&q), Some(&k), Some(&k)])).expect("a tensor");
            let found = found.expect("what is done here");
            assert_eq!(found, Tensor::exact(Dtype::F32, vec![batch, rows, 8], Data::F32(vec![0.0; batch * rows * 8])));
        }
    }
}
