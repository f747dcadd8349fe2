//! Leaves that are linear functions: `linear_tree`.

use super::section::Section;
use crate::error::Result;

/// A leaf's constant and its terms: features with their coefficients.
pub type LinearLeaf = (f64, Vec<(usize, f64)>);

/// The leaves of a tree.
///
/// # Errors
/// `InvalidModel` at the line that is damaged.
pub fn read(section: &Section<'_>, leaves: usize) -> Result<Vec<LinearLeaf>> {
    let constants = section.numbers::<f64>("leaf_const", leaves)?;
    let counts = section.numbers::<usize>("num_features", leaves)?;
    let terms = counts.iter().fold(0_usize, |sum, &count| sum.saturating_add(count));
    let features = section.numbers::<usize>("leaf_features", terms)?;
    let coefficients = section.numbers::<f64>("leaf_coeff", terms)?;
    let mut terms = features.into_iter().zip(coefficients);
    let leaf = |(constant, count)| (constant, terms.by_ref().take(count).collect());
    Ok(constants.into_iter().zip(counts).map(leaf).collect())
}
