//! Scaled dot-product attention, and the turns that tell it where a token stands.
//!
//! Source: ONNX's specification of Attention and RotaryEmbedding. All of it is computed in f64 and rounded once, also of 16-bit
//! floats: sums in bfloat16 stop growing at 256. Of float32 the result alone is [`heads`]'.

use super::arguments::{Arguments, index, length, wrong_shape, wrong_type};
use super::heads;
use super::normalize::{exponentials, narrow, wide};
use super::shape::turned;
use super::strides::{broadcast, broadcast_strides};
use crate::error::Result;
use crate::network::tensor::count;
use crate::network::{Attention, Data, Dtype, Tensor, shown};

/// What queries find among keys, of the values: Q, K and V as `[batch, heads, time, size]` or `[batch, time, heads · size]`,
/// mask?, past K? and V? in the first form, how many keys of each sample are no padding?, what is added to the scores?
/// (of float32, without another output). Several heads of the queries may share one of the keys. Makes the result, all keys, all
/// values and, if it is not too large, what a step before made.
pub fn attention(how: &Attention, given: &Arguments<'_>, outputs: usize) -> Result<Vec<Tensor>> {
    if outputs == 1
        && let Some(result) = heads::attention(how, given)?
    {
        return Ok(vec![result]);
    }
    if let Some(added) = given.find(Attention::ADDED) {
        return Err(wrong_shape("float32 that fits the scores, and its result alone", shown(added.shape())));
    }
    let queries = given.get(0)?;
    let q = by_heads(queries, how.query_heads)?;
    let keys = joined(given.find(4), by_heads(given.get(1)?, how.key_heads)?)?;
    let values = joined(given.find(5), by_heads(given.get(2)?, how.key_heads)?)?;
    if let Some(other) = [&keys, &values].into_iter().find(|other| other.dtype() != q.dtype()) {
        return Err(wrong_type(q.dtype().name(), other));
    }
    let ([batch, heads, rows, size], [_, groups, total, _], [.., width]) = (four(&q)?, four(&keys)?, four(&values)?);
    if four(&keys)? != [batch, groups, total, size] || four(&values)? != [batch, groups, total, width] {
        let found = format!("{}, {} and {}", shown(q.shape()), shown(keys.shape()), shown(values.shape()));
        return Err(wrong_shape("queries, keys and values that fit", found));
    }
    if groups == 0 && heads > 0 || groups > 0 && heads % groups != 0 {
        return Err(wrong_shape(format!("a multiple of {groups} heads"), heads.to_string()));
    }
    let valid = valid(given.find_integers(6)?, batch, total)?;
    let past = given.find(4).map_or(0, |past| past.shape()[2]);
    let bias = Bias::new(given.find(3), [batch, heads, rows, total])?;
    let root = how.scale.map_or(1.0 / (size as f64).sqrt(), f64::from).sqrt();
    let cap = f64::from(how.cap);
    let scaled = |tensor: &Tensor| Ok(wide(tensor)?.into_iter().map(|x| x * root).collect::<Vec<_>>());
    let (x, k, v) = (scaled(&q)?, scaled(&keys)?, wide(&values)?);
    let mut result = vec![0.0; count(&[batch, heads, rows, width])?];
    let (mut scores, mut added) = (vec![0.0; total], vec![0.0; total]);
    let shape = [batch, heads, rows, total];
    let mut steps: Option<Vec<f64>> = count(&shape).ok().map(Vec::with_capacity);
    for place in 0..batch * heads * rows {
        let (sample, head, row) = (place / rows / heads, place / rows % heads, place % rows);
        let group = (sample * groups + head / (heads / groups)) * total;
        let x = &x[place * size..(place + 1) * size];
        for (j, score) in scores.iter_mut().enumerate() {
            let k = &k[(group + j) * size..(group + j + 1) * size];
            *score = x.iter().zip(k).map(|(x, k)| x * k).sum();
        }
        let mut show = |at: i64, scores: &[f64]| {
            if let Some(steps) = steps.as_mut().filter(|_| how.shows == at) {
                steps.extend_from_slice(scores);
            }
        };
        show(0, &scores);
        if cap > 0.0 {
            scores.iter_mut().for_each(|x| *x = cap * libm::tanh(*x / cap));
        }
        show(1, &scores);
        let frontier = valid.as_ref().map_or(past as i64, |valid| valid[sample] as i64 - rows as i64) + row as i64;
        for (j, added) in added.iter_mut().enumerate() {
            let place = j as i64;
            let hidden = how.causal && place > frontier
                || valid.as_ref().is_some_and(|valid| j >= valid[sample])
                || how.left >= 0 && place < frontier.saturating_sub(how.left)
                || how.right >= 0 && place > frontier.saturating_add(how.right);
            *added = if hidden { f64::NEG_INFINITY } else { bias.at([sample, head, row, j]) };
        }
        scores.iter_mut().zip(&added).for_each(|(score, added)| *score += added);
        show(2, &scores);
        // Where nothing may be looked at, nothing is found, instead of NaN.
        let none = |x: &[f64]| x.iter().all(|&x| x == f64::NEG_INFINITY);
        if none(&added) || none(&scores) {
            scores.fill(0.0);
        } else {
            exponentials(&mut scores);
        }
        show(3, &scores);
        let result = &mut result[place * width..(place + 1) * width];
        for (j, &score) in scores.iter().enumerate().filter(|(_, score)| **score != 0.0) {
            let v = &v[(group + j) * width..(group + j + 1) * width];
            result.iter_mut().zip(v).for_each(|(sum, v)| *sum += score * v);
        }
    }
    if !(0..=3).contains(&how.shows) {
        return Err(wrong_shape("qk_matmul_output_mode of 0 to 3", how.shows.to_string()));
    }
    let mut result = narrow(q.dtype(), vec![batch, heads, rows, width], result);
    if queries.rank() == 3 {
        result = turned(&[0, 2, 1, 3], &result).reshaped(vec![batch, rows, heads * width])?;
    }
    let steps = steps.map(|steps| narrow(q.dtype(), shape.to_vec(), steps));
    Ok([result, keys, values].into_iter().chain(steps).collect())
}

