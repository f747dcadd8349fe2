//! The part of a model before its linear function: fill gaps, standardize, one-hot encode, weigh the terms of texts.
//!
//! A preparation is learned from the rows to fit and is a piece of the model's own graph; the fit works on what that
//! graph makes of the rows, so training and serving cannot differ.

use super::corpus::Vocabulary;
use super::matrix::{Matrix, mean, mean_and_variance};
use super::options::Fill;
use super::texts::Texts;
use crate::error::Result;
use crate::model::{
    Concat, Function, Graph, Impute, Input, InputKind, Map, Method, Missing, Model, Node, Norm, Normalize, OneHot,
    Operator, Output, Parts, Provenance, Rescale, Scale, Select, Signature, TestRows, ValueId,
};
use crate::predict::Predictor;
use std::sync::Arc;

/// How columns are prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What replaces missing numbers.
    pub fill: Fill,
    /// Whether numbers are standardized; `None` where the model decides.
    pub standardize: Option<bool>,
}

/// The first nodes of a model.
#[derive(Clone, Debug)]
pub struct Preparation {
    /// The nodes.
    pub graph: Graph,
    /// The value that holds a prepared row.
    pub value: ValueId,
    /// For each number of a prepared row: its name, and the offset and divisor it was standardized with.
    pub columns: Vec<PreparedColumn>,
}

/// One number of a prepared row.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedColumn {
    /// The input's name; of a category `input=category`.
    pub name: String,
    /// What was subtracted.
    pub offset: f64,
    /// What it was divided by.
    pub divisor: f64,
}

impl Preparation {
    /// That of a model that takes rows as they are.
    pub fn none() -> Self {
        Self { graph: Graph::default(), value: 0, columns: Vec::new() }
    }

    /// Learns from rows how to prepare such rows, but for texts: see [`Self::add_texts`]. They are what the steps so far make.
    pub fn learn(&mut self, inputs: &[Input], rows: &Matrix, settings: Settings) {
        let is_number = |&i: &usize| inputs[i].kind == InputKind::Numeric;
        let (numbers, categories): (Vec<usize>, Vec<usize>) = not_texts(inputs).into_iter().partition(is_number);
        let mut parts = Vec::new();
        if !numbers.is_empty() {
            let from = self.pick("numbers", &numbers, inputs, self.value);
            parts.push(self.numbers(inputs, rows, &numbers, from, settings));
        }
        if !categories.is_empty() {
            let from = self.pick("categories", &categories, inputs, self.value);
            parts.push(self.categories(inputs, rows, &categories, from));
        }
        self.join(parts);
    }

    /// Takes all but texts as they are.
    pub fn take(&mut self, inputs: &[Input]) {
        let others = not_texts(inputs);
        if !others.is_empty() {
            self.value = self.pick("columns", &others, inputs, self.value);
        }
        let column = |i: usize| PreparedColumn { name: inputs[i].name.clone(), offset: 0.0, divisor: 1.0 };
        self.columns = others.into_iter().map(column).collect();
    }

    /// Adds what texts become: the weights of the terms that a fit knows. The inputs are those of an encoded row.
    pub fn add_texts(&mut self, inputs: &[Input], texts: &Texts, vocabularies: &[Vocabulary]) {
        let mut parts: Vec<ValueId> = if self.columns.is_empty() { Vec::new() } else { vec![self.value] };
        // What lies side by side already will do so with the texts.
        if let Some(joined) = self.graph.nodes.pop_if(|node| matches!(&*node.operator, Operator::Concat(_))) {
            parts = joined.inputs;
        }
        for vocabulary in vocabularies {
            let from = self.pick("text", &[vocabulary.place], inputs, 0);
            let mut value = self.push("terms", texts.operator(vocabulary), vec![from]);
            if texts.settings().sublinear_tf {
                value = self.push("sublinear", Map::of(Function::Sublinear), vec![value]);
            }
            let (factors, offsets) = (vocabulary.idf.clone(), vec![0.0; vocabulary.idf.len()]);
            value = self.push("idf", Rescale { factors, offsets }, vec![value]);
            parts.push(self.push("normalize", Normalize { norm: Norm::L2 }, vec![value]));
            let name = &inputs[vocabulary.place].name;
            let column = |term: &str| PreparedColumn { name: format!("{name}:{term}"), offset: 0.0, divisor: 1.0 };
            self.columns.extend(vocabulary.terms.iter().map(column));
        }
        self.join(parts);
    }

    /// The value that holds those columns of another; that itself if it has no others.
    fn pick(&mut self, name: &str, columns: &[usize], inputs: &[Input], from: ValueId) -> ValueId {
        if columns.len() == inputs.len() {
            return from;
        }
        self.push(name, Select { columns: columns.iter().map(|&i| i as u32).collect() }, vec![from])
    }

    /// Puts values side by side as the prepared row.
    fn join(&mut self, parts: Vec<ValueId>) {
        self.value = match parts[..] {
            [] => self.value,
            [one] => one,
            _ => self.push("features", Concat, parts),
        };
    }

