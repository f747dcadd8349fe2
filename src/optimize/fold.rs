//! What follows from constants alone is computed once.

use super::draft::Draft;
use crate::infer::{Arguments, run};
use crate::network::Tensor;

/// The most elements that a constant may become, if it does not shrink: what is spread out on the host would be downloaded.
const MOST: usize = 1 << 10;

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
        let before: usize = given.iter().flatten().map(|tensor| tensor.len()).sum();
        // What fails here fails where it runs, with the error for it.
        let made = run(&step.node.operator, &mut Arguments::shared(&given), 1).unwrap_or_default().into_iter().next();
        let Some(made) = made.filter(|made| made.len() <= before.max(MOST)) else { continue };
        let constant = draft.add(made);
        draft.replace(i, constant);
    }
}
