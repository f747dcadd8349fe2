//! Who watches a fit: hears how far it is, and may end it.

use super::report::Standing;

/// Who watches a fit.
pub trait Watch: Sync {
    /// How many fits there will be, at most.
    fn expects(&self, _fits: usize) {}

    /// How many fits are done.
    fn fitted(&self, _done: usize) {}

    /// An epoch of a fit is over, of so many, with its loss.
    fn passed(&self, _epoch: usize, _of: usize, _loss: f64) {}

    /// A candidate has been compared with the others.
    fn compared(&self, _standing: &Standing) {}

    /// Whether to go on. If not, the best of what there is becomes the model.
    fn goes_on(&self) -> bool {
        true
    }
}

/// Nobody.
impl Watch for () {}
