//! What computes margins: trees or a linear function.

use super::super::answers::Step;
use super::super::trees::{Planted, forest};
use super::super::value::{Value, index, wrong};
use super::Blockers;
use super::categories;
use super::shape::Shape;
use super::trees::Grower;
use crate::error::{Error, Result};
use crate::model::forest::{Forest, NodeKind, Precision};
use crate::model::{Labels, LinearF32};

/// Where the ensemble is in a file.
const PLACE: &str = "learner.gradient_booster";

/// An ensemble, and what its features are.
pub struct Ensemble {
    /// Features to margins.
    pub margins: Step,
    /// The categories of those features that have some by name.
    pub categories: Vec<Option<Labels>>,
    /// Which features a split asks for their category 0. Numbers between -1 and 0 are none.
    pub asks_for_first: Vec<bool>,
}

impl Ensemble {
    /// Reads a `gradient_booster`, with the trees up to the iteration `best` if there is one. `None` if it is of an unknown
    /// kind.
    pub fn read(booster: &Value, shape: &Shape, best: Option<usize>, blockers: &mut Blockers) -> Result<Option<Self>> {
        let none = vec![false; shape.width];
        let here = |error: Error| error.within(PLACE);
        match booster.text("name").map_err(here)? {
            "gblinear" => {
                let margins = linear(booster, shape).map_err(here)?.into();
                Ok(Some(Self { margins, categories: vec![None; shape.width], asks_for_first: none }))
            }
            "gbtree" | "dart" => {
                let model = booster.find("gbtree").unwrap_or(booster).part("model").map_err(here)?;
                let categories = categories::read(model, shape.width, blockers).map_err(in_model)?;
                let is_dart = booster.find("weight_drop").is_some();
                let weights = if is_dart { booster.numbers("weight_drop").map_err(here)? } else { &[] };
                let forest = trees(model, weights, best, shape)?;
                let asks_for_first = asks_for_first(&forest.forest);
                Ok(Some(Self { margins: forest.into(), categories, asks_for_first }))
            }
            other => {
                blockers.add(format_args!("{PLACE}.name"), format!("\"{other}\" is not known"));
                Ok(None)
            }
        }
    }
}

fn in_model(error: Error) -> Error {
    error.within(&format!("{PLACE}.model"))
}

/// All trees, or those up to the iteration `best`.
fn trees(model: &Value, weights: &[f64], best: Option<usize>, shape: &Shape) -> Result<Planted> {
    let outputs = shape.outputs();
    let trees = model.list("trees").map_err(in_model)?;
    let groups = model.numbers_of("tree_info", trees.len()).map_err(in_model)?;
    if !(weights.is_empty() || weights.len() == trees.len()) {
        return Err(in_model(wrong("weight_drop", format!("{} numbers", trees.len()), weights.len())));
    }
    let base = shape.base.iter().copied().map(f64::from).collect();
    let mut grower = Grower::new(forest(shape.width, Precision::F32, Precision::F32, base));
    let used = match best {
        Some(best) => trees_until(model, best, outputs).map_err(in_model)?.min(trees.len()),
        None => trees.len(),
    };
    for (i, tree) in trees[..used].iter().enumerate() {
        let place = |error: Error| error.within(&format!("{PLACE}.model.trees[{i}]"));
        let group = index(groups[i], outputs);
        let group = group.ok_or_else(|| in_model(wrong("tree_info", format!("below {outputs}"), groups[i])))?;
        let leaf =
            tree.part("tree_param").and_then(|param| param.number::<usize>("size_leaf_vector")).map_err(place)?;
        let target = match leaf {
            0 | 1 => Some(group as u32),
            _ if leaf == outputs => None,
            _ => return Err(place(wrong("size_leaf_vector", format!("1 or {outputs}"), leaf))),
        };
        let weight = weights.get(i).map_or(1.0, |&weight| weight as f32);
        grower.add(tree, target, weight).map_err(place)?;
    }
    if used == 0 {
        // A forest has a tree: one that adds nothing.
        grower.add_nothing()?;
    }
    Ok(grower.forest())
}

/// How many trees there are up to the iteration `best`.
fn trees_until(model: &Value, best: usize, outputs: usize) -> Result<usize> {
    if model.find("iteration_indptr").is_some() {
        let ends = model.numbers("iteration_indptr")?;
        let end = ends.get(best.saturating_add(1)).copied().unwrap_or(f64::MAX);
        return Ok(end as usize);
    }
    let parallel = model.part("gbtree_model_param")?.number::<usize>("num_parallel_tree")?;
    Ok(best.saturating_add(1).saturating_mul(parallel.max(1)).saturating_mul(outputs))
}

/// Which features a split asks for their category 0.
fn asks_for_first(forest: &Forest) -> Vec<bool> {
    let mut asks = vec![false; forest.width];
    let mut sets = forest.sets.iter();
    let splits = forest.kinds.iter().filter(|kind| **kind != NodeKind::Leaf);
    for (kind, &feature) in splits.zip(&forest.features) {
        if matches!(kind, NodeKind::In { .. }) {
            let has_first = sets.next().and_then(|set| set.first()).is_some_and(|word| word & 1 == 1);
            asks[feature as usize] |= has_first;
        }
    }
    asks
}

/// The linear booster: features × outputs weights, then the outputs' own. Every output begins with the first one's base
/// score: so do XGBoost 3.1 and 3.2, which are the ones to have several.
fn linear(booster: &Value, shape: &Shape) -> Result<LinearF32> {
    let outputs = shape.outputs();
    let weights = booster.part("model")?.numbers_of("weights", (shape.width + 1).saturating_mul(outputs));
    let weights = weights.map_err(|error| error.within("model"))?;
    let (coefficients, biases) = weights.split_at(shape.width * outputs);
    let of = |output: usize| coefficients[output..].iter().step_by(outputs).copied();
    Ok(LinearF32 {
        width: shape.width,
        coefficients: (0..outputs).flat_map(of).map(|x| f64::from(x as f32)).collect(),
        intercepts: biases.iter().map(|&bias| f64::from(bias as f32 + shape.base[0])).collect(),
    })
}
