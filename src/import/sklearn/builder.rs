//! The model while it is put together: its inputs, whose kinds are settled by what is done with them; its graph; and the
//! reasons to refuse it.

use super::object::Object;
use crate::error::{Error, Kind, Result};
use crate::import::answers::{Draft, Step, Steps};
use crate::import::blockers::Blockers;
use crate::model::{
    Function, Input, InputKind, Label, Labels, Linear, Map, Missing, Operator, Recode, Select, Table, Unknown, ValueId,
};
use std::sync::Arc;

/// The most estimators, transformers and kernels of a model.
const MAX_VISITS: usize = 1 << 14;

/// What a step asks of the numbers it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// All of them are there and finite.
    Finite,
    /// Some may be missing.
    MissingAllowed,
    /// Some may be missing, or infinite.
    Anything,
}

/// A column of a [`Frame`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Column {
    /// The input whose missing values are still missing here.
    pub missing_from: Option<usize>,
    /// The input that this column is, unchanged.
    pub raw: Option<usize>,
    /// What a missing text was replaced by, in a raw column.
    pub fill: Option<String>,
}

/// Rows on their way through the steps: a value of the graph and what is known of its columns.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The value.
    pub value: ValueId,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl Frame {
    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.columns.len()
    }
}

/// An input whose kind is not settled yet.
#[derive(Clone, Debug)]
struct Raw {
    name: String,
    is_text: bool,
    is_number: bool,
    is_finite: bool,
    is_refused_missing: bool,
    /// The labels that an encoder knows here, and whether it refuses others, and missing ones.
    labels: Option<(Labels, bool, bool)>,
}

/// A column that a table looks labels up in: settled with its input.
struct Encoded {
    /// The node and the place of the table.
    node: usize,
    table: usize,
    input: usize,
}

/// The model while it is put together.
pub struct Builder {
    /// The graph so far.
    pub draft: Draft,
    /// The reasons to refuse it so far.
    pub blockers: Blockers,
    /// The version of scikit-learn that fitted it: major, minor, patch.
    pub version: (u32, u32, u32),
    inputs: Vec<Raw>,
    encoded: Vec<Encoded>,
    visits: usize,
}

impl Builder {
    /// Starts with the names of the inputs.
    pub fn new(names: Vec<String>, version: (u32, u32, u32)) -> Self {
        let raw = |name| Raw {
            name,
            is_text: false,
            is_number: false,
            is_finite: false,
            is_refused_missing: false,
            labels: None,
        };
        let inputs = names.into_iter().map(raw).collect();
        Self { draft: Draft::default(), blockers: Blockers::default(), version, inputs, encoded: Vec::new(), visits: 0 }
    }

    /// The inputs as they are.
    pub fn rows(&self) -> Frame {
        let column = |i| Column { missing_from: Some(i), raw: Some(i), fill: None };
        Frame { value: 0, columns: (0..self.inputs.len()).map(column).collect() }
    }

