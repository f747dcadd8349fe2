//! Attention: what queries find among keys, of the values.

use super::{Flow, Step, with_channels};
use crate::error::Result;
use crate::import::keras::flow::Shape;
use crate::import::keras::settings::unsupported;
use crate::import::network::Place;
use crate::import::value::wrong;
use crate::network::{Attention, Binary, Dtype, Element, Operator, Reduce, Reduction, SoftmaxKind, Unary};

/// What hides a key. Who sees nothing finds by what is left of the scores beside it, as in Keras.
const HIDDEN: f64 = -1e9;

/// Attention and AdditiveAttention, of [query, value] or [query, value, key].
pub fn plain(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    step.settings.ignore(&["dropout"]);
    let count = step.used.inputs.len();
    if !(2..=3).contains(&count) {
        return Err(wrong("inbound_nodes", "2 or 3 tensors", count));
    }
    for name in ["return_attention_scores", "use_causal_mask"] {
        if step.named_flag(name)? {
            return Err(unsupported(name));
        }
    }
    let (query, value) = (step.sequence(0)?, step.sequence(1)?);
    let key = if count == 3 { step.sequence(2)? } else { value.clone() };
    let is_sum = step.class() == "AdditiveAttention";
    if !is_sum && step.settings.text("score_mode", "dot")? != "dot" {
        return Err(unsupported("score_mode other than \"dot\""));
    }
    let scaled = step.settings.flag("use_scale", is_sum)?;
    let shape: Shape = if is_sum { vec![query.channels()] } else { vec![] };
    let scale = if scaled { Some(step.weight(&["scale"], &shape, Ok)?) } else { None };
    let scores = match is_sum {
        true => {
            let axes = [2, 1].map(|axis| step.used.graph.integers(vec![axis]));
            let q = step.node(Operator::Unsqueeze, &[query.place, axes[0]]);
            let k = step.node(Operator::Unsqueeze, &[key.place, axes[1]]);
            let sum = step.node(Operator::Binary(Binary::Add), &[q, k]);
            let tanh = step.node(Operator::Unary(Unary::Tanh), &[sum]);
            let tanh = scale.map_or(tanh, |scale| step.node(Operator::Binary(Binary::Mul), &[tanh, scale]));
            let last = step.used.graph.integers(vec![-1]);
            step.node(Operator::Reduce(Reduce { by: Reduction::Sum, keep: false, none: false }), &[tanh, last])
        }
        false => {
            let turned = step.used.graph.turn(&step.used.at, key.place, vec![0, 2, 1]);
            let product = step.node(Operator::MatMul, &[query.place, turned]);
            scale.map_or(product, |scale| step.node(Operator::Binary(Binary::Mul), &[product, scale]))
        }
    };
    let scores = match step.mask_of(1)? {
        Some(mask) => {
            let mask = step.widened_mask(mask, 1);
            let added = step.added(mask, HIDDEN);
            step.node(Operator::Binary(Binary::Add), &[scores, added])
        }
        None => scores,
    };
    let scores = Flow::new(scores, vec![query.shape[0], query.shape[1], key.shape[1]]);
    let scores = step.softmax(&scores, -1, SoftmaxKind::Softmax)?;
    let mut place = step.node(Operator::MatMul, &[scores.place, value.place]);
    if let Some(mask) = step.mask_of(0)? {
        place = step.zeroed(place, mask);
    }
    Ok(vec![Flow::new(place, with_channels(&query.shape, value.channels()))])
}

