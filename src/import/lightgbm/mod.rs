//! LightGBM's text files: sections of `key=value` lines, the header and then one for each tree.
//!
//! Comparisons and sums are in f64, as LightGBM's own; trees are added in order, so scores are the same bits.

mod categories;
mod linear;
mod objective;
mod section;
mod tree;

use super::Imported;
use super::answers::{Answers, Draft, Steps};
use super::blockers::Blockers;
use super::trees::{self, Planted};
use crate::error::Result;
use crate::model::forest::Precision;
use crate::model::{ArgMax, Complement, Function, Input, InputKind, Labels, Map, Missing, Provenance, Rescale};
use crate::model::{Scale, Softmax, Unknown, ValueId};
use objective::Link;
use section::Section;
use tree::{MissingType, ZERO};

/// The most features and outputs of a file: what a row of a model may have.
const MAX_COUNT: usize = 1 << 16;

/// A booster, as yet of no graph.
pub struct Booster {
    /// The names of the features.
    pub names: Vec<String>,
    /// The categories of those features that have some by name.
    pub categories: Vec<Option<Labels>>,
    /// The line of the objective.
    pub objective: String,
    /// The version of the file.
    pub version: String,
    forest: Planted,
    link: Link,
    /// How many trees each score is divided by before it becomes an answer: a random forest's.
    averaged: Option<f64>,
    /// In which features 0 is missing.
    zero_is_missing: Vec<bool>,
}

/// Reads a model.
pub(super) fn read(text: &str) -> Result<Imported> {
    let mut blockers = Blockers::default();
    let booster = Booster::read(text, None, &mut blockers)?;
    let Some(booster) = booster.filter(|_| blockers.is_empty()) else { return Err(blockers.error()) };
    let inputs = booster.names.iter().zip(&booster.categories).map(|(name, categories)| Input {
        name: name.clone(),
        kind: match categories {
            // pandas takes a category by a name that it has not seen in training for a missing one.
            Some(categories) => InputKind::Categorical { categories: categories.clone(), unknown: Unknown::Accepted },
            None => InputKind::Unbounded,
        },
        missing: Missing::Accepted,
    });
    let inputs = inputs.collect();
    let provenance = Provenance {
        framework: "lightgbm".to_owned(),
        version: booster.version.clone(),
        estimator: booster.objective.clone(),
        ..Provenance::default()
    };
    let mut draft = Draft::default();
    let answers = booster.graph(&mut Steps(&mut draft), 0);
    answers.model(inputs, draft, provenance)
}

