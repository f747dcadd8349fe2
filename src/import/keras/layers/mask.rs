//! What layers do with masks: Masking makes one; others pass it on, join several or drop it, as their class does in the version of
//! Keras that wrote the file.
//!
//! Source: `supports_masking`, `compute_mask` and `Layer.__call__` of Keras 3.15 and of tf_keras 2.21.

use super::{Argument, Flow, Step, is_operation};
use crate::error::Result;
use crate::import::keras::settings::unsupported;
use crate::import::network::Place;
use crate::network::{Binary, Dtype, Element, Operator, Reduce, Reduction, Unary};

/// Masking: a step whose numbers all are the given one does not count, and becomes zeros.
pub fn masking(step: &mut Step<'_, '_>) -> Result<Vec<Flow>> {
    let input = step.float_input(2)?;
    let number = step.settings.number("mask_value", 0.0)?;
    let x = step.used.graph.last(&step.used.at, &input);
    let [number, zero] = [number, 0.0].map(|x| step.used.graph.scalar(x));
    let is_it = step.node(Operator::Binary(Binary::Equal), &[x, number]);
    let is_other = step.node(Operator::Unary(Unary::Not), &[is_it]);
    let last = step.used.graph.integers(vec![-1]);
    let any = Reduce { by: Reduction::Max, keep: true, none: false };
    let counts = step.node(Operator::Reduce(any), &[is_other, last]);
    let place = step.node(Operator::Where, &[counts, x, zero]);
    let mask = step.node(Operator::Squeeze, &[counts, last]);
    let mask = Some(step.used.graph.masks.add(mask));
    Ok(vec![Flow { mask, ..Flow::new(place, input.shape) }])
}

impl Step<'_, '_> {
    /// The masks of what a layer's first argument holds, before it runs: those that it is called with, or those beside the tensors.
    pub fn masks(&mut self) -> Result<Vec<Option<Place>>> {
        let given = match self.named("mask") {
            None | Some((Argument::Value(_), _)) => None,
            Some((Argument::Tensor(_), [mask])) if mask.dtype == Dtype::Bool => Some(mask.clone()),
            Some(_) => return Err(unsupported("a mask that is no tensor of truth values")),
        };
        if let Some(mask) = given {
            return Ok(vec![Some(self.used.graph.last(&self.used.at, &mask))]);
        }
        let query = self.named("query").map_or(&[][..], |(_, values)| values);
        let values = if self.used.inputs.is_empty() { query } else { &self.used.inputs };
        Ok(values.iter().map(|value| self.used.graph.masks.of(value)).collect())
    }

    /// The mask of the first tensor, or the one that the layer is called with.
    pub fn mask(&mut self) -> Result<Option<Place>> {
        let first = self.masks()?.first().copied().flatten();
        known(first)
    }

    /// The mask beside one of the tensors.
    pub fn mask_of(&self, i: usize) -> Result<Option<Place>> {
        known(self.used.inputs.get(i).and_then(|value| self.used.graph.masks.of(value)))
    }

    /// A mask with one dimension more, of length 1.
    pub fn widened_mask(&mut self, mask: Place, axis: i64) -> Place {
        let axes = self.used.graph.integers(vec![axis]);
        self.node(Operator::Unsqueeze, &[mask, axes])
    }

    /// Numbers `[batch, time, size]` where a step counts, zeros where it does not.
    pub fn zeroed(&mut self, place: Place, mask: Place) -> Place {
        let mask = self.widened_mask(mask, 2);
        let zero = self.used.graph.scalar(0.0);
        self.node(Operator::Where, &[mask, place, zero])
    }

