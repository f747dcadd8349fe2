//! What goes into a model and what comes out.
//!
//! A row is one f64 for each input, in the order of the inputs: a number as it is, a category as its index among the
//! input's categories, -1 for a category that is none of them, a text as its place among the texts that come with the
//! rows, a date as whole milliseconds since 1970-01-01T00:00:00Z, NaN where the value is missing.

use super::graph::name_of;
use super::labels::first_double;
use super::{Labels, ValueId};
use crate::error::{Error, Kind, Result};
use crate::kernel::date;
use crate::kernel::dense::all_finite;

/// What goes in and out: see the module's documentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// The features, in the order of a row.
    pub inputs: Vec<Input>,
    /// The names of what is predicted; mostly one.
    pub targets: Vec<String>,
    /// A classifier's classes: those of each target, in order; `predict` then gives for each the index of one of its
    /// classes. Empty of any other model.
    pub classes: Vec<Labels>,
    /// What can be asked for, at most once each.
    pub outputs: Vec<Output>,
}

/// One feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name; unique.
    pub name: String,
    /// What its values are.
    pub kind: InputKind,
    /// What a missing value means.
    pub missing: Missing,
}

/// What the values of a feature are.
#[derive(Clone, Debug, PartialEq)]
pub enum InputKind {
    /// Finite numbers; truth values count as 0 and 1.
    Numeric,
    /// Numbers, infinite ones too.
    Unbounded,
    /// One of a fixed set.
    Categorical {
        /// The set.
        categories: Labels,
        /// What a value outside of it means.
        unknown: Unknown,
    },
    /// A text.
    Text,
    /// A date, with or without a time of day, of JavaScript's range: at most 100 million days before or after 1970.
    Date,
}

/// What a missing value (NaN, null, an empty cell) means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An error: the model was made without missing values in this feature.
    Refused,
    /// The graph knows what to do with it.
    Accepted,
}

/// What a category outside of the known set means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// An error.
    Refused,
    /// It is encoded as -1, and the graph knows what to do with it.
    Accepted,
}

/// What can be asked of a model, by scikit-learn's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The label (as its class index) or the number.
    Predict,
    /// One probability for each class, those of the targets side by side.
    PredictProba,
    /// Scores before they become a decision.
    DecisionFunction,
    /// The transformed row.
    Transform,
}

/// Where the answer to a method is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output {
    /// The method.
    pub method: Method,
    /// The graph's value that holds its answer.
    pub value: ValueId,
}

impl Method {
    /// Every method.
    pub const ALL: [Method; 4] = [Method::Predict, Method::PredictProba, Method::DecisionFunction, Method::Transform];

    /// Its name in scikit-learn and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Method::Predict => "predict",
            Method::PredictProba => "predict_proba",
            Method::DecisionFunction => "decision_function",
            Method::Transform => "transform",
        }
    }
}

impl Input {
    /// A numeric feature that is never missing.
    pub fn numeric(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: InputKind::Numeric, missing: Missing::Refused }
    }

    /// Checks one encoded value of this feature.
    fn check_value(&self, x: f64) -> Result<()> {
        let wrong = |kind, expected: String, found: String| Err(Error::new(kind, self.name.clone(), expected, found));
        if x.is_nan() {
            return match self.missing {
                Missing::Accepted => Ok(()),
                Missing::Refused => wrong(Kind::MissingValue, "a value".into(), "a missing value".into()),
            };
        }
        match &self.kind {
            InputKind::Unbounded => Ok(()),
            InputKind::Numeric if x.is_finite() => Ok(()),
            InputKind::Numeric => wrong(Kind::NotFinite, "a finite number".into(), name_of(x).into()),
            InputKind::Categorical { unknown: Unknown::Accepted, .. } if x == -1.0 => Ok(()),
            InputKind::Categorical { categories, .. } => {
                let count = categories.len();
                if x >= 0.0 && x < count as f64 && x.trunc() == x {
                    return Ok(());
                }
                wrong(Kind::UnknownCategory, format!("the index of one of {count} categories"), name_of(x).into())
            }
            kind @ (InputKind::Text | InputKind::Date) => {
                // Of a place beyond the texts there is nothing to count.
                let (is_there, expected) = match kind {
                    InputKind::Date => (x.abs() <= date::MOST, "whole milliseconds since 1970, at most 8.64e15"),
                    _ => (x >= 0.0, "the place of a text"),
                };
                if is_there && x.trunc() == x {
                    return Ok(());
                }
                wrong(Kind::WrongType, expected.into(), name_of(x).into())
            }
        }
    }

    /// Whether every finite number is a value of this feature.
    fn takes_any_number(&self) -> bool {
        matches!(self.kind, InputKind::Numeric | InputKind::Unbounded)
    }

    /// Whether nothing that is a number, or missing, can be wrong.
    fn takes_anything(&self) -> bool {
        self.kind == InputKind::Unbounded && self.missing == Missing::Accepted
    }
}

/// What is right in every row, whatever the feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Anything.
    Anything,
    /// Finite numbers.
    Finite,
    /// Nothing: each value has to be looked at.
    Nothing,
}

impl Screen {
    /// Whether rows are right for sure; if not, [`Signature::check_rows`] knows more.
    #[inline]
    pub fn passes(self, rows: &[f64]) -> bool {
        match self {
            Screen::Anything => true,
            Screen::Finite => all_finite(rows),
            Screen::Nothing => false,
        }
    }
}