impl Booster {
    /// Reads a text, with so many iterations of its trees if they are limited. `None` if something stands in the way, which `blockers` then names.
    ///
    /// # Errors
    /// `InvalidModel` at the section and the line that are damaged.
    pub fn read(text: &str, iterations: Option<usize>, blockers: &mut Blockers) -> Result<Option<Self>> {
        let (trees_text, rest) = text.split_once("\nend of trees").unwrap_or((text, ""));
        let mut sections = trees_text.split("\nTree=");
        let header = Section::new("header", sections.next().unwrap_or_default());
        let mut sections: Vec<Section<'_>> =
            sections.enumerate().map(|(i, text)| Section::new(&format!("Tree={i}"), text)).collect();
        let width = header.number::<usize>("max_feature_idx")?.saturating_add(1);
        let outputs = header.number::<usize>("num_tree_per_iteration")?;
        for (key, count) in [("max_feature_idx", width), ("num_tree_per_iteration", outputs)] {
            if !(1..=MAX_COUNT).contains(&count) {
                return Err(header.wrong(key, &format!("1 to {MAX_COUNT}"), &count.to_string()));
            }
        }
        let objective = header.find("objective").unwrap_or_default();
        let link = Link::of(objective, outputs);
        if link.is_none() {
            blockers.add("header: objective", format!("\"{objective}\": its link function is not known"));
        }
        if sections.is_empty() || !sections.len().is_multiple_of(outputs) {
            let found = sections.len().to_string();
            return Err(header.wrong("trees", &format!("a multiple of num_tree_per_iteration, {outputs}"), &found));
        }
        if let Some(iterations) = iterations {
            sections.truncate(iterations.saturating_mul(outputs).max(outputs));
        }
        let is_averaged = trees_text.lines().any(|line| line == "average_output");
        let categories = categories::read(&header, rest, width)?.unwrap_or_else(|why| {
            blockers.add("pandas_categorical", why + ": which are which is not known; train on codes");
            vec![None; width]
        });
        let mut forest = trees::forest(width, Precision::F64, Precision::F64, vec![0.0; outputs]);
        let mut missing = vec![None; width];
        for (i, section) in sections.iter().enumerate() {
            let tree = tree::read(section)?;
            for (feature, kind) in tree.missing {
                let Some(known) = missing.get_mut(feature) else { continue };
                if known.is_some_and(|known| (known == MissingType::Zero) != (kind == MissingType::Zero)) {
                    blockers.add(
                        &section.name,
                        format!("feature {feature}: 0 is missing in some splits and not in others"),
                    );
                }
                *known = Some(kind);
                if categories[feature].is_some() {
                    blockers
                        .add(&section.name, format!("feature {feature} has categories by name, and a split by order"));
                }
            }
            trees::add(&mut forest, tree.nodes, &tree.weights, Some((i % outputs) as u32))
                .map_err(|error| error.within(&section.name))?;
        }
        let zero_is_missing: Vec<bool> = missing.iter().map(|kind| *kind == Some(MissingType::Zero)).collect();
        if forest.forest.linear.is_some() && zero_is_missing.contains(&true) {
            blockers.add("header", "linear_tree with zero_as_missing: what a zero is in a leaf is not known");
        }
        let names: Vec<&str> = header.find("feature_names").map_or(Vec::new(), |names| names.split(' ').collect());
        let name = |i: usize| if names.len() == width { names[i].to_owned() } else { format!("x{i}") };
        Ok(link.map(|link| Self {
            names: (0..width).map(name).collect(),
            categories,
            objective: objective.to_owned(),
            version: header.find("version").map_or(String::new(), |version| format!("file {version}")),
            forest,
            link,
            averaged: is_averaged.then_some((sections.len() / outputs) as f64),
            zero_is_missing,
        }))
    }

    /// Adds the booster to a graph; `input` is the value that holds its features.
    pub fn graph(self, steps: &mut Steps<'_>, input: ValueId) -> Answers {
        let outputs = self.forest.forest.base.len();
        let zero = Map { function: Function::Blank, a: -ZERO, b: ZERO };
        let rows = steps.map_columns("zero is missing", zero, input, &self.zero_is_missing);
        let scores = steps.add("trees", self.forest, &[rows]);
        // The raw score is the sum; only what becomes an answer is averaged.
        let averages = match self.averaged {
            Some(count) => {
                let (offsets, divisors) = (vec![0.0; outputs], vec![count; outputs]);
                steps.add("average", Scale { offsets, divisors }, &[scores])
            }
            None => scores,
        };
        let numbers = |predict| {
            let scores = (predict != scores).then_some(scores);
            Answers { scores, ..Answers::numbers(predict, outputs) }
        };
        let classes = |probabilities, predict| Answers {
            probabilities: Some(probabilities),
            scores: Some(scores),
            classes: vec![Labels::Integers((0..outputs.max(2) as i64).collect())],
            ..Answers::numbers(predict, 1)
        };
        let logistic = |steps: &mut Steps<'_>, factor: f64| {
            let scale = Rescale { factors: vec![factor], offsets: vec![0.0] };
            let scaled = steps.add("scale", scale, &[averages]);
            steps.map("probability", Function::Sigmoid, scaled)
        };
        match self.link {
            Link::Identity => numbers(averages),
            Link::SignedSquare => numbers(steps.map("square", Function::SignedSquare, averages)),
            Link::Exp => numbers(steps.map("exponential", Function::Exp, averages)),
            Link::Logistic => numbers(steps.map("logistic", Function::Sigmoid, averages)),
            Link::Softplus => numbers(steps.map("softplus", Function::Softplus, averages)),
            Link::Binary(factor) => {
                let second = logistic(steps, factor);
                let probabilities = steps.add("probabilities", Complement, &[second]);
                classes(probabilities, steps.add("decision", ArgMax, &[probabilities]))
            }
            Link::Softmax => {
                let probabilities = steps.add("probabilities", Softmax, &[averages]);
                classes(probabilities, steps.add("decision", ArgMax, &[probabilities]))
            }
            Link::OneAgainstAll(factor) => {
                let probabilities = logistic(steps, factor);
                classes(probabilities, steps.add("decision", ArgMax, &[probabilities]))
            }
        }
    }
}