    /// Puts masks beside what the layer has made of a first argument with these.
    pub fn pass_masks(&mut self, before: &[Option<Place>], made: &mut [Flow]) -> Result<()> {
        // These have put theirs there.
        if matches!(self.class(), "Embedding" | "Masking") {
            return Ok(());
        }
        let first = before.first().copied().flatten();
        let passes = self.used.graph.passes(self.class());
        let mask = match self.class() {
            _ if is_operation(self.used.layer) => None,
            "Add" | "Average" | "Maximum" | "Minimum" | "Multiply" | "Subtract" => self.merged(before),
            "Concatenate" => self.concatenated(before)?,
            _ if passes => first,
            _ => None,
        };
        let is_recurrent = matches!(self.class(), "GRU" | "LSTM" | "SimpleRNN" | "Bidirectional");
        for value in made {
            let input = self.used.inputs.first().filter(|input| passes && input.place == value.place);
            value.mask = match (input, mask) {
                // The same tensor to Keras: who takes the mask of one away takes that of the other.
                (Some(input), _) => input.mask,
                // Only sequences have steps, not the last states.
                (None, Some(mask)) if !is_recurrent || value.rank() == 3 => Some(self.used.graph.masks.add(mask)),
                _ => None,
            };
        }
        Ok(())
    }

    /// The mask of several tensors that became one, element by element.
    fn merged(&mut self, masks: &[Option<Place>]) -> Option<Place> {
        let is_older = self.used.graph.is_older;
        let ranks =
            self.used.inputs.iter().zip(masks).filter(|(_, mask)| mask.is_some()).map(|(value, _)| value.rank());
        let ranks: Vec<usize> = ranks.collect();
        let known: Vec<Place> = masks.iter().copied().flatten().collect();
        match ranks.first() {
            _ if !is_older && known.len() < masks.len() => None,
            // Keras broadcasts masks from the last dimension on, tensors behind the batch.
            Some(rank) if ranks.iter().any(|other| other != rank) => Some(Place::Refused),
            _ => self.folded(&known),
        }
    }

    /// Steps that count in any of the masks, or, to Keras 2, in all.
    fn folded(&mut self, masks: &[Place]) -> Option<Place> {
        if masks.contains(&Place::Refused) {
            return Some(Place::Refused);
        }
        let function = if self.used.graph.is_older { Binary::And } else { Binary::Or };
        let (first, rest) = masks.split_first()?;
        Some(rest.iter().fold(*first, |all, mask| self.node(Operator::Binary(function), &[all, *mask])))
    }

    /// The mask of tensors one behind the other.
    fn concatenated(&mut self, masks: &[Option<Place>]) -> Result<Option<Place>> {
        let is_older = self.used.graph.is_older;
        let Some(rank) = self.used.inputs.first().map(Flow::rank) else { return Ok(None) };
        let axis = self.settings.number("axis", -1.0)? as i64;
        let axis = self.used.inputs[0].dimension(axis).unwrap_or(0);
        let known: Vec<Place> = masks.iter().copied().flatten().collect();
        let is_whole = known.len() == masks.len();
        if known.is_empty() {
            return Ok(None);
        }
        if axis + 1 == rank {
            // What has none counts in all steps: with it, to Keras 3, all steps count.
            return Ok(if is_whole || is_older { self.folded(&known) } else { None });
        }
        if axis == 0 || known.contains(&Place::Refused) || is_older && !is_whole {
            return Ok(Some(Place::Refused));
        }
        let mut parts = Vec::new();
        for (value, mask) in self.used.inputs.clone().iter().zip(masks) {
            parts.push(match mask {
                Some(mask) => *mask,
                None => {
                    let x = self.used.graph.last(&self.used.at, value);
                    let shape = self.node(Operator::Shape { start: 0, end: Some(rank as i64 - 1) }, &[x]);
                    self.node(Operator::ConstantOfShape(Element::I64(1, Dtype::Bool)), &[shape])
                }
            });
        }
        Ok(Some(self.node(Operator::Concat { axis: axis as i64 }, &parts)))
    }
}

/// A mask that a layer uses.
fn known(mask: Option<Place>) -> Result<Option<Place>> {
    match mask {
        Some(Place::Refused) => {
            Err(unsupported("a mask of tensors whose masks do not fit together: steps that the layer would pass over"))
        }
        mask => Ok(mask),
    }
}