impl Signature {
    /// The output that answers `method`.
    ///
    /// # Errors
    /// [`Kind::UnsupportedMethod`], naming the methods there are.
    pub fn output(&self, method: Method) -> Result<Output> {
        self.outputs.iter().find(|output| output.method == method).copied().ok_or_else(|| {
            let names: Vec<_> = self.outputs.iter().map(|output| output.method.name()).collect();
            Error::new(Kind::UnsupportedMethod, "method", format!("one of {}", names.join(", ")), method.name())
        })
    }

    /// Checks encoded rows: as many numbers as rows × inputs, none missing, infinite or out of range where that is
    /// refused.
    ///
    /// # Errors
    /// The kind of what is wrong first, at `row i: feature`.
    pub fn check_rows(&self, rows: &[f64]) -> Result<()> {
        self.check_rows_from(rows, 0)
    }

    /// [`Self::check_rows`] for a part of a batch whose first row is called `first` in errors.
    pub fn check_rows_from(&self, rows: &[f64], first: usize) -> Result<()> {
        let width = self.inputs.len();
        if !rows.len().is_multiple_of(width) {
            let expected = format!("rows of {width} numbers, one for each feature");
            return Err(Error::new(Kind::WrongShape, "rows", expected, format!("{} numbers", rows.len())));
        }
        if self.screen().passes(rows) {
            return Ok(());
        }
        for (i, row) in rows.chunks_exact(width).enumerate() {
            for (input, &x) in self.inputs.iter().zip(row) {
                input.check_value(x).map_err(|error| error.within(&format!("row {}", first + i)))?;
            }
        }
        Ok(())
    }

    /// What tells fast that rows are right, for whoever asks often.
    pub fn screen(&self) -> Screen {
        if self.inputs.iter().all(Input::takes_anything) {
            Screen::Anything
        } else if self.inputs.iter().all(Input::takes_any_number) {
            Screen::Finite
        } else {
            Screen::Nothing
        }
    }

    /// The names of an output's columns: the classes for probabilities and multi-class scores, with the target's name
    /// before them if there are several; `prediction` for a single prediction, else the targets' names or the output's
    /// own name with an index.
    pub fn columns(&self, method: Method, width: usize) -> Vec<String> {
        match (&self.classes[..], method) {
            ([classes], Method::PredictProba | Method::DecisionFunction) if classes.len() == width => {
                classes.iter().map(|label| label.to_string()).collect()
            }
            (_, Method::Predict) if width == 1 => vec!["prediction".to_owned()],
            ([_, _, ..], Method::PredictProba) => {
                let columns = |(target, classes): (_, &Labels)| {
                    classes.iter().map(|label| format!("{target}:{label}")).collect::<Vec<_>>()
                };
                self.targets.iter().zip(&self.classes).flat_map(columns).collect()
            }
            ([] | [_, _, ..], _) if self.targets.len() == width => self.targets.clone(),
            _ if width == 1 => vec![method.name().to_owned()],
            _ => (0..width).map(|i| format!("{}_{i}", method.name())).collect(),
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let unsound = |at: String, expected: &'static str, found: String| {
            Err(Error::new(Kind::InvalidModel, at, expected, found))
        };
        if self.inputs.is_empty() {
            return unsound("signature.inputs".into(), "at least 1 input", "none".into());
        }
        if let Some(twice) = first_double(self.inputs.iter().map(|input| input.name.as_str()).collect()) {
            return unsound("signature.inputs".into(), "distinct names", format!("\"{twice}\" twice"));
        }
        for input in &self.inputs {
            if let InputKind::Categorical { categories, .. } = &input.kind {
                let at = format!("signature.inputs: {}", input.name);
                categories.check(&at)?;
                if categories.is_empty() {
                    return unsound(at, "at least 1 category", "none".into());
                }
            }
        }
        let count = self.classes.len();
        if count > 0 && count != self.targets.len() {
            return unsound("signature.classes".into(), "those of each target", count.to_string());
        }
        // One of several targets may have been the same in all of training.
        let least = if count == 1 { 2 } else { 1 };
        for classes in &self.classes {
            classes.check("signature.classes")?;
            if classes.len() < least {
                return unsound("signature.classes".into(), "more classes", classes.len().to_string());
            }
        }
        Ok(())
    }

    pub(super) fn check_outputs(&self, widths: &[usize]) -> Result<()> {
        let unsound = |method: Method, expected: String, found: String| {
            Err(Error::new(Kind::InvalidModel, format!("signature.outputs: {}", method.name()), expected, found))
        };
        if self.outputs.is_empty() {
            return Err(Error::new(Kind::InvalidModel, "signature.outputs", "at least 1 output", "none"));
        }
        for (i, output) in self.outputs.iter().enumerate() {
            if self.outputs[..i].iter().any(|other| other.method == output.method) {
                return unsound(output.method, "each method once".into(), "it twice".into());
            }
            let Some(&width) = widths.get(output.value as usize) else {
                return unsound(output.method, format!("a value below {}", widths.len()), output.value.to_string());
            };
            let wanted = match output.method {
                Method::Predict => self.targets.len(),
                Method::PredictProba if self.classes.is_empty() => {
                    return unsound(output.method, "classes".into(), "none".into());
                }
                Method::PredictProba => self.classes.iter().map(Labels::len).sum(),
                Method::DecisionFunction | Method::Transform => width,
            };
            if width != wanted {
                return unsound(output.method, format!("a value of width {wanted}"), width.to_string());
            }
        }
        Ok(())
    }
}
