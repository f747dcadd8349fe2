//! CatBoost's JSON files, of `save_model(format="json")`.
//!
//! Borders are compared in f32, sums are in f64, tree after tree, and then scaled and shifted, so scores are the same bits
//! as the model's that wrote the file. (CatBoost itself reads some numbers of its JSON one bit off.)

mod features;
mod objective;
mod tree;

use super::Imported;
use super::answers::{Answers, Draft, Steps};
use super::blockers::Blockers;
use super::trees::{self, Planted};
use super::value::{Value, wrong};
use crate::error::{Error, Result};
use crate::model::forest::Precision;
use crate::model::{ArgMax, Binarize, Complement, Function, Input, InputKind, Labels, Missing, Provenance, Rescale};
use crate::model::{Softmax, ValueId};
use features::Features;
use objective::Link;
use tree::Reader;

/// The most outputs of a file: what a row of a model may have.
const MAX_COUNT: usize = 1 << 16;

/// A model, as yet of no graph.
pub struct Booster {
    /// The names of the features.
    pub names: Vec<String>,
    /// The name of the loss.
    pub loss: String,
    /// The version that wrote the file.
    pub version: String,
    forest: Planted,
    scale: f64,
    biases: Vec<f64>,
    link: Link,
    classes: Option<Labels>,
}

/// Reads a model.
pub(super) fn read(file: &Value) -> Result<Imported> {
    let mut blockers = Blockers::default();
    let booster = Booster::read(file, &mut blockers)?;
    let Some(booster) = booster.filter(|_| blockers.is_empty()) else { return Err(blockers.error()) };
    let inputs = booster.names.iter().map(|name| Input {
        name: name.clone(),
        kind: InputKind::Unbounded,
        missing: Missing::Accepted,
    });
    let inputs = inputs.collect();
    let provenance = Provenance {
        framework: "catboost".to_owned(),
        version: booster.version.clone(),
        estimator: booster.loss.clone(),
        ..Provenance::default()
    };
    let mut draft = Draft::default();
    let answers = booster.graph(&mut Steps(&mut draft), 0);
    answers.model(inputs, draft, provenance)
}

impl Booster {
    /// Reads a file's value. `None` if something stands in the way, which `blockers` then names.
    ///
    /// # Errors
    /// `InvalidModel` at the place that is damaged.
    pub fn read(file: &Value, blockers: &mut Blockers) -> Result<Option<Self>> {
        let features = Features::read(file.part("features_info")?, blockers);
        let features = features.map_err(|error| error.within("features_info"))?;
        let (scale, biases) = scale_and_biases(file)?;
        let info = file.part("model_info")?;
        let in_info = |error: Error| error.within("model_info");
        let loss = info.part("params").and_then(|parameters| parameters.part("loss_function"));
        let loss = loss.and_then(|loss| loss.text("type")).map_err(in_info)?;
        let link = Link::of(loss, biases.len());
        if link.is_none() {
            blockers.add("model_info.params.loss_function", format!("what \"{loss}\" predicts is not known"));
        }
        let link = link.map(|link| link.with_threshold(info)).transpose().map_err(in_info)?;
        let classes = match link {
            Some(Link::Binary(_)) => Some(objective::classes(info, 2).map_err(in_info)?),
            Some(Link::Softmax | Link::OneAgainstAll) => Some(objective::classes(info, biases.len()).map_err(in_info)?),
            _ => None,
        };
        let forest = forest(file, &features, biases.len(), blockers)?;
        Ok(link.zip(forest).map(|(link, forest)| Self {
            names: features.names,
            loss: loss.to_owned(),
            version: version(info).to_owned(),
            forest,
            scale,
            biases,
            link,
            classes,
        }))
    }

    /// Adds the model to a graph; `input` is the value that holds its features.
    pub fn graph(self, steps: &mut Steps<'_>, input: ValueId) -> Answers {
        let outputs = self.biases.len();
        let sums = steps.add("trees", self.forest, &[input]);
        let factors = vec![self.scale; outputs];
        let scores = steps.add("scale and bias", Rescale { factors, offsets: self.biases }, &[sums]);
        let (probabilities, predict) = match self.link {
            Link::Identity | Link::Exp => {
                let is_score = self.link == Link::Identity;
                let predict = if is_score { scores } else { steps.map("exponential", Function::Exp, scores) };
                let scores = (!is_score).then_some(scores);
                return Answers { scores, ..Answers::numbers(predict, outputs) };
            }
            Link::Binary(threshold) => {
                let second = steps.map("probability", Function::Sigmoid, scores);
                let both = steps.add("probabilities", Complement, &[second]);
                (both, steps.add("decision", Binarize { threshold }, &[scores]))
            }
            Link::Softmax => (steps.add("probabilities", Softmax, &[scores]), steps.add("decision", ArgMax, &[scores])),
            Link::OneAgainstAll => {
                (steps.map("probabilities", Function::Sigmoid, scores), steps.add("decision", ArgMax, &[scores]))
            }
        };
        Answers {
            probabilities: Some(probabilities),
            scores: Some(scores),
            classes: self.classes.into_iter().collect(),
            ..Answers::numbers(predict, 1)
        }
    }
}

/// `[scale, [bias, …]]`.
fn scale_and_biases(file: &Value) -> Result<(f64, Vec<f64>)> {
    let (name, expected) = ("scale_and_bias", "a number and an array of numbers");
    match file.list(name)? {
        [Value::Number(scale), Value::Numbers(biases)] if biases.len() <= MAX_COUNT => Ok((*scale, biases.clone())),
        other => Err(wrong(name, expected, format!("{} values", other.len()))),
    }
}

/// The version that wrote the file: `1.2.10`, of a longer text.
fn version(info: &Value) -> &str {
    let text = info.text("catboost_version_info").unwrap_or_default();
    let tag = text.lines().find_map(|line| line.trim().strip_prefix("Branch: tags/v"));
    tag.unwrap_or_default().trim()
}

/// The trees; `None` if one of them has a blocker.
fn forest(file: &Value, features: &Features, outputs: usize, blockers: &mut Blockers) -> Result<Option<Planted>> {
    let name = if file.find("oblivious_trees").is_some() { "oblivious_trees" } else { "trees" };
    let mut forest = trees::forest(features.names.len(), Precision::F32, Precision::F64, vec![0.0; outputs]);
    let reader = Reader { features, outputs };
    let target = if outputs == 1 { Some(0) } else { None };
    let mut is_whole = true;
    for (i, tree) in file.list(name)?.iter().enumerate() {
        let place = |error: Error| error.within(&format!("{name}[{i}]"));
        let nodes = if name == "trees" { reader.any(tree) } else { reader.oblivious(tree) };
        match nodes.map_err(place)? {
            Ok((nodes, weights)) => trees::add(&mut forest, nodes, &weights, target).map_err(place)?,
            Err(why) => {
                is_whole = false;
                blockers.add(format_args!("{name}[{i}]"), why);
            }
        }
    }
    Ok(Some(forest).filter(|_| is_whole))
}
