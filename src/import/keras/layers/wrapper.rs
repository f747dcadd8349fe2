//! TimeDistributed: a layer for each step on its own. All steps of all samples become one batch, and are put back.

use super::{Flow, Step, Use};
use crate::error::Result;
use crate::import::keras::config::{Call, Layer};
use crate::import::keras::settings::unsupported;
use crate::import::layout::Layout;
use crate::import::value::wrong;
use crate::network::Operator;

/// TimeDistributed.
pub fn each_step(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.input()?;
    let inner = Layer::read(step.settings.find("layer").ok_or_else(|| wrong("layer", "a layer", "none"))?)?;
    check_masks(step, &inner)?;
    let Some((steps, rest)) = input.shape.split_at_checked(2) else {
        return Err(wrong("inputs", "at least 2 dimensions", input.rank()));
    };
    let lengths = |shape: &[Option<usize>]| -> Result<Vec<i64>> {
        let known = shape.iter().map(|length| length.map(|length| length as i64)).collect::<Option<Vec<_>>>();
        known.ok_or_else(|| unsupported("steps of a free size"))
    };
    let x = step.used.graph.last(&step.used.at, &input);
    let target = step.used.graph.integers([vec![-1], lengths(rest)?].concat());
    let flat = step.node(Operator::Reshape { zero: false }, &[x, target]);
    let shape = std::iter::once(None).chain(rest.iter().copied()).collect();
    let flat = Flow { layout: Layout::ChannelsLast, shape, mask: None, ..input.at(flat) };
    let weights = step.used.weights.as_ref().map(|weights| weights.within("layer", inner.name));
    // What is in it is called by its own name in older files, or by that of the layer around it.
    let weights = weights.filter(|weights| !weights.is_empty()).or_else(|| step.used.weights.clone());
    let at = format!("{}/{}", step.used.at, inner.name);
    let call = Call::default();
    let used =
        Use { layer: &inner, call: &call, inputs: vec![flat], named: vec![], weights, at, graph: step.used.graph };
    let made = super::add(used).map_err(|error| error.within(inner.name))?;
    let [made] = &made[..] else { return Err(unsupported("a layer that makes several tensors")) };
    // Batch and time are as long as they were.
    let both = step.node(Operator::Shape { start: 0, end: Some(2) }, &[x]);
    let y = step.used.graph.last(&step.used.at, made);
    let target = step.used.graph.integers(lengths(&made.shape[1..])?);
    let target = step.node(Operator::Concat { axis: 0 }, &[both, target]);
    let place = step.node(Operator::Reshape { zero: false }, &[y, target]);
    let shape = steps.iter().chain(&made.shape[1..]).copied().collect();
    Ok(vec![Flow { layout: Layout::ChannelsLast, shape, ..made.at(place) }])
}

/// Refuses a layer that would take the mask of one step, and one whose mask Keras 2 makes that of the steps.
fn check_masks(step: &mut Step<'_, '_>, inner: &Layer<'_>) -> Result<()> {
    let is_older = step.used.graph.is_older;
    let is_masked = step.mask()?.is_some();
    let takes = ["Bidirectional", "GRU", "GlobalAveragePooling1D", "LSTM", "SimpleRNN", "Softmax", "TimeDistributed"];
    let makes = ["Embedding", "Masking"].contains(&inner.class);
    let stops = is_masked && !step.used.graph.passes(inner.class);
    match is_masked && takes.contains(&inner.class) || is_older && (makes || stops) {
        true => Err(unsupported(format!("{} inside of it, and a mask", inner.class))),
        false => Ok(()),
    }
}
