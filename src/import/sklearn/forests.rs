//! Trees whose leaves are averaged: decision trees, random forests, extra trees, isolation forests, and bags of trees.

use super::builder::{Builder, Demand, Frame};
use super::object::Object;
use super::targets::{by_probabilities, classes_of_targets};
use super::tree::Tree;
use crate::error::Result;
use crate::import::answers::Answers;
use crate::import::trees::{self, Planted};
use crate::math;
use crate::model::forest::Precision;
use crate::model::{ArgMax, Binarize, Function, Labels, Rescale, ValueId};

/// The largest number below 0: `x > BELOW_ZERO` is `x >= 0`.
pub const BELOW_ZERO: f64 = -5e-324;

/// The answers of an estimator of trees; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let answers = match object.name() {
        "DecisionTreeClassifier" | "ExtraTreeClassifier" => {
            average(builder, frame, object, std::slice::from_ref(object), None, true)?
        }
        "DecisionTreeRegressor" | "ExtraTreeRegressor" => {
            average(builder, frame, object, std::slice::from_ref(object), None, false)?
        }
        "RandomForestClassifier" | "ExtraTreesClassifier" => {
            average(builder, frame, object, &object.get("estimators_")?.list()?, None, true)?
        }
        "RandomForestRegressor" | "ExtraTreesRegressor" => {
            average(builder, frame, object, &object.get("estimators_")?.list()?, None, false)?
        }
        "IsolationForest" => isolation(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(answers))
}

/// Whether an object is a single decision tree.
pub fn is_tree(object: &Object<'_>) -> bool {
    matches!(
        object.name(),
        "DecisionTreeClassifier" | "DecisionTreeRegressor" | "ExtraTreeClassifier" | "ExtraTreeRegressor"
    )
}

/// Trees that are averaged, each on its own columns if they are given.
pub fn average(
    builder: &mut Builder,
    frame: &Frame,
    object: &Object<'_>,
    estimators: &[Object<'_>],
    columns: Option<&[Vec<usize>]>,
    is_classifier: bool,
) -> Result<Answers> {
    let targets = if is_classifier { classes_of_targets(object)? } else { Vec::new() };
    let read = estimators.iter().map(Tree::of).collect::<Result<Vec<_>>>()?;
    // Of several targets each has room for as many classes as any of them has.
    let classes = targets.iter().map(Labels::len).max().unwrap_or(0);
    let outputs = match is_classifier {
        true => targets.len() * classes,
        false => read.first().map_or(1, |tree| tree.values.columns),
    };
    if let Some(i) = read.iter().position(|tree| tree.values.columns != outputs) {
        return Err(estimators[i].wrong(format!("{outputs} numbers a node"), read[i].values.columns.to_string()));
    }
    let demand = demand(builder, estimators, &read);
    let value = builder.numbers(frame, demand);
    let mut forest = trees::forest(frame.width(), Precision::F32, Precision::F64, vec![0.0; outputs]);
    forest.forest.divisor = read.len().max(1) as f64;
    for (i, (tree, estimator)) in read.iter().zip(estimators).enumerate() {
        let feature = |j: usize| columns.map_or(j, |columns| columns[i].get(j).copied().unwrap_or(usize::MAX));
        let leaf = |i: usize| if is_classifier { tree.shares(i, classes) } else { tree.values.row(i).to_vec() };
        let target = if outputs == 1 { Some(0) } else { None };
        trees::add(&mut forest, tree.nodes(leaf, feature), &tree.weights, target)
            .map_err(|error| error.within(&estimator.path))?;
    }
    let value = builder.add("trees", forest, &[value]);
    if !is_classifier {
        return Ok(Answers::numbers(value, outputs));
    }
    by_probabilities(builder, targets, object, |builder, i, count| match count == outputs {
        true => value,
        false => builder.select("target", value, i * classes..i * classes + count),
    })
}

/// The answers of a classifier that decides by its probabilities.
pub fn by_probability(builder: &mut Builder, probabilities: ValueId, classes: Labels) -> Answers {
    let predict = builder.add("decision", ArgMax, &[probabilities]);
    Answers {
        predict: Some(predict),
        probabilities: Some(probabilities),
        classes: vec![classes],
        targets: 1,
        ..Answers::default()
    }
}

/// Trees take missing numbers since 1.3, forests since 1.4, and random splits since 1.6.
fn demand(builder: &Builder, estimators: &[Object<'_>], trees: &[Tree]) -> Demand {
    let takes_missing = |estimator: &Object<'_>| {
        let since = if estimator.name().starts_with("Extra") { (1, 6, 0) } else { (1, 3, 0) };
        let criterion = estimator.find_text("criterion").unwrap_or_default();
        builder.version >= since && criterion != "absolute_error" && !estimator.has("monotonic_cst")
    };
    let is_forest = estimators.len() > 1;
    let is_known = trees.iter().all(Tree::knows_missing) && (!is_forest || builder.version >= (1, 4, 0));
    if is_known && estimators.iter().all(takes_missing) { Demand::MissingAllowed } else { Demand::Finite }
}

/// How deep a random tree of so many rows is on average: `_average_path_length`.
fn average_depth(rows: f64) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    match rows {
        rows if rows <= 1.0 => 0.0,
        2.0 => 1.0,
        rows => 2.0 * (math::ln(rows - 1.0) + EULER) - 2.0 * (rows - 1.0) / rows,
    }
}