    /// The graph so far, to be added to.
    pub fn steps(&mut self) -> Steps<'_> {
        Steps(&mut self.draft)
    }

    /// Adds a node and returns its value.
    pub fn add(&mut self, name: &str, step: impl Into<Step>, inputs: &[ValueId]) -> ValueId {
        self.steps().add(name, step, inputs)
    }

    /// Adds a function without parameters.
    pub fn map(&mut self, name: &str, function: Function, input: ValueId) -> ValueId {
        self.steps().map(name, function, input)
    }

    /// Adds a function with a parameter.
    pub fn map_with(&mut self, name: &str, function: Function, a: f64, input: ValueId) -> ValueId {
        self.add(name, Map { function, a, b: 0.0 }, &[input])
    }

    /// Adds the picking of columns.
    pub fn select(&mut self, name: &str, value: ValueId, columns: impl IntoIterator<Item = usize>) -> ValueId {
        let columns = columns.into_iter().map(|column| column as u32).collect();
        self.add(name, Select { columns }, &[value])
    }

    /// Adds a linear function of `width` numbers.
    pub fn linear(
        &mut self,
        name: &str,
        value: ValueId,
        width: usize,
        coefficients: Vec<f64>,
        intercepts: Vec<f64>,
    ) -> ValueId {
        self.add(name, Linear { width, coefficients, intercepts }, &[value])
    }

    /// The columns picked from a frame.
    pub fn pick(&mut self, name: &str, frame: &Frame, columns: &[usize]) -> Frame {
        let is_all = columns.len() == frame.width() && columns.iter().enumerate().all(|(i, &column)| i == column);
        if is_all {
            return frame.clone();
        }
        let value = self.select(name, frame.value, columns.iter().copied());
        Frame { value, columns: columns.iter().map(|&column| frame.columns[column].clone()).collect() }
    }

    /// Takes a frame's one column as texts: returns its value.
    ///
    /// # Errors
    /// [`Kind::Unsupported`] if the column is not as it came in.
    pub fn text(&mut self, frame: &Frame, object: &Object<'_>) -> Result<ValueId> {
        match &frame.columns[..] {
            [Column { raw: Some(input), fill: None, .. }] => {
                self.inputs[*input].is_text = true;
                Ok(frame.value)
            }
            [_] => Err(object.refused("texts that a step before has made")),
            columns => Err(object.wrong("a column of texts", format!("{} columns", columns.len()))),
        }
    }

    /// Takes a frame's columns as numbers: returns its value.
    pub fn numbers(&mut self, frame: &Frame, demand: Demand) -> ValueId {
        for column in &frame.columns {
            if let Some(input) = column.raw {
                self.inputs[input].is_number = true;
                self.inputs[input].is_finite |= demand != Demand::Anything;
            }
            if let Some(input) = column.missing_from
                && demand == Demand::Finite
            {
                self.inputs[input].is_refused_missing = true;
            }
            if let (Some(input), Some(_)) = (column.raw, &column.fill) {
                let name = self.inputs[input].name.clone();
                self.blockers.add(format!("input {name}"), "texts that no encoder turns into numbers");
            }
        }
        frame.value
    }

    /// Takes a frame's columns as numbers that a step changes one by one, missing ones staying so.
    pub fn columnwise(&mut self, frame: &Frame, demand: Demand, operator: impl Into<Operator>, name: &str) -> Frame {
        let value = self.numbers(frame, demand);
        let value = self.add(name, operator, &[value]);
        self.changed(frame, value, demand)
    }

    /// The frame of a value that a step made of each column.
    pub fn changed(&self, frame: &Frame, value: ValueId, demand: Demand) -> Frame {
        let missing_from = |column: &Column| column.missing_from.filter(|_| demand != Demand::Finite);
        let column = |column| Column { missing_from: missing_from(column), ..Column::default() };
        Frame { value, columns: frame.columns.iter().map(column).collect() }
    }

    /// The frame of a value whose columns are all there.
    pub fn made(&self, value: ValueId, width: usize) -> Frame {
        Frame { value, columns: vec![Column::default(); width] }
    }

    /// Looks labels up: each column in its own table, whose values are by the place of a label in `labels`.
    ///
    /// `refuses` says for each column whether unknown labels are refused, `takes_missing` whether missing ones are known.
    pub fn encode(&mut self, name: &str, frame: &Frame, encoders: Vec<Encoder>, path: &str) -> ValueId {
        let node = self.draft.nodes.len();
        let mut tables = Vec::with_capacity(encoders.len());
        for (place, (encoder, column)) in encoders.into_iter().zip(&frame.columns).enumerate() {
            let Encoder { labels, values, unknown, missing, refuses_unknown, refuses_missing } = encoder;
            let at_fill =
                column.fill.as_ref().map(|text| labels.position(Label::String(text)).map_or(unknown, |at| values[at]));
            match column.raw {
                Some(input) => {
                    let raw = &mut self.inputs[input];
                    let wanted = (labels.clone(), refuses_unknown, refuses_missing && at_fill.is_none());
                    if raw.labels.as_ref().is_some_and(|known| known.0 != labels) {
                        let why = "two encoders that know different categories of it";
                        self.blockers.add(format!("{path}: input {}", raw.name), why);
                    }
                    let others = raw.labels.take().map_or((false, false), |(_, unknown, missing)| (unknown, missing));
                    raw.labels = Some((wanted.0, wanted.1 | others.0, wanted.2 | others.1));
                    self.encoded.push(Encoded { node, table: place, input });
                }
                None => {
                    if refuses_unknown {
                        let why = "unknown categories of a column that a step before has made cannot be refused: set \
                                   handle_unknown=\"ignore\"";
                        self.blockers.add(path, why);
                    }
                    if let (true, Some(input)) = (refuses_missing, column.missing_from) {
                        self.inputs[input].is_refused_missing = true;
                    }
                }
            }
            let (mut keys, mut values) = (keys(&labels), values);
            if !keys.is_empty() {
                let mut pairs: Vec<(f64, f64)> = keys.iter().copied().zip(values.iter().copied()).collect();
                pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
                (keys, values) = pairs.into_iter().unzip();
            } else if column.raw.is_none() {
                self.blockers.add(path, "categories by name in a column that a step before has made");
            }
            tables.push(Table { keys, values, unknown, missing: at_fill.unwrap_or(missing) });
        }
        self.add(name, Recode { tables }, &[frame.value])
    }

    /// Counts an estimator, transformer or kernel that is mapped: one that lies within another many times over is mapped
    /// each time.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] above [`MAX_VISITS`].
    pub fn visit(&mut self, object: &Object<'_>) -> Result<()> {
        self.visits += 1;
        if self.visits <= MAX_VISITS {
            return Ok(());
        }
        let expected = format!("at most {MAX_VISITS} estimators within each other");
        Err(Error::new(Kind::LimitExceeded, object.path.clone(), expected, "more"))
    }

    /// A value of so many columns, to go on looking for blockers after one was found.
    pub fn placeholder(&mut self, frame: &Frame, width: usize) -> Frame {
        let value = self.select("refused", frame.value, std::iter::repeat_n(0, width));
        self.made(value, width)
    }

    /// Records a refusal, to look for more; any other error ends the import.
    pub fn tolerate<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind() == Kind::Unsupported => {
                self.blockers.add(error.at(), error.found());
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Settles the inputs' kinds. A column that no step takes is no input.
    pub fn settle(&mut self) -> Vec<Input> {
        let inputs = std::mem::take(&mut self.inputs);
        for raw in inputs.iter().filter(|raw| raw.is_text && (raw.is_number || raw.labels.is_some())) {
            self.blockers.add(format!("input {}", raw.name), "used as a text and as something else");
        }
        let is_used = |raw: &Raw| raw.is_text || raw.is_number || raw.labels.is_some();
        let used: Vec<usize> = (0..inputs.len()).filter(|&i| is_used(&inputs[i])).collect();
        let all_serve = used.is_empty() || used.len() == inputs.len();
        if !all_serve {
            // Whoever takes all columns uses all: only a Select can read rows of which some columns serve nobody.
            for node in self.draft.nodes.iter_mut().filter(|node| node.inputs == [0]) {
                if let Operator::Select(select) = Arc::make_mut(&mut node.operator) {
                    for column in &mut select.columns {
                        *column = used.partition_point(|&i| i < *column as usize) as u32;
                    }
                }
            }
        }
        for Encoded { node, table, input } in std::mem::take(&mut self.encoded) {
            let raw = &inputs[input];
            if raw.is_number {
                if raw.labels.as_ref().is_some_and(|labels| labels.1) {
                    let why = "used as a number and as a category, where unknown ones cannot be refused: set \
                               handle_unknown=\"ignore\"";
                    self.blockers.add(format!("input {}", raw.name), why);
                }
                continue;
            }
            // The row holds the label's place, so the table needs no keys.
            if let (Operator::Recode(recode), Some((labels, ..))) =
                (Arc::make_mut(&mut self.draft.nodes[node].operator), &raw.labels)
            {
                let table = &mut recode.tables[table];
                let keys = keys(labels);
                if !keys.is_empty() {
                    let value = |key: &f64| table.keys.iter().position(|known| known == key).map(|at| table.values[at]);
                    table.values = keys.iter().filter_map(value).collect();
                    table.keys = Vec::new();
                }
            }
        }
        inputs.into_iter().filter(|raw| all_serve || is_used(raw)).map(settled).collect()
    }
}

