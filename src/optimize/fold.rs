//! What follows from constants alone is computed once.

use super::draft::Draft;
use super::stored::compact;
use crate::infer::{Arguments, run};
use crate::network::{Tensor, Weight};

/// The most bytes that a constant may become, if it does not shrink: what is spread out on the host would be downloaded. What only
/// opens bytes to floats stays bytes, or is done when the network is loaded (`infer/opened.rs`).
const MOST: usize = 1 << 12;

/// Computes the steps whose inputs are all constants.
pub fn constants(draft: &mut Draft) {
    for i in draft.indices() {
        let Some(step) = draft.step(i).filter(|step| step.node.outputs == 1 && step.node.within.is_none()) else {
            continue;
        };
        let given: Vec<Option<&Tensor>> = step.inputs.iter().map(|value| draft.constant(*value)).collect();
        let all_known = given.iter().zip(&step.inputs).all(|(tensor, value)| tensor.is_some() == value.is_some());
        if !all_known || given.iter().all(Option::is_none) {
            continue;
        }
        // Texts are of any length.
        let bytes = |tensor: &Tensor| tensor.len() * tensor.dtype().bytes().max(1);
        let before: usize = given.iter().flatten().map(|tensor| bytes(tensor)).sum();
        // What fails here fails where it runs, with the error for it.
        let made = run(&step.node.operator, &mut Arguments::shared(&given), 1).unwrap_or_default().into_iter().next();
        let weight: Weight = match made {
            Some(made) if bytes(&made) <= before.max(MOST) => made.into(),
            Some(made) => match compact(draft, step, &draft.takers(i), &made) {
                Some(compact) => Weight::Compact(compact),
                None => continue,
            },
            None => continue,
        };
        let constant = draft.add_weight(weight);
        draft.replace(i, constant);
    }
}