/// The sum of the depths at which trees isolate a row, as a score that is above 0 for a row like others.
fn isolation(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let estimators = object.get("estimators_")?.list()?;
    let columns = features_of(object, &estimators)?;
    let value = builder.numbers(frame, Demand::Finite);
    let mut forest = trees::forest(frame.width(), Precision::F32, Precision::F64, vec![0.0]);
    for (estimator, columns) in estimators.iter().zip(&columns) {
        let tree = Tree::of(estimator)?;
        let depths = tree.depths();
        // The depth counts nodes, of which the last is not counted.
        let leaf = |i: usize| vec![f64::from(depths[i] + 1) + average_depth(tree.counts[i]) - 1.0];
        let feature = |j: usize| columns.get(j).copied().unwrap_or(usize::MAX);
        trees::add(&mut forest, tree.nodes(leaf, feature), &tree.weights, Some(0))
            .map_err(|error| error.within(&estimator.path))?;
    }
    let samples = object.find("_max_samples").map_or_else(|| object.get("max_samples_"), Ok)?.number()?;
    let denominator = estimators.len() as f64 * average_depth(samples);
    let depth = builder.add("trees", forest, &[value]);
    let share = if denominator == 0.0 { 0.0 } else { -1.0 / denominator };
    let exponent = builder.add("share", Rescale { factors: vec![share], offsets: vec![0.0] }, &[depth]);
    let anomaly = builder.map("anomaly", Function::Exp2, exponent);
    let offset = object.get("offset_")?.number()?;
    let scores = builder.add("decision function", Rescale { factors: vec![-1.0], offsets: vec![-offset] }, &[anomaly]);
    let predict = builder.add("decision", Binarize { threshold: BELOW_ZERO }, &[scores]);
    Ok(Answers {
        predict: Some(predict),
        scores: Some(scores),
        classes: vec![Labels::Integers(vec![-1, 1])],
        targets: 1,
        ..Answers::default()
    })
}

/// Which columns each of some estimators works on.
pub fn features_of(object: &Object<'_>, estimators: &[Object<'_>]) -> Result<Vec<Vec<usize>>> {
    let features = object.get("estimators_features_")?;
    let lists = features.lists()?;
    if lists.len() != estimators.len() {
        return Err(features.wrong(format!("{} lists", estimators.len()), lists.len().to_string()));
    }
    Ok(lists.into_iter().map(|list| list.into_iter().map(|column| column as usize).collect()).collect())
}

/// The forest of trees that have one output each.
pub fn side_by_side(frame: &Frame, estimators: &[Object<'_>]) -> Result<Planted> {
    let mut forest = trees::forest(frame.width(), Precision::F32, Precision::F64, vec![0.0; estimators.len()]);
    for (i, estimator) in estimators.iter().enumerate() {
        let tree = Tree::of(estimator)?;
        let nodes = tree.nodes(|i| tree.values.row(i).to_vec(), |j| j);
        trees::add(&mut forest, nodes, &tree.weights, Some(i as u32)).map_err(|error| error.within(&estimator.path))?;
    }
    Ok(forest)
}