    /// Prepares encoded rows, by running the graph.
    ///
    /// # Errors
    /// If the inputs and the graph make no sound model: two inputs of one name.
    pub fn apply(&self, inputs: &[Input], rows: &Matrix) -> Result<Matrix> {
        let signature = Signature {
            inputs: inputs.to_vec(),
            targets: Vec::new(),
            classes: Vec::new(),
            outputs: vec![Output { method: Method::Transform, value: self.value }],
        };
        let width = self.columns.len();
        if width == 0 {
            return Ok(Matrix { values: Vec::new(), width });
        }
        let (provenance, tests) = (Provenance::default(), TestRows::default());
        let model = Model::new(Parts { signature, graph: self.graph.clone(), provenance, tests })?;
        let mut values = vec![0.0; rows.len() * width];
        Predictor::new(&model).predict(Method::Transform, &rows.values, &mut values);
        Ok(Matrix { values, width })
    }

    /// Adds a node and returns the value it makes.
    pub fn push(&mut self, name: &str, operator: impl Into<Operator>, inputs: Vec<ValueId>) -> ValueId {
        self.graph.nodes.push(Node { name: name.to_owned(), operator: Arc::new(operator.into()), inputs });
        self.graph.nodes.len() as ValueId
    }

    fn numbers(
        &mut self,
        inputs: &[Input],
        rows: &Matrix,
        picks: &[usize],
        from: ValueId,
        settings: Settings,
    ) -> ValueId {
        let mut value = from;
        let fills: Vec<f64> = picks.iter().map(|&i| fill_of_numbers(rows.column(i), settings.fill)).collect();
        if picks.iter().any(|&i| inputs[i].missing == Missing::Accepted) {
            value = self.push("fill_numbers", Impute { fills: fills.clone() }, vec![value]);
        }
        let (mut offsets, mut divisors) = (vec![0.0; picks.len()], vec![1.0; picks.len()]);
        if settings.standardize == Some(true) {
            for (j, (&i, &fill)) in picks.iter().zip(&fills).enumerate() {
                let filled = rows.column(i).map(|x| if x.is_nan() { fill } else { x });
                let (mean, variance) = mean_and_variance(filled);
                offsets[j] = mean;
                divisors[j] = divisor_of(mean, variance, rows.len());
            }
            value =
                self.push("standardize", Scale { offsets: offsets.clone(), divisors: divisors.clone() }, vec![value]);
        }
        for (j, &i) in picks.iter().enumerate() {
            let name = inputs[i].name.clone();
            self.columns.push(PreparedColumn { name, offset: offsets[j], divisor: divisors[j] });
        }
        value
    }

    fn categories(&mut self, inputs: &[Input], rows: &Matrix, picks: &[usize], from: ValueId) -> ValueId {
        let mut value = from;
        if picks.iter().any(|&i| inputs[i].missing == Missing::Accepted) {
            let fills = picks.iter().map(|&i| most_frequent(rows.column(i))).collect();
            value = self.push("fill_categories", Impute { fills }, vec![value]);
        }
        let mut counts = Vec::with_capacity(picks.len());
        for &i in picks {
            let InputKind::Categorical { categories, .. } = &inputs[i].kind else { continue };
            counts.push(categories.len() as u32);
            let names = categories.iter().map(|category| format!("{}={category}", inputs[i].name));
            self.columns.extend(names.map(|name| PreparedColumn { name, offset: 0.0, divisor: 1.0 }));
        }
        self.push("one_hot", OneHot { categories: counts }, vec![value])
    }
}

/// The places of the inputs that are no texts.
fn not_texts(inputs: &[Input]) -> Vec<usize> {
    (0..inputs.len()).filter(|&i| inputs[i].kind != InputKind::Text).collect()
}

/// The fill value of a column of numbers; 0 if all of them are missing, as they may be in a fold.
fn fill_of_numbers(column: impl Iterator<Item = f64>, fill: Fill) -> f64 {
    let mut present: Vec<f64> = column.filter(|x| !x.is_nan()).collect();
    match fill {
        _ if present.is_empty() => 0.0,
        Fill::Mean => mean(present.iter().copied()),
        Fill::Median => {
            present.sort_by(f64::total_cmp);
            let middle = present.len() / 2;
            if present.len() % 2 == 1 { present[middle] } else { (present[middle - 1] + present[middle]) / 2.0 }
        }
    }
}

/// The most frequent category, the first of equally frequent ones.
fn most_frequent(column: impl Iterator<Item = f64>) -> f64 {
    let mut counts: Vec<usize> = Vec::new();
    for x in column.filter(|x| *x >= 0.0) {
        let category = x as usize;
        if counts.len() <= category {
            counts.resize(category + 1, 0);
        }
        counts[category] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0);
    counts.iter().position(|&count| count == most).unwrap_or(0) as f64
}

/// The standard deviation, or 1 for a column that is constant but for rounding: `StandardScaler`'s rule, which bounds
/// the error of the variance by n ε variance + (n mean ε)².
fn divisor_of(mean: f64, variance: f64, rows: usize) -> f64 {
    let count = rows as f64;
    let bound = count * f64::EPSILON * variance + (count * mean * f64::EPSILON).powi(2);
    if variance <= bound { 1.0 } else { variance.sqrt() }
}