/// The four lengths of a tensor of four dimensions.
fn four(tensor: &Tensor) -> Result<[usize; 4]> {
    tensor.shape().try_into().map_err(|_| wrong_shape("4 dimensions", shown(tensor.shape())))
}

/// A tensor as `[batch, heads, time, size]`.
fn by_heads(tensor: &Tensor, heads: i64) -> Result<Tensor> {
    let [batch, time, size] = *tensor.shape() else { return Ok(tensor.clone()) };
    match length(heads)? {
        heads if heads > 0 && size % heads == 0 => {
            Ok(turned(&[0, 2, 1, 3], &tensor.clone().reshaped(vec![batch, time, heads, size / heads])?))
        }
        heads => Err(wrong_shape(format!("a multiple of {heads} heads"), shown(tensor.shape()))),
    }
}

/// What is past and what is new, along the time.
fn joined(past: Option<&Tensor>, new: Tensor) -> Result<Tensor> {
    match past {
        None => Ok(new),
        Some(past) => super::shape::concat(2, &Arguments::shared(&[Some(past), Some(&new)])),
    }
}

/// How many keys of each sample are no padding.
fn valid(given: Option<&[i64]>, batch: usize, total: usize) -> Result<Option<Vec<usize>>> {
    let Some(given) = given else { return Ok(None) };
    let valid = given.iter().map(|&x| length(x)).collect::<Result<Vec<_>>>()?;
    match valid.len() == batch && valid.iter().all(|&valid| valid <= total) {
        true => Ok(Some(valid)),
        false => Err(wrong_shape(format!("{batch} lengths of at most {total}"), format!("{given:?}"))),
    }
}

/// What a mask adds to the scores; nothing may be looked at past its end.
struct Bias {
    mask: Option<(Data, Vec<usize>, usize)>,
}