/// MultiHeadAttention, of query, value and key.
pub fn heads(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    step.settings.ignore(&["flash_attention", "softmax_robust_masking"]);
    if step.named_flag("return_attention_scores")? {
        return Err(unsupported("return_attention_scores"));
    }
    let causal = step.named_flag("use_causal_mask")?;
    let inputs = ["query", "value", "key"].iter().map(|name| step.named(name).map(|(_, values)| values.to_vec()));
    let named: Vec<_> = inputs.flatten().flatten().collect();
    step.used.inputs.extend(named);
    let count = step.used.inputs.len();
    if !(2..=3).contains(&count) {
        return Err(wrong("inbound_nodes", "query, value and key", count));
    }
    let (query, value) = (step.sequence(0)?, step.sequence(1)?);
    let key = if count == 3 { step.sequence(2)? } else { value.clone() };
    match step.settings.find_integers("attention_axes")?.as_deref() {
        None | Some([1]) => {}
        Some(_) => return Err(unsupported("attention_axes")),
    }
    if step.settings.flag("use_gate", false)? {
        return Err(unsupported("use_gate"));
    }
    step.settings.ignore(&["query_shape", "key_shape", "value_shape"]);
    let (heads, size) = (step.settings.length("num_heads")?, step.settings.length("key_dim")?);
    let width = step.settings.find_length("value_dim")?.unwrap_or(size);
    if heads == 0 || size == 0 || width == 0 || heads > 1 << 16 || size > 1 << 20 || width > 1 << 20 {
        return Err(wrong("num_heads", "numbers from 1 on", heads));
    }
    let made = match step.settings.find_integers("output_shape")?.as_deref() {
        None => query.channels(),
        Some(&[made]) => usize::try_from(made).ok(),
        Some(_) => return Err(unsupported("an output_shape of several dimensions")),
    };
    let use_bias = step.settings.flag("use_bias", true)?;
    let mut projected = |name: &str, value: &Flow, size: usize| -> Result<Place> {
        let inside = step.used.weights.as_ref().map(|weights| weights.within(&format!("{name}_dense"), name));
        let all = std::mem::replace(&mut step.used.weights, inside);
        let at = step.used.at.clone();
        step.used.at = format!("{at}/{name}");
        let shape = [value.channels(), Some(heads), Some(size)];
        let kernel = step.weight(&["kernel"], &shape, |kernel| {
            let rows = kernel.shape()[0];
            kernel.reshaped(vec![rows, heads * size])
        });
        let bias = match use_bias {
            true => {
                step.weight(&["bias"], &[Some(heads), Some(size)], |bias| bias.reshaped(vec![heads * size])).map(Some)
            }
            false => Ok(None),
        };
        let product = kernel.map(|kernel| step.node(Operator::MatMul, &[value.place, kernel]));
        step.used.at = at;
        step.used.weights = all;
        let product = product?;
        Ok(bias?.map_or(product, |bias| step.node(Operator::Binary(Binary::Add), &[product, bias])))
    };
    let (q, k, v) =
        (projected("query", &query, size)?, projected("key", &key, size)?, projected("value", &value, width)?);
    let how = Attention {
        causal,
        query_heads: heads as i64,
        key_heads: heads as i64,
        scale: None,
        cap: 0.0,
        shows: 0,
        left: -1,
        right: -1,
    };
    let found = match step.seen([&query, &key], causal)? {
        Some(mask) => step.node(Operator::Attention(Attention { causal: false, ..how }), &[q, k, v, mask]),
        None => step.node(Operator::Attention(how), &[q, k, v]),
    };
    step.used.weights = step.used.weights.as_ref().map(|weights| weights.within("output_dense", "attention_output"));
    let kernel = step.weight(&["kernel"], &[Some(heads), Some(width), made], |kernel| {
        let columns = kernel.shape()[2];
        kernel.reshaped(vec![heads * width, columns])
    })?;
    let mut place = step.node(Operator::MatMul, &[found, kernel]);
    if use_bias {
        let bias = step.weight(&["bias"], &[made], Ok)?;
        place = step.node(Operator::Binary(Binary::Add), &[place, bias]);
    }
    Ok(vec![Flow::new(place, with_channels(&query.shape, made))])
}

impl Step<'_, '_> {
    /// What a mask adds to scores: nothing where it is true, else a number that hides.
    fn added(&mut self, mask: Place, hidden: f64) -> Place {
        let [none, hidden] = [0.0, hidden].map(|x| self.used.graph.scalar(x));
        self.node(Operator::Where, &[mask, none, hidden])
    }

    /// Which keys each query sees, by the masks of query, value and key: a mask for the scores, if there is any.
    fn seen(&mut self, [query, key]: [&Flow; 2], causal: bool) -> Result<Option<Place>> {
        let masks = [(0, 2), (1, 1), (2, 1)].map(|(i, axis)| Ok((self.mask_of(i)?, axis)));
        let mut parts = Vec::new();
        for part in masks {
            if let (Some(mask), axis) = part? {
                parts.push(self.widened_mask(mask, axis));
            }
        }
        let dropout = self.settings.number("dropout", 0.0)?;
        if !self.used.graph.is_older {
            // Keras 3 takes the masks away from the tensors themselves, also for who takes them later.
            for value in &mut self.used.inputs {
                self.used.graph.masks.set(value, None);
            }
        }
        if causal && !parts.is_empty() {
            let lengths =
                [query, key].map(|value| self.node(Operator::Shape { start: 1, end: Some(2) }, &[value.place]));
            let shape = self.node(Operator::Concat { axis: 0 }, &lengths);
            let ones = self.node(Operator::ConstantOfShape(Element::I64(1, Dtype::I64)), &[shape]);
            let triangle = self.node(Operator::Trilu { upper: false }, &[ones]);
            parts.push(self.node(Operator::Cast(Dtype::Bool), &[triangle]));
        }
        let Some((first, rest)) = parts.split_first() else { return Ok(None) };
        let seen = rest.iter().fold(*first, |all, part| self.node(Operator::Binary(Binary::And), &[all, *part]));
        let seen = self.widened_mask(seen, 1);
        Ok(Some(match (self.used.graph.is_older, dropout > 0.0) {
            (true, _) => self.added(seen, HIDDEN),
            // Who sees nothing finds nothing.
            (false, true) => seen,
            // Who sees nothing finds the mean of all, as all scores are the same.
            (false, false) => self.added(seen, -1e30),
        }))
    }

    /// One of the tensors as float32, `[batch, time, size]`.
    fn sequence(&mut self, i: usize) -> Result<Flow> {
        let value = self.floats(i)?;
        match value.rank() {
            3 => {
                let place = self.used.graph.last(&self.used.at, &value);
                Ok(Flow::new(place, value.shape))
            }
            rank => Err(unsupported(format!("attention of {rank} dimensions"))),
        }
    }
}
