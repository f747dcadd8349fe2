//! The classes of a target, or the categories of a feature, in their original type.

use super::graph::name_of;
use crate::error::{Error, Kind, Result};
use std::collections::BinaryHeap;
use std::fmt;

/// Distinct labels, all of one type, in the order the model numbers them.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// Texts.
    Strings(Vec<String>),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Numbers.
    Floats(Vec<f64>),
    /// Truth values.
    Booleans(Vec<bool>),
}

/// One of [`Labels`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Label<'a> {
    /// A text.
    String(&'a str),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// A truth value.
    Boolean(bool),
}

impl Labels {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Labels::Strings(labels) => labels.len(),
            Labels::Integers(labels) => labels.len(),
            Labels::Floats(labels) => labels.len(),
            Labels::Booleans(labels) => labels.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The label numbered `index`, if there is one.
    pub fn get(&self, index: usize) -> Option<Label<'_>> {
        match self {
            Labels::Strings(labels) => labels.get(index).map(|label| Label::String(label)),
            Labels::Integers(labels) => labels.get(index).map(|&label| Label::Integer(label)),
            Labels::Floats(labels) => labels.get(index).map(|&label| Label::Float(label)),
            Labels::Booleans(labels) => labels.get(index).map(|&label| Label::Boolean(label)),
        }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Label<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The number of the label that equals `wanted`.
    pub fn position(&self, wanted: Label<'_>) -> Option<usize> {
        self.iter().position(|label| label == wanted)
    }

    pub(crate) fn check(&self, at: &str) -> Result<()> {
        let distinct = match self {
            Labels::Strings(labels) => first_double(labels.iter().map(String::as_str).collect()).is_none(),
            Labels::Integers(labels) => first_double(labels.clone()).is_none(),
            // Plus 0, so that the two zeros are one number.
            Labels::Floats(labels) => {
                first_double(labels.iter().map(|label| (label + 0.0).to_bits() as i64).collect()).is_none()
            }
            Labels::Booleans(labels) => first_double(labels.iter().map(|&label| i64::from(label)).collect()).is_none(),
        };
        if !distinct {
            return Err(Error::new(Kind::InvalidModel, at.to_owned(), "distinct labels", "a label twice"));
        }
        if let Labels::Floats(labels) = self
            && let Some(&label) = labels.iter().find(|label| !label.is_finite())
        {
            return Err(Error::new(Kind::InvalidModel, at.to_owned(), "finite labels", name_of(label)));
        }
        Ok(())
    }
}

/// A label that is there twice, if one is. A heap sorts with a tenth of the code that a slice's sort takes, and every
/// visitor downloads it.
pub(super) fn first_double<T: Ord + Copy>(labels: Vec<T>) -> Option<T> {
    let sorted = BinaryHeap::from(labels).into_sorted_vec();
    sorted.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Label::String(label) => f.write_str(label),
            Label::Integer(label) => write!(f, "{label}"),
            Label::Float(label) => write!(f, "{label}"),
            Label::Boolean(label) => write!(f, "{label}"),
        }
    }
}