/// What an encoder knows of one column.
pub struct Encoder {
    /// Its labels.
    pub labels: Labels,
    /// The number for each of them.
    pub values: Vec<f64>,
    /// The number for others.
    pub unknown: f64,
    /// The number for a missing one.
    pub missing: f64,
    /// Whether others are refused.
    pub refuses_unknown: bool,
    /// Whether missing ones are refused.
    pub refuses_missing: bool,
}

/// Labels as the numbers they are in a row of numbers; none if they are texts.
fn keys(labels: &Labels) -> Vec<f64> {
    let number = |label: Label<'_>| match label {
        Label::Integer(label) => Some(label as f64),
        Label::Float(label) => Some(label),
        Label::Boolean(label) => Some(f64::from(u8::from(label))),
        Label::String(_) => None,
    };
    labels.iter().filter_map(number).collect()
}

fn settled(raw: Raw) -> Input {
    if raw.is_text {
        return Input { name: raw.name, kind: InputKind::Text, missing: Missing::Refused };
    }
    let missing = |is_refused| if is_refused { Missing::Refused } else { Missing::Accepted };
    match raw.labels {
        Some((categories, refuses_unknown, refuses_missing)) if !raw.is_number && !categories.is_empty() => Input {
            name: raw.name,
            kind: InputKind::Categorical {
                categories,
                unknown: if refuses_unknown { Unknown::Refused } else { Unknown::Accepted },
            },
            missing: missing(refuses_missing || raw.is_refused_missing),
        },
        labels => Input {
            name: raw.name,
            kind: if raw.is_finite { InputKind::Numeric } else { InputKind::Unbounded },
            missing: missing(raw.is_refused_missing || labels.is_some_and(|labels| labels.2)),
        },
    }
}