impl Bias {
    fn new(mask: Option<&Tensor>, shape: [usize; 4]) -> Result<Self> {
        let Some(mask) = mask else { return Ok(Self { mask: None }) };
        let mut own = shape;
        own[3] = mask.shape().last().copied().unwrap_or(0);
        if own[3] > shape[3] || broadcast(&[mask.shape(), &own])? != own {
            return Err(wrong_shape(format!("a mask for {}", shown(&shape)), shown(mask.shape())));
        }
        if !mask.dtype().is_float() && mask.dtype() != Dtype::Bool {
            return Err(wrong_type("floats or truth values", mask));
        }
        let mut strides = broadcast_strides(mask.shape(), &own);
        strides[3] = 1;
        Ok(Self { mask: Some((mask.data().clone(), strides, own[3])) })
    }

    fn at(&self, place: [usize; 4]) -> f64 {
        let Some((data, strides, length)) = &self.mask else { return 0.0 };
        if place[3] >= *length {
            return f64::NEG_INFINITY;
        }
        let i: usize = place.iter().zip(strides).map(|(place, stride)| place * stride).sum();
        match data {
            Data::F32(x) => f64::from(x[i]),
            Data::F64(x) => x[i],
            Data::I64(x) if x[i] != 0 => 0.0,
            _ => f64::NEG_INFINITY,
        }
    }
}

/// Turns pairs of numbers by angles: data `[batch, heads, time, size]` or `[batch, time, heads · size]`, cosines and sines
/// `[places, dimensions / 2]` with places `[batch, time]`, or `[batch, time, dimensions / 2]` without.
pub fn rotary(interleaved: bool, dimensions: i64, heads: i64, given: &Arguments<'_>) -> Result<Tensor> {
    let tensor = given.get(0)?;
    let (batch, time, heads, size, by_heads) = match *tensor.shape() {
        [batch, heads, time, size] => (batch, time, heads, size, true),
        [batch, time, all] => match length(heads)? {
            heads if heads > 0 && all % heads == 0 => (batch, time, heads, all / heads, false),
            heads => return Err(wrong_shape(format!("a multiple of {heads} heads"), shown(tensor.shape()))),
        },
        _ => return Err(wrong_shape("3 or 4 dimensions", shown(tensor.shape()))),
    };
    let dimensions = if dimensions == 0 { size } else { length(dimensions)? };
    let half = dimensions / 2;
    let (cosines, sines) = (given.get(1)?, given.get(2)?);
    let places = given.find_integers(3)?;
    let known = match (cosines.shape(), places) {
        (&[places, own], Some(_)) if own == half => Some(places),
        (shape, None) if *shape == [batch, time, half] => Some(batch * time),
        _ => None,
    };
    let Some(known) = known.filter(|_| cosines.shape() == sines.shape() && dimensions <= size && dimensions % 2 == 0)
    else {
        let expected = format!("cosines and sines of {half} for half of at most {size} dimensions");
        return Err(wrong_shape(expected, format!("{} and {}", shown(cosines.shape()), shown(sines.shape()))));
    };
    if places.is_some_and(|places| places.len() != batch * time) {
        return Err(wrong_shape(format!("places of {}", shown(&[batch, time])), "another number of them"));
    }
    let (cosines, sines, mut all) = (wide(cosines)?, wide(sines)?, wide(tensor)?);
    for sample in 0..batch {
        for step in 0..time {
            let token = sample * time + step;
            let place = places.map_or(Ok(token), |places| index(places[token], known))? * half;
            for head in 0..heads {
                let row = if by_heads { (sample * heads + head) * time + step } else { token * heads + head };
                let x = &mut all[row * size..row * size + dimensions];
                for i in 0..half {
                    let (first, second) = if interleaved { (2 * i, 2 * i + 1) } else { (i, i + half) };
                    let (cos, sin) = (cosines[place + i], sines[place + i]);
                    (x[first], x[second]) = (cos * x[first] - sin * x[second], sin * x[first] + cos * x[second]);
                }
            }
        }
    }
    Ok(narrow(tensor.dtype(), tensor.shape().to_vec(), all))
}
